"""A broadcast's way into the outbox: recipients frozen, deliveries inserted, held, let go and taken back, counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.audience import BLOCKED, NEVER, STOPPED, Filter, is_open, reached, silent
from storage.audience import recipients as people_of
from storage.broadcasts import Broadcast, recipients
from storage.database import Tx
from storage.deliveries import BROADCAST, EXPIRED, FAILED, SENDING, SENT, UNKNOWN, WAITING, WITHDRAWN, deliveries
from storage.people import addresses, people
from storage.places import kelurahan, tps
from storage.quick import Quick
from storage.types import Instant

PAUSED = "paused"  # a delivery that waits, but not now
OPEN = (WAITING, SENDING, PAUSED)
A_STEP = 1_000  # rows a transaction: about 20 ms
_D, _R, _A = deliveries.c, recipients.c, addresses.c


def freeze(tx: Tx, broadcast_id: int, chosen: Filter) -> int:
    """Write down whom a broadcast is for, now and for good; how many they are."""
    found = people_of(tx, chosen).subquery()
    source = select(literal(broadcast_id, Integer), found.c.person_id, found.c.address_id, found.c.tps_id, found.c.why)
    into = tx.insert(recipients).from_select(["broadcast_id", "person_id", "address_id", "tps_id", "why"], source)
    return tx.execute(into).rowcount


def _its(broadcast: Broadcast) -> ColumnElement[bool]:
    """A recipient's own message, by its key: by broadcast and address SQLite would read all of them for each."""
    return _D.once == literal(f"b:{broadcast.id}:") + cast(_R.address_id, String)


def freeze_rest(tx: Tx, broadcast_id: int, before: Broadcast, states: tuple[str, ...]) -> int:
    """The recipients of an earlier broadcast whose message ended so, each with the address he has now."""
    rest = (
        select(_R.person_id, _R.tps_id, reached(_R.person_id).label("address_id"))
        .join(deliveries, _its(before))
        .where(_R.broadcast_id == before.id, _D.state.in_(states))
        .subquery()
    )
    why = case((rest.c.address_id.is_not(None), ""), else_=silent(rest.c.person_id, NEVER))
    source = select(literal(broadcast_id, Integer), rest.c.person_id, rest.c.address_id, rest.c.tps_id, why)
    source = source.where(true())  # SQLite would take ON CONFLICT for the condition of a join
    into = tx.insert(recipients).from_select(["broadcast_id", "person_id", "address_id", "tps_id", "why"], source)
    return tx.execute(into.on_conflict_do_nothing()).rowcount


def still_open(tx: Tx, broadcast_id: int) -> None:
    """Who stopped or left between confirmation and start is not written to."""
    # Asked for what is wrong, not for what is missing: of rows that have just come PostgreSQL knows no number, and for
    # the second it would read all addresses for each.
    not_his = (_A.id == _R.address_id) & or_(_A.person_id.is_distinct_from(_R.person_id), ~is_open())
    stopped = select(_A.id).where(_A.id == _R.address_id, _A.stopped_at.is_not(None)).exists()
    gone = (_R.broadcast_id == broadcast_id) & select(_A.id).where(not_his).exists()
    tx.execute(update(recipients).where(gone).values(address_id=null(), why=case((stopped, STOPPED), else_=BLOCKED)))


def post_all(tx: Tx, broadcast: Broadcast, bulk_id: int, now: datetime, expires_at: datetime) -> int:
    """One insert-select: a delivery for every recipient who can be reached; `once` makes each of them the only one."""
    return _post(tx, broadcast, bulk_id, now, expires_at, _first(broadcast.id or 0), _R.address_id.is_not(None))


def remind(tx: Tx, family: Sequence[Broadcast], bulk_id: int, now: datetime, expires_at: datetime, nth: int) -> int:
    """The same again to those whom it or a repeat of it reached and who did not say that they have it; `nth` names the
    round. What was stopped before it left stays unsaid."""
    broadcast = family[0]
    its = [_D.once == literal(_first(each.id or 0)) + cast(_A.id, String) for each in family]
    came = select(_D.id).where(or_(*its), _D.state.in_((SENT, UNKNOWN))).exists()
    wanted = _R.received_at.is_(None) & (_A.person_id == _R.person_id) & is_open() & came
    return _post(tx, broadcast, bulk_id, now, expires_at, _round(broadcast.id or 0, nth), wanted, reminds=True)


def _post(
    tx: Tx,
    broadcast: Broadcast,
    bulk_id: int,
    now: datetime,
    expires_at: datetime,
    once: str,
    wanted: ColumnElement[bool],
    *,
    reminds: bool = False,
) -> int:
    refs: dict[str, Any] = {"broadcast": broadcast.id} | ({"reminds": True} if reminds else {})
    refs |= {"elsewhere": True} if broadcast.elsewhere else {}
    values: dict[str, Any] = {
        "channel": _A.channel, "lane": literal(BROADCAST, Integer), "address_id": _A.id, "kind": literal("broadcast"),
        "refs": literal(refs, JSON), "about": literal(f"B-{broadcast.number:04d}"),
        "once": literal(once) + cast(_A.id, String), "answers": literal(""), "state": literal(WAITING),
        "reason": literal(""), "line": literal(""), "tries": literal(0, Integer), "external": literal(""),
        "claim": literal(""),
        "created_at": literal(now, Instant), "expires_at": literal(expires_at, Instant),
        "bulk_id": literal(bulk_id, Integer),
    }  # fmt: skip
    source = (
        select(*values.values())
        .join_from(recipients, addresses, _A.id == _R.address_id)
        .where(_R.broadcast_id == broadcast.id, wanted)
        .order_by(_R.tps_id, _R.person_id)
    )
    dialect: Any = sqlite if tx.is_sqlite else postgresql
    into = dialect.insert(deliveries).from_select(list(values), source).on_conflict_do_nothing()
    return tx.execute(into).rowcount


