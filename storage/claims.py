"""Taking messages out of the outbox: what may go now, who has it in hand, how it ended.

A row goes waiting → sending (with the claim of who sends it) → sent, failed, expired, unknown or withdrawn. Every
change is guarded by the state it leaves, so two processes never have the same row in hand, and who lost a row to
another cannot settle it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSON

from storage.database import Tx
from storage.deliveries import REPLY, SENDING, UNKNOWN, WAITING, WITHDRAWN, deliveries, is_waiting
from storage.people import addresses
from storage.quick import Quick
from storage.types import Instant

# What a row is to the budget: alerts, replies and the three bulk lanes spend; an edit and the acknowledgement of a tap
# do not, and an acknowledgement does not even wait for its chat. Packed with the chat into one number, `chat_tier`.
TIERS = ALERTS, REPLIES, BULK, EDITS, ANSWERS = range(5)
_PACK = 8

_D, _A = deliveries.c, addresses.c
_first = deliveries.alias("first")  # the message that an edit changes, or that a reply stands under


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as the sender and the words see it. `message`: the platform's id of what it edits or stands under."""

    id: int
    lane: int
    kind: str
    refs: dict[str, Any]
    sealed: bytes | None
    address_id: int
    channel: str
    external: str
    answers: str
    edits: int | None
    under: int | None
    message: str | None
    message_state: str | None
    incident_id: int | None
    about: str
    rung: int | None
    tries: int
    reason: str
    bulk_id: int | None = None
    posted_at: datetime | None = None  # or when it was due, if that was later
    heard_at: datetime | None = None  # when its reader last wrote from this address
    begun_at: datetime | None = None  # when we last wrote to him outside WhatsApp's window
    expires_at: datetime | None = None

    @property
    def tier(self) -> int:
        if self.answers:
            return ANSWERS
        return EDITS if self.edits is not None else min(self.lane, BULK)


class End(NamedTuple):
    """How a row ended, or why it waits again (then `tries` counts)."""

    id: int
    state: str
    reason: str = ""
    external: str = ""
    tries: int = 0


def chat_tier(address_id: int, tier: int) -> int:
    """One number for a chat and a tier, to be named in `held`."""
    return address_id * _PACK + tier


def const(value: str | int) -> ColumnElement[Any]:
    """Written into the statement: cheaper than binding it each time, and partial indexes can be recognised."""
    return literal_column(repr(value))


is_tap = _D.answers != const("")
is_edit = _D.edits.is_not(None)
_TIER = case((is_tap, const(ANSWERS)), (is_edit, const(EDITS)), (_D.lane > const(REPLY), const(BULK)), else_=_D.lane)


def numbers(name: str, sqlite: bool) -> Any:
    """The numbers of a JSON list as a subquery: one statement however many, where IN (?, ?, …) would be many."""
    given = bindparam(name, type_=Text)
    if sqlite:
        return select(func.json_each(given).table_valued("value").c.value)
    return select(cast(func.json_array_elements_text(cast(given, JSON)).column_valued("value"), Integer))


def rows() -> Select[Any]:
    """The columns of `Row`, in its order; the caller says which rows."""
    return (
        select(
            _D.id, _D.lane, _D.kind, _D.refs, _D.sealed, _D.address_id, _D.channel, _A.external, _D.answers, _D.edits,
            _D.under, _first.c.external, _first.c.state, _D.incident_id, _D.about, _D.rung, _D.tries, _D.reason,
            _D.bulk_id, func.coalesce(_D.due_at, _D.created_at, type_=Instant), _A.heard_at,
            _A.begun_at, _D.expires_at,
        )
        .join_from(deliveries, addresses, _A.id == _D.address_id)
        .outerjoin(_first, _first.c.id == func.coalesce(_D.edits, _D.under))
    )  # fmt: skip


def _ready(sqlite: bool) -> ColumnElement[bool]:
    """May go now: due, not expired, its chat free, and what it edits or stands under has come to its end."""
    now = bindparam("now", type_=Instant)
    busy, held = numbers("busy", sqlite), numbers("held", sqlite)
    return and_(
        is_waiting,
        _D.channel == bindparam("channel"),
        or_(_D.due_at.is_(None), _D.due_at <= now),
        or_(_D.expires_at.is_(None), _D.expires_at > now),
        or_(_first.c.id.is_(None), and_(_first.c.state != const(WAITING), _first.c.state != const(SENDING))),
        or_(is_tap, _D.address_id.not_in(busy)),
        (_D.address_id * const(_PACK) + _TIER).not_in(held),
    )


def _scan(sqlite: bool, free: bool) -> Select[Any]:
    query = rows().where(_ready(sqlite)).limit(bindparam("limit"))
    if free:  # by id alone: so SQLite takes the index of the free rows, not the one that has 100,000 others in order
        return query.where(or_(is_edit, is_tap)).order_by(_D.id)
    within = and_(_D.lane > bindparam("above"), _D.lane <= bindparam("upto"))
    return query.where(within).order_by(_D.lane, _D.id)


