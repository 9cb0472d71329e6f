"""The timetable of an election: notices relative to voting day, and the slots at which each is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, Index, UniqueConstraint, bindparam, func, select, text, update
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.elections import Known
from storage.places import Where, kelurahan, tps
from storage.types import Instant, loaded, table

TPS, PEOPLE = "tps", "people"
ACTIVE, PAUSED, DROPPED = "active", "paused", "dropped"
WAITING, TAKING, TAKEN, EXPIRED, WITHDRAWN = "waiting", "taking", "taken", "expired", "withdrawn"
AHEAD = (WAITING, TAKING)
SENT_NOW = 10_000  # from here on `nth` counts what a coordinator sent by hand


def _ahead() -> dict[str, Any]:
    return {"sqlite_where": text("state IN ('waiting', 'taking')"),
            "postgresql_where": text("state IN ('waiting', 'taking')")}  # fmt: skip


class Notice(SQLModel, table=True):
    """One line of a timetable: what is said (`key` names the default words, `words` are a coordinator's own), to whom
    (`audience` tps or people, `roles` with a comma between, empty: all) and when.

    `day` counts from voting day (H is 0, H-7 is -7), `minute` from midnight in the election's zone. `every` minutes it
    repeats until `until_day`/`until_minute` (0: once). `lives` minutes after its time it is too late. `area` is "" for
    the whole city, else `kec:ID` or `kel:ID`: there this row stands in place of the city's row of the same key.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("election_id", "key", "area"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    key: str
    area: str = ""
    audience: str = TPS
    roles: str = ""
    day: int
    minute: int
    every: int = 0
    until_day: int = 0
    until_minute: int = 0
    lives: int = 60
    words: str = ""
    state: str = ACTIVE
    changed_by: int | None = Field(default=None, foreign_key="person.id")
    changed_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class Slot(SQLModel, table=True):
    """One time at which a notice is due, for those who vote on `voting_day`; `nth` counts its repeats from 0.

    `older`: the slot of people of 50 and over, which comes earlier. It goes waiting → taking (`cursor`: how far the
    fan-out has come) → taken, or expired or withdrawn with its `reason`. `bulk_id` numbers its deliveries.
    """

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("notice_id", "voting_day", "older", "nth"),
        Index("ix_slot_due", "due_at", **_ahead()),
    )
    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notice.id", index=True)
    election_id: int = Field(foreign_key="election.id")
    voting_day: date
    older: bool = False
    nth: int = 0
    due_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    state: str = WAITING
    reason: str = ""
    cursor: int = 0
    bulk_id: int | None = None
    taken_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class Nudge(SQLModel, table=True):
    """A slot reached a person, or was kept from him: `at` is when it goes to him, `skipped` why it does not.

    Its unique pair is what makes each slot come once, whatever is killed, repeated or run twice.
    """

    __tablename__ = "nudge"
    __table_args__ = (UniqueConstraint("slot_id", "person_id"), Index("ix_nudge_person", "person_id", "at"))
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    slot_id: int = Field(foreign_key="slot.id")
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    skipped: str = ""


notices = table(Notice)
slots = table(Slot)
nudges = table(Nudge)
_S, _N = slots.c, notices.c


class Time(NamedTuple):
    """One due time as a timetable wants it."""

    notice_id: int
    voting_day: date
    older: bool
    nth: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A slot with its notice."""

    id: int
    voting_day: date
    older: bool
    nth: int
    due_at: datetime
    state: str
    cursor: int
    bulk_id: int | None
    notice_id: int
    election_id: int
    key: str
    area: str
    audience: str
    roles: str
    lives: int
    words: str
    every: int
    notice_state: str

    @property
    def ends_at(self) -> datetime:
        """After this it is too late."""
        return self.due_at + timedelta(minutes=self.lives)


_DUE = select(
    _S.id, _S.voting_day, _S.older, _S.nth, _S.due_at, _S.state, _S.cursor, _S.bulk_id, _S.notice_id, _S.election_id,
    _N.key, _N.area, _N.audience, _N.roles, _N.lives, _N.words, _N.every, _N.state.label("notice_state"),
).join(notices, _N.id == _S.notice_id)  # fmt: skip


def of_election(tx: Tx, election_id: int) -> list[Notice]:
    """Every line of a timetable, in order of time."""
    query = select(notices).where(_N.election_id == election_id).order_by(_N.day, _N.minute, _N.id)
    return [loaded(Notice, row) for row in tx.rows(query)]


def by_id(tx: Tx, notice_id: int) -> Notice | None:
    row = tx.first(select(notices).where(_N.id == notice_id))
    return loaded(Notice, row) if row else None


def add(tx: Tx, values: dict[str, Any]) -> bool:
    """Put a line in, unless the election has one of this key and area; tells whether it is new."""
    filled = Notice(**values).model_dump(exclude={"id"})
    return tx.insert_new(notices, filled)


def change(tx: Tx, notice_id: int, now: datetime, by: int | None, **values: Any) -> None:
    tx.execute(update(notices).where(_N.id == notice_id).values(changed_at=now, changed_by=by, **values))


def voting_days(tx: Tx, election: Known, where: Where | None = None) -> list[date]:
    """The election's day and those of single TPS (of an area, if one is given), sorted."""
    own = select(tps.c.voting_day).where(tps.c.election_id == election.id, tps.c.voting_day.is_not(None)).distinct()
    if where and where.kelurahan_id:
        own = own.where(tps.c.kelurahan_id == where.kelurahan_id)
    elif where and where.kecamatan_id:
        inside = select(kelurahan.c.id).where(kelurahan.c.kecamatan_id == where.kecamatan_id)
        own = own.where(tps.c.kelurahan_id.in_(inside))
    return sorted({election.voting_day, *(row.voting_day for row in tx.rows(own))})