def _step(tx: Tx, bulk_id: int, before: tuple[str, ...], values: dict[str, Any]) -> bool:
    """Change the next rows of a broadcast; tells whether there may be more."""
    some = select(_D.id).where(_D.bulk_id == bulk_id, _D.state.in_(before), _D.edits.is_(None)).limit(A_STEP)
    # PostgreSQL: a row that is being claimed this moment is passed over; the next look finds it. Chosen beforehand: as
    # a subquery it would be run again for each row, and every run would take the next thousand.
    rows = some if tx.is_sqlite else select(some.with_for_update(skip_locked=True).cte("some").c.id)
    change = update(deliveries).where(_D.id.in_(rows), _D.state.in_(before)).values(values)
    return tx.execute(change).rowcount == A_STEP


def hold(tx: Tx, bulk_id: int) -> bool:
    """waiting → paused."""
    return _step(tx, bulk_id, (WAITING,), {"state": PAUSED})


def let_go(tx: Tx, bulk_id: int) -> bool:
    """paused → waiting."""
    return _step(tx, bulk_id, (PAUSED,), {"state": WAITING})


def take_back(tx: Tx, bulk_id: int, reason: str, now: datetime) -> bool:
    """What did not leave yet is withdrawn."""
    return _step(tx, bulk_id, (WAITING, PAUSED), {"state": WITHDRAWN, "reason": reason, "settled_at": now})


def tally(tx: Tx, bulk_id: int | None) -> dict[str, int]:
    """How many deliveries of a broadcast there are, by state. Changes of them bear no `bulk_id`."""
    if bulk_id is None:
        return {}
    query = select(_D.state, func.count()).where(_D.bulk_id == bulk_id).group_by(_D.state)
    return {row[0]: row[1] for row in tx.rows(query)}


def reasons(tx: Tx, bulk_id: int | None) -> dict[tuple[str, str], int]:
    """How many failed, by state and reason as the outbox wrote it down."""
    if bulk_id is None:
        return {}
    where = (_D.bulk_id == bulk_id) & _D.state.in_((FAILED, EXPIRED, WITHDRAWN, UNKNOWN)) & _D.edits.is_(None)
    rows = tx.rows(select(_D.state, _D.reason, func.count()).where(where).group_by(_D.state, _D.reason))
    return {(row[0], row[1]): row[2] for row in rows}


def reach(tx: Tx, broadcast_id: int) -> dict[str, int]:
    """How many recipients there are, by why they cannot be written to; "" are those who can."""
    query = select(_R.why, func.count()).where(_R.broadcast_id == broadcast_id).group_by(_R.why)
    return {row[0]: row[1] for row in tx.rows(query)}


_HIS_ADDRESS = Quick(
    select(_R.address_id).where(
        _R.broadcast_id == bindparam("of"), _R.person_id == bindparam("who"), _R.address_id.is_not(None)
    )
)
_OF_KEY = Quick(select(_D.id).where(_D.once == bindparam("key")))


def shown_to(tx: Tx, family: Sequence[Broadcast], person_id: int) -> list[int]:
    """The messages of a broadcast, its repeats and reminders that one person has; by their keys, which are indexed."""
    wanted: list[str] = []
    for each in family:
        for row in _HIS_ADDRESS.rows(tx, {"of": each.id, "who": person_id}):
            wanted += keys(each.id or 0, row.address_id, each.reminders)
    return sorted(row.id for key in wanted for row in _OF_KEY.rows(tx, {"key": key}))


def keys(broadcast_id: int, address_id: int, reminders: int) -> list[str]:
    """Under which keys an address was, or may have been, sent a broadcast and so many rounds of reminders of it."""
    rounds = (f"{_round(broadcast_id, nth)}{address_id}" for nth in range(1, reminders + 1))
    return [f"{_first(broadcast_id)}{address_id}", *rounds]


def _first(broadcast_id: int) -> str:
    return f"b:{broadcast_id}:"


def _round(broadcast_id: int, nth: int) -> str:
    return f"br:{broadcast_id}:{nth}:"


def of_keys(tx: Tx, keys: Sequence[str]) -> list[int]:
    """Ids of the deliveries that were posted under these keys."""
    return [row.id for row in tx.rows(select(_D.id).where(_D.once.in_(keys)).order_by(_D.id))]


def sheet(broadcast: Broadcast) -> Select[Any]:
    """Every recipient with name, place, how his message ended, and when he said that he has it."""
    by = people.alias("by")
    return (
        select(people.c.name, kelurahan.c.name.label("kelurahan"), tps.c.number, _D.state, _D.reason, _R.why,
               _R.received_at, by.c.name.label("by"))
        .select_from(recipients)
        .join(people, people.c.id == _R.person_id)
        .outerjoin(tps, tps.c.id == _R.tps_id)
        .outerjoin(kelurahan, kelurahan.c.id == tps.c.kelurahan_id)
        .outerjoin(deliveries, _its(broadcast))
        .outerjoin(by, by.c.id == _R.received_by)
        .where(_R.broadcast_id == broadcast.id)
        .order_by(kelurahan.c.name, tps.c.number, people.c.name)
    )  # fmt: skip
