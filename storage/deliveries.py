"""The outbox: every message on its way to one address. Here it is put in, changed and withdrawn by whoever has
something to say; how it is taken out again is in `claims.py`.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    bindparam,
    func,
    literal_column,
    null,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.people import addresses
from storage.quick import Quick
from storage.types import Instant, table

LANES = ("alert", "reply", "reminder", "notice", "broadcast")
ALERT, REPLY, REMINDER, NOTICE, BROADCAST = range(5)
WAITING, SENDING, SENT, FAILED = "waiting", "sending", "sent", "failed"
EXPIRED, UNKNOWN, WITHDRAWN = "expired", "unknown", "withdrawn"
NEVER_CAME = (FAILED, EXPIRED, WITHDRAWN)


def _where(condition: str) -> dict[str, Any]:
    """A partial index: only rows that are on their way, so that years of sent rows cost nothing."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Delivery(SQLModel, table=True):
    """One message to one address. `refs` are ids and numbers; what exists nowhere else is `sealed`, wiped at the end.

    `channel` repeats the address's, so that a backlog of one channel never stands before another's. `edits`: the
    delivery whose message this changes; at most one waiting edit a delivery. `under`: the delivery whose message this
    replies to. `answers`: the tap that this acknowledges. `due_at`: not before. `claim`: who is sending it now.
    `bulk_id`: the broadcast or notice slot that it is one of many of; the numbers run through the installation. `line`:
    where nothing can be changed, the fingerprint of what a line of this message would say, or says.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_waiting", "channel", "lane", "id", **_where("state = 'waiting'")),
        Index("ix_delivery_free", "channel", "id",
              **_where("state = 'waiting' AND (edits IS NOT NULL OR answers != '')")),
        Index("ix_delivery_address", "address_id", **_where("state = 'waiting'")),
        Index("ix_delivery_due", "due_at", **_where("state = 'waiting' AND due_at IS NOT NULL")),
        Index("ix_delivery_expires", "expires_at", **_where("state = 'waiting' AND expires_at IS NOT NULL")),
        Index("ix_delivery_sending", "id", **_where("state = 'sending'")),
        Index("ix_delivery_one_edit", "edits", unique=True, **_where("state = 'waiting' AND edits IS NOT NULL")),
        Index("ix_delivery_incident", "incident_id"),
        Index("ix_delivery_once", "once", unique=True),
        # A platform that tells later how a message fared names it by its own id.
        Index("ix_delivery_external", "external", **_where("channel = 'whatsapp' AND external != ''")),
        Index("ix_delivery_bulk", "bulk_id", "state", "id", **_where("bulk_id IS NOT NULL")),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    lane: int
    address_id: int = Field(foreign_key="address.id")
    kind: str
    refs: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    about: str = ""
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    rung: int | None = None
    once: str | None = None
    edits: int | None = None
    under: int | None = None
    answers: str = ""
    state: str = WAITING
    reason: str = ""
    tries: int = 0
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    expires_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    settled_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    external: str = ""
    claim: str = ""
    bulk_id: int | None = None
    line: str = ""


deliveries = table(Delivery)
UNCHANGING = frozenset({"whatsapp"})  # channels on which no message can be changed: a short new line instead
_D = deliveries.c
# Written into the statement, not bound: only then do both databases know that a partial index holds these rows.
is_waiting = _D.state == literal_column("'waiting'")
_FRESH = {"state": WAITING, "reason": "", "tries": 0, "external": "", "claim": "", "line": ""}
_GIVEN: Mapping[str, Any] = {
    "sealed": None,
    "about": "",
    "incident_id": None,
    "rung": None,
    "once": None,
    "under": None,
    "answers": "",
    "due_at": None,
    "expires_at": None,
    "bulk_id": None,
}
_NEEDED = {"lane", "address_id", "kind", "refs", "created_at"}


def _insert(dialect: types.ModuleType) -> Any:
    """One waiting row, with the channel of its address, unless `once` is there already."""
    channel = select(addresses.c.channel).where(addresses.c.id == bindparam("of")).scalar_subquery()
    fresh: dict[str, Any] = {name: literal_column(repr(value)) for name, value in _FRESH.items()}
    return dialect.insert(deliveries).values(channel=channel, **fresh).on_conflict_do_nothing()


_POST = {True: _insert(sqlite), False: _insert(postgresql)}
_POST_ID = Quick(
    _POST[True].returning(_D.id),
    [_D.id],
    keys=[*_GIVEN, *_NEEDED],
    postgres=_POST[False].returning(_D.id),
)


def _row(given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    row = {**_GIVEN, "created_at": now, **given, "of": given["address_id"]}
    if unknown := row.keys() - _GIVEN.keys() - _NEEDED - {"of"}:
        raise TypeError(f"a delivery has no {', '.join(sorted(unknown))}")
    return row


def post(
    tx: Tx,
    *,
    lane: int,
    address_id: int,
    kind: str,
    refs: Mapping[str, Any],
    now: datetime,
    about: str = "",
    incident_id: int | None = None,
    rung: int | None = None,
    sealed: bytes | None = None,
    once: str | None = None,
    under: int | None = None,
    answers: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    bulk_id: int | None = None,
) -> int | None:
    """Put one message in the outbox; its id, or None if `once` was there already."""
    row: dict[str, Any] = {"lane": lane, "address_id": address_id, "of": address_id, "kind": kind, "refs": refs}
    row |= {"created_at": now, "about": about, "answers": answers}
    given: dict[str, Any] = {"incident_id": incident_id, "rung": rung, "sealed": sealed, "once": once, "under": under}
    given |= {"due_at": due_at, "expires_at": expires_at, "bulk_id": bulk_id}
    row |= {name: value for name, value in given.items() if value is not None}  # fewer to bind: the hot path
    found = _POST_ID.first(tx, row)
    return None if found is None else int(found.id)


def post_many(tx: Tx, rows: Iterable[Mapping[str, Any]], now: datetime | None = None) -> None:
    """Many at once, each as the arguments of `post`; a row whose `once` is there already is passed over."""
    filled = [_row({k: v for k, v in row.items() if k != "now"}, row.get("now", now)) for row in rows]
    if filled:
        tx.execute(_POST[tx.is_sqlite], filled)


_original = deliveries.alias("original")
_ROOT = select(func.coalesce(_D.edits, _D.id)).where(_D.id == bindparam("of")).scalar_subquery()
# The lock matters on PostgreSQL: a claim that is rendering this row right now is waited for, and then seen.
_LOCK = select(_original.c.id, _original.c.state).where(_original.c.id == _ROOT).with_for_update(key_share=True)
_COPIED = ("channel", "lane", "address_id", "kind", "refs", "sealed", "about", "incident_id", "rung")


def _edit(dialect: types.ModuleType) -> Any:
    given: dict[str, Any] = {name: literal_column(repr(value)) for name, value in _FRESH.items()}
    given |= {"answers": literal_column("''"), "edits": _original.c.id}
    given |= {"created_at": bindparam("at", type_=Instant)}
    copied = [_original.c[name] for name in _COPIED]
    source = select(*copied, *given.values()).where(_original.c.id == bindparam("of"), true())
    return dialect.insert(deliveries).from_select([*_COPIED, *given], source).on_conflict_do_nothing()


_EDIT = {True: _edit(sqlite), False: _edit(postgresql)}


def post_edit(tx: Tx, delivery_id: int, now: datetime) -> bool:
    """Have a message that was shown rendered again; tells whether this call queued it.

    Not if it is still waiting (it will be fresh anyway), if it never went out, or if an edit of it waits already.
    """
    found = tx.first(_LOCK, {"of": delivery_id})
    if found is None or found.state not in {SENT, SENDING}:
        return False
    return tx.execute(_EDIT[tx.is_sqlite], {"of": found.id, "at": now}).rowcount == 1


def vanished(tx: Tx, delivery_id: int) -> bool:
    """A message that was shown is not on the phone any more; False: that was known."""
    there = (_D.id == delivery_id) & (_D.state == SENT)
    taken_off = update(deliveries).where(there).values(state=WITHDRAWN, reason="it was taken off the phone")
    return tx.execute(taken_off).rowcount == 1


def shown(
    tx: Tx, *, incident_id: int, kinds: Sequence[str] = (), address_ids: Sequence[int] | None = None
) -> list[int]:
    """Ids of an incident's messages that are, or may in a moment be, on somebody's screen: what an edit may change.
    `address_ids`: on these only."""
    where = (_D.incident_id == incident_id) & _D.state.in_((SENT, SENDING)) & _D.edits.is_(None)
    query = _SHOWN.where(where & (_D.answers == ""))
    if address_ids is not None:
        query = query.where(_D.address_id.in_(address_ids))
    return _changeable(tx.rows(query.where(_D.kind.in_(kinds)) if kinds else query))


_SHOWN = select(_D.id, _D.channel, _D.address_id, _D.kind).order_by(_D.id)


def _changeable(rows: Sequence[Any]) -> list[int]:
    """Where nothing can be changed, a line is said for the newest message of a kind only."""
    newest = {(row.address_id, row.kind): row.id for row in rows}
    return [row.id for row in rows if row.channel not in UNCHANGING or newest[row.address_id, row.kind] == row.id]


def said_last(tx: Tx, incident_id: int, address_id: int, kind: str) -> str:
    """The fingerprint of the line that one address read last of a case, in messages of one kind; "" for none."""
    mine = (_D.incident_id == incident_id) & (_D.address_id == address_id) & (_D.kind == kind) & (_D.line != "")
    found: str | None = tx.scalar(select(_D.line).where(mine, _D.state == SENT).order_by(_D.id.desc()).limit(1))
    return found or ""


def note_line(tx: Tx, delivery_id: int, fingerprint: str) -> None:
    """What the line of a message says, so that the same is not said twice."""
    tx.execute(update(deliveries).where(_D.id == delivery_id).values(line=fingerprint))


def withdraw(
    tx: Tx,
    *,
    reason: str,
    now: datetime,
    incident_id: int | None = None,
    address_id: int | None = None,
    about: str | None = None,
    kinds: Sequence[str] = (),
    changes: bool = True,
) -> int:
    """Take back what still waits; how many rows. At least one of incident, address and `about` is named. `changes`:
    also what would change a message that is on somebody's screen."""
    named = {"incident_id": incident_id, "address_id": address_id, "about": about}
    where = [_D[name] == value for name, value in named.items() if value is not None]
    if not where:
        raise ValueError("withdraw what? Name an incident, an address or what it is about")
    if kinds:
        where.append(_D.kind.in_(kinds))
    if not changes:
        where.append(_D.edits.is_(None))
    change = update(deliveries).where(is_waiting, *where)
    return tx.execute(change.values(state=WITHDRAWN, reason=reason, settled_at=now, sealed=null())).rowcount


