"""Who is not covered: officers of an area by institution, role and place, against the institutions' own lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from storage.areas import Area, placed, serving
from storage.coverages import coverages
from storage.database import Tx
from storage.people import people
from storage.places import kecamatan, kelurahan, tps
from storage.roster import OFFICER, assignments

_A, _C, _P = assignments.c, coverages.c, people.c
COVERED, LAPSED, MISSING, UNKNOWN = "covered", "lapsed", "missing", "unknown"
PROGRAMMES = 2  # JKK and JKM


@dataclass(frozen=True, slots=True)
class Count:
    """So many officers of one kind and place, by how they are covered on a day."""

    institution: str
    role: str
    kecamatan: str
    kelurahan: str
    covered: int
    lapsed: int
    missing: int
    unknown: int


def _on(day: date) -> ColumnElement[bool]:
    return _C.active & (_C.starts <= day) & (_C.ends >= day)


def _listed(election_id: int) -> ColumnElement[bool]:
    return _A.institution.in_(select(_C.institution).where(_C.election_id == election_id).distinct())


def _officers(tx: Tx, areas: Sequence[Area]) -> ColumnElement[bool]:
    """The officers of these areas; a post that lies in two of them is one."""
    return (_A.kind == OFFICER) & serving(tx, areas)


def _held(election_id: int, day: date) -> Any:
    """What is held by each NIK and institution: `n` programmes on a day, empty for who is on no list."""
    n = func.sum(case((_on(day), 1), else_=0))
    its = select(_C.nik_hash, _C.institution, n.label("n")).where(_C.election_id == election_id)
    return its.group_by(_C.nik_hash, _C.institution).subquery("held")


def _looked_up(election_id: int, day: date) -> ColumnElement[int]:
    his = (_C.nik_hash == _P.nik_hash) & (_C.election_id == election_id) & (_C.institution == _A.institution)
    return select(func.sum(case((_on(day), 1), else_=0))).where(his).scalar_subquery()


def _with_state(query: Select[Any], areas: Sequence[Area], day: date) -> Select[Any]:
    """A column `state`. covered: both programmes hold on the day; lapsed: he is on the list, but not both do; missing:
    the list of his institution is in and he is not on it; unknown: there is no list yet.

    All lists are read once for a wide area; in kelurahan each of the few officers is looked up.
    """
    election_id = areas[0].election_id
    n = _looked_up(election_id, day)
    if not all(area.kelurahan_id for area in areas):
        held = _held(election_id, day)
        query = query.outerjoin(held, (held.c.nik_hash == _P.nik_hash) & (held.c.institution == _A.institution))
        n = held.c.n
    state = case((~_listed(election_id), UNKNOWN), (n >= PROGRAMMES, COVERED), (n.is_not(None), LAPSED), else_=MISSING)
    return query.add_columns(state.label("state"))


def _joined(query: Select[Any]) -> Select[Any]:
    query = placed(query.select_from(assignments).join(people, _P.id == _A.person_id))
    around = func.coalesce(kelurahan.c.kecamatan_id, _A.kecamatan_id)
    return query.outerjoin(kecamatan, kecamatan.c.id == around)


def counts(tx: Tx, area: Area, day: date) -> list[Count]:
    """Every institution, role and kelurahan of an area with its officers, whosever names may be read."""
    whole = (replace(area, institution=""),)
    places = (kecamatan.c.name.label("kecamatan"), kelurahan.c.name.label("kelurahan"))
    query = _with_state(_joined(select(_A.institution, _A.role, *places)), whole, day)
    each = query.where(_officers(tx, whole)).subquery()
    of = [func.count().filter(each.c.state == wanted) for wanted in (COVERED, LAPSED, MISSING, UNKNOWN)]
    by = (each.c.institution, each.c.role, each.c.kecamatan, each.c.kelurahan)
    rows = tx.rows(select(*by, *of).group_by(*by).order_by(*by))
    return [Count(row[0], row[1], row[2] or "", row[3] or "", *row[4:]) for row in rows]


def uncovered(tx: Tx, areas: Sequence[Area], day: date) -> int:
    """How many of these areas are missing or lapsed: those whose list is in, but for those it covers."""
    mine, election_id = _officers(tx, areas), areas[0].election_id
    its = (_C.institution == _A.institution) & (_C.election_id == _A.election_id)
    both = (
        select(_A.id)
        .select_from(coverages)
        .join(people, _P.nik_hash == _C.nik_hash)
        .join(assignments, (_A.person_id == _P.id) & its)
        .where(mine, _C.election_id == election_id, _on(day))
        .group_by(_A.id)
        .having(func.count() >= PROGRAMMES)
        .subquery()
    )
    listed = tx.scalar(select(func.count()).select_from(assignments).where(mine, _listed(election_id))) or 0
    return int(listed) - int(tx.scalar(select(func.count()).select_from(both)) or 0)


def names(tx: Tx, areas: Sequence[Area], day: date, offset: int = 0, limit: int | None = None) -> list[Any]:
    """Who of these areas is missing or lapsed, by place: name, role, institution, kecamatan, kelurahan, number (of his
    TPS), state."""
    each = _joined(
        select(_P.name, _A.role, _A.institution, kecamatan.c.name.label("kecamatan"),
               kelurahan.c.name.label("kelurahan"), tps.c.number, _A.id)
    )  # fmt: skip
    inside = _with_state(each, areas, day).where(_officers(tx, areas)).subquery()
    query = (
        select(inside)
        .where(inside.c.state.in_((MISSING, LAPSED)))
        .order_by(inside.c.kecamatan, inside.c.kelurahan, inside.c.number, inside.c.name, inside.c.id)
        .offset(offset)
    )
    return list(tx.rows(query.limit(limit) if limit is not None else query))


def lists(tx: Tx, election_id: int) -> dict[str, date | None]:
    """The institutions whose lists are in, and the newest date of each one's data."""
    query = select(_C.institution, func.max(_C.as_of)).where(_C.election_id == election_id).group_by(_C.institution)
    return {row[0]: row[1] for row in tx.rows(query.order_by(_C.institution))}
