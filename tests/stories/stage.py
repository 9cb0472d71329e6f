"""A stage for stories: people who speak and hear over the real inbox, handlers, storage and outbox.

Only the platform is played: a channel that writes down what each phone shows, as a chat would.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from bot.attachments import Carrier, WithFiles
from bot.channels.whatsapp import markup, window
from bot.clock import Clock
from bot.heartbeat import Heartbeat
from bot.inbox import Inbox
from bot.outbox.sender import Sender
from bot.wording import after_settle, compose
from bot.workbook import read, sample
from bot.workbook.load import load
from handlers.turn import Rules
from messages.chat import (
    Address,
    Choice,
    Contact,
    File,
    Gone,
    Happened,
    Heard,
    Place,
    Said,
    Template,
    Unsure,
    Vanished,
    What,
)
from messages.welcome import CONSENT_VERSION
from storage import journal, people, places, roster, speakers
from storage.database import Database, Tx
from storage.incidents import Incident, incidents, need
from tests.channels.whatsapp import limits

T = TypeVar("T")
VOTING_DAY = datetime(2024, 11, 27, 3, 0, tzinfo=UTC)  # 10.00 WIB


class StillClock(Clock):
    """A clock that only moves when it is told to."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def now(self) -> datetime:
        return self._at + self.offset


@dataclass
class Shown:
    """One message on a phone."""

    id: str
    said: Said
    edited: bool = False


@dataclass
class Phones:
    """The channel: what each phone shows; `lost` addresses answer that they are gone, of `mute` ones no answer comes."""

    name: str = "telegram"
    shown: dict[str, list[Shown]] = field(default_factory=dict)
    taps: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def speak(self, to: Address, said: Said) -> str:
        if to.id in self.lost:
            raise Gone("bot was blocked by the user")
        if said.answers:
            self.taps[said.answers] = said.text
            return ""
        chat = self.shown.setdefault(to.id, [])
        if said.edits:
            there = next((each for each in chat if each.id == said.edits), None)
            if there is None:
                raise Vanished("message to edit not found")
            there.said, there.edited = said, True
            return said.edits
        chat.append(Shown(str(next(self.numbers)), said))
        if to.id in self.mute:
            raise Unsure("no answer came")
        return chat[-1].id

    async def fetch(self, ref: str) -> tuple[bytes, str]:
        return f"{ref} of {self.name}".encode(), ".jpg"

    def brought(self, ref: str) -> bool:
        return False


@dataclass
class Cloud(Phones):
    """WhatsApp: no message is changed, taps are not acknowledged, free words go for a day; all within Meta's limits."""

    name: str = "whatsapp"
    now: Callable[[], datetime] = lambda: VOTING_DAY
    templates: list[Template] = field(default_factory=list)

    async def speak(self, to: Address, said: Said) -> str:
        if said.answers and not said.aloud:
            return ""
        approved = window.template_for(said, to.heard_at, self.now())
        if approved is not None:
            self.templates.append(approved)
        else:
            for part in markup.parts(said, "1", numbered=to.id.isdigit()):
                limits.check(part.kind, part.body)
        return await super().speak(to, replace(said, edits="", answers=""))


