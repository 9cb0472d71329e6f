"""Sehari di TPS: a voting day from the evening before until the box is handed over, played on the page's own phones."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.rehearsal.hands import Hand, Unanswered
from bot.rehearsal.phones import CastMember
from bot.rehearsal.story import READABLE, Player

EVENING = time(19, 0)
SLOW = 120.0  # seconds of an hour where the ladder climbs, so that it is seen: 1 minute in 2 seconds
ASLEEP, LEAP = 0.5, 0.05  # and where nothing is to be seen
AT_REST = 0.5  # minutes in which what was just changed leaves
SOON = 2.0  # seconds in which an alert comes whose time it is
CARDS = "Kartu BPJS Ketenagakerjaan dan vitamin dibagikan malam ini di balai kelurahan."
TAKE, NUMBER = "Saya tangani", re.compile(r"L-\d{4,}")
NUMBER_ASKED, LINKED = "Kirim nomor saya", "Anda terhubung"


@dataclass(frozen=True)
class Scene:
    """Who plays, and where. `tps` and `kelurahan` are the officers' station."""

    zone: ZoneInfo
    day: date
    tps: int
    kelurahan: str
    officer: CastMember
    second: CastMember  # on WhatsApp, of the same TPS
    chair: CastMember
    workers: tuple[CastMember, ...]
    coordinator: CastMember

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A moment of the day before (-1), of the voting day (0), of the day after (1)."""
        return datetime.combine(self.day + timedelta(days=days), time(hour, minute), self.zone)


MoveDay = Callable[[date], Awaitable[None]]
Clear = Callable[[Sequence[CastMember]], Awaitable[None]]


def next_day(now: datetime, zone: ZoneInfo) -> date:
    """The next voting day whose evening before is still to come."""
    local = now.astimezone(zone)
    return local.date() + timedelta(days=1 if local.time() < EVENING else 2)


class Day:
    """One playing of the story."""

    def __init__(self, player: Player, scene: Scene) -> None:
        self.player, self.scene, player.zone = player, scene, scene.zone
        members = list(dict.fromkeys((scene.officer, scene.chair, *scene.workers, scene.coordinator, scene.second)))
        hands = dict(zip(members, player.takes_up(members), strict=True))
        self.officer, self.chair, self.second = hands[scene.officer], hands[scene.chair], hands[scene.second]
        self.workers = [hands[each] for each in scene.workers]
        self.coordinator, self.everybody = hands[scene.coordinator], list(hands.values())

    async def play(self, move_day: MoveDay, clear: Clear) -> None:
        """All chapters in order; one that a visitor's own taps have spoiled is left out."""
        await self._evening(move_day, clear)
        for chapter in CHAPTERS:
            self.player.chapter()
            try:
                await chapter(self)
            except Unanswered as missing:
                await self.player.tells(f"{missing} Bab ini dilewati; meja dirapikan, cerita berlanjut.", READABLE)
                await self.player.rests(2)
                await self._sets_table(clear)
                await self._link()
        await self.player.tells("Selesai. Setiap langkah tercatat dengan jam dan nama. Ketuk ▶ untuk memutar lagi.")

    async def _evening(self, move_day: MoveDay, clear: Clear) -> None:
        player, scene = self.player, self.scene
        player.chapter()
        await player.tells("H-1. Kasus terbuka ditutup. Hari pemungutan suara dipindah.")
        await self._sets_table(clear)
        await move_day(scene.day)
        await player.awaits(scene.at(-1, 19), "malam sebelum pemungutan suara.", hour=LEAP)
        await player.tells(
            "Pukul {hour} petugas, tenaga kesehatan, dan koordinator menghubungkan ponselnya: satu kali saja."
        )
        await self._link()

    async def _sets_table(self, clear: Clear) -> None:
        """What a visitor did on the phones stands in nobody's way; and what that changes on them has been shown."""
        for hand in self.everybody:
            hand.lets_in()
        await clear([hand.member for hand in self.everybody])
        await self.player.passes(AT_REST)

    async def _link(self) -> None:
        for hand in self.everybody:
            await self._links(hand)

    async def _links(self, hand: Hand) -> None:
        """/start, Setuju, the own number; who is linked already only greets. Other news may come in between."""
        player = self.player
        await player.says(hand, "Mulai" if hand.member.kind == "whatsapp" else "/start")
        await player.sees(hand, "Setuju?", NUMBER_ASKED, LINKED)
        if hand.shows("Setuju?"):
            await player.taps(hand, "Setuju")
            await player.sees(hand, NUMBER_ASKED, LINKED)
        if hand.shows(NUMBER_ASKED):
            await player.taps(hand, NUMBER_ASKED)
            await player.sees(hand, LINKED)

    async def cards(self) -> None:
        """A broadcast that asks for receipts."""
        player, sender = self.player, self.coordinator
        await player.tells("Koordinator membagikan kabar kartu BPJS dan vitamin, dan meminta tanda terima.")
        await player.says(sender, "/siaran")
        await player.sees(sender, "Kepada siapa")
        await player.says(sender, f'peran=KPPS kelurahan="{self.scene.kelurahan}" tps={self.scene.tps}')
        await player.sees(sender, "Kepada:")
        await player.says(sender, CARDS)
        await player.taps(sender, "Ya, minta tanda terima", fresh=True)
        await player.taps(sender, "✅ Kirim", fresh=True)
        await player.passes(0.5)
        crew = list(dict.fromkeys((self.officer, self.second, self.chair)))
        for hand in crew:
            await player.sees(hand, CARDS)
        for hand in (self.officer, self.second):
            await player.taps(hand, "Sudah saya terima", CARDS)
        await player.tells("Ketua KPPS menyatakan terima untuk seluruh rekannya. Koordinator melihat siapa yang belum.")
        await player.taps(self.chair, "Konfirmasi untuk", CARDS)
        await player.taps(self.chair, "Semua anggota", fresh=True)
        await player.passes(0.5)
        await player.taps(sender, "Belum terima", fresh=True)
        await player.sees(sender, "menyatakan terima")

    async def night(self) -> None:
        player, scene = self.player, self.scene
        await player.awaits(scene.at(-1, 20), "pesan malam akan berangkat sendiri.")
        await player.until(scene.at(-1, 20, 1))
        await player.tells("Pukul {hour} pesan malam sudah berangkat sendiri: tidur cukup, siapkan obat rutin.")
        await player.sees(self.chair, "tidur 6–8 jam")
        await player.awaits(scene.at(0, 5), "malam berlalu, lalu pesan pagi berangkat sendiri.", hour=ASLEEP)
        await player.until(scene.at(0, 5, 1))
        await player.tells("Pukul {hour} pesan pagi sudah berangkat: sarapan dulu, bawa air putih.")
        await player.sees(self.chair, "Sarapan dulu")

    async def opens(self) -> None:
        await self.player.awaits(self.scene.at(0, 7), "TPS akan dibuka.")
        await self.player.tells("Pukul {hour} TPS sudah dibuka. Pemungutan suara berjalan.")
        await self.player.awaits(self.scene.at(0, 9, 40), "pemungutan suara berjalan.")

    async def faints(self) -> None:
        """Nobody answers, and the ladder climbs by itself."""
        player, officer, worker = self.player, self.officer, self.workers[0]
        await player.tells("Pukul {hour} seorang anggota KPPS pingsan. Dua ketukan: Darurat, lalu Pingsan.")
        number = await self._reports(officer, "Pingsan")
        await player.sees(worker, number)
        await player.tells(f"{number}: TPS berkedip merah di peta, nakes jaga dipanggil. Belum ada jawaban …")
        await player.passes(2.2, hour=SLOW)
        await player.tells("Tangga naik sendiri: seluruh nakes puskesmas. Pelapor diminta menelepon 119.")
        await player.sees(officer, "sesudah 2 menit")
        await player.passes(1.6, hour=SLOW)
        await player.tells("Naik lagi: puskesmas tetangga dan Dinkes, lalu koordinator kota, sampai ada yang menjawab.")
        await player.passes(3, hour=SLOW)
        await self._takes(worker, number, officer)
        await player.says(worker, "Kami berangkat, 4 menit lagi.")
        await player.sees(officer, "Kami berangkat")
        await player.says(officer, "Sudah sadar, kami tunggu di dalam TPS.")
        await player.sees(worker, "Sudah sadar")
        await player.passes(4, hour=SLOW)
        await self._arrives(worker, number, officer)
        await player.passes(18)
        await self._closes(worker, number, "Membaik", officer)

    async def free_words(self) -> None:
        """Words without a tap, on WhatsApp; one declines, another takes."""
        player, second = self.player, self.second
        await player.awaits(self.scene.at(0, 11, 20), "pemungutan suara berjalan.")
        await player.tells("Pukul {hour} kata bebas di WhatsApp: tanda bahaya dikenali, satu ketukan melaporkan.")
        await player.says(second, f"tolong bu ketua semaput di tps {self.scene.tps}")
        await player.taps(second, "🆘", fresh=True)
        number = await self._number(second)
        first = await self._called(number, self.workers)
        await player.tells(f"{number}: satu nakes menjawab Tidak bisa, yang lain mengambil alih.")
        await player.taps(first, "Tidak bisa", number)
        worker = await self._called(number, [each for each in self.workers if each is not first])
        await self._takes(worker, number, second)
        await player.passes(6, hour=SLOW)
        await self._arrives(worker, number, second)
        await player.passes(10)
        await self._closes(worker, number, "Istirahat", second)

    async def afternoon(self) -> None:
        player, scene = self.player, self.scene
        await player.awaits(scene.at(0, 13), "makan bergantian, lalu TPS ditutup.")
        await player.tells("Pukul {hour} TPS sudah ditutup. Suara dihitung.")
        await player.awaits(scene.at(0, 16), "suara dihitung, lalu ketua ditanya apakah kotak sudah diserahkan.")
        await player.until(scene.at(0, 16, 1))
        await player.tells("Pukul {hour} ketua sudah ditanya: kotak sudah diserahkan? Ia ditanya lagi tiap dua jam.")
        await player.awaits(scene.at(0, 22), "suara masih dihitung; ketua ditanya lagi tiap dua jam.")
        await player.until(scene.at(0, 22, 1))
        await player.sees(self.chair, "kotak sudah diserahkan")

    async def accident(self) -> None:
        """On the road at night, with the box."""
        player, officer = self.player, self.officer
        await player.awaits(self.scene.at(0, 23, 15), "kotak suara diantar.")
        await player.tells("Pukul {hour} kecelakaan di jalan saat mengantar kotak suara. Lokasi ponsel ikut dikirim.")
        number = await self._reports(officer, "Kecelakaan")
        await player.shares(officer, "place")
        worker = await self._called(number, self.workers)
        await self._takes(worker, number, officer)
        await player.passes(8, hour=SLOW)
        await self._arrives(worker, number, officer)
        await player.tells("Korban perlu rumah sakit: dirujuk. Pelapor dan koordinator langsung tahu.")
        await player.taps(worker, "Rujuk", number)
        await player.sees(worker, "?")
        await player.says(worker, "IGD rumah sakit terdekat")
        await player.sees(officer, "dirujuk")
        await player.passes(30)
        await self._closes(worker, number, "Membaik", officer)

    async def delivered(self) -> None:
        player = self.player
        await player.awaits(self.scene.at(1, 0, 30), "kotak suara dalam perjalanan.")
        await player.tells("Pukul {hour} kotak sampai. Ketua mengetuk Kotak diserahkan; pertanyaan malam berhenti.")
        await player.taps(self.chair, "Kotak diserahkan")
        await player.sees(self.chair, "tercatat sudah diserahkan")

    # --- what every case goes through

    async def _reports(self, hand: Hand, kind: str) -> str:
        await self.player.taps(hand, "Darurat")
        await self.player.taps(hand, kind)
        return await self._number(hand)

    async def _number(self, hand: Hand) -> str:
        """The number of the case that was just reported."""
        await self.player.waits(hand, lambda: _numbers(hand), "nomor laporan")
        return _numbers(hand)[0]

    async def _called(self, number: str, workers: Sequence[Hand]) -> Hand:
        """The first of these whose phone shows the case; nobody yet: the clock goes on, and the ladder climbs."""
        for _ in range(8):
            with suppress(Unanswered):
                await workers[0].until(lambda: _asked(number, workers), number, SOON)
            if found := _asked(number, workers):
                return found
            await self.player.passes(1.6, hour=SLOW)
        raise Unanswered(f"{number} tidak sampai ke ponsel nakes di meja ini.")

    async def _takes(self, worker: Hand, number: str, reporter: Hand) -> None:
        await self.player.tells(f"{worker.member.name} mengetuk Saya tangani. Yang lain dan pelapor langsung tahu.")
        await self.player.taps(worker, TAKE, number)
        await self.player.sees(reporter, "ditangani")

    async def _arrives(self, worker: Hand, number: str, reporter: Hand) -> None:
        await self.player.tells("Petugas kesehatan tiba: di peta tandanya menjadi kotak.")
        await self.player.taps(worker, "Tiba", number)
        await self.player.sees(reporter, "sudah tiba")

    async def _closes(self, worker: Hand, number: str, outcome: str, reporter: Hand) -> None:
        await self.player.taps(worker, "Selesai", number)
        await self.player.taps(worker, outcome, number)
        await self.player.sees(reporter, f"{number} selesai")


def _numbers(hand: Hand) -> list[str]:
    return [found[0] for message in hand.news() if (found := NUMBER.search(str(message.get("text", ""))))]


def _asked(number: str, workers: Sequence[Hand]) -> Hand | None:
    return next((each for each in workers if each.button(TAKE, number)), None)


CHAPTERS = (Day.cards, Day.night, Day.opens, Day.faints, Day.free_words, Day.afternoon, Day.accident, Day.delivered)
