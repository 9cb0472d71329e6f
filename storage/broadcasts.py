"""Broadcasts: what a coordinator sends to many, to whom, who agreed, and who said that he has it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, bindparam, func, null, or_, select, text, update
from sqlmodel import Field, SQLModel

from storage import installation
from storage.database import Tx
from storage.quick import Quick
from storage.types import Instant, loaded, referring, table

DRAFT, ASKING, SCHEDULED, SENDING, PAUSED = "draft", "asking", "scheduled", "sending", "paused"
STOPPED, DONE, LAPSED, DROPPED = "stopped", "done", "lapsed", "dropped"
TELL_EVERY = timedelta(seconds=3)  # the progress message is changed no more often
REMIND_EVERY = timedelta(minutes=10)
MOST_REMINDERS = 30


class Broadcast(SQLModel, table=True):
    """One broadcast. Words and file are sealed and frozen at confirmation, as are its recipients.

    `sender_id` is empty for the operator's. `chosen` is the audience as a filter (see `handlers.audience`). `due_at` is
    when it goes, or lapses if it is still `asking` for another coordinator's agreement (`lapses_at`). `bulk_id` numbers
    its deliveries. `reach`: how many recipients there are, by why they cannot be written to ("" are those who can).
    `told`, `told_at`: the counts that the progress message showed last, and when. `repeats` is the broadcast that this
    one repeats to those it did not reach; `repeated` says which of its own rest was repeated. `elsewhere`: what
    WhatsApp does not let out today goes by Telegram. `reminders`: how often those without a receipt were reminded,
    `reminded_at` when last. A draft's `number` is negative: it gets its own when it is confirmed.
    """

    __tablename__ = "broadcast"
    __table_args__ = (
        Index(
            "ix_broadcast_alive",
            "state",
            sqlite_where=text("state IN ('asking', 'scheduled', 'sending', 'paused')"),
            postgresql_where=text("state IN ('asking', 'scheduled', 'sending', 'paused')"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(unique=True)
    election_id: int = Field(foreign_key="election.id")
    sender_id: int | None = Field(default=None, foreign_key="person.id")
    sender_address_id: int | None = Field(default=None, foreign_key="address.id")
    institution: str = ""
    chosen: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    words_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    file_kind: str = ""
    receipt: bool = False
    state: str = DRAFT
    reason: str = ""
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    due_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    lapses_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    bulk_id: int | None = Field(default=None, unique=True)
    progress_id: int | None = None
    approved_by: int | None = Field(default=None, foreign_key="person.id")
    reach: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    told: str = ""
    told_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    repeated: str = ""
    reminders: int = 0
    reminded_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    repeats: int | None = Field(default=None, foreign_key="broadcast.id")
    elsewhere: bool = False


class Recipient(SQLModel, table=True):
    """One person whom a broadcast is for; without an address `why` says why he cannot be reached.

    `received_at`: "Sudah saya terima", by himself or by his chair (`received_by`).
    """

    __tablename__ = "recipient"
    __table_args__ = (
        Index("ix_recipient_person_id", "person_id"),  # of a column that is never empty SQLite takes no partial one
        *(referring("recipient", column) for column in ("tps_id", "received_by")),
    )
    broadcast_id: int = Field(foreign_key="broadcast.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    address_id: int | None = Field(default=None, foreign_key="address.id")
    tps_id: int | None = Field(default=None, foreign_key="tps.id")
    why: str = ""
    received_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    received_by: int | None = Field(default=None, foreign_key="person.id")


class Approval(SQLModel, table=True):
    """A coordinator who was asked to agree to a broadcast; `answer`: "", yes, no."""

    __tablename__ = "approval"
    broadcast_id: int = Field(foreign_key="broadcast.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    answer: str = ""
    answered_at: datetime | None = Field(default=None, sa_column=Column(Instant))


broadcasts = table(Broadcast)
recipients = table(Recipient)
approvals = table(Approval)
_B, _OK = broadcasts.c, approvals.c
# Thousands answer one broadcast within a minute, and each answer asks for these.
_ONE = Quick(select(broadcasts).where(_B.id == bindparam("of")))
_REPEATS = Quick(select(broadcasts).where(_B.repeats == bindparam("of")).order_by(_B.id))


def by_id(tx: Tx, broadcast_id: int, *, lock: bool = False) -> Broadcast | None:
    """`lock`: where answers to it are counted, one comes after the other (on SQLite they do anyway)."""
    if not lock or tx.is_sqlite:
        found = _ONE.first(tx, {"of": broadcast_id})
        return loaded(Broadcast, found) if found else None
    row = tx.first(select(broadcasts).where(_B.id == broadcast_id).with_for_update(key_share=True))
    return loaded(Broadcast, row) if row else None


def by_number(tx: Tx, number: int) -> Broadcast | None:
    """As people call it: B-0007 is 7."""
    row = tx.first(select(broadcasts).where(_B.number == number, _B.state != DRAFT))
    return loaded(Broadcast, row) if row else None


def family(tx: Tx, sent: Broadcast) -> list[Broadcast]:
    """The broadcast that `sent` repeats in the end, then it and every other repeat: receipts belong to the first."""
    found = [sent]
    while found[0].repeats is not None:
        before = by_id(tx, found[0].repeats)
        assert before is not None  # a foreign key
        found = [before]
    for each in found:  # grows while it is gone through
        found += [loaded(Broadcast, row) for row in _REPEATS.rows(tx, {"of": each.id})]
    return found


def draft(tx: Tx, values: dict[str, Any]) -> int:
    """Keep a draft; its id. Its number is a stand-in until it is confirmed."""
    filled = Broadcast(**values, number=-installation.count(tx, "broadcast_draft")).model_dump(exclude={"id"})
    return int(tx.scalar(tx.insert(broadcasts).values(filled).returning(_B.id)))


def confirm(tx: Tx, broadcast_id: int, state: str, now: datetime, **values: Any) -> int | None:
    """draft → `state`, once; its number, or None where another tap was first."""
    change = update(broadcasts).where(_B.id == broadcast_id, _B.state == DRAFT)
    if tx.execute(change.values(state=state, confirmed_at=now, **values)).rowcount == 0:
        return None
    number = installation.count(tx, "broadcast")
    tx.execute(update(broadcasts).where(_B.id == broadcast_id).values(number=number))
    return number


def move(tx: Tx, broadcast_id: int, before: tuple[str, ...], state: str, **values: Any) -> bool:
    """From one of these states to another; False: it is in none of them any more."""
    change = update(broadcasts).where(_B.id == broadcast_id, _B.state.in_(before), _B.ended_at.is_(None))
    return tx.execute(change.values(state=state, told_at=null(), **values)).rowcount == 1


def note(tx: Tx, broadcast_id: int, **values: Any) -> None:
    """Keep what decides nothing: the progress message, and what it showed."""
    tx.execute(update(broadcasts).where(_B.id == broadcast_id).values(values))


def repeat_once(tx: Tx, broadcast_id: int, which: str) -> bool:
    """Say that one part of a broadcast's rest (failed, unknown) is repeated; False: it was already."""
    fresh = ~_B.repeated.contains(which)
    change = update(broadcasts).where(_B.id == broadcast_id, fresh).values(repeated=_B.repeated + f" {which}")
    return tx.execute(change).rowcount == 1


