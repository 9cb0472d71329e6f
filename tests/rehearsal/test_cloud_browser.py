"""A phone that shows WhatsApp, in a real browser, beside one that shows Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from playwright.async_api import Browser, expect

from bot.rehearsal import page as phones
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.phones import CastMember, Found

from . import meta
from .browsing import ON_ITS_LOOP, SMALL, WIDE, fits, opened
from .conftest import RINA, SITI, Hands, served
from .meta import Callback, Graph

pytestmark = [pytest.mark.browser, ON_ITS_LOOP]

BUDI, DEWI = 41, 42
CAST = [
    CastMember(SITI, "dr. Siti Aminah, S.Ked.", "dokter", "081234567890"),
    CastMember(BUDI, "Budi Santoso", "KPPS, TPS 001 Arjosari", "081211112222", "whatsapp"),
    CastMember(RINA, "Rina", "koordinator", "081200000012"),
    CastMember(DEWI, "Dewi Lestari", "bidan", "", "whatsapp"),
]
ALERT = "🔴 MERAH L-0001: Pingsan\n📍 *TPS 001*, https://maps.example/search?query=" + "Arjosari" * 9
KINDS = [
    {"id": "k:1", "title": "Pingsan", "description": "tidak sadar, atau baru sadar lagi"},
    {"id": "k:2", "title": "Nyeri dada"},
    {"id": "k:3", "title": "Sesak napas"},
]


class Bot(Callback):
    """A bot of a few lines: asks what happened by a list, calls for help by buttons."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        self.tasks: set[asyncio.Task[None]] = set()

    async def take(self, request: web.Request) -> web.Response:
        before = len(self.messages())
        answer = await super().take(request)
        for message in self.messages()[before:]:
            task = asyncio.create_task(self.answer(message))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return answer

    async def answer(self, message: dict[str, Any]) -> None:
        whom = {"to": message.get("from"), "recipient": message["from_user_id"]}
        await self.graph.read(message["id"])
        match message.get("interactive", message)["type"]:
            case "list_reply":
                await self.graph.send(**whom, type="interactive", interactive=alert())
            case "button_reply":
                await self.graph.send(
                    **whom, text={"body": "✅ Dicatat"}, context={"message_id": message["context"]["id"]}
                )
            case "text":
                await self.graph.send(**whom, type="interactive", interactive=question())


def question() -> dict[str, Any]:
    return {
        "type": "list",
        "header": {"type": "text", "text": "Darurat"},
        "body": {"text": "Apa yang *terjadi* pada _KPPS_?"},
        "action": {"button": "Pilih keadaan", "sections": [{"title": "Keadaan", "rows": KINDS}]},
    }


def alert() -> dict[str, Any]:
    labels = ("Saya tangani", "Tidak bisa", "Keterangan")
    replies = [{"type": "reply", "reply": {"id": label, "title": label}} for label in labels]
    return {"type": "button", "body": {"text": ALERT}, "footer": {"text": "Siaga TPS"}, "action": {"buttons": replies}}


@pytest.fixture
def cloud(hands: Hands) -> CloudApi:
    return CloudApi(meta.WA_TOKEN, meta.PHONE, meta.ACCOUNT, meta.SECRET, meta.VERIFY, now=hands.now)


@pytest_asyncio.fixture(loop_scope="session")
async def base(api: BotApi, cloud: CloudApi, hands: Hands) -> AsyncIterator[str]:
    async def search(_: str) -> Found:
        return Found([CastMember(51, "Agus Salim", "PPS", "081200000051", "whatsapp")])

    async def move(minutes: float) -> None:
        hands.passes(minutes * 60)

    app = web.Application()
    api.routes(app)
    cloud.routes(app)
    phones.add_routes(app, api, CAST, search=search, move=move, now=hands.now, zone="WIB", cloud=cloud)
    async with ClientSession() as session:
        bot = Bot(Graph("", session))
        bot.routes(app)
        async with served(app) as address:
            bot.graph.base = address
            await cloud.subscribe(f"{address}/callback")
            yield address


