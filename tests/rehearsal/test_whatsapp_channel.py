"""Our own channel and the rehearsal's Cloud API: what one says, the other shows; what people do there, it hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime

import pytest

from bot.channels.whatsapp.listen import hear
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.channels.whatsapp.split import split
from bot.channels.whatsapp.template import Draft
from bot.rehearsal import files
from bot.rehearsal.cloud.api import CloudApi
from messages import incident, sheet
from messages.chat import Address, Ask, Choice, Contact, File, Happened, Heard, NoTemplate, Said, Template
from messages.render import render

from .conftest import Hands
from .meta import ACCOUNT, PHONE, SITI_ID, SITI_NUMBER, WA_TOKEN, Callback, Graph, told

TAKE = ((Choice("✋ Saya tangani", "take:7"), Choice("Tidak bisa", "decline:7")),)


@pytest.fixture
async def channel(graph: Graph, hands: Hands) -> AsyncIterator[WhatsAppChannel]:
    channel = WhatsAppChannel(WA_TOKEN, PHONE, graph.base, now=hands.now, account_id=ACCOUNT)
    await channel.start()
    yield channel
    await channel.stop()


async def heard(cloud: CloudApi, callback: Callback, now: Callable[[], datetime]) -> list[Heard | Happened]:
    await told(cloud)
    found = [hear(event, now()) for body in callback.bodies for event in split(body, PHONE)]
    callback.bodies.clear()
    return [each for each in found if each]


async def test_what_is_said_is_shown_and_a_tap_comes_back(
    channel: WhatsAppChannel, cloud: CloudApi, callback: Callback, hands: Hands
) -> None:
    cloud.say(SITI_ID, "Darurat")
    (first,) = await heard(cloud, callback, hands.now)
    assert isinstance(first, Heard)
    assert (first.text, first.sender.id, first.phone) == ("Darurat", SITI_NUMBER, f"+{SITI_NUMBER}")

    await channel.speak(first.chat, render(incident.Call(), "WIB"))
    cloud.tap(SITI_ID, None, "Sesak atau ny")
    shown = await channel.speak(first.chat, Said("L-0007", choices=TAKE))
    cloud.tap(SITI_ID, shown, "Saya tangani")
    said = [each for each in await heard(cloud, callback, hands.now) if isinstance(each, Heard)]
    kind, tap = sorted(said, key=lambda each: bool(each.choice))  # Meta keeps no order
    assert kind.text == "Sesak atau nyeri dada"
    assert (tap.choice, tap.message) == ("take:7", shown)
    assert tap.tap


async def test_files_and_places_go_both_ways(
    channel: WhatsAppChannel, cloud: CloudApi, callback: Callback, hands: Hands
) -> None:
    cloud.send_photo(SITI_ID, "Bukti")
    cloud.share_location(SITI_ID)
    photo, place = [each for each in await heard(cloud, callback, hands.now) if isinstance(each, Heard)]
    assert photo.file and place.place
    assert await channel.fetch(photo.file.ref) == (files.SAMPLE_PHOTO, ".jpg")
    book = File("document", "", "siaran.xlsx", content=sheet.xlsx(["a"], [["b"]]))
    for said in (Said("ini", file=photo.file), Said("ini", file=photo.file, choices=TAKE), Said("x", file=book),
                 Said("di sini", place=place.place), Said(place=place.place), Said("mana?", keyboard=((Ask("place", "x"),),))):  # fmt: skip
        await channel.speak(photo.chat, said)
    assert [one.type for one in cloud.sent] == ["image", "interactive", "document", "text", "location", "interactive"]


async def test_who_hides_his_number_gives_it_when_asked(
    channel: WhatsAppChannel, cloud: CloudApi, callback: Callback, hands: Hands
) -> None:
    cloud.add_person("6281211112222", "ID.7", "Budi", hidden=True)
    cloud.say("ID.7", "halo")
    (first,) = await heard(cloud, callback, hands.now)
    assert isinstance(first, Heard)
    assert (first.sender.id, first.phone) == ("ID.7", "")
    asked = await channel.speak(first.chat, Said("Nomor?", keyboard=((Ask("contact", "x"),),)))
    cloud.share_own_contact("ID.7", asked)
    given = [each for each in await heard(cloud, callback, hands.now) if isinstance(each, Heard)][-1]
    assert given.contact == Contact("+6281211112222", own=True)
    assert (given.sender.id, given.phone) == ("6281211112222", "+6281211112222")  # visible from now on


async def test_a_template_goes_out_where_words_may_not(
    channel: WhatsAppChannel, cloud: CloudApi, callback: Callback, hands: Hands
) -> None:
    siti = Address("whatsapp", SITI_NUMBER)
    await channel.submit_template(Draft("alert_red", "Laporan {{1}} di {{2}} menunggu.", ("L-1", "TPS 1"), ("Siap",)))
    (approval,) = await channel.templates()
    assert approval.name == "alert_red"
    said = Said("x", template=Template("alert_red", values=("L-0007", "TPS 012\nKasin"), taps=("take:7",)))
    await channel.speak(siti, said)
    assert cloud.sent[-1].text == "Laporan L-0007 di TPS 012 / Kasin menunggu."
    with pytest.raises(NoTemplate):
        await channel.speak(siti, replace(said, template=Template("lain")))
    assert (await channel.me()).id == PHONE
    cloud.opt_out(SITI_ID)
    assert "stopped" in {each.what for each in await heard(cloud, callback, hands.now) if isinstance(each, Happened)}
