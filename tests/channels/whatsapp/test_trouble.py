"""Every code of Meta and every error of the way there; and what it asks us to do."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import bot
from bot.channels.whatsapp import BASE, errors
from bot.channels.whatsapp.errors import hide, trouble_of_code, trouble_of_detail
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.channels.whatsapp.transport import Headers, Rehosted, Wire
from messages.chat import (
    Address,
    Halted,
    NotAdmitted,
    NoTemplate,
    OptedOut,
    Refused,
    Said,
    Throttled,
    Trouble,
    Undelivered,
    Unreachable,
    Unsure,
    WindowClosed,
)
from tests.channels.whatsapp.conftest import RECENTLY, TOKEN, CloudApi, made

SITI = Address("whatsapp", "6281234567890", RECENTLY)
RINA = Address("whatsapp", "6281299990000", RECENTLY)
HALO = Said("halo")

CODES: dict[int, type[Trouble]] = {
    4: Throttled,
    80007: Throttled,
    130429: Throttled,
    131056: Throttled,
    131048: Halted,
    131064: Halted,
    131049: Undelivered,
    130472: Undelivered,
    131026: Undelivered,
    131021: Undelivered,
    131030: Undelivered,
    131062: Undelivered,
    130497: Undelivered,
    131050: OptedOut,
    131047: WindowClosed,
    132000: NoTemplate,
    132001: NoTemplate,
    132005: NoTemplate,
    132007: NoTemplate,
    132008: NoTemplate,
    132012: NoTemplate,
    132015: NoTemplate,
    132016: NoTemplate,
    1: Unreachable,
    2: Unreachable,
    131000: Unreachable,
    131016: Unreachable,
    131057: Unreachable,
    133004: Unreachable,
    135000: Unreachable,
    0: NotAdmitted,
    3: NotAdmitted,
    10: NotAdmitted,
    190: NotAdmitted,
    200: NotAdmitted,
    299: NotAdmitted,
    368: NotAdmitted,
    131005: NotAdmitted,
    131031: NotAdmitted,
    131037: NotAdmitted,
    133010: NotAdmitted,
    100: Refused,
    131008: Refused,
    131009: Refused,
    999999: Refused,
}


async def trouble_of(channel: WhatsAppChannel, said: Said = HALO, to: Address = SITI) -> Trouble:
    with pytest.raises(Trouble) as caught:
        await channel.speak(to, said)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(caught.value.__context__)
    assert TOKEN not in shown
    assert to.id not in shown
    return caught.value


@pytest.mark.parametrize("code", CODES)
async def test_a_code_means_the_same_under_any_status(api: CloudApi, channel: WhatsAppChannel, code: int) -> None:
    for status in (400, 500, 200):
        api.refuses(code, f"to +62 812-3456-7890 with {TOKEN}", status)
        trouble = await trouble_of(channel)
        assert type(trouble) is CODES[code]
        assert str(trouble).startswith(f"{code}")


@pytest.mark.parametrize("code", CODES)
def test_a_failed_status_means_the_same(code: int) -> None:
    assert type(trouble_of_code(code, "title")) is CODES[code]
    assert str(trouble_of_detail(f"{code}: title")) == str(trouble_of_code(code, "title"))


def test_every_code_of_the_table_is_tested() -> None:
    assert {*errors.MEANS, *errors.WAITS} <= {*CODES}


@pytest.mark.parametrize("detail", ["", "Message undeliverable", "x: y", "٣: y"])
def test_a_detail_without_a_code_is_a_refusal(detail: str) -> None:
    trouble = trouble_of_detail(detail)
    assert type(trouble) is Refused
    assert str(trouble)


@pytest.mark.parametrize(
    ("code", "scope", "wait"), [(4, "bot", 60), (80007, "bot", 60), (130429, "bot", 2), (131056, "chat", 4)]
)
async def test_too_fast_says_who_must_wait(
    api: CloudApi, channel: WhatsAppChannel, code: int, scope: str, wait: float
) -> None:
    api.refuses(code)
    trouble = await trouble_of(channel)
    assert isinstance(trouble, Throttled)
    assert (trouble.scope, trouble.wait) == (scope, wait)


async def test_too_much_for_one_person_makes_him_alone_wait_longer_each_time(
    api: CloudApi, channel: WhatsAppChannel
) -> None:
    waits = []
    for to in (SITI, SITI, RINA, SITI):
        api.refuses(131056)
        trouble = await trouble_of(channel, to=to)
        assert isinstance(trouble, Throttled)
        waits.append(trouble.wait)
    await channel.speak(SITI, HALO)
    api.refuses(131056)
    trouble = await trouble_of(channel)
    assert isinstance(trouble, Throttled)
    assert [*waits, trouble.wait] == [4, 16, 4, 64, 4]


@pytest.mark.parametrize(("header", "wait"), [("17", 17.0), ("Wed, 27 Nov", 2.0), ("-1", 2.0), ("1e9", 2.0), ("nan", 2.0)])
async def test_meta_may_say_how_long(api: CloudApi, channel: WhatsAppChannel, header: str, wait: float) -> None:
    api.says(429, {"error": {"code": 130429, "message": "x"}}, **{"Retry-After": header})
    trouble = await trouble_of(channel)
    assert isinstance(trouble, Throttled)
    assert trouble.wait == wait


async def test_too_fast_without_a_code_is_too_fast(api: CloudApi, channel: WhatsAppChannel) -> None:
    api.says(429, b"<html>Too Many Requests</html>")
    assert await trouble_of(channel) == Throttled(5.0, "HTTP 429", "bot")


async def test_an_unknown_code_that_will_pass_may_be_tried_again(api: CloudApi, channel: WhatsAppChannel) -> None:
    api.refuses(987654, "a passing fault", is_transient=True)
    assert type(await trouble_of(channel)) is Unreachable


@pytest.mark.parametrize("body", [b"<html><h1>Forbidden</h1></html>", b"", {"error": "x"}, {"error": {"code": "x"}}, [1]])
async def test_what_has_no_code_is_not_of_meta(api: CloudApi, channel: WhatsAppChannel, body: bytes | object) -> None:
    for status in (302, 400, 401, 403, 404, 500, 502, 503):
        api.says(status, body)
        assert type(await trouble_of(channel)) is Unreachable


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>Selamat datang di WiFi hotel</html>", Unreachable),
        (b'{"messages":[{"i', Unsure),
        (b"[1]", Unsure),
        (b"", Unsure),
        (b"[" * 100_000, Unsure),
        (b'{"messages":[]}', Unsure),
        (b'{"messages":{"id":1}}', Unsure),
        (b'{"error":{"code":131026}}', Undelivered),
        (b'{"error":{"code":"131026","message":7,"error_user_title":[1]}}', Undelivered),
    ],
)
async def test_a_success_that_cannot_be_read(
    api: CloudApi, channel: WhatsAppChannel, body: bytes, kind: type[Trouble]
) -> None:
    api.says(200, body)
    assert type(await trouble_of(channel)) is kind


async def test_no_answer_in_time_may_have_been_sent(api: CloudApi, channel: WhatsAppChannel) -> None:
    api.hangs()
    assert type(await trouble_of(channel)) is Unsure


async def test_an_answer_byte_by_byte_holds_nobody_for_ever(
    api: CloudApi, channel: WhatsAppChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.whatsapp.graph.WHOLE_SECONDS", 0.05)
    api.hangs()
    assert type(await trouble_of(channel)) is Unsure


@pytest.mark.parametrize("half", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"])
async def test_a_line_cut_after_the_question_may_have_been_sent(
    api: CloudApi, channel: WhatsAppChannel, half: bytes
) -> None:
    api.hangs_up(half)
    assert type(await trouble_of(channel)) is Unsure


def nobody_there() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("base", [nobody_there, lambda: "http://", lambda: "ftp://127.0.0.1"])
async def test_without_a_connection_nothing_was_sent(base: Callable[[], str]) -> None:
    channel = made(base())
    await channel.start()
    assert type(await trouble_of(channel)) is Unreachable
    await channel.stop()


async def test_where_no_tls_is_spoken_nothing_was_sent(api: CloudApi) -> None:
    channel = made(api.base.replace("http:", "https:"))
    await channel.start()
    assert type(await trouble_of(channel)) is Unreachable
    await channel.stop()


async def test_a_channel_that_is_not_started_sends_nothing(api: CloudApi) -> None:
    assert type(await trouble_of(made(api.base))) is Unreachable


class Nobody(Wire):
    """Writes down who would have been asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def exchange(self, method: str, url: str, headers: Headers, body: bytes) -> httpx.Response:
        self.asked.append(url)
        return httpx.Response(200, json={})

    async def close(self) -> None: ...


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://graph.facebook.com/v26.0/1", True),
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("http://lookaside.fbsbx.com/x", False),
        ("https://evilfbsbx.com/x", False),
        ("https://fbsbx.com.evil.id/x", False),
        ("https://127.0.0.1/x", False),
    ],
)
async def test_the_token_goes_to_metas_own_hosts_only(url: str, ours: bool) -> None:
    nobody = Nobody()
    async with httpx.AsyncClient(transport=Rehosted(BASE, nobody), headers={"Authorization": TOKEN}) as client:
        if ours:
            await client.get(url)
        else:
            with pytest.raises(Refused):
                await client.get(url)
    assert nobody.asked == [url] * ours


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("6281234567890 is unknown", "<somebody> is unknown"),
        ("to 0812-3456-7890, code 131026", "to <somebody>, code 131026"),
        ("ID.13491208655302741918", "<somebody>"),
        ("US.ENT.11815799212886844830", "<somebody>"),
        (f"Bearer {TOKEN}", "Bearer <token>"),
        ("131047: after 24 hours", "131047: after 24 hours"),
    ],
)
def test_nobody_is_named(text: str, shown: str) -> None:
    assert hide(text, TOKEN, "") == shown


async def test_no_secret_and_no_person_is_in_a_log(api: CloudApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channel = made(api.base)
    await channel.start()
    await channel.speak(SITI, HALO)
    api.says(200, b'{"messages":')
    await trouble_of(channel)
    api.refuses(131026, f"{SITI.id} {TOKEN}")
    await trouble_of(channel)
    api.hangs()
    await trouble_of(channel)
    await channel.stop()
    assert TOKEN not in caplog.text
    assert SITI.id not in caplog.text
    assert "halo" not in caplog.text


def test_pywa_is_not_imported_before_it_is_needed() -> None:
    asked = "import sys, bot.channels.whatsapp.speak, bot.channels.whatsapp.listen; print('pywa' in sys.modules, 'httpx' in sys.modules)"
    home = Path(bot.__file__).parent.parent
    shown = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=home)
    assert shown.stdout.split() == ["False", "False"]
