"""pywa itself speaks to it and reads its webhooks, as it does with Meta."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pywa import errors
from pywa.types import templates
from pywa_async import WhatsApp
from pywa_async import types as wa

from bot.rehearsal import files
from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.cloud.limits import Limits

from .meta import ACCOUNT, PHONE, SECRET, SITI_ID, SITI_NUMBER, VERIFY, WA_TOKEN, Callback, Graph, told


class ToLoopback(httpx.AsyncHTTPTransport):
    """pywa has no option for another address, so the transport takes graph.facebook.com to ours."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._to = httpx.URL(base)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self._to.host, port=self._to.port)
        request.headers["Host"] = request.url.netloc.decode()
        return await super().handle_async_request(request)


@pytest.fixture
async def business(graph: Graph, callback: Callback) -> AsyncIterator[WhatsApp]:
    async with httpx.AsyncClient(transport=ToLoopback(graph.base), trust_env=False) as session:
        yield WhatsApp(PHONE, WA_TOKEN, session=session, waba_id=ACCOUNT, app_secret=SECRET, verify_token=VERIFY)


class Ear:
    """Everything that the callback got, as pywa understands it."""

    def __init__(self, business: WhatsApp, cloud: CloudApi, callback: Callback) -> None:
        self.business, self.cloud, self.callback = business, cloud, callback
        self.updates: list[Any] = []
        for on in (business.on_message, business.on_callback_button, business.on_callback_selection,
                   business.on_message_status, business.on_user_marketing_preferences):  # fmt: skip
            on(self.note)

    async def note(self, _: WhatsApp, update: Any) -> None:
        self.updates.append(update)

    async def heard(self) -> list[Any]:
        await told(self.cloud)
        for body in self.callback.bodies:
            await self.business.webhook_update_handler(json.dumps(body).encode())
        self.callback.bodies.clear()
        heard, self.updates = self.updates, []
        return heard


async def test_it_says_everything_that_a_bot_says(business: WhatsApp, cloud: CloudApi) -> None:
    cloud.say(SITI_ID, "Halo")
    sent = await business.send_message(SITI_NUMBER, "Selamat pagi")
    assert (sent.id, sent.to) == (cloud.sent[-1].message_id, SITI_NUMBER)
    await business.send_message(SITI_ID, "Pilih", buttons=[wa.Button("Saya tangani", callback_data="take:7")])
    assert (cloud.sent[-1].to, cloud.sent[-1].labels) == (SITI_ID, ["Saya tangani"])
    section = wa.Section("Keadaan", [wa.SectionRow("Pingsan", "k:1", "tidak sadar")])
    await business.send_message(
        SITI_NUMBER, "Apa?", buttons=wa.SectionList("Pilih", [section]), header="Darurat", footer="TPS"
    )
    assert cloud.sent[-1].shown == {
        "header": "Darurat",
        "text": "Apa?",
        "footer": "TPS",
        "list": {
            "button": "Pilih",
            "sections": [
                {"title": "Keadaan", "rows": [{"id": "k:1", "title": "Pingsan", "description": "tidak sadar"}]}
            ],
        },
    }
    await business.request_location(SITI_NUMBER, "Di mana?")
    await business.send_location(SITI_NUMBER, -7.98, 112.63, name="TPS 001")
    await business.send_image(SITI_NUMBER, files.SAMPLE_PHOTO, caption="Bukti", mime_type="image/jpeg")
    await business.send_document(SITI_NUMBER, b"%PDF-", filename="kasus.pdf", mime_type="application/pdf")
    await business.send_reaction(SITI_NUMBER, "👍", cloud.say(SITI_ID, "terima kasih"))
    assert [one.type for one in cloud.sent] == [
        "text", "interactive", "interactive", "interactive", "location", "image", "document", "reaction",
    ]  # fmt: skip


