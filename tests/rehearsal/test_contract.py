"""What the product expects of every platform, held against each channel over HTTP to the rehearsal's server of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable

import pytest

from bot.channels.telegram.listen import hear as hear_telegram
from bot.channels.telegram.poll import Polling
from bot.channels.telegram.speak import TelegramChannel
from bot.channels.whatsapp.listen import hear as hear_whatsapp
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.channels.whatsapp.split import split
from bot.rehearsal import files
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.cloud.api import CloudApi
from messages.chat import Address, Ask, Channel, Choice, File, Happened, Heard, Place, Said, Trouble, Unreachable

from .conftest import SITI, TOKEN, Hands
from .meta import ACCOUNT, PHONE, SITI_ID, SITI_NUMBER, WA_TOKEN, Callback, Graph, told

PAIR = ((Choice("✋ Saya tangani", "take:7"), Choice("Tidak bisa", "decline:7")),)


class World(ABC):
    """A platform with Siti on it, who has written to us. Her acts, what we hear of them, and what her phone shows."""

    channel: Channel
    siti: Address

    @abstractmethod
    async def heard(self) -> list[Heard | Happened]: ...
    @abstractmethod
    def says(self, words: str) -> None: ...
    @abstractmethod
    def taps(self, message: str, label: str) -> None: ...
    @abstractmethod
    def presses(self, label: str) -> None: ...
    @abstractmethod
    def sends(self, kind: str) -> None: ...
    @abstractmethod
    def is_at(self, latitude: float, longitude: float) -> None: ...
    @abstractmethod
    def leaves(self) -> None:
        """She wants no more of us, or cannot be reached."""

    @abstractmethod
    def nowhere(self) -> Channel:
        """The same channel where nobody answers."""

    @abstractmethod
    def texts(self) -> list[str]:
        """What her phone shows of what we said, one after the other."""

    async def hears(self) -> Heard:
        (only,) = [each for each in await self.heard() if isinstance(each, Heard)]
        return only


class OnTelegram(World):
    def __init__(self, api: BotApi, base: str, hands: Hands) -> None:
        self.api, self.hands = api, hands
        self.channel, self.polling = TelegramChannel(TOKEN, base), Polling(TOKEN, base)
        self.siti, self.offset = Address("telegram", str(SITI)), 0

    async def heard(self) -> list[Heard | Happened]:
        raw = await self.polling.fetch(self.offset or None, 0)
        self.offset = max([self.offset, *(each["update_id"] + 1 for each in raw)])
        found = [hear_telegram(each, "siaga_bot", self.hands.now()) for each in raw]
        return [each for each in found if each is not None]

    def says(self, words: str) -> None:
        self.api.say(SITI, words)

    def taps(self, message: str, label: str) -> None:
        self.api.press(SITI, int(message), label)

    def presses(self, label: str) -> None:
        self.api.press(SITI, None, label)

    def sends(self, kind: str) -> None:
        self.api.send_photo(SITI, "Bukti") if kind == "photo" else self.api.send_voice(SITI)

    def is_at(self, latitude: float, longitude: float) -> None:
        self.api.share_location(SITI, latitude, longitude)

    def leaves(self) -> None:
        self.api.block(SITI)

    def nowhere(self) -> Channel:
        return TelegramChannel(TOKEN, "http://127.0.0.1:9")

    def texts(self) -> list[str]:
        ours = [each for each in self.api.phones.chat(SITI).messages.values() if each["from"]["is_bot"]]
        return [str(each.get("text") or each.get("caption") or "") for each in ours]


class OnWhatsApp(World):
    def __init__(self, cloud: CloudApi, graph: Graph, callback: Callback, hands: Hands) -> None:
        self.cloud, self.callback, self.hands = cloud, callback, hands
        self.channel = WhatsAppChannel(WA_TOKEN, PHONE, graph.base, now=hands.now, account_id=ACCOUNT)
        self.siti = Address("whatsapp", SITI_NUMBER, hands.now())

    async def heard(self) -> list[Heard | Happened]:
        await told(self.cloud)
        found = [hear_whatsapp(event, self.hands.now()) for body in self.callback.bodies for event in split(body, PHONE)]
        self.callback.bodies.clear()
        return [each for each in found if each is not None]

    def says(self, words: str) -> None:
        self.cloud.say(SITI_ID, words)

    def taps(self, message: str, label: str) -> None:
        self.cloud.tap(SITI_ID, message, label)

    def presses(self, label: str) -> None:
        self.cloud.tap(SITI_ID, None, label)

    def sends(self, kind: str) -> None:
        self.cloud.send_photo(SITI_ID, "Bukti") if kind == "photo" else self.cloud.send_voice(SITI_ID)

    def is_at(self, latitude: float, longitude: float) -> None:
        self.cloud.share_location(SITI_ID, latitude, longitude)

    def leaves(self) -> None:
        self.cloud.failing.append(131026)

    def nowhere(self) -> Channel:
        return WhatsAppChannel(WA_TOKEN, PHONE, "http://127.0.0.1:9", now=self.hands.now)

    def texts(self) -> list[str]:
        return [each.text for each in self.cloud.sent]


@pytest.fixture(params=["telegram", "whatsapp"])
async def world(
    request: pytest.FixtureRequest, api: BotApi, base: str, cloud: CloudApi, graph: Graph, callback: Callback, hands: Hands
) -> AsyncIterator[World]:
    on_telegram = request.param == "telegram"
    found = OnTelegram(api, base, hands) if on_telegram else OnWhatsApp(cloud, graph, callback, hands)
    await found.channel.start()  # type: ignore[attr-defined]
    found.says("Halo")
    await found.heard()
    yield found
    await found.channel.stop()  # type: ignore[attr-defined]
    if isinstance(found, OnTelegram):
        await found.polling.close()


async def test_words_come_and_go_as_they_are(world: World) -> None:
    words = "<b>TPS 012</b> *tebal* _miring_ & \"kutip\" 😀\nbaris kedua"
    world.says(words)
    said = await world.hears()
    assert (said.text, said.sender, said.chat) == (words, Address(world.siti.channel, world.siti.id), said.sender)
    assert said.update_id
    ids = [await world.channel.speak(world.siti, Said(words)) for _ in range(2)]
    assert world.texts() == [words, words]
    assert all(ids) and ids[0] != ids[1]


async def test_a_button_brings_back_its_data_and_where_it_was_tapped(world: World) -> None:
    first = await world.channel.speak(world.siti, Said("L-0006", choices=((Choice("✋ Saya tangani", "take:6"),),)))
    second = await world.channel.speak(world.siti, Said("L-0007", choices=PAIR))
    world.taps(second, "Tidak bisa")
    tap = await world.hears()
    assert (tap.choice, tap.message) == ("decline:7", second)
    assert tap.tap
    assert await world.channel.speak(world.siti, Said("Baik", answers=tap.tap)) == ""
    world.taps(first, "Saya tangani")
    assert (await world.hears()).choice == "take:6"


async def test_a_key_under_the_text_field_says_its_label(world: World) -> None:
    await world.channel.speak(world.siti, Said("Apa yang terjadi?", keyboard=((Choice("Pingsan", ""), Choice("Kecelakaan", "")), (Choice("Batal", ""),))))
    world.presses("Kecelakaan")
    said = await world.hears()
    assert (said.text, said.choice) == ("Kecelakaan", "")


@pytest.mark.parametrize("count", [1, 3, 4, 10, 13])
async def test_every_button_of_many_can_be_tapped(world: World, count: int) -> None:
    choices = tuple((Choice(f"Pilihan {at}", f"pick:{at}"),) for at in range(count))
    await world.channel.speak(world.siti, Said("Pilih", choices=choices))
    for at in (0, count - 1):
        world.presses(f"Pilihan {at}")  # wherever it lies
        assert (await world.hears()).choice == f"pick:{at}"


async def test_the_longest_words_are_shown_and_not_refused(world: World) -> None:
    assert await world.channel.speak(world.siti, Said("panjang " * 2000))
    assert await world.channel.speak(world.siti, Said("panjang " * 400, choices=PAIR))
    assert world.texts()[0].startswith("panjang panjang")


@pytest.mark.parametrize("kind", ["photo", "voice"])
async def test_a_file_is_heard_shown_again_and_fetched(world: World, kind: str) -> None:
    world.sends(kind)
    said = await world.hears()
    assert said.file
    assert said.file.kind == kind
    assert said.text == ("Bukti" if kind == "photo" else "")
    assert await world.channel.speak(world.siti, Said("ini", file=said.file))
    content, ending = await world.channel.fetch(said.file.ref)
    assert content == (files.SAMPLE_PHOTO if kind == "photo" else files.SAMPLE_VOICE)
    assert ending in {".jpg", ".oga", ".ogg"}


async def test_a_workbook_of_ours_arrives(world: World) -> None:
    book = File("document", "", "siaran-B-0001.xlsx", content=b"PK made")
    assert await world.channel.speak(world.siti, Said("Daftar", file=book))
    assert world.texts()[-1] == "Daftar"


async def test_a_place_is_heard_and_shown(world: World) -> None:
    world.is_at(-7.9666, 112.6326)
    said = await world.hears()
    assert said.place
    assert said.place.latitude == pytest.approx(-7.9666, abs=1e-4)
    assert await world.channel.speak(world.siti, Said(place=Place(-7.9666, 112.6326)))
    assert await world.channel.speak(world.siti, Said("Di mana?", keyboard=((Ask("place", "Kirim lokasi"),),)))


async def test_what_stands_under_a_message_names_it(world: World) -> None:
    first = await world.channel.speak(world.siti, Said("L-0007"))
    assert await world.channel.speak(world.siti, Said("Tambahan", under=first))
    assert world.texts() == ["L-0007", "Tambahan"]


async def test_the_same_act_has_one_key_and_another_has_its_own(world: World) -> None:
    world.says("Pingsan")
    world.says("Pingsan")
    keys = [each.update_id for each in await world.heard()]
    assert len(set(keys)) == 2


async def test_who_cannot_be_reached_is_a_trouble_now_or_told_later(world: World) -> None:
    world.leaves()
    try:
        await world.channel.speak(world.siti, Said("Halo"))
    except Trouble:
        return
    later = [each for each in await world.heard() if isinstance(each, Happened) and each.what == "failed"]
    assert later
    assert later[0].detail.startswith("131026")


async def test_nobody_of_this_name_is_a_trouble(world: World) -> None:
    nobody: Callable[[str], Address] = lambda who: Address(world.siti.channel, who, world.siti.heard_at)  # noqa: E731 - an address, not a step
    with pytest.raises(Trouble):
        await world.channel.speak(nobody("1"), Said("Halo"))


async def test_where_nobody_answers_nothing_was_sent(world: World) -> None:
    nowhere = world.nowhere()
    with pytest.raises(Unreachable):
        await nowhere.speak(world.siti, Said("Halo"))  # not started
    await nowhere.start()  # type: ignore[attr-defined]
    with pytest.raises(Unreachable):
        await nowhere.speak(world.siti, Said("Halo"))
    await nowhere.stop()  # type: ignore[attr-defined]
    assert world.texts() == []
