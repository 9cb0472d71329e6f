"""The page in a real browser: keys and buttons are pressed, and what the bot answers is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from playwright.async_api import Browser, expect

from bot.rehearsal import page as phones
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.phones import CastMember, Found

from .browsing import ON_ITS_LOOP, SMALL, WIDE, fits, opened
from .conftest import RINA, SITI, Hands, Line, served

pytestmark = [pytest.mark.browser, ON_ITS_LOOP]

CAST = [
    CastMember(SITI, "dr. Siti Aminah, S.Ked.", "dokter", "081234567890"),
    CastMember(RINA, "Rina", "koordinator", "081200000012"),
]
MENU = {"keyboard": [["🆘 Darurat"], [{"text": "Kirim nomor saya", "request_contact": True}]], "resize_keyboard": True}
ALERT = "🔴 MERAH L-0001: Pingsan\n📍 <b>TPS 001</b>, https://maps.example/search?query=" + "Arjosari" * 9
TAKE = {
    "inline_keyboard": [
        [{"text": "Saya tangani", "callback_data": "take"}, {"text": "Tidak bisa", "callback_data": "no"}]
    ]
}


async def scripted(line: Line) -> None:
    """A bot of a few lines: greets, calls for help, exchanges the alert of whoever takes it."""
    offset = 0
    while True:
        for update in await line("getUpdates", offset=offset, timeout=30):
            offset = update["update_id"] + 1
            await answer(line, update)


async def answer(line: Line, update: dict[str, Any]) -> None:
    if tap := update.get("callback_query"):
        message = tap["message"]
        await line(
            "editMessageText", chat_id=SITI, message_id=message["message_id"], text=f"{message['text']}\n✅ Ditangani"
        )
        await line("answerCallbackQuery", callback_query_id=tap["id"], text="Dicatat")
        return
    message = update.get("message", {})
    said = message.get("text", "")
    if said == "/start":
        await line(
            "sendMessage",
            chat_id=message["chat"]["id"],
            text="<b>Halo</b>, ketik /bantuan",
            parse_mode="HTML",
            reply_markup=MENU,
        )
    elif "Darurat" in said:
        await line("sendMessage", chat_id=SITI, text=ALERT, reply_markup=TAKE)
    elif contact := message.get("contact"):
        await line("sendMessage", chat_id=SITI, text=f"Nomor {contact['phone_number']}")


@pytest_asyncio.fixture(loop_scope="session")
async def base(api: BotApi, hands: Hands) -> AsyncIterator[str]:
    async def search(_: str) -> Found:
        return Found([CastMember(31, "Dewi Lestari", "bidan", "081200000031")])

    async def move(minutes: float) -> None:
        hands.passes(minutes * 60)

    app = web.Application()
    api.routes(app)
    phones.add_routes(app, api, CAST, search=search, move=move, now=hands.now, zone="WIB")
    async with served(app) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def bot(base: str) -> AsyncIterator[None]:
    async with ClientSession() as session:
        task = asyncio.create_task(scripted(Line(base, session)))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(("screen", "scheme"), [(WIDE, "light"), (SMALL, "dark")], ids=["wide", "small and dark"])
async def test_an_alarm_is_raised_and_taken_on_the_page(
    chromium: Browser, base: str, api: BotApi, screen: dict[str, int], scheme: str
) -> None:
    async with opened(chromium, base, viewport=screen, color_scheme=scheme, has_touch=screen is SMALL) as page:
        phone = page.get_by_role("region", name="Siti")
        await phone.get_by_role("button", name="/start").click()
        await expect(phone.locator(".bubble b")).to_have_text("Halo")
        await phone.locator(".keys").get_by_role("button", name="Darurat").click()
        alert = phone.locator(".said.red")
        await expect(alert.locator("strong")).to_have_text("🔴 MERAH L-0001: Pingsan")
        await expect(alert.locator(".words")).to_contain_text("<b>TPS 001</b>")  # no markup was asked for
        await expect(alert.get_by_role("link")).to_have_text("maps.example/search…")
        assert await fits(page, alert.get_by_role("button", name="Saya tangani"))
        assert await fits(page, phone.locator(".keys").get_by_role("button", name="Darurat"))
        await alert.get_by_role("button", name="Saya tangani").click()
        await expect(phone.get_by_role("status").filter(has_text="Dicatat")).to_be_visible()
        await expect(phone.locator(".said.over")).to_contain_text("✅ Ditangani")
        await expect(phone.locator(".chat").get_by_role("button", name="Saya tangani")).to_have_count(0)
        assert api.counts["answerCallbackQuery"] == 1


@pytest.mark.usefixtures("bot")
async def test_contact_photo_place_and_clock_on_the_page(chromium: Browser, base: str) -> None:
    async with opened(chromium, base, viewport=WIDE) as page:
        phone = page.get_by_role("region", name="Siti")
        await phone.get_by_role("button", name="/start").click()
        await phone.get_by_role("button", name="Kirim nomor saya").click()
        await expect(phone.locator(".log")).to_contain_text("Nomor 6281234567890")
        for act, seen in (
            ("Foto", ".mine img"),
            ("Lokasi", ".mine .card:has-text('-7.98')"),
            ("Pesan suara", ".mine .card button"),
        ):
            await phone.locator("summary").click()
            await phone.get_by_role("button", name=act, exact=True).click()
            await expect(phone.locator(seen)).to_be_visible()
        assert await phone.locator(".mine img").evaluate("image => image.decode().then(() => image.naturalWidth)")
        await expect(page.locator("#time")).to_contain_text("07.00")
        await page.get_by_role("button", name="+5 mnt").click()
        await expect(page.locator("#time")).to_contain_text("07.05")
        await phone.locator("summary").click()
        await phone.get_by_role("button", name="Blokir bot").click()
        await expect(phone.locator(".stopped")).to_be_visible()
        await phone.get_by_role("button", name="Buka blokir").click()
        await expect(phone.locator(".compose")).to_be_visible()


async def test_another_persons_phone_is_taken_up(chromium: Browser, base: str, api: BotApi) -> None:
    async with opened(chromium, base, viewport=SMALL, has_touch=True) as page:
        await page.locator(".tabs").get_by_role("button", name="Rina").click()
        rina = page.get_by_role("region", name="Rina")
        await expect(rina).to_be_in_viewport(ratio=0.9)
        await rina.get_by_role("button", name="Ganti orang").click()
        await page.get_by_role("button", name="Dewi Lestari").click()
        dewi = page.get_by_role("region", name="Dewi Lestari")
        await dewi.get_by_label("Tulis pesan").fill("<img src=x onerror=alert(1)>")
        await dewi.get_by_role("button", name="Kirim", exact=True).click()
        await expect(dewi.locator(".mine .words")).to_contain_text("<img src=x onerror=alert(1)>")
        assert len(api.updates) == 1


@pytest.mark.usefixtures("bot")
async def test_the_keyboard_and_other_chats_stay_where_they_were(chromium: Browser, base: str) -> None:
    async with opened(chromium, base, viewport=WIDE) as page:
        siti, rina = page.get_by_role("region", name="Siti"), page.get_by_role("region", name="Rina")
        await siti.get_by_role("button", name="/start").click()
        for _ in range(12):
            await siti.locator(".keys").get_by_role("button", name="Darurat").press("Enter")
        await expect(siti.locator(".said.red")).to_have_count(12)
        await siti.get_by_label("Tulis pesan").fill("/start")
        await siti.locator(".keys").get_by_role("button", name="Darurat").focus()
        await siti.locator(".compose").evaluate("form => form.requestSubmit()")
        await expect(siti.locator(".bubble", has_text="ketik /bantuan")).to_have_count(2)
        assert await siti.evaluate("node => node.contains(document.activeElement)"), "its keys are new"
        await siti.locator("summary").click()
        await siti.get_by_role("button", name="Foto", exact=True).focus()
        await page.keyboard.press("Escape")
        await expect(siti.locator(".more")).not_to_have_attribute("open", "")
        await expect(siti.locator("summary")).to_be_focused()
        await siti.locator(".log").evaluate("node => { node.scrollTop = 40; node.firstElementChild.dataset.old = ''; }")
        await rina.get_by_role("button", name="Ganti orang").click()
        await page.get_by_role("button", name="Dewi Lestari").click()
        await expect(siti.locator("[data-old]")).to_have_count(0)
        await expect(siti.locator(".said.red")).to_have_count(12)
        assert await siti.locator(".log").evaluate("node => node.scrollTop") == 40


async def test_what_does_not_go_stays_written(chromium: Browser, base: str) -> None:
    async with opened(chromium, base, viewport=WIDE) as page:
        siti = page.get_by_role("region", name="Siti")
        field = siti.get_by_label("Tulis pesan")
        await page.evaluate("() => { window.there = fetch; window.fetch = () => Promise.reject(new TypeError('Failed to fetch')); }")
        await field.fill("Kami butuh obat")
        await field.press("Enter")
        await expect(siti.locator(".toast")).to_contain_text("Belum terkirim")
        await expect(field).to_have_value("Kami butuh obat")
        await siti.get_by_role("button", name="Ganti orang").click()
        await expect(page.get_by_role("dialog")).to_contain_text("Belum terhubung")
        await page.keyboard.press("Escape")
        await page.evaluate("() => { window.fetch = window.there; }")
        await field.press("Enter")
        await expect(siti.locator(".mine .words")).to_contain_text("Kami butuh obat")
        await expect(field).to_have_value("")