def _bulk(sqlite: bool) -> Select[Any]:
    mine = and_(_D.bulk_id == bindparam("bulk"), ~is_edit)
    return rows().where(_ready(sqlite), mine).order_by(_D.id).limit(bindparam("limit"))


_SCAN = {free: Quick(_scan(True, free), postgres=_scan(False, free)) for free in (True, False)}
_BULK = Quick(_bulk(sqlite=True), postgres=_bulk(sqlite=False))


def ready(
    tx: Tx,
    channel: str,
    now: datetime,
    *,
    upto: int,
    limit: int,
    busy: Collection[int] = (),
    held: Collection[int] = (),
    free: bool = False,
    above: int = -1,
    bulk: int | None = None,
) -> list[Row]:
    """The most urgent rows that may go now, lanes up to `upto`, read along an index that holds waiting rows only.

    `busy` chats have something in hand, `held` are `chat_tier`s that must wait: they are passed over inside the
    database, so that however many of them stand in front, what is behind is found. `free`: only what spends
    nothing. `above`: lanes behind that one. `bulk`: only the messages of that broadcast.
    """
    given: dict[str, Any] = {"channel": channel, "now": now, "upto": upto, "limit": limit, "above": above}
    given |= {"busy": json.dumps(list(busy)), "held": json.dumps(list(held))}
    scan = _SCAN[free] if bulk is None else _BULK
    return [Row(*row) for row in scan.rows(tx, given | {"bulk": bulk})]


def _take(sqlite: bool) -> Any:
    # PostgreSQL: a row that a turn is changing this moment (withdrawing it, say) is passed over, not waited for.
    still = select(_D.id).where(_D.id.in_(numbers("ids", sqlite)), _D.state == literal_column("'waiting'"))
    change = update(deliveries).where(_D.id.in_(still.with_for_update(skip_locked=True).scalar_subquery()))
    return change.values(state=SENDING, claim=bindparam("by")).returning(_D.id)


_TAKE = Quick(_take(sqlite=True), [_D.id], postgres=_take(sqlite=False))


def take(tx: Tx, ids: Sequence[int], claim: str) -> set[int]:
    """Mark rows as being sent by `claim`; the ids of those that this call got."""
    given = {"ids": json.dumps(list(ids)), "by": claim}
    return {row.id for row in _TAKE.rows(tx, given)} if ids else set()


_MINE = and_(_D.id == bindparam("of"), _D.state == SENDING, _D.claim == bindparam("by"))
_STILL = and_(_D.id == bindparam("of"), is_waiting)
ENDING = {
    "state": bindparam("to"),
    "reason": bindparam("why"),
    "settled_at": bindparam("at", type_=Instant),
    "claim": "",
}
WIPED = {**ENDING, "sealed": null()}
_SENT = Quick(update(deliveries).where(_MINE).values(**WIPED, external=bindparam("ext")))
_ENDED = update(deliveries).where(_MINE).values(**WIPED)
_UNSURE = update(deliveries).where(_MINE).values(**ENDING)  # keeps what was sealed: a coordinator may have it repeated
_DROPPED = update(deliveries).where(_STILL).values(**WIPED)
_BACK = update(deliveries).where(_MINE).values(state=WAITING, claim="", reason=bindparam("why"), tries=bindparam("n"))
_later = deliveries.alias("later")


def _newer(state: str) -> ColumnElement[bool]:
    held = _later.c.state == literal_column(f"'{state}'")  # written out: only then is the partial index used
    return exists().where(_later.c.edits == _D.edits, held, _later.c.id > _D.id)


overtaken = or_(_newer(WAITING), _newer(SENDING))
_STALE = update(deliveries).where(_MINE, _D.edits.is_not(None), overtaken).values(**WIPED)
NEWER = "a newer change of the same message waits"


def sent(tx: Tx, ends: Iterable[End], claim: str, now: datetime) -> None:
    """Settle what went out, in one go: the hot path."""
    rows = [{"of": e.id, "by": claim, "to": e.state, "why": e.reason, "at": now, "ext": e.external} for e in ends]
    if rows:
        _SENT.many(tx, rows)


def settle(tx: Tx, end: End, claim: str, now: datetime) -> bool:
    """Settle one row that `claim` has in hand; False: it is somebody else's by now."""
    given = {"of": end.id, "by": claim, "to": end.state, "why": end.reason, "at": now}
    return tx.execute(_UNSURE if end.state == UNKNOWN else _ENDED, given).rowcount == 1


def drop(tx: Tx, end: End, now: datetime) -> bool:
    """Settle one row that still waits; False: it does not any more."""
    return tx.execute(_DROPPED, {"of": end.id, "to": end.state, "why": end.reason, "at": now}).rowcount == 1


def put_back(tx: Tx, end: End, claim: str, now: datetime) -> None:
    """Let a row wait again; an edit behind which a newer one waits has nothing left to say."""
    stale = {"of": end.id, "by": claim, "to": WITHDRAWN, "why": NEWER, "at": now}
    if tx.execute(_STALE, stale).rowcount == 0:
        tx.execute(_BACK, {"of": end.id, "by": claim, "why": end.reason, "n": end.tries})
