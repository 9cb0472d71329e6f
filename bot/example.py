"""The rehearsal's example city: made-up people of Kota Malang, a cast for the phones, a clock that can be moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
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
from bot.rehearsal.phones import CastMember, Kind
from bot.workbook import read, sample
from bot.workbook.load import load
from handlers.letters import role_words
from messages.templates import wanted
from messages.words import local_phone
from storage import elections, people, places, roster
from storage.database import Database, Tx

FIRST_USER = 700_000_000
MORNING = time(9, 0)
FOUND_AT_MOST = 20


async def settle(db: Database, clock: Clock) -> None:
    """At the first start: the example city, whose voting day is today or tomorrow, at nine in the morning."""
    if await db.read(lambda tx: bool(elections.active(tx, clock.now()))):
        return
    zone = ZoneInfo(elections.ZONES["WIB"])
    local = clock.now().astimezone(zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    clock.move(datetime.combine(day, MORNING, zone).astimezone(UTC) - clock.now())
    await keep_clock(db, clock)
    await load(db, read.of_rows(sample.rows(voting_day=day)), now=clock.now())


def _member(tx: Tx, role: roster.Role, kind: Kind = "telegram") -> CastMember:
    phone = people.person(tx, role.person_id).phone or ""
    return CastMember(FIRST_USER + role.person_id, role.name, role_words(tx, role), local_phone(phone), kind)


def cast(tx: Tx, now: datetime) -> list[CastMember]:
    """On Telegram an officer, two health workers of the puskesmas that serves him and a coordinator of the city; on
    WhatsApp a second officer of his TPS and a third worker."""
    election = elections.active(tx, now)[0]
    station = next(row for row in places.every_tps(tx, election.id) if places.serving(tx, places.of_tps(tx, row.id)))
    where = places.of_tps(tx, station.id)
    # By name: rows come in the order of hashes, which differ with every installation's secret.
    officers = sorted((r for r in roster.crew(tx, station.id, now) if r.role == "KPPS"), key=lambda r: r.name)
    workers = sorted(roster.workers(tx, places.serving(tx, where), now), key=lambda r: r.name)
    by_person = {role.person_id: role for role in workers if roster.on_duty([role], now)}
    city = [
        r for r in roster.coordinators(tx, [election.id], now) if not r.where.kecamatan_id and r.institution == "KPU"
    ]
    first, second = officers[:2]
    one, other, third = list(by_person.values())[:3]
    there = [_member(tx, role) for role in (first, one, other, *city[:1])]
    return [*there, _member(tx, second, "whatsapp"), _member(tx, third, "whatsapp")]


def _search(tx: Tx, wanted: str, now: datetime) -> list[CastMember]:
    found = roster.by_name(tx, wanted, now, FOUND_AT_MOST)
    return [_member(tx, role) for role in found]


@dataclass
class Stage:
    """The Bot API of our own, its cast, and the clock that the page may move."""

    db: Database
    clock: Clock
    api: BotApi
    cloud: CloudApi
    members: list[CastMember]
    heard: dict[str, datetime]  # when each number last wrote on WhatsApp, before this start
    heart: Heartbeat | None = None

    async def _search(self, wanted: str) -> list[CastMember]:
        return await self.db.read(lambda tx: _search(tx, wanted, self.clock.now()))

    async def _move(self, minutes: float) -> None:
        if self.heart is not None:
            await self.heart.pass_time(timedelta(minutes=minutes))
            await keep_clock(self.db, self.clock)

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
        )
        for number, at in self.heard.items():  # an earlier start's windows are still open
            if person := self.cloud.phones.find(number):
                person.wrote_at = at


async def stage(db: Database, clock: Clock, token: str, number: Cloud) -> Stage:
    """Settle the example city and choose the cast."""
    await settle(db, clock)
    cloud = CloudApi(
        number.token, number.phone_id, number.account_id, number.app_secret, number.verify_token, now=clock.now
    )
    for each in wanted().values():
        cloud.templates.create(submission(draft(each)))
    members, heard = await db.read(lambda tx: (cast(tx, clock.now()), people.last_words(tx, "whatsapp")))
    return Stage(db, clock, BotApi(token, now=clock.now), cloud, members, heard)
