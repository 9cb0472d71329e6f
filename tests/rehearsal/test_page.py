"""The page's side: who may ask, what it shows, what people do on it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web

from bot.rehearsal import page
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.phones import CastMember, Found

from .conftest import RINA, SITI, TOKEN, Hands, Line, served

CAST = [CastMember(SITI, "Siti Aminah", "KPPS", "081234567890"), CastMember(21, "Budi", "perawat", "081200000021")]
DEWI = CastMember(31, "Dewi Lestari", "bidan", "081200000031")
KEYBOARD = {"inline_keyboard": [[{"text": "Tiba", "callback_data": "arrive:7"}]]}


class Browser(Line):
    """What the page's script may ask for."""

    async def post(self, path: str, body: Any, **headers: str) -> ClientResponse:
        async with self.session.post(f"{self.base}/rehearsal/{path}", json=body, headers=headers) as answer:
            await answer.read()
        return answer

    async def act(self, who: int, act: str, **more: Any) -> int:
        return (await self.post("act", {"who": who, "act": act, **more})).status

    async def get(self, path: str) -> Any:
        async with self.session.get(f"{self.base}{path}") as answer:
            return await answer.json()


@pytest.fixture
async def base(api: BotApi, hands: Hands) -> AsyncIterator[str]:
    async def search(wanted: str) -> Found:
        return Found([DEWI] if wanted.casefold() in DEWI.name.casefold() else [])

    async def move(minutes: float) -> None:
        hands.passes(minutes * 60)

    app = web.Application()
    api.routes(app)
    page.add_routes(app, api, CAST, search=search, move=move, now=hands.now, zone="WITA")
    async with served(app) as address:
        yield address


@pytest.fixture
async def browser(base: str) -> AsyncIterator[Browser]:
    async with ClientSession() as session:
        yield Browser(base, session)