def withdraw_bulk(tx: Tx, address_id: int, reason: str, now: datetime) -> int:
    """Take back reminders, notices and broadcasts that have not left for an address; how many."""
    waits = _D.state.in_((WAITING, "paused")) & (_D.address_id == address_id) & (_D.lane > REPLY)
    values = {"state": WITHDRAWN, "reason": reason, "settled_at": now, "sealed": null()}
    return tx.execute(update(deliveries).where(waits).values(values)).rowcount


def of_kind(tx: Tx, kind: str, address_id: int) -> list[int]:
    """Ids of the messages of one kind that went to an address."""
    where = (_D.kind == kind) & (_D.address_id == address_id) & _D.edits.is_(None)
    return [row.id for row in tx.rows(select(_D.id).where(where))]


def tally(tx: Tx) -> dict[tuple[int, str], int]:
    """How many deliveries there are by lane and state."""
    return {(lane, state): n for lane, state, n in tx.rows(_TALLY)}


_TALLY = select(_D.lane, _D.state, func.count()).group_by(_D.lane, _D.state)


def any_alive(tx: Tx, incident_id: int, rung: int) -> bool:
    """Whether any alert of one call of an incident is on its way or has arrived."""
    where = (_D.incident_id == incident_id) & (_D.kind == "alert") & (_D.rung == rung) & _D.edits.is_(None)
    return tx.first(select(_D.id).where(where & _D.state.in_((WAITING, SENDING, SENT))).limit(1)) is not None


