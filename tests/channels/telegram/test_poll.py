"""getUpdates: what is asked, what comes back raw, and what goes wrong."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram.poll import Polling
from messages.chat import NotAdmitted, Refused, Throttled, Trouble, Unreachable
from tests.channels.telegram.conftest import TOKEN, BotApi

KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]


@pytest.fixture
async def polling(api: BotApi) -> AsyncIterator[Polling]:
    polling = Polling(TOKEN, api.base)
    yield polling
    await polling.close()


async def test_updates_come_raw(api: BotApi, polling: Polling) -> None:
    odd = [{"update_id": 7, "message": {"text": 3}}, {"update_id": 9, "of tomorrow": {"a": [1]}}]
    api.says(200, {"ok": True, "result": odd})
    assert await polling.fetch(None, 0) == odd
    assert await polling.fetch(10, 25) == []
    first = {"timeout": "0", "limit": "100", "allowed_updates": KINDS}
    assert api.asked == [("getUpdates", first), ("getUpdates", first | {"offset": "10", "timeout": "25"})]


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (401, NotAdmitted, "SIAGA_TELEGRAM_TOKEN"),
        (404, NotAdmitted, "SIAGA_TELEGRAM_TOKEN"),
        (409, Unreachable, "somebody else takes this bot's updates"),
        (500, Unreachable, "said"),
        (502, Unreachable, "said"),
        (400, Refused, "said"),
    ],
)
async def test_a_refusal_means(api: BotApi, polling: Polling, code: int, kind: type[Trouble], words: str) -> None:
    api.refuses(code, f"said /bot{TOKEN}/")
    trouble = await trouble_of(polling)
    assert type(trouble) is kind
    assert words in str(trouble)


async def test_too_fast_concerns_the_whole_bot(api: BotApi, polling: Polling) -> None:
    api.refuses(429, "Too Many Requests: retry after 4", retry_after=4)
    assert await trouble_of(polling) == Throttled(4.0, "asked for updates too often", scope="bot")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>502</html>"),
        (401, b"<html>401</html>"),
        (200, b"<html>hotel</html>"),
        (200, b'{"ok":true,"result":[1]}'),
        (500, b'{"ok":false}'),
    ],
)
async def test_what_cannot_be_read_was_not_reached(api: BotApi, polling: Polling, status: int, body: bytes) -> None:
    api.says(status, body)
    assert type(await trouble_of(polling)) is Unreachable


async def test_a_cut_line_is_asked_again(api: BotApi, polling: Polling) -> None:
    api.hangs_up()
    assert type(await trouble_of(polling)) is Unreachable


async def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
    polling = Polling(TOKEN, base)
    assert type(await trouble_of(polling)) is Unreachable
    await polling.close()


def test_what_is_no_token_is_said_at_once() -> None:
    with pytest.raises(NotAdmitted, match="SIAGA_TELEGRAM_TOKEN"):
        Polling("not a token")


async def test_the_token_is_in_no_log(api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    polling = Polling(TOKEN, api.base)
    await polling.fetch(None, 0)
    await polling.close()
    assert TOKEN.partition(":")[2] not in caplog.text


async def trouble_of(polling: Polling) -> Trouble:
    with pytest.raises(Trouble) as caught:
        await polling.fetch(None, 0)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert TOKEN.partition(":")[2] not in shown
    return caught.value