def remind_once(tx: Tx, broadcast_id: int, now: datetime) -> int | None:
    """The number of the next round of reminders; None where one went out a moment ago."""
    rested = _B.reminded_at.is_(None) | (_B.reminded_at <= now - REMIND_EVERY)
    change = update(broadcasts).where(_B.id == broadcast_id, rested, _B.reminders < MOST_REMINDERS)
    nth = tx.scalar(change.values(reminders=_B.reminders + 1, reminded_at=now).returning(_B.reminders))
    return None if nth is None else int(nth)


def end(tx: Tx, broadcast_id: int, before: tuple[str, ...], state: str, now: datetime) -> bool:
    """It is over; True for the one who may say so."""
    change = update(broadcasts).where(_B.id == broadcast_id, _B.state.in_(before), _B.ended_at.is_(None))
    return tx.execute(change.values(state=state, ended_at=now)).rowcount == 1


_RUNS = _B.state.in_((SENDING, PAUSED, STOPPED)) & (_B.told_at.is_(None) | (_B.told_at <= bindparam("told")))
_LAPSES = (_B.state == ASKING) & (_B.lapses_at <= bindparam("now"))
_STARTS = (_B.state == SCHEDULED) & (_B.due_at <= bindparam("now"))
_DUE = select(_B.id).where(_B.ended_at.is_(None), or_(_RUNS, _LAPSES, _STARTS)).order_by(_B.id)
_NEXT = select(
    select(func.min(_B.due_at)).where(_B.state == SCHEDULED).scalar_subquery().label("starts"),
    select(func.min(_B.lapses_at)).where(_B.state == ASKING).scalar_subquery().label("lapses"),
)


def due(tx: Tx, now: datetime) -> list[int]:
    """What is to start, to lapse, or runs and is to be looked at."""
    return [row.id for row in tx.rows(_DUE, {"now": now, "told": now - TELL_EVERY})]


def next_due(tx: Tx) -> datetime | None:
    """When the next one starts or lapses."""
    return min((moment for moment in tx.first(_NEXT) if moment is not None), default=None)


def recent(tx: Tx, election_id: int, limit: int) -> list[Broadcast]:
    """The newest confirmed ones of an election."""
    query = select(broadcasts).where(_B.election_id == election_id, _B.number > 0).order_by(_B.number.desc())
    return [loaded(Broadcast, row) for row in tx.rows(query.limit(limit))]


def ask(tx: Tx, broadcast_id: int, person_id: int) -> None:
    tx.insert_new(approvals, {"broadcast_id": broadcast_id, "person_id": person_id, "answer": ""})


def answer(tx: Tx, broadcast_id: int, person_id: int, said: str, now: datetime) -> bool:
    """Keep a coordinator's answer; False: he was not asked, or has answered already."""
    mine = (_OK.broadcast_id == broadcast_id) & (_OK.person_id == person_id) & (_OK.answer == "")
    return tx.execute(update(approvals).where(mine).values(answer=said, answered_at=now)).rowcount == 1


def answers(tx: Tx, broadcast_id: int) -> list[Any]:
    """Who was asked, and what he said."""
    return list(tx.rows(select(approvals).where(_OK.broadcast_id == broadcast_id).order_by(_OK.person_id)))
