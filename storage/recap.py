"""The emergencies of a coordinator's area: the recent ones and those still open, without what only a few may read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, or_, select

from storage.calls import called
from storage.database import Tx
from storage.incidents import incidents
from storage.places import Where, kecamatan, kelurahan, tps

_I = incidents.c
# Written out, so that both databases see the partial index.
_open = _I.state.in_([literal_column(f"'{state}'") for state in ("waiting", "taken", "arrived", "referred")])


def _inside(where: Where) -> list[ColumnElement[bool]]:
    """In his area; an emergency that belongs nowhere yet is the city's."""
    if where.kelurahan_id:
        return [_I.election_id == where.election_id, _I.kelurahan_id == where.kelurahan_id]
    if where.kecamatan_id:
        return [_I.election_id == where.election_id, _I.kecamatan_id == where.kecamatan_id]
    return [or_(_I.election_id == where.election_id, _I.election_id.is_(None))]


def _query(where: Where, person_id: int) -> Select[Any]:
    """`may_read`: the ladder called this person for it."""
    his = select(called.c.id).where(called.c.incident_id == _I.id, called.c.person_id == person_id)
    return (
        select(_I.id, _I.number, _I.severity, _I.state, _I.kinds, _I.outcome, _I.reported_at, _I.taken_at, _I.ended_at,
               tps.c.number.label("tps"), kelurahan.c.name.label("kelurahan"), kecamatan.c.name.label("kecamatan"),
               his.exists().label("may_read"))
        .outerjoin(tps, tps.c.id == _I.tps_id)
        .outerjoin(kelurahan, kelurahan.c.id == _I.kelurahan_id)
        .outerjoin(kecamatan, kecamatan.c.id == _I.kecamatan_id)
        .where(*_inside(where))
        .order_by(_I.id)
    )  # fmt: skip


def cases(tx: Tx, where: Where, person_id: int, since: datetime) -> list[Any]:
    """The emergencies of an area reported since a moment, and those from before that are still open, in order."""
    query = _query(where, person_id)
    older = tx.rows(query.where(_open, _I.reported_at < since))
    return [*older, *tx.rows(query.where(_I.reported_at >= since))]