FILES = ["/", *(f"/rehearsal/{name}" for name in page.FILES if name != "page.html")]
PATHS = [*FILES, "/rehearsal/phones", "/rehearsal/people", "/rehearsal/city", "/rehearsal/file/x", "/rehearsal/events", f"/bot{TOKEN}/getMe", f"/file/bot{TOKEN}/x"]  # fmt: skip


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1", ""]
)
async def test_a_foreign_name_is_refused_everywhere(browser: Browser, host: str) -> None:
    for path in PATHS:
        async with browser.session.get(f"{browser.base}{path}", headers={"Host": host}) as answer:
            assert answer.status == 403, path


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080", "127.1.2.3"])
async def test_names_of_this_machine_are_let_in(browser: Browser, host: str) -> None:
    async with browser.session.get(f"{browser.base}/", headers={"Host": host}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_foreign_page_changes_nothing(browser: Browser, api: BotApi, hands: Hands, origin: str) -> None:
    before = hands.time
    say = {"who": SITI, "act": "say", "text": "halo"}
    assert (await browser.post("act", say, Origin=origin)).status == 403
    assert (await browser.post("clock", {"minutes": 5}, Origin=origin)).status == 403
    assert (await browser.post("story", {"do": "play", "speed": 10}, Origin=origin)).status == 403
    url = browser.url("sendMessage")
    async with browser.session.post(url, json={"chat_id": SITI, "text": "x"}, headers={"Origin": origin}) as answer:
        assert answer.status == 403
    assert (hands.time, len(api.updates), len(api.sent)) == (before, 0, 0)
    assert (await browser.post("act", say, Origin=browser.base)).status == 200


@pytest.mark.parametrize("path", [*FILES, "/rehearsal/phones", "/rehearsal/city"])
async def test_everything_is_served_with_a_strict_policy(browser: Browser, path: str) -> None:
    async with browser.session.get(f"{browser.base}{path}") as answer:
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == ("'none'", "'self'", "'self'")
        assert (policy["frame-ancestors"], policy["form-action"]) == ("'none'", "'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        text = await answer.text()
    assert "unsafe-inline" not in str(policy)
    assert "<style" not in text
    assert "onclick=" not in text
    addresses = re.findall(r"https?://[^\s\"'<>)]+", text)
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}, "nothing is fetched from elsewhere"


async def test_the_cast_lies_on_the_table(browser: Browser, api: BotApi) -> None:
    shown = await browser.get("/rehearsal/phones")
    assert [one["name"] for one in shown["cast"]] == ["Siti Aminah", "Budi"]
    assert shown["zone"] == {"name": "Asia/Makassar", "label": "WITA"}
    assert api.phones.people[21].phone == "6281200000021"


async def test_whoever_is_found_can_be_written_to(browser: Browser) -> None:
    assert (await browser.refused("sendMessage", chat_id=31, text="x"))[0] == 400
    assert [one["name"] for one in (await browser.get("/rehearsal/people?q=lestari"))["people"]] == ["Dewi Lestari"]
    assert await browser("sendMessage", chat_id=31, text="x")
    assert await browser.get("/rehearsal/people?q=nobody") == {"people": [], "more": 0}


async def test_each_act_becomes_an_update(browser: Browser, api: BotApi) -> None:
    sent = await browser("sendMessage", chat_id=SITI, text="Alert", reply_markup=KEYBOARD)
    assert await browser.act(SITI, "say", text="halo") == 200
    press = {"message_id": sent["message_id"], "row": 0, "column": 0, "text": "Tiba"}
    assert await browser.act(SITI, "press", **press) == 200
    for act in ("contact", "place", "photo", "voice", "block", "unblock"):
        assert await browser.act(SITI, act) == 200
    assert await browser.act(SITI, "contact", owner=RINA) == 200
    kinds = [next(iter(one.update.keys() - {"update_id"})) for one in api.updates.alive()]
    assert kinds == ["message", "callback_query", *["message"] * 4, *["my_chat_member"] * 2, "message"]


async def test_a_button_that_was_exchanged_is_not_pressed(browser: Browser, api: BotApi) -> None:
    sent = await browser("sendMessage", chat_id=SITI, text="Alert", reply_markup=KEYBOARD)
    press = {"message_id": sent["message_id"], "row": 0, "column": 0, "text": "Saya tangani"}
    assert await browser.act(SITI, "press", **press) == 409
    assert await browser.act(SITI, "press", **press | {"row": 3, "text": "Tiba"}) == 409
    assert len(api.updates) == 0


@pytest.mark.parametrize(
    "body", [[], {}, {"who": 99, "act": "say", "text": "x"}, {"who": SITI, "act": "fly"}, {"who": "x", "act": "say"}]
)
async def test_an_act_that_makes_no_sense_is_refused(browser: Browser, body: Any) -> None:
    assert (await browser.post("act", body)).status == 409


async def test_the_clock_moves_forward_only(browser: Browser, hands: Hands) -> None:
    before = hands.time.timestamp()
    assert (await browser.post("clock", {"minutes": 5})).status == 200
    assert hands.time.timestamp() - before == 300
    assert (await browser.post("clock", {"next": True})).status == 400  # nothing is planned where there is no city
    for minutes in (0, -1, 24 * 60 + 1, "x", None):
        assert (await browser.post("clock", {"minutes": minutes})).status == 400
    assert (await browser.post("clock", [])).status == 400


async def event(stream: ClientResponse) -> tuple[str, dict[str, Any]]:
    """The next event of the stream."""
    kind = (await stream.content.readline()).decode().removeprefix("event: ").strip()
    data = json.loads((await stream.content.readline()).decode().removeprefix("data: "))
    await stream.content.readline()
    return kind, data


async def test_the_page_hears_what_stands_and_then_what_happens(browser: Browser, api: BotApi) -> None:
    api.say(SITI, "halo")
    async with browser.session.get(f"{browser.base}/rehearsal/events?phones={SITI},99,x") as stream:
        kind, screen = await event(stream)
        assert (kind, screen["chat"], [one["text"] for one in screen["messages"]]) == ("screen", SITI, ["halo"])
        assert (await event(stream))[0] == "clock"
        sent = await browser("sendMessage", chat_id=SITI, text="Alert", reply_markup=KEYBOARD)
        kind, told = await event(stream)
        assert (kind, told["message"]["buttons"]) == ("message", [[{"text": "Tiba", "url": ""}]])
        assert "arrive:7" not in json.dumps(told)
        api.press(SITI, None, "Tiba")
        tap = (await browser("getUpdates", offset=-1))[0]["callback_query"]["id"]
        await browser("answerCallbackQuery", callback_query_id=tap, text="Dicatat", show_alert=True)
        assert await event(stream) == ("toast", {"chat": SITI, "text": "Dicatat", "alert": True})
        await browser("deleteMessage", chat_id=SITI, message_id=sent["message_id"])
        assert await event(stream) == ("removed", {"chat": SITI, "message_id": sent["message_id"]})
        await browser("sendMessage", chat_id=SITI, text="Menu", reply_markup={"keyboard": [["Darurat"]]})
        assert (await event(stream))[0] == "message"
        assert await event(stream) == ("keyboard", {"chat": SITI, "rows": [[{"text": "Darurat"}]]})
        api.block(SITI)
        assert await event(stream) == ("blocked", {"chat": SITI, "blocked": True})
        await browser.post("clock", {"minutes": 2})
        assert (await event(stream))[0] == "clock"
        await api.close()
        assert await stream.content.read() == b""


async def test_a_photo_of_a_chat_is_shown(browser: Browser, api: BotApi) -> None:
    api.send_photo(SITI)
    photo = next(iter(api.phones.screen(api.phones.chat(SITI))["messages"]))["photo"]
    async with browser.session.get(f"{browser.base}/rehearsal/file/{photo}") as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
    async with browser.session.get(f"{browser.base}/rehearsal/file/nothing") as answer:
        assert answer.status == 404
