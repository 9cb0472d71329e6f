"""Who is not covered: officers of an area by institution, role and place, against the institutions' own lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from storage.coverages import coverages
from storage.database import Tx
from storage.people import people
from storage.places import kecamatan, kelurahan, tps
from storage.roster import OFFICER, assignments

_A, _C, _P = assignments.c, coverages.c, people.c
COVERED, LAPSED, MISSING, UNKNOWN, UNSEEN = "covered", "lapsed", "missing", "unknown", "unseen"
PROGRAMMES = 2  # JKK and JKM


@dataclass(frozen=True, slots=True)
class Area:
    """A coordinator's area of one election; `institution` "" sees the names of all."""

    election_id: int
    kecamatan_id: int | None = None
    kelurahan_id: int | None = None
    institution: str = ""


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
    unseen: int


def _on(day: date) -> ColumnElement[bool]:
    return _C.active & (_C.starts <= day) & (_C.ends >= day)


def _listed(election_id: int) -> ColumnElement[bool]:
    return _A.institution.in_(select(_C.institution).where(_C.election_id == election_id).distinct())


def _held(area: Area, day: date) -> Any:
    """What is held by each NIK and institution: `n` programmes on a day, empty for who is on no list.

    All lists are read once for a wide area; for a kelurahan each of its few officers is looked up.
    """
    n = func.sum(case((_on(day), 1), else_=0))
    if not area.kelurahan_id:
        its = select(_C.nik_hash, _C.institution, n.label("n")).where(_C.election_id == area.election_id)
        return its.group_by(_C.nik_hash, _C.institution).subquery("held")
    return None


def _looked_up(area: Area, day: date) -> ColumnElement[int]:
    his = (_C.nik_hash == _P.nik_hash) & (_C.election_id == area.election_id) & (_C.institution == _A.institution)
    return select(func.sum(case((_on(day), 1), else_=0))).where(his).scalar_subquery()


def _with_state(query: Select[Any], area: Area, day: date) -> Select[Any]:
    """A column `state`. covered: both programmes hold on the day; lapsed: he is on the list, but not both do; missing:
    the list of his institution is in and he is not on it; unknown: there is no list yet; unseen: there is one, but
    without his NIK nobody can say whether he is on it."""
    held = _held(area, day)
    if held is not None:
        query = query.outerjoin(held, (held.c.nik_hash == _P.nik_hash) & (held.c.institution == _A.institution))
    n = held.c.n if held is not None else _looked_up(area, day)
    state = case(
        (~_listed(area.election_id), UNKNOWN),
        (_P.nik_hash.is_(None), UNSEEN),
        (n >= PROGRAMMES, COVERED),
        (n.is_not(None), LAPSED),
        else_=MISSING,
    )
    return query.add_columns(state.label("state"))


def _inside(area: Area) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_A.election_id == area.election_id, _A.kind == OFFICER]
    if area.kelurahan_id:
        found.append(_A.kelurahan_id == area.kelurahan_id)
    elif area.kecamatan_id:
        found.append(_A.kecamatan_id == area.kecamatan_id)
    return found


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(assignments)
        .join(people, _P.id == _A.person_id)
        .outerjoin(kelurahan, kelurahan.c.id == _A.kelurahan_id)
        .outerjoin(kecamatan, kecamatan.c.id == _A.kecamatan_id)
        .outerjoin(tps, tps.c.id == _A.tps_id)
    )


def counts(tx: Tx, area: Area, day: date) -> list[Count]:
    """Every institution, role and kelurahan of an area with its officers."""
    places = (kecamatan.c.name.label("kecamatan"), kelurahan.c.name.label("kelurahan"))
    each = _with_state(_joined(select(_A.institution, _A.role, *places)), area, day).where(*_inside(area)).subquery()
    of = [func.count().filter(each.c.state == wanted) for wanted in (COVERED, LAPSED, MISSING, UNKNOWN, UNSEEN)]
    by = (each.c.institution, each.c.role, each.c.kecamatan, each.c.kelurahan)
    rows = tx.rows(select(*by, *of).group_by(*by).order_by(*by))
    return [Count(row[0], row[1], row[2] or "", row[3] or "", *row[4:]) for row in rows]


def uncovered(tx: Tx, area: Area, day: date) -> int:
    """How many of an area and institution are missing or lapsed: those with a NIK whose list is in, but for those it
    covers."""
    mine = [*_inside(area), *([_A.institution == area.institution] if area.institution else [])]
    its = (_C.institution == _A.institution) & (_C.election_id == _A.election_id)
    both = (
        select(_A.id)
        .select_from(coverages)
        .join(people, _P.nik_hash == _C.nik_hash)
        .join(assignments, (_A.person_id == _P.id) & its)
        .where(*mine, _C.election_id == area.election_id, _on(day))
        .group_by(_A.id)
        .having(func.count() >= PROGRAMMES)
        .subquery()
    )
    seen = select(func.count()).select_from(assignments).join(people, _P.id == _A.person_id)
    listed = tx.scalar(seen.where(*mine, _listed(area.election_id), _P.nik_hash.is_not(None))) or 0
    return int(listed) - int(tx.scalar(select(func.count()).select_from(both)) or 0)


def names(tx: Tx, area: Area, day: date, offset: int = 0, limit: int | None = None) -> list[Any]:
    """Who is missing, lapsed or unseen, by place: name, role, institution, kecamatan, kelurahan, number (of his TPS),
    state."""
    each = _joined(
        select(_P.name, _A.role, _A.institution, kecamatan.c.name.label("kecamatan"),
               kelurahan.c.name.label("kelurahan"), tps.c.number, _A.id)
    )  # fmt: skip
    each = _with_state(each, area, day).where(*_inside(area))
    if area.institution:
        each = each.where(_A.institution == area.institution)
    inside = each.subquery()
    query = (
        select(inside)
        .where(inside.c.state.in_((MISSING, LAPSED, UNSEEN)))
        .order_by(inside.c.kecamatan, inside.c.kelurahan, inside.c.number, inside.c.name, inside.c.id)
        .offset(offset)
    )
    return list(tx.rows(query.limit(limit) if limit is not None else query))


def lists(tx: Tx, election_id: int) -> dict[str, date | None]:
    """The institutions whose lists are in, and the newest date of each one's data."""
    query = select(_C.institution, func.max(_C.as_of)).where(_C.election_id == election_id).group_by(_C.institution)
    return {row[0]: row[1] for row in tx.rows(query.order_by(_C.institution))}
