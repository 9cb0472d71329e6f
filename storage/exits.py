"""What leaves the outbox without being sent: too late, no channel for it, its address gone; and chats that moved."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, exists, func, select, update

from storage.claims import Row, const, rows
from storage.database import Tx
from storage.deliveries import EXPIRED, FAILED, LANES, SENDING, UNKNOWN, WAITING, deliveries, is_waiting
from storage.people import addresses
from storage.types import Instant

_D, _A = deliveries.c, addresses.c
_NOW = bindparam("now", type_=Instant)
_OVERDUE = (
    rows()
    .where(is_waiting, _D.expires_at.is_not(None), _D.expires_at <= _NOW)
    .order_by(_D.expires_at)
    .limit(bindparam("limit"))
)
_NEXT_CHANNEL = select(func.min(_D.channel)).where(is_waiting, _D.channel > bindparam("after"))
_OF_CHANNEL = rows().where(is_waiting, _D.channel == bindparam("channel")).limit(bindparam("limit"))
_OF_ADDRESS = rows().where(is_waiting, _D.address_id == bindparam("of")).order_by(_D.id)
_NEXT_DUE = select(func.min(_D.due_at)).where(is_waiting, _D.due_at.is_not(None), _D.due_at > _NOW)
_SENDING = select(_D.id).where(_D.state == const(SENDING)).exists()
_DUE = select(_D.id).where(is_waiting, _D.due_at.is_(None) | (_D.due_at <= _NOW)).exists()
_LEFT = select(_DUE | _SENDING)


def overdue(tx: Tx, now: datetime, limit: int) -> list[Row]:
    """Waiting rows whose time is over, the longest overdue first."""
    return [Row(*row) for row in tx.rows(_OVERDUE, {"now": now, "limit": limit})]


def strays(tx: Tx, known: Collection[str], limit: int) -> list[Row]:
    """Waiting rows for channels that nobody serves; one step along the index a channel, however long the backlog."""
    found: list[Row] = []
    channel = tx.scalar(_NEXT_CHANNEL, {"after": ""})
    while channel is not None and len(found) < limit:
        if channel not in known:
            given = {"channel": channel, "limit": limit - len(found)}
            found += [Row(*row) for row in tx.rows(_OF_CHANNEL, given)]
        channel = tx.scalar(_NEXT_CHANNEL, {"after": channel})
    return found


def next_due(tx: Tx, now: datetime) -> datetime | None:
    """When the next row that may not go yet may go."""
    found: datetime | None = tx.scalar(_NEXT_DUE, {"now": now})
    return found


def anything_left(tx: Tx, now: datetime) -> bool:
    """Does anything wait that could go now, or is anything being sent?"""
    return bool(tx.scalar(_LEFT, {"now": now}))


_RUN = select(func.min(_D.bulk_id).label("n")).where(_D.bulk_id.is_not(None)).cte("run", recursive=True)
_RUN = _RUN.union_all(
    select(select(func.min(_D.bulk_id)).where(_D.bulk_id > _RUN.c.n).scalar_subquery()).where(_RUN.c.n.is_not(None))
)
_RUNNING = select(_RUN.c.n).where(exists().where(_D.bulk_id == _RUN.c.n, is_waiting)).order_by(_RUN.c.n)


def running(tx: Tx) -> list[int]:
    """The broadcasts and notices (`bulk_id`) of which something waits; one step along the index for each there is."""
    return [row.n for row in tx.rows(_RUNNING)]


_SINCE = func.min(func.coalesce(_D.due_at, _D.created_at), type_=Instant)
_DEPTH = select(_D.lane, func.count(), _SINCE).where(is_waiting).group_by(_D.lane)


def depth(tx: Tx, now: datetime) -> dict[str, tuple[int, float]]:
    """By lane: how many wait, and for how many seconds the first of them has; what is not due yet has not waited."""
    found = {LANES[lane]: (n, (now - since).total_seconds()) for lane, n, since in tx.rows(_DEPTH)}
    return {lane: (n, max(0.0, age)) for lane, (n, age) in found.items()}


def of_address(tx: Tx, address_id: int) -> list[Row]:
    """What waits for one address."""
    return [Row(*row) for row in tx.rows(_OF_ADDRESS, {"of": address_id})]


_BY_ID = _A.id == bindparam("of")
_RETIRE = update(addresses).where(_BY_ID).values(state="gone")
_TWIN = select(_A.id).where(_A.channel == bindparam("on"), _A.external == bindparam("to"), _A.id != bindparam("of"))
_MOVE = update(addresses).where(_BY_ID).values(external=bindparam("to"))
_FOLLOW = update(deliveries).where(_D.address_id == bindparam("of")).values(address_id=bindparam("to"))
_FOLLOW_WAITING = _FOLLOW.where(is_waiting)
_FOLLOW_ONE = _FOLLOW.where(_D.id == bindparam("row"))


def unsent(tx: Tx, since: datetime) -> list[tuple[str, str, str, int]]:
    """Messages that ended without having arrived since a moment: channel, state, reason, how many; the most first."""
    ended = _D.state.in_((FAILED, EXPIRED, UNKNOWN)) & (_D.settled_at >= since) & _D.edits.is_(None)
    query = select(_D.channel, _D.state, _D.reason, func.count()).where(ended, _D.answers == "")
    grouped = query.group_by(_D.channel, _D.state, _D.reason).order_by(func.count().desc(), _D.channel, _D.reason)
    return [(row[0], row[1], row[2], row[3]) for row in tx.rows(grouped)]


_BACK = update(deliveries).where(_D.id == bindparam("row"), _D.state == const(SENDING))
_DEFER = _BACK.values(state=WAITING, claim="", reason=bindparam("why"), due_at=bindparam("at", type_=Instant),
                      expires_at=bindparam("until", type_=Instant))  # fmt: skip
_REROUTE = _BACK.values(
    state=WAITING, claim="", reason=bindparam("why"), address_id=bindparam("to"), channel=bindparam("on")
)


def defer(tx: Tx, delivery_id: int, at: datetime, until: datetime, reason: str) -> None:
    """A row in hand waits until `at`."""
    tx.execute(_DEFER, {"row": delivery_id, "at": at, "until": until, "why": reason})


def reroute(tx: Tx, delivery_id: int, address_id: int, channel: str, reason: str) -> None:
    """A row in hand waits for another address."""
    tx.execute(_REROUTE, {"row": delivery_id, "to": address_id, "on": channel, "why": reason})


def stop(tx: Tx, address_id: int, now: datetime) -> None:
    """Whoever this is told the platform that he wants no bulk."""
    tx.execute(update(addresses).where(_A.id == address_id, _A.stopped_at.is_(None)).values(stopped_at=now))


def retire(tx: Tx, address_id: int) -> None:
    """Mark an address as gone; it is active again when it is heard."""
    tx.execute(_RETIRE, {"of": address_id})


def move(tx: Tx, row: Row, to: str) -> None:
    """The chat of `row` lives on as `to`. If that address is known, it takes over what waits for the old one."""
    twin = tx.scalar(_TWIN, {"on": row.channel, "to": to, "of": row.address_id})
    if twin is None:
        tx.execute(_MOVE, {"of": row.address_id, "to": to})
        return
    retire(tx, row.address_id)
    tx.execute(_FOLLOW_WAITING, {"of": row.address_id, "to": twin})
    tx.execute(_FOLLOW_ONE, {"of": row.address_id, "to": twin, "row": row.id})