@dataclass
class Actor:
    """Somebody with a phone."""

    stage: Stage
    id: str
    phone: str = ""
    name: str = ""
    person_id: int = 0
    mark: int = 0
    channel: str = "telegram"

    def on_whatsapp(self, hidden: bool = False) -> Actor:
        """The same person on WhatsApp; `hidden`: without a visible number."""
        there = f"ID.{self.id.strip('-')}abcdef" if hidden else self.phone.removeprefix("+")
        return replace(self, channel="whatsapp", id=there, mark=0)

    async def _heard(self, **what: object) -> None:
        stage = self.stage
        me = Address(self.channel, self.id)
        if self.channel == "whatsapp" and self.id.isdigit():
            what["phone"] = f"+{self.id}"
        number = str(next(stage.updates))
        await stage.inbox.receive(Heard(number, me, me, stage.clock.now(), named=self.name or "Tamu", **what))  # type: ignore[arg-type]
        await stage.settled()

    async def says(self, text: str) -> str:
        """Type or press a reply-keyboard button; what is new on the phone."""
        self.mark = len(self.messages)
        await self._heard(text=text)
        return self.new

    async def says_in(self, group: Actor, text: str = "", tap: str = "") -> str:
        """Speak, or tap, in a group; what is new there."""
        group.mark = len(group.messages)
        stage, number = self.stage, str(next(self.stage.updates))
        await stage.inbox.receive(
            Heard(number, Address("telegram", self.id), Address("telegram", group.id), stage.clock.now(), text=text,
                  choice=tap, tap=f"tap{number}" if tap else "", group=True, named=self.name)
        )  # fmt: skip
        await stage.settled()
        return group.new or stage.phones.taps.get(f"tap{number}", "")

    async def befalls(self, what: What, detail: str = "", message: str = "") -> None:
        """Something happens to this chat."""
        stage = self.stage
        here = Address(self.channel, self.id)
        await stage.inbox.receive(Happened(str(next(stage.updates)), here, stage.clock.now(), what, detail, message))
        await stage.settled()

    async def taps(self, label: str, on: str = "") -> str:
        """Tap the newest inline button whose label holds `label`, on a message that holds `on`."""
        data = self.button(label, on)
        return await self.forges(data)

    async def forges(self, data: str) -> str:
        """Send a tap with any data; the short answer to the tap."""
        self.mark = len(self.messages)
        tap = f"tap{next(self.stage.updates)}"
        await self._heard(choice=data, tap=tap)
        return self.new if self.channel == "whatsapp" else self.stage.phones.taps.get(tap, "")

    async def shares_contact(self, phone: str = "", own: bool = True) -> str:
        self.mark = len(self.messages)
        await self._heard(contact=Contact(phone or self.phone, own))
        return self.new

    async def shares_place(self, latitude: float, longitude: float, edited: bool = False) -> str:
        self.mark = len(self.messages)
        await self._heard(place=Place(latitude, longitude), edited=edited)
        return self.new

    async def sends(self, kind: str, ref: str = "file-1", caption: str = "") -> str:
        self.mark = len(self.messages)
        await self._heard(file=File(kind, ref), text=caption)  # type: ignore[arg-type]
        return self.new

    async def changes(self, text: str, message: str = "1") -> str:
        """Change a message of his own; what is new on his phone."""
        self.mark = len(self.messages)
        await self._heard(text=text, edited=True, message=message)
        return self.new

    async def shows(self, caption: str = "") -> str:
        """Send a video or a sticker, which goes to nobody."""
        self.mark = len(self.messages)
        await self._heard(text=caption, unread=True)
        return self.new

    async def blocks(self) -> None:
        self.stage.phones.lost.add(self.id)
        happened = Happened(
            str(next(self.stage.updates)), Address("telegram", self.id), self.stage.clock.now(), "blocked"
        )
        await self.stage.inbox.receive(happened)

    async def links(self, *, asked: bool = False) -> Actor:
        """Consent and the own contact; on WhatsApp any word, and consent.

        Not `asked`, the consent is written down as that dialog does it: nearly every story begins with many who link.
        """
        if self.channel == "whatsapp":
            await self.says("Halo")
            await self.says("Setuju")
            return self
        if asked:
            await self.says("/start")
            await self.says("Setuju")
        else:
            await self.stage.db.write(self._consents)
        await self.shares_contact()
        return self

    def _consents(self, tx: Tx) -> None:
        now = self.stage.clock.now()
        me = speakers.speaker(tx, self.channel, self.id, self.name or "Tamu", now)
        people.consent(tx, me.address_id, "yes", CONSENT_VERSION, now)
        journal.add(tx, "consent_given", now, who=me.person_id, detail={"version": CONSENT_VERSION, "address": me.address_id})

    @property
    def messages(self) -> list[Shown]:
        phones = self.stage.cloud if self.channel == "whatsapp" else self.stage.phones
        return phones.shown.get(self.id, [])

    @property
    def new(self) -> str:
        return "\n---\n".join(each.said.text for each in self.messages[self.mark :])

    @property
    def screen(self) -> str:
        """Everything that the phone shows now."""
        return "\n---\n".join(each.said.text for each in self.messages)

    @property
    def last(self) -> Said:
        return self.messages[-1].said

    @property
    def keyboard(self) -> list[str]:
        """The reply keyboard as it lies under the text field."""
        for each in reversed(self.messages):
            if each.said.keyboard:
                return [choice.label for row in each.said.keyboard for choice in row]
        return []

    def buttons(self, on: str = "") -> list[Choice]:
        return [c for each in self.messages if on in each.said.text for row in each.said.choices for c in row]

    def button(self, label: str, on: str = "") -> str:
        found = [choice.data for choice in self.buttons(on) if label in choice.label]
        assert found, f"no button {label!r} in {[c.label for c in self.buttons(on)]}"
        return found[-1]


