"""A photo, voice note or document sent on one platform is shown on the other: fetched once, and brought there once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest

from bot.attachments import HELD, Carrier, WithFiles
from bot.channels.telegram.speak import TelegramChannel
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.rehearsal import files
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.cloud.api import CloudApi
from messages.chat import Address, Choice, File, Refused, Said, Unreachable
from storage.database import Database

from .conftest import SITI, TOKEN, Hands
from .meta import ACCOUNT, PHONE, SITI_ID, SITI_NUMBER, WA_TOKEN, Graph

ON_TELEGRAM, ON_WHATSAPP = Address("telegram", str(SITI)), Address("whatsapp", SITI_NUMBER)
NO_DATABASE = cast(Database, None)  # nothing of ours is made here


class Both:
    """Both channels over HTTP, each with the other's files."""

    def __init__(self, telegram: TelegramChannel, whatsapp: WhatsAppChannel) -> None:
        self.carrier = Carrier({"telegram": telegram, "whatsapp": whatsapp})
        self.telegram = WithFiles(telegram, NO_DATABASE, self.carrier)
        self.whatsapp = WithFiles(whatsapp, NO_DATABASE, self.carrier)


@pytest.fixture
async def both(base: str, graph: Graph, cloud: CloudApi, hands: Hands) -> AsyncIterator[Both]:
    telegram = TelegramChannel(TOKEN, base)
    whatsapp = WhatsAppChannel(WA_TOKEN, PHONE, graph.base, now=hands.now, account_id=ACCOUNT)
    await telegram.start()
    await whatsapp.start()
    cloud.say(SITI_ID, "Halo")  # her window is open
    yield Both(telegram, whatsapp)
    await telegram.stop()
    await whatsapp.stop()


def here(hands: Hands) -> Address:
    return Address(ON_WHATSAPP.channel, ON_WHATSAPP.id, hands.now())


async def test_a_photo_of_telegram_is_shown_on_whatsapp(both: Both, api: BotApi, cloud: CloudApi, hands: Hands) -> None:
    sent = api.files.add("photo", files.SAMPLE_PHOTO)
    said = Said("Bukti", file=File("photo", sent.id))
    first, again = await both.whatsapp.speak(here(hands), said), await both.whatsapp.speak(here(hands), said)
    assert first != again
    ids = [one.body["image"]["id"] for one in cloud.sent]
    assert len(set(ids)) == 1, "brought there once"
    medium = cloud.media.get(ids[0])
    assert medium is not None
    assert (medium.mime_type, medium.data) == ("image/jpeg", files.SAMPLE_PHOTO)
    with_buttons = Said("Bukti", file=said.file, choices=((Choice("Sudah", "r:1"),),))
    await both.whatsapp.speak(here(hands), with_buttons)
    assert cloud.sent[-1].body["interactive"]["header"]["image"]["id"] == ids[0]


async def test_a_voice_note_of_telegram_is_heard_on_whatsapp(both: Both, api: BotApi, cloud: CloudApi, hands: Hands) -> None:
    sent = api.files.add("voice", files.SAMPLE_VOICE)
    await both.whatsapp.speak(here(hands), Said(file=File("voice", sent.id)))
    medium = cloud.media.get(cloud.sent[-1].body["audio"]["id"])
    assert medium is not None
    assert medium.data == files.SAMPLE_VOICE


@pytest.mark.parametrize(("kind", "type_", "data"), [("photo", "image/jpeg", files.SAMPLE_PHOTO), ("voice", "audio/ogg", files.SAMPLE_VOICE), ("document", "application/pdf", b"%PDF-1.4")])
async def test_what_whatsapp_has_is_shown_on_telegram(both: Both, api: BotApi, cloud: CloudApi, kind: str, type_: str, data: bytes) -> None:
    medium = cloud.media.add(type_, data)
    said = Said("Bukti", file=File(kind, medium.id))  # type: ignore[arg-type]
    for _ in range(2):
        await both.telegram.speak(ON_TELEGRAM, said)
    first, second = (one.params[kind] for one in api.sent)
    assert not isinstance(first, str), "its bytes"
    assert isinstance(second, str), "brought there once"
    assert api.files.get(second).data == data


async def test_what_cannot_be_fetched_is_refused_or_comes_again(both: Both, cloud: CloudApi, hands: Hands, base: str) -> None:
    with pytest.raises(Refused, match="could not be fetched from telegram"):
        await both.whatsapp.speak(here(hands), Said("x", file=File("photo", "AgACnobody")))
    alone = Carrier({})
    with pytest.raises(Refused, match="not set up"):
        await alone.fetch("AgACnobody")
    nowhere = TelegramChannel(TOKEN, "http://127.0.0.1:9")
    await nowhere.start()
    with pytest.raises(Unreachable):
        await Carrier({"telegram": nowhere}).fetch("AgACnobody")
    await nowhere.stop()
    assert not cloud.sent


async def test_of_files_in_hand_only_the_last_few_are_kept(both: Both, api: BotApi) -> None:
    for _ in range(HELD + 2):
        await both.carrier.fetch(api.files.add("photo", files.SAMPLE_PHOTO).id)
    assert len(both.carrier._held) == HELD
