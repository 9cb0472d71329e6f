"""Which TPS no notice would reach, and why."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import case, func, select

from storage.audience import is_open
from storage.database import Tx
from storage.groups import ACTIVE, groups
from storage.people import addresses
from storage.places import Where, kelurahan, tps
from storage.roster import OFFICER, assignments

_R = addresses.c
_OWN = tps.alias("own")


class Unreached(NamedTuple):
    """A TPS without a way to it. `reason`: nobody (no crew in the roster), unlinked, silent (all stopped or gone)."""

    number: int
    kelurahan: str
    reason: str


def unreached(tx: Tx, where: Where) -> tuple[int, list[Unreached]]:
    """How many TPS there are in an area, and those that have neither a group nor an officer who can be reached."""
    rows = tx.rows(_query(where))
    without = [row for row in rows if not row.group and not row.reachable]
    return len(rows), [Unreached(row.number, row.name, _reason(row)) for row in without]


def _reason(row: Any) -> str:
    if not row.crew:
        return "nobody"
    return "silent" if row.linked else "unlinked"


def _query(where: Where) -> Any:
    open_ = is_open()
    query = (
        select(
            tps.c.id,
            tps.c.number,
            kelurahan.c.name,
            func.count(assignments.c.id.distinct()).label("crew"),
            func.count(_R.id).label("linked"),
            func.coalesce(func.sum(case((open_, 1), else_=0)), 0).label("reachable"),
            func.max(groups.c.id).label("group"),
        )
        .join(kelurahan, kelurahan.c.id == tps.c.kelurahan_id)
        .outerjoin(_OWN, (_OWN.c.id == tps.c.id) | (_OWN.c.moved_id == tps.c.id))
        .outerjoin(assignments, (assignments.c.tps_id == _OWN.c.id) & (assignments.c.kind == OFFICER))
        .outerjoin(addresses, _R.person_id == assignments.c.person_id)
        .outerjoin(groups, (groups.c.tps_id == tps.c.id) & (groups.c.state == ACTIVE))
        .where(tps.c.election_id == where.election_id, tps.c.moved_id.is_(None))
        .group_by(tps.c.id, tps.c.number, kelurahan.c.name, kelurahan.c.kecamatan_id)
        .order_by(kelurahan.c.kecamatan_id, kelurahan.c.name, tps.c.number)
    )
    if where.kelurahan_id:
        return query.where(tps.c.kelurahan_id == where.kelurahan_id)
    return query.where(kelurahan.c.kecamatan_id == where.kecamatan_id) if where.kecamatan_id else query