@pytest.mark.parametrize(("screen", "scheme"), [(WIDE, "light"), (SMALL, "dark")], ids=["wide", "small and dark"])
async def test_a_list_is_opened_and_an_alert_taken(
    chromium: Browser, base: str, cloud: CloudApi, screen: dict[str, int], scheme: str
) -> None:
    async with opened(chromium, base, viewport=screen, color_scheme=scheme, has_touch=screen is SMALL) as page:
        if screen is SMALL:
            await page.locator(".tabs").get_by_role("button", name="Budi").click()
        phone = page.get_by_role("region", name="Budi")
        await expect(phone).to_be_in_viewport(ratio=0.9)
        await phone.get_by_role("button", name="Halo").click()
        await expect(phone.locator(".mine .ticks")).to_have_attribute("aria-label", "Dibaca")
        question = phone.locator(".said").filter(has_text="Apa yang")
        await expect(question.locator(".words b")).to_have_text("terjadi")
        await expect(question.locator(".head")).to_have_text("Darurat")
        await question.get_by_role("button", name="Pilih keadaan").click()
        sheet = phone.get_by_role("dialog", name="Pilih keadaan")
        for row in ("Pingsan", "Nyeri dada", "Sesak napas"):
            assert await fits(page, sheet.get_by_role("button", name=row))
        await page.keyboard.press("Escape")
        await expect(sheet).to_be_hidden()
        await question.get_by_role("button", name="Pilih keadaan").click()
        await sheet.get_by_role("button", name="Pingsan").click()
        alert = phone.locator(".said").filter(has_text="MERAH L-0001")
        await expect(alert.get_by_role("link")).to_have_text("maps.example/search…")
        await expect(alert.locator(".foot")).to_contain_text("Siaga TPS")
        for label in ("Saya tangani", "Tidak bisa", "Keterangan"):
            assert await fits(page, alert.get_by_role("button", name=label))
        await alert.get_by_role("button", name="Saya tangani").click()
        await expect(phone.locator(".said").last).to_contain_text("✅ Dicatat")
        await expect(phone.locator(".said").last.locator(".reply")).to_contain_text("MERAH L-0001")
        assert [sent.labels for sent in cloud.sent] == [
            ["Pingsan", "Nyeri dada", "Sesak napas"], ["Saya tangani", "Tidak bisa", "Keterangan"], [],
        ]  # fmt: skip


async def test_photo_place_voice_and_a_phone_that_is_off(chromium: Browser, base: str, cloud: CloudApi) -> None:
    async with opened(chromium, base, viewport=WIDE) as page:
        phone = page.get_by_role("region", name="Dewi")
        for act, seen in (
            ("Foto", ".mine img"),
            ("Lokasi", ".mine .card:has-text('-7.98')"),
            ("Pesan suara", ".mine .card button"),
            ("Kontak orang lain", ".mine .card:has-text('Budi Santoso')"),
        ):
            await phone.locator("summary").click()
            await phone.get_by_role("button", name=act, exact=True).click()
            await expect(phone.locator(seen)).to_be_visible()
        assert await phone.locator(".mine img").evaluate("image => image.decode().then(() => image.naturalWidth)")
        await phone.locator("summary").click()
        await phone.get_by_role("button", name="Matikan ponsel").click()
        await expect(phone.locator(".stopped")).to_be_visible()
        dewi = cloud.phones.person(f"ID.{DEWI}")
        assert (dewi.reach, dewi.number, dewi.hidden) == ("sent", "", True)
        await phone.get_by_role("button", name="Nyalakan").click()
        await phone.get_by_label("Tulis pesan").fill("<img src=x onerror=alert(1)> /bantuan")
        await phone.get_by_role("button", name="Kirim", exact=True).click()
        await expect(phone.locator(".mine .words")).to_contain_text("<img src=x onerror=alert(1)> /bantuan")


async def test_a_place_on_the_table_changes_its_app(chromium: Browser, base: str, cloud: CloudApi) -> None:
    async with opened(chromium, base, viewport=SMALL, has_touch=True) as page:
        await page.locator(".tabs").get_by_role("button", name="Rina").click()
        await page.get_by_role("region", name="Rina").get_by_role("button", name="Ganti orang").click()
        await page.get_by_role("button", name="Angkat Agus Salim di WhatsApp").click()
        agus = page.get_by_role("region", name="Agus Salim")
        await expect(agus).to_have_class("phone whatsapp")
        await agus.get_by_role("button", name="Halo").click()
        await expect(agus.locator(".answer")).to_have_text("Pilih keadaan")
        assert cloud.phones.person("6281200000051").name == "Agus Salim"
        await page.locator(".tabs").get_by_role("button", name="Siti").click()
        await expect(page.get_by_role("region", name="Siti")).to_be_in_viewport(ratio=0.9)