async def test_it_makes_lists_and_sends_templates(business: WhatsApp, cloud: CloudApi) -> None:
    body = templates.BodyText("Halo {{1}}, TPS {{2}} menunggu.", "Siti", "001")
    template = templates.Template(
        name="salam",
        language=templates.TemplateLanguage.INDONESIAN,
        category=templates.TemplateCategory.UTILITY,
        parameter_format=templates.ParamFormat.POSITIONAL,
        components=[body, templates.Buttons(buttons=[templates.QuickReplyButton(text="Siap")])],
    )
    assert (await business.create_template(template)).status == templates.TemplateStatus.PENDING
    (listed,) = await business.get_templates()
    assert (listed.name, listed.status) == ("salam", templates.TemplateStatus.APPROVED)
    params = [body.params("Budi", "002"), templates.QuickReplyButton.params(callback_data="ok:1", index=0)]
    await business.send_template(SITI_NUMBER, "salam", templates.TemplateLanguage.INDONESIAN, params)
    assert (cloud.sent[-1].text, cloud.sent[-1].shown["buttons"][0]["id"]) == ("Halo Budi, TPS 002 menunggu.", "ok:1")
    short = templates.BodyText("Halo {{1}}, apa kabar?", "Siti").params("Budi")
    with pytest.raises(errors.TemplateParamCountMismatch):
        await business.send_template(SITI_NUMBER, "salam", templates.TemplateLanguage.INDONESIAN, [short])
    with pytest.raises(errors.TemplateNotExists):
        await business.send_template(SITI_NUMBER, "lain", templates.TemplateLanguage.INDONESIAN, [])


async def test_it_understands_what_people_do(business: WhatsApp, cloud: CloudApi, callback: Callback) -> None:
    ear = Ear(business, cloud, callback)
    cloud.say(SITI_ID, "Halo")
    cloud.send_photo(SITI_ID, "Bukti")
    cloud.share_location(SITI_ID)
    cloud.send_contact(SITI_ID, "Dewi", "081233334444")
    cloud.send_unsupported(SITI_ID)
    updates = {str(one.type.value): one for one in await ear.heard()}
    assert updates.keys() == {"text", "image", "location", "contacts", "unsupported"}
    assert (updates["text"].text, updates["text"].from_user.bsuid) == ("Halo", SITI_ID)
    assert updates["text"].from_user.wa_id == SITI_NUMBER
    assert await updates["image"].image.get_bytes() == files.SAMPLE_PHOTO
    assert updates["unsupported"].error.code == 131051
    rows = wa.SectionList("Pilih", [wa.Section("Keadaan", [wa.SectionRow("Pingsan", "k:1")])])
    await business.send_message(SITI_NUMBER, "Ya?", buttons=[wa.Button("Ya", "yes")])
    await business.send_message(SITI_NUMBER, "Apa?", buttons=rows)
    statuses = await ear.heard()
    assert {str(one.status.value) for one in statuses} == {"sent", "delivered", "read"}
    cloud.tap(SITI_ID, None, "Ya")
    cloud.tap(SITI_ID, None, "Pingsan")
    cloud.opt_out(SITI_ID)
    taps = {type(one).__name__: one for one in await ear.heard()}
    assert (taps["CallbackButton"].data, taps["CallbackSelection"].data) == ("yes", "k:1")
    assert not taps["UserMarketingPreferences"]


@pytest.mark.parametrize("wa_limits", [Limits(pair_burst=1)], ids=["no burst"])
async def test_it_raises_what_it_raises_at_meta(business: WhatsApp, cloud: CloudApi) -> None:
    await business.send_message(SITI_NUMBER, "x")
    with pytest.raises(errors.TooManyMessages):
        await business.send_message(SITI_NUMBER, "x")
    with pytest.raises(errors.WhatsAppError) as long:
        await business.send_message("6281211112222", "x" * 5000)
    assert (long.value.code, long.value.status_code) == (100, 400)
    with pytest.raises(errors.InvalidParameter) as four:
        await business.send_message(SITI_NUMBER, "x", buttons=[wa.Button(f"{at}", f"{at}") for at in range(4)])
    assert four.value.details == "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"
    cloud.token = "another"
    with pytest.raises(errors.ExpiredAccessToken):
        await business.send_message("6281211112222", "x")


async def test_it_reads_the_numbers_state(business: WhatsApp) -> None:
    number = await business.get_business_phone_number()
    assert (number.verified_name, number.quality_rating) == ("Siaga TPS", "GREEN")