def plan(tx: Tx, election_id: int, times: Iterable[Time], now: datetime) -> None:
    """Have the slots of an election be these: new ones are put in, waiting ones moved, others withdrawn.

    What was taken stays as it was. A time that is over when it is first planned is kept as expired, so that a timetable
    made late does not send what has become pointless.
    """
    wanted = {each[:4]: each.due_at for each in times}
    rows = tx.rows(select(slots).where(_S.election_id == election_id, _S.nth < SENT_NOW))
    known = {(row.notice_id, row.voting_day, bool(row.older), row.nth): row for row in rows}
    for key, due_at in wanted.items():
        if key not in known:
            _plan_new(tx, election_id, Time(*key, due_at), now)
    for key, row in known.items():
        _replan(tx, row, wanted.get(key), now)


def _plan_new(tx: Tx, election_id: int, time: Time, now: datetime) -> None:
    late = time.due_at < now
    values = {**time._asdict(), "election_id": election_id, "cursor": 0, "state": EXPIRED if late else WAITING,
              "reason": "the timetable was made after this time" if late else ""}  # fmt: skip
    tx.insert_new(slots, values)


def send_now(tx: Tx, election_id: int, time: Time) -> bool:
    """Have a slot go by hand, outside the plan; False: it is there already."""
    values = {**time._asdict(), "election_id": election_id, "cursor": 0, "state": WAITING, "reason": ""}
    return tx.insert_new(slots, values)


def _replan(tx: Tx, row: Any, due_at: datetime | None, now: datetime) -> None:
    mine = (_S.id == row.id) & (_S.state == row.state)
    if due_at is None and row.state == WAITING:
        gone = {"state": WITHDRAWN, "reason": "it is not in the timetable any more"}
        tx.execute(update(slots).where(mine).values(gone))
    elif due_at is not None and row.state == WAITING and due_at != row.due_at:
        tx.execute(update(slots).where(mine).values(due_at=due_at))
    elif due_at is not None and row.state in {WITHDRAWN, EXPIRED} and due_at >= now:
        tx.execute(update(slots).where(mine).values(state=WAITING, reason="", due_at=due_at))


_NOW = select(_S.id).where(_S.state.in_(AHEAD), _S.due_at <= bindparam("now")).order_by(_S.due_at, _S.id)
_NEXT = select(func.min(_S.due_at)).where(_S.state.in_(AHEAD))


def due(tx: Tx, now: datetime) -> list[int]:
    """Slots that are to be taken, or to be gone on with, in order of time."""
    return [row.id for row in tx.rows(_NOW, {"now": now})]


def next_due(tx: Tx) -> datetime | None:
    found: datetime | None = tx.scalar(_NEXT)
    return found


def slot(tx: Tx, slot_id: int) -> Due | None:
    row = tx.first(_DUE.where(_S.id == slot_id))
    return Due(*row) if row else None


def between(tx: Tx, election_id: int, since: datetime, until: datetime) -> list[Due]:
    """The slots of an election from one moment to another, both included, in order of time; withdrawn ones apart."""
    where = (_S.election_id == election_id) & (_S.due_at >= since) & (_S.due_at <= until)
    query = _DUE.where(where, _S.state.in_((*AHEAD, TAKEN)), _N.state == ACTIVE).order_by(_S.due_at, _S.id)
    return [Due(*row) for row in tx.rows(query)]


def by_ids(tx: Tx, ids: Sequence[int]) -> list[Due]:
    return [Due(*row) for row in tx.rows(_DUE.where(_S.id.in_(ids)).order_by(_S.due_at, _S.id))]


def take(tx: Tx, slot_id: int, bulk_id: int, now: datetime) -> bool:
    """waiting → taking; False: somebody else did."""
    change = update(slots).where(_S.id == slot_id, _S.state == WAITING)
    return tx.execute(change.values(state=TAKING, bulk_id=bulk_id, taken_at=now)).rowcount == 1


def advance(tx: Tx, slot: Due, cursor: int | None) -> bool:
    """Say that the fan-out has come to `cursor` (None: to its end); False: another process went on meanwhile."""
    change = update(slots).where(_S.id == slot.id, _S.state == TAKING, _S.cursor == slot.cursor)
    values: dict[str, Any] = {"state": TAKEN} if cursor is None else {"cursor": cursor}
    return tx.execute(change.values(values)).rowcount == 1


def expire(tx: Tx, slot_id: int, reason: str) -> bool:
    change = update(slots).where(_S.id == slot_id, _S.state == WAITING)
    return tx.execute(change.values(state=EXPIRED, reason=reason)).rowcount == 1
