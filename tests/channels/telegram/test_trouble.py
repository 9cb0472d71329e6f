"""Every error of Telegram and of the way to it, as a real answer; and what it asks us to do."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Callable

import aiohttp
import pytest

from bot.channels.telegram.speak import TelegramChannel
from messages.chat import (
    Address,
    Gone,
    Moved,
    NotAdmitted,
    Refused,
    Said,
    Throttled,
    TooLate,
    Trouble,
    Unreachable,
    Unsure,
    Vanished,
)
from tests.channels.telegram.conftest import TOKEN, BotApi

SITI = Address("telegram", "42")
HALO = Said("halo")

REFUSALS: list[tuple[int, str, type[Trouble]]] = [
    (403, "Forbidden: bot was blocked by the user", Gone),
    (403, "Forbidden: user is deactivated", Gone),
    (403, "Forbidden: bot was kicked from the supergroup chat", Gone),
    (403, "Forbidden: bot is not a member of the channel chat", Gone),
    (400, "Bad Request: chat not found", Gone),
    (400, "Bad Request: PEER_ID_INVALID", Gone),
    (400, "Bad Request: query is too old and response timeout expired or query ID is invalid", TooLate),
    (400, "Bad Request: QUERY_ID_INVALID", TooLate),
    (400, "Bad Request: message to edit not found", Vanished),
    (400, "Bad Request: message can't be edited", TooLate),
    (400, "Bad Request: MESSAGE_ID_INVALID", Vanished),
    (400, "Bad Request: message text is empty", Refused),
    (400, "Bad Request: not enough rights to send text messages to the chat", Refused),
    (413, "Request Entity Too Large", Refused),
    (401, "Unauthorized", NotAdmitted),
    (404, "Not Found", NotAdmitted),
    (409, "Conflict: terminated by other getUpdates request", Unreachable),
    (500, "Internal Server Error", Unreachable),
    (502, "Bad Gateway", Unreachable),
    (504, "Gateway Timeout", Unreachable),
]


async def trouble_of(channel: TelegramChannel, said: Said = HALO) -> Trouble:
    with pytest.raises(Trouble) as caught:
        await channel.speak(SITI, said)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(caught.value.__context__)
    assert TOKEN.partition(":")[2] not in shown
    return caught.value


@pytest.mark.parametrize(("code", "words", "kind"), REFUSALS)
async def test_a_refusal_means(
    api: BotApi, channel: TelegramChannel, code: int, words: str, kind: type[Trouble]
) -> None:
    api.refuses(code, words)
    trouble = await trouble_of(channel)
    assert type(trouble) is kind
    assert ("SIAGA_TELEGRAM_TOKEN" if kind is NotAdmitted else words) in str(trouble)


async def test_too_fast_says_how_long(api: BotApi, channel: TelegramChannel) -> None:
    api.refuses(429, "Too Many Requests: retry after 17", retry_after=17)
    assert await trouble_of(channel) == Throttled(17.0, "429: Too Many Requests: retry after 17", scope="chat")


@pytest.mark.parametrize(
    ("header", "wait"), [({"Retry-After": "3"}, 3.0), ({"Retry-After": "Wed, 27 Nov"}, 5.0), ({}, 5.0)]
)
async def test_too_fast_without_the_bot_api_is_too_fast(
    api: BotApi, channel: TelegramChannel, header: dict[str, str], wait: float
) -> None:
    api.says(429, b"<html>Too Many Requests</html>", **header)
    trouble = await trouble_of(channel)
    assert isinstance(trouble, Throttled)
    assert trouble.wait == wait


async def test_a_group_that_moved_says_where(api: BotApi, channel: TelegramChannel) -> None:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    api.refuses(400, words, migrate_to_chat_id=-1001234567890)
    assert await trouble_of(channel) == Moved("-1001234567890", f"400: {words}")


async def test_an_edit_that_changes_nothing_is_done(api: BotApi, channel: TelegramChannel) -> None:
    api.refuses(
        400, "Bad Request: message is not modified: specified new message content and reply markup are the same"
    )
    assert await channel.speak(SITI, Said("sama", edits="55")) == "55"


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 502, 503])
async def test_a_page_is_not_an_answer_of_telegram(api: BotApi, channel: TelegramChannel, status: int) -> None:
    """A proxy that forbids is no person who blocked us: nobody's address may be given up for it."""
    api.says(status, b"<html><h1>Forbidden</h1></html>")
    assert type(await trouble_of(channel)) is Unreachable


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>Selamat datang di WiFi hotel</html>", Unreachable),
        (b'{"ok":true,"resu', Unsure),
        (b"[1]", Unsure),
        (b"", Unsure),
        (b'{"ok":true,"result":{"no":"message"}}', Unsure),
        (b'{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}', Gone),
        (b'{"ok":false,"error_code":"x","description":7,"parameters":[]}', Refused),
    ],
)
async def test_a_success_that_cannot_be_read(
    api: BotApi, channel: TelegramChannel, body: bytes, kind: type[Trouble]
) -> None:
    api.says(200, body)
    assert type(await trouble_of(channel)) is kind


async def test_no_answer_in_time_may_have_been_sent(api: BotApi, channel: TelegramChannel) -> None:
    api.hangs()
    assert type(await trouble_of(channel)) is Unsure


@pytest.mark.parametrize("half", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"])
async def test_a_line_cut_after_the_question_may_have_been_sent(
    api: BotApi, channel: TelegramChannel, half: bytes
) -> None:
    api.hangs_up(half)
    assert type(await trouble_of(channel)) is Unsure


def nobody_there() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("base", [nobody_there, lambda: "http://"], ids=["closed port", "no host"])
async def test_without_a_connection_nothing_was_sent(base: Callable[[], str]) -> None:
    channel = TelegramChannel(TOKEN, base())
    await channel.start()
    assert type(await trouble_of(channel)) is Unreachable
    await channel.stop()


async def test_where_no_tls_is_spoken_nothing_was_sent(api: BotApi) -> None:
    channel = TelegramChannel(TOKEN, api.base.replace("http:", "https:"))
    await channel.start()
    assert type(await trouble_of(channel)) is Unreachable
    await channel.stop()


def test_an_unknown_host_is_no_connection_to_aiohttp() -> None:
    assert issubclass(aiohttp.ClientConnectorDNSError, aiohttp.ClientConnectorError)


async def test_a_channel_that_is_not_started_sends_nothing(api: BotApi) -> None:
    assert type(await trouble_of(TelegramChannel(TOKEN, api.base))) is Unreachable


async def test_the_token_is_in_no_log(api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channel = TelegramChannel(TOKEN, api.base, read_seconds=0.3)
    await channel.start()
    await channel.speak(SITI, HALO)
    api.says(200, b'{"ok":')
    await trouble_of(channel)
    api.refuses(400, f"no such path: /bot{TOKEN}/sendMessage")
    await trouble_of(channel)
    await channel.stop()
    assert TOKEN.partition(":")[2] not in caplog.text
    assert "halo" not in caplog.text
