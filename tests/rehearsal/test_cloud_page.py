"""The page's side of WhatsApp: what it shows, what people do on it, and that Telegram's phones lie beside."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.rehearsal import page
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.phones import CastMember, Found

from .conftest import SITI, Hands, served
from .meta import PHONE, SITI_ID, SITI_NUMBER, WA_TOKEN, whole
from .test_page import Browser, event

CAST = [
    CastMember(SITI, "Siti Aminah", "KPPS", "081234567890"),
    CastMember(12, "Siti Aminah", "KPPS", "081234567890", "whatsapp"),
    CastMember(42, "Dewi Lestari", "bidan", "", "whatsapp"),
]
FOUND = CastMember(51, "Agus", "PPS", "081200000051", "whatsapp")


@pytest.fixture
async def browser(api: BotApi, cloud: CloudApi, hands: Hands) -> AsyncIterator[Browser]:
    async def search(_: str) -> Found:
        return Found([FOUND])

    async def move(minutes: float) -> None:
        hands.passes(minutes * 60)

    app = web.Application()
    api.routes(app)
    cloud.routes(app)
    page.add_routes(app, api, CAST, search=search, move=move, now=hands.now, zone="WIB", cloud=cloud)
    async with served(app) as address, ClientSession() as session:
        yield Browser(address, session)


async def send(browser: Browser, **body: Any) -> str:
    url, headers = f"{browser.base}/v21.0/{PHONE}/messages", {"Authorization": f"Bearer {WA_TOKEN}"}
    async with browser.session.post(url, json=whole(body), headers=headers) as answer:
        return str((await answer.json())["messages"][0]["id"])


BUTTONS = {
    "type": "button",
    "body": {"text": "Alert"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "take:7", "title": "Saya tangani"}}]},
}


async def test_each_member_is_known_to_his_platform(browser: Browser, cloud: CloudApi) -> None:
    shown = (await browser.get("/rehearsal/phones"))["cast"]
    assert [(one["kind"], one["chat"]) for one in shown] == [
        ("telegram", SITI), ("whatsapp", SITI_ID), ("whatsapp", "ID.42"),  # Siti was there before, by her number
    ]  # fmt: skip
    assert cloud.phones.person("ID.42").told_number == ""
    (found,) = (await browser.get("/rehearsal/people?q=agus"))["people"]
    assert (found["chat"], cloud.phones.person("6281200000051").name) == ("ID.51", "Agus")


async def test_one_page_watches_both_apps(browser: Browser, api: BotApi, cloud: CloudApi) -> None:
    cloud.say(SITI_ID, "halo")
    async with browser.session.get(f"{browser.base}/rehearsal/events?phones={SITI},{SITI_ID},ID.404,,x") as stream:
        first, second = await event(stream), await event(stream)
        assert (first[0], first[1]["chat"], second[0], second[1]["chat"]) == ("screen", SITI, "screen", SITI_ID)
        assert [one["text"] for one in second[1]["messages"]] == ["halo"]
        assert (await event(stream))[0] == "clock"
        api.say(SITI, "dari Telegram")
        assert (await event(stream))[1]["message"]["text"] == "dari Telegram"
        await send(browser, type="interactive", interactive=BUTTONS)
        kind, told = await event(stream)
        assert (kind, told["chat"], told["message"]["buttons"]) == (
            "message", SITI_ID, [[{"text": "Saya tangani", "url": ""}]],
        )  # fmt: skip
        assert "take:7" not in json.dumps(told)
        assert [(await event(stream))[1]["message"]["status"] for _ in range(3)] == ["sent", "delivered", "read"]
        await browser.post("clock", {"minutes": 2})
        assert (await event(stream))[0] == "clock"  # once, though two phones are watched
        await cloud.close()
        assert await stream.content.read() == b""


async def test_what_is_done_on_the_page_is_done(browser: Browser, cloud: CloudApi) -> None:
    assert await browser.act(SITI_ID, "say", text="halo") == 200
    message_id = await send(browser, type="interactive", interactive=BUTTONS)
    assert await browser.act(SITI_ID, "press", message_id=message_id, text="Saya tangani") == 200
    for act in ("contact", "place", "photo", "voice", "block", "unblock", "stop"):
        assert await browser.act(SITI_ID, act) == 200
    assert await browser.act(SITI_ID, "contact", owner="ID.42") == 200
    siti = cloud.phones.person(SITI_NUMBER)
    assert (siti.opted_out, siti.reach) == (True, "read")
    kinds = [next((kind for kind in ("photo", "voice", "contact", "location", "text") if kind in one), "")
             for one in siti.messages.values() if one["mine"]]  # fmt: skip
    assert kinds == ["text", "text", "contact", "location", "photo", "voice", "contact"]
    photo = next(one["photo"] for one in siti.messages.values() if "photo" in one)
    async with browser.session.get(f"{browser.base}/rehearsal/file/{photo}") as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")


@pytest.mark.parametrize(
    ("who", "act", "more"),
    [
        (SITI_ID, "press", {"message_id": "wamid.x", "text": "Tiba"}),
        (SITI_ID, "fly", {}),
        ("ID.404", "say", {"text": "x"}),
        ("ID.42", "contact", {}),
        (None, "say", {"text": "x"}),
    ],
)
async def test_what_cannot_be_done_is_refused(browser: Browser, who: Any, act: str, more: dict[str, Any]) -> None:
    assert await browser.act(who, act, **more) == 409


async def test_a_foreign_page_does_nothing_with_it(browser: Browser, cloud: CloudApi) -> None:
    say = {"who": SITI_ID, "act": "say", "text": "halo"}
    assert (await browser.post("act", say, Origin="https://evil.example")).status == 403
    url, headers = f"{browser.base}/v21.0/{PHONE}/messages", {"Authorization": f"Bearer {WA_TOKEN}"}
    for wrong in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        async with browser.session.post(url, json=whole({}), headers=headers | wrong) as answer:
            assert answer.status == 403
    assert not cloud.phones.person(SITI_ID).messages
