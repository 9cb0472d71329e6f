"""The rehearsal's example city: made-up people of Kota Malang, a cast for the phones, a clock that can be moved."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.app import Cloud
from bot.channels.whatsapp.template import submission
from bot.clock import Clock
from bot.commands.whatsapp import draft
from bot.heartbeat import Heartbeat
from bot.installation import keep_clock
from bot.rehearsal import page
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.hands import Unanswered
from bot.rehearsal.phones import CastMember, Found
from bot.rehearsal.story import Player
from bot.rehearsal.wire import Json
from bot.town import day as one_day
from bot.town import finding, glance, table
from bot.workbook import read, sample
from bot.workbook.load import load
from handlers import ticks
from handlers.turn import Rules
from messages.templates import wanted
from storage import elections, exits, installation, people, places, rehearsing, roster
from storage.database import Database, Tx

MORNING = time(9, 0)
SECOND = 1 / 60  # of a minute
PLAYED = "story"  # the fact that it is on
PATIENCE = 6.0  # seconds that a move of the clock may wait for the outbox


async def settle(db: Database, clock: Clock) -> None:
    """At the first start, and where nobody is left to be picked up (its import was taken back): the example city, whose
    voting day is today or tomorrow, at nine in the morning."""
    if await db.read(lambda tx: bool(cast(tx, clock.now()))):
        return
    zone = ZoneInfo(elections.ZONES["WIB"])
    local = clock.now().astimezone(zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    clock.move(datetime.combine(day, MORNING, zone).astimezone(UTC) - clock.now())
    await keep_clock(db, clock)
    await load(db, read.of_rows(sample.rows(voting_day=day)), now=clock.now())


def cast(tx: Tx, now: datetime) -> list[CastMember]:
    """On Telegram an officer, two health workers of the puskesmas that serves him and a coordinator of the city; on
    WhatsApp a second officer of his TPS and a third worker. Nobody where no election has all of them."""
    for election in elections.active(tx, now):
        try:
            return _cast(tx, election, now)
        except (StopIteration, ValueError):
            continue  # somebody's own list, in which one of them is missing
    return []


def _cast(tx: Tx, election: elections.Known, now: datetime) -> list[CastMember]:
    station = next(row for row in places.every_tps(tx, election.id) if places.serving(tx, places.of_tps(tx, row.id)))
    where = places.of_tps(tx, station.id)
    # By name: rows come in the order of hashes, which differ with every installation's secret.
    officers = sorted((r for r in roster.crew(tx, station.id, now) if r.role == "KPPS"), key=lambda r: r.name)
    # Those on duty first: days after the voting day, where the clock may have been left, there are hardly any.
    workers = sorted(roster.workers(tx, places.serving(tx, where), now),
                     key=lambda r: (not roster.on_duty([r], now), r.name))  # fmt: skip
    by_person: dict[int, roster.Role] = {}
    for role in workers:
        by_person.setdefault(role.person_id, role)
    city = [
        r for r in roster.coordinators(tx, [election.id], now) if not r.where.kecamatan_id and r.institution == "KPU"
    ]
    first, second = officers[:2]
    one, other, third = list(by_person.values())[:3]
    there = [finding.member(tx, role) for role in (first, one, other, *city[:1])]
    return [*there, finding.member(tx, second, "whatsapp"), finding.member(tx, third, "whatsapp")]


def _present(tx: Tx, members: Sequence[CastMember], now: datetime) -> Sequence[CastMember]:
    """The cast; another one where somebody is not in the roster any more, or not at the same TPS."""
    roles = [roster.roles(tx, finding.person_id(each), now) for each in members]
    if all(roles):
        first, second = ({role.where.tps_id for role in roles[n] if role.where.tps_id} for n in (0, 4))
        if first & second:
            return members
    return cast(tx, now)


def _scene(tx: Tx, members: Sequence[CastMember], now: datetime) -> one_day.Scene:
    """The cast with the chair of its TPS, and the next voting day."""
    officer, one, other, coordinator, second, third = members
    mine = next(r for r in roster.roles(tx, finding.person_id(officer), now) if r.where.tps_id)
    crew = roster.crew(tx, mine.where.tps_id or 0, now)
    chair = finding.member(tx, next(role for role in crew if role.is_chair))
    there = {each.user_id: each for each in (officer, second)}
    named = places.named(tx, mine.where)
    zone = mine.election.tz
    return one_day.Scene(
        zone=zone, day=one_day.next_day(now, zone), tps=named.tps or 0, kelurahan=named.kelurahan,
        officer=officer, second=second, chair=there.get(chair.user_id, chair), workers=(one, other, third),
        coordinator=coordinator,
    )  # fmt: skip


@dataclass
class Stage:
    """The Bot API of our own, its cast, the clock that the page may move, and the city around them."""

    db: Database
    clock: Clock
    api: BotApi
    cloud: CloudApi
    members: list[CastMember]
    heard: dict[str, datetime]  # when each number last wrote on WhatsApp, before this start
    rules: Rules
    cut_off: bool = False  # the last start ended in the middle of the story
    heart: Heartbeat | None = None
    chapters: int = len(one_day.CHAPTERS) + 1

    async def _search(self, wanted: str) -> Found:
        return await self.db.read(lambda tx: finding.search(tx, wanted, self.clock.now()))

    async def _move(self, minutes: float) -> None:
        """From one due moment to the next; what each brings leaves before the clock goes on, lest it be too late."""
        if self.heart is None:
            return
        until, patience = self.clock.now() + timedelta(minutes=minutes), monotonic() + PATIENCE
        await self._at_rest(patience)
        while (left := until - self.clock.now()) > timedelta():
            due = await self.db.read(ticks.next_due)
            ahead = max(due - self.clock.now(), timedelta(seconds=1)) if due else left
            await self.heart.pass_time(min(left, ahead))
            await self._at_rest(patience)
        await keep_clock(self.db, self.clock)

    async def _at_rest(self, patience: float) -> None:
        """Nothing is left in the outbox that could go now, or nobody waits for it any longer."""
        while monotonic() < patience:
            if not await self.db.read(lambda tx: exits.anything_left(tx, self.clock.now())):
                return
            await asyncio.sleep(0.02)

    @property
    def key(self) -> str:
        """Another one with another database: its people have other numbers."""
        return self.db.vault.fingerprint[:12]

    async def plan(self) -> Json:
        """The map of the city."""
        return await self.db.read(lambda tx: glance.city(tx, self.clock.now()))

    async def stand(self) -> Json:
        """How cases and the outbox stand."""
        return await self.db.read(lambda tx: glance.stand(tx, self.clock.now(), self.rules))

    async def again(self, users: Sequence[int]) -> list[CastMember]:
        """Those whose phones lay on a page before."""
        return await self.db.read(lambda tx: finding.again(tx, users, self.clock.now()))

    async def ahead(self) -> float:
        """Minutes until the next thing that is planned, a day at most; 0: nothing is."""
        due = await self.db.read(ticks.next_due)
        if due is None:
            return 0
        return min(max((due - self.clock.now()) / timedelta(minutes=1), SECOND), page.FURTHEST_MOVE)

    async def story(self, player: Player) -> None:
        """Sehari di TPS."""
        self.members[:] = await self.db.read(lambda tx: _present(tx, self.members, self.clock.now()))
        if not self.members:
            raise Unanswered("Kota contoh tidak lengkap lagi. Hapus siaga-rehearsal.db, lalu jalankan dari awal.")
        scene = await self.db.read(lambda tx: _scene(tx, self.members, self.clock.now()))
        await one_day.Day(player, scene).play(self._move_day, self._clear)

    async def keep_story(self, on: bool) -> None:
        """For the next start, if it is cut off."""
        await self.db.write(lambda tx: installation.set_fact(tx, PLAYED, "yes" if on else ""))

    async def _clear(self, members: Sequence[CastMember]) -> None:
        people_ids = {finding.person_id(each) for each in members}
        await self.db.write(lambda tx: table.clear(tx, people_ids, self.clock.now()))

    async def _move_day(self, to: date) -> None:
        def move(tx: Tx) -> None:
            rehearsing.move_day(tx, elections.active(tx, self.clock.now())[0].id, to)

        await self.db.write(move)

    def add_routes(self, app: web.Application) -> None:
        """The Bot API and the page, on the application that serves."""
        self.api.routes(app)
        self.cloud.routes(app)
        page.add_routes(
            app,
            self.api,
            self.members,
            search=self._search,
            move=self._move,
            now=self.clock.now,
            zone="WIB",
            cloud=self.cloud,
            town=self,
        )
        for number, at in self.heard.items():  # an earlier start's windows are still open
            if person := self.cloud.phones.find(number):
                person.wrote_at = at


async def stage(db: Database, clock: Clock, token: str, number: Cloud, rules: Rules | None = None) -> Stage:
    """Settle the example city and choose the cast."""
    await settle(db, clock)
    cloud = CloudApi(
        number.token, number.phone_id, number.account_id, number.app_secret, number.verify_token, now=clock.now
    )
    for each in wanted().values():
        cloud.templates.create(submission(draft(each)))
    members, heard = await db.read(lambda tx: (cast(tx, clock.now()), people.last_words(tx, "whatsapp")))
    found = Stage(db, clock, BotApi(token, now=clock.now), cloud, members, heard, rules or Rules())
    if await db.read(lambda tx: installation.fact(tx, PLAYED)):
        found.cut_off = True
        await found.keep_story(False)  # it is said once
    return found
