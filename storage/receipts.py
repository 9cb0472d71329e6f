"""Who said that he has it, and who has not, by TPS."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, false, func, select, update

from storage.broadcasts import Recipient, recipients
from storage.database import Tx
from storage.people import people
from storage.places import kelurahan, tps
from storage.quick import Quick
from storage.roster import OFFICER, assignments, at_tps
from storage.types import loaded

_R, _A = recipients.c, assignments.c
_HIS = (_R.broadcast_id == bindparam("of")) & (_R.person_id == bindparam("who"))
_OF = Quick(select(recipients).where(_HIS))
_RECEIVE = Quick(
    update(recipients)
    .where(_HIS, _R.received_at.is_(None))
    .values(received_at=bindparam("at"), received_by=bindparam("says"))
)
MOST_NAMES = 20  # of a TPS; those without one are many


def of(tx: Tx, broadcast_id: int, person_id: int) -> Recipient | None:
    row = _OF.first(tx, {"of": broadcast_id, "who": person_id})
    return loaded(Recipient, row) if row else None


def receive_own(tx: Tx, broadcast_id: int, person_id: int, now: datetime) -> bool:
    """He has it, as he says himself; False: he had said so, or it is none of his."""
    return _RECEIVE.run(tx, {"of": broadcast_id, "who": person_id, "at": now, "says": person_id}) == 1


def receive(tx: Tx, broadcast_id: int, person_ids: Iterable[int], by: int, now: datetime) -> list[int]:
    """They have it, as `by` says; those for whom nobody had said so before."""
    mine = (_R.broadcast_id == broadcast_id) & _R.person_id.in_(set(person_ids)) & _R.received_at.is_(None)
    change = update(recipients).where(mine).values(received_at=now, received_by=by)
    return [row.person_id for row in tx.rows(change.returning(_R.person_id))]


def counts(tx: Tx, broadcast_id: int) -> tuple[int, int]:
    """How many said that they have it, and of how many."""
    row = tx.first(select(func.count(_R.received_at), func.count()).where(_R.broadcast_id == broadcast_id))
    return row[0], row[1]


def open_of_tps(
    tx: Tx, broadcast_id: int, tps_ids: Iterable[int], institutions: Iterable[str]
) -> list[tuple[int, str]]:
    """Who of a TPS has not said so, among an institution's officers: id and name."""
    # From the TPS's own officers: every chair's message asks this, and a broadcast has thousands of recipients.
    theirs = (_A.kind == OFFICER) & at_tps(tx, set(tps_ids)) & _A.institution.in_(set(institutions))
    where = theirs & (_R.broadcast_id == broadcast_id) & _R.received_at.is_(None)
    query = (
        select(_R.person_id, people.c.name)
        .select_from(assignments)
        .join(recipients, _R.person_id == _A.person_id)
        .join(people, people.c.id == _R.person_id)
        .where(where)
        .distinct()
        .order_by(people.c.name, _R.person_id)
    )
    return [(row.person_id, row.name) for row in tx.rows(query)]


def missing(tx: Tx, broadcast_id: int, skip: int, limit: int) -> list[tuple[int | None, str, list[str]]]:
    """Who has not, TPS by TPS: its number and kelurahan (none: not at a TPS) and the first names there."""
    open_ = (_R.broadcast_id == broadcast_id) & _R.received_at.is_(None)
    here = select(_R.tps_id).where(open_).distinct().subquery()
    places: Any = (
        select(here.c.tps_id, tps.c.number, kelurahan.c.name.label("kelurahan"))
        .select_from(here)
        .outerjoin(tps, tps.c.id == here.c.tps_id)
        .outerjoin(kelurahan, kelurahan.c.id == tps.c.kelurahan_id)
        .order_by(kelurahan.c.name.is_(None), kelurahan.c.name, tps.c.number)
    )
    found = tx.rows(places.offset(skip).limit(limit))
    ids = [row.tps_id for row in found if row.tps_id]
    wanted = _R.tps_id.in_(ids) | (_R.tps_id.is_(None) if len(ids) < len(found) else false())
    listed: dict[int | None, list[str]] = {row.tps_id: [] for row in found}
    query = select(_R.tps_id, people.c.name).join(people, people.c.id == _R.person_id).where(open_, wanted)
    for row in tx.rows(query.order_by(people.c.name)):
        listed[row.tps_id].append(row.name)
    return [(row.number, row.kelurahan or "", listed[row.tps_id][:MOST_NAMES]) for row in found]