def shown_at(tx: Tx, address_id: int, kinds: Sequence[str]) -> list[int]:
    """Ids of the messages of these kinds that one address was shown."""
    where = (_D.address_id == address_id) & (_D.state == SENT) & _D.edits.is_(None) & _D.kind.in_(kinds)
    return [row.id for row in tx.rows(select(_D.id).where(where).order_by(_D.id))]


def with_key(tx: Tx, prefix: str) -> list[int]:
    """Ids of the messages whose key (`once`) begins so and that are, or may in a moment be, on somebody's screen."""
    return _changeable(tx.rows(_SHOWN.where(_keyed(prefix), _D.state.in_((SENT, SENDING)))))


def addressed(tx: Tx, prefix: str) -> set[int]:
    """The addresses to which a message went, or goes, whose key begins so."""
    return {row.address_id for row in tx.rows(select(_D.address_id).where(_keyed(prefix)))}


def _keyed(prefix: str) -> ColumnElement[bool]:
    return (_D.once >= prefix) & (_D.once < prefix[:-1] + chr(ord(prefix[-1]) + 1))


def by_external(tx: Tx, channel: str, external: str) -> Any:
    """The message that a platform knows under its id, if it went out: id, kind, incident_id, rung."""
    columns = (_D.id, _D.kind, _D.incident_id, _D.rung)
    where = (_D.channel == literal_column(f"'{channel}'")) & (_D.external == external) & (_D.external != "")
    return tx.first(select(*columns).where(where, _D.state == SENT).order_by(_D.id.desc()).limit(1))


def failed_later(tx: Tx, delivery_id: int, reason: str, now: datetime) -> bool:
    """sent → failed: the platform had taken it, and then could not bring it."""
    change = update(deliveries).where(_D.id == delivery_id, _D.state == SENT)
    return tx.execute(change.values(state=FAILED, reason=reason, settled_at=now)).rowcount == 1


def again(tx: Tx, delivery_id: int, reason: str) -> bool:
    """sent → waiting, once: it failed on its way, and may go in another form."""
    change = update(deliveries).where(_D.id == delivery_id, _D.state == SENT, _D.tries == 0)
    values = {"state": WAITING, "reason": reason, "tries": 1, "external": "", "settled_at": null()}
    return tx.execute(change.values(values)).rowcount == 1