@dataclass
class Stage:
    """Everything that a story needs."""

    db: Database
    clock: StillClock
    inbox: Inbox
    sender: Sender
    heart: Heartbeat
    phones: Phones
    cloud: Cloud
    rules: Rules
    updates: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    running: asyncio.Task[None] | None = None

    async def starts(self) -> None:
        """The outbox sends from now on."""
        self.sender = _sender(self.db, self.phones, self.cloud, self.clock, self.rules)
        self.running = asyncio.create_task(self.sender.run())

    async def stops(self) -> None:
        """Nothing leaves any more, until it `starts` again."""
        await self.sender.stop()
        if self.running is not None:
            await self.running
        self.running = None

    async def settled(self) -> None:
        """Everything that was posted is shown."""
        if self.running is None:
            return
        self.sender.nudge()
        await self.sender.drain()

    async def passes(self, minutes: float = 0, seconds: float = 0) -> None:
        """Time passes, through every due moment in order."""
        await self.heart.pass_time(timedelta(minutes=minutes, seconds=seconds))
        await self.settled()

    async def find(self, pick: Callable[[Tx], roster.Role], user: int = 0) -> Actor:
        """A person of the city, with a phone, not linked yet."""
        role = await self.db.read(pick)
        row = await self.db.read(lambda tx: people.person(tx, role.person_id))
        return Actor(self, str(user or 10_000 + role.person_id), row.phone or "", row.name, role.person_id)

    def group(self, number: int = 1) -> Actor:
        """A group chat that the bot was added to."""
        return Actor(self, str(-1_000_000 - number))

    def stranger(self, user: int = 999) -> Actor:
        return Actor(self, str(user), "+6281999999999", "Orang Lewat")

    async def tps(self, at: int = 0) -> places.Where:
        """A TPS of the city by its rank."""

        def pick(tx: Tx) -> places.Where:
            return places.of_tps(tx, places.every_tps(tx, 1)[at].id)

        return await self.db.read(pick)

    async def officer(self, at: int = 0, rank: int = 0, role: str = "KPPS") -> Actor:
        where = await self.tps(at)
        now = self.clock.now()
        crew = await self.db.read(lambda tx: [r for r in roster.crew(tx, where.tps_id or 0, now) if r.role == role])
        # By name, so that a rank is the same person, of the same age, wherever rows got their ids side by side.
        return await self.find(lambda _tx: sorted(crew, key=lambda each: each.name)[rank])

    async def chair(self, at: int = 0) -> Actor:
        """The chair of the KPPS of a TPS."""
        where = await self.tps(at)
        now = self.clock.now()
        crew = await self.db.read(lambda tx: roster.crew(tx, where.tps_id or 0, now))
        return await self.find(lambda _tx: next(r for r in crew if (r.role, r.position) == ("KPPS", "ketua")))

    async def pps(self, at: int = 0) -> Actor:
        """Of the PPS of a TPS's kelurahan."""
        where, now = await self.tps(at), self.clock.now()
        theirs = await self.db.read(lambda tx: roster.of_kelurahan(tx, where.kelurahan_id or 0, now))
        return await self.find(lambda _tx: next(role for role in theirs if role.role == "PPS"))

    async def workers(self, at: int = 0) -> list[Actor]:
        """Every health worker of the puskesmas of a TPS, those on duty first."""
        where = await self.tps(at)
        now = self.clock.now()

        def pick(tx: Tx) -> list[roster.Role]:
            roles = roster.workers(tx, places.serving(tx, where), now)
            unique = {role.person_id: role for role in roles}
            mine = {p: [r for r in roles if r.person_id == p] for p in unique}
            return sorted(unique.values(), key=lambda r: (not roster.on_duty(mine[r.person_id], now), r.person_id))

        return [await self.find(lambda _tx, r=role: r) for role in await self.db.read(pick)]  # type: ignore[misc]

    async def coordinator(self, institution: str = "KPU", level: str = "city", at: int = 0) -> Actor:
        where = await self.tps(at)
        now = self.clock.now()

        def fits(role: roster.Role) -> bool:
            if role.institution != institution:
                return False
            if level == "city":
                return not role.where.kecamatan_id
            if level == "kecamatan":
                return role.where.kecamatan_id == where.kecamatan_id and not role.where.kelurahan_id
            return role.where.kelurahan_id == where.kelurahan_id

        roles = await self.db.read(lambda tx: [r for r in roster.coordinators(tx, [1], now) if fits(r)])
        return await self.find(lambda _tx: roles[0])

    async def cases(self) -> list[Incident]:
        def all_of(tx: Tx) -> list[Incident]:
            return [Incident(**row._mapping) for row in tx.rows(select(incidents).order_by(incidents.c.id))]

        return await self.db.read(all_of)

    async def case(self) -> Incident:
        (only,) = await self.cases()
        return only

    async def journal(self, case: Incident) -> list[str]:
        assert await self.db.read(lambda tx: journal.chain_is_whole(tx, need(tx, case.id or 0)))
        return [entry.what for entry in await self.db.read(lambda tx: journal.of_incident(tx, case.id or 0))]


async def found_city(db: Database, tps: int = 57, at: datetime = VOTING_DAY) -> None:
    """The example city with `tps` TPS."""
    await load(db, read.of_rows(sample.rows(tps=tps, voting_day=at.date())), now=at)


async def set_up(db: Database, *, rules: Rules | None = None, at: datetime = VOTING_DAY) -> Stage:
    """Everything that runs but the web, over a database that holds the city."""
    rules = rules or Rules()
    clock = StillClock(at)
    phones = Phones()
    stage: Stage

    async def along(turn: Callable[[Tx], T]) -> T:
        return await stage.sender.along(turn)

    inbox = Inbox(db, rules, clock.now, along)
    heart = Heartbeat(db, rules, clock, lambda: stage.sender.nudge())  # noqa: PLW0108 - the sender may be another by then
    cloud = Cloud(now=clock.now)
    stage = Stage(db, clock, inbox, _sender(db, phones, cloud, clock, rules), heart, phones, cloud, rules)
    return stage


def _sender(db: Database, phones: Phones, cloud: Cloud, clock: StillClock, rules: Rules) -> Sender:
    carrier = Carrier({each.name: each for each in (phones, cloud)})
    channels = {each.name: WithFiles(each, db, carrier) for each in (phones, cloud)}
    return Sender(db, channels, compose(rules), after_settle=after_settle(rules), now=clock.now,
                  rate=dict.fromkeys(channels, 100_000), gates={})  # fmt: skip


__all__ = ["Actor", "Stage", "found_city", "replace", "set_up"]
