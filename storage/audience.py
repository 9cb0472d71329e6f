"""Whom a broadcast is for: a filter as one SELECT of people, each with the address to reach him by, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, true

from storage.areas import Move, followed, moved, placed
from storage.coverages import coverages
from storage.database import Tx
from storage.journal import journal
from storage.people import addresses, people
from storage.places import kecamatan, kelurahan, tps
from storage.roster import COORDINATOR, OFFICER, assignments

NO_PHONE, NEVER, BLOCKED, STOPPED, WITHDREW = "no_phone", "never", "blocked", "stopped", "withdrew"
ACTIVE, MISSING = "active", "missing"
_A, _C, _R, _P, _T = assignments.c, coverages.c, addresses.c, people.c, tps.c


@dataclass(frozen=True, slots=True)
class Filter:
    """An audience: officers of one election; every part that is not empty must hold.

    `coverage` is active or missing (the institution's list is in, and he is not on it), `day` the day of that question
    (ISO). `tps` are numbers, not ids. `reachable` True: only who can be reached now, False: only who cannot. `also`:
    kecamatan and kelurahan of further areas, in which the rest must hold as well.
    """

    election_id: int
    roles: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    kecamatan: tuple[int, ...] = ()
    kelurahan: tuple[int, ...] = ()
    tps: tuple[int, ...] = ()
    coverage: str = ""
    reachable: bool | None = None
    day: str = ""
    also: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()

    @property
    def parts(self) -> tuple[Filter, ...]:
        """The same in each of its areas: somebody is meant who is in any of them."""
        further = (replace(self, kecamatan=areas, kelurahan=wards, also=()) for areas, wards in self.also)
        return (replace(self, also=()), *further)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def of_json(kept: dict[str, Any]) -> Filter:
        values: dict[str, Any] = {key: _tuples(each) for key, each in kept.items()}
        return Filter(**values)


def _tuples(kept: Any) -> Any:
    return tuple(_tuples(each) for each in kept) if isinstance(kept, list) else kept


@dataclass(frozen=True, slots=True)
class Names:
    """What a filter may name in one election: `kecamatan` id, name and key; `kelurahan` with its kecamatan's id too."""

    roles: tuple[str, ...]
    institutions: tuple[str, ...]
    kecamatan: tuple[tuple[int, str, str], ...]
    kelurahan: tuple[tuple[int, str, str, int], ...]


def known(tx: Tx, election_id: int) -> Names:
    """The roles, institutions and places of an election's officers."""
    mine = (_A.election_id == election_id) & (_A.kind == OFFICER)
    posts = tx.rows(select(_A.role, _A.institution).where(mine).distinct())
    areas = tx.rows(select(kecamatan.c.id, kecamatan.c.name, kecamatan.c.key)
                    .where(kecamatan.c.election_id == election_id).order_by(kecamatan.c.name))  # fmt: skip
    wards = tx.rows(select(kelurahan.c.id, kelurahan.c.name, kelurahan.c.key, kelurahan.c.kecamatan_id)
                    .where(kelurahan.c.election_id == election_id).order_by(kelurahan.c.name))  # fmt: skip
    return Names(
        tuple(sorted({row.role for row in posts})),
        tuple(sorted({row.institution for row in posts} - {""})),
        tuple(tuple(row) for row in areas),
        tuple(tuple(row) for row in wards),
    )


def _covered(day: date) -> ColumnElement[bool]:
    """Whether a row of coverage of the assignment's own institution holds on a day."""
    its = (_C.nik_hash == _P.nik_hash) & (_C.election_id == _A.election_id) & (_C.institution == _A.institution)
    return select(_C.id).where(its, _C.active, _C.starts <= day, _C.ends >= day).exists()


def _missing(election_id: int) -> ColumnElement[bool]:
    """The institution's list is in, and he is not on it: what /status calls it too."""
    # The election is written out: asked row by row of each assignment's own, SQLite would read all lists for each.
    listed = select(_C.institution).where(_C.election_id == election_id).distinct()
    mine = (_C.nik_hash == _P.nik_hash) & (_C.election_id == election_id) & (_C.institution == _A.institution)
    return and_(_A.institution.in_(listed), ~select(_C.id).where(mine).exists())


def _conditions(tx: Tx, chosen: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_A.election_id == chosen.election_id, _A.kind == OFFICER]
    for column, wanted in ((_A.role, chosen.roles), (_A.institution, chosen.institutions), (_T.number, chosen.tps)):
        if wanted:
            found.append(column.in_(wanted))
    named = any(part.kecamatan or part.kelurahan for part in chosen.parts)
    moves = moved(tx, chosen.election_id) if named else []
    found.append(or_(*(_area(part, moves) for part in chosen.parts)))
    if chosen.coverage:
        is_active = chosen.coverage == ACTIVE
        found.append(_covered(date.fromisoformat(chosen.day)) if is_active else _missing(chosen.election_id))
    return found


def _area(part: Filter, moves: Sequence[Move]) -> ColumnElement[bool]:
    """Who serves in its kecamatan and kelurahan, where their TPS are now."""
    named = ((_A.kecamatan_id, part.kecamatan), (_A.kelurahan_id, part.kelurahan))

    def holds(ward: int, area: int) -> bool:
        return (not part.kelurahan or ward in part.kelurahan) and (not part.kecamatan or area in part.kecamatan)

    return followed(and_(true(), *(column.in_(wanted) for column, wanted in named if wanted)), holds, moves)


def _posts(tx: Tx, chosen: Filter) -> Select[Any]:
    """The assignments that a filter holds for, each with where it is served now."""
    ward = func.coalesce(kelurahan.c.id, _A.kelurahan_id).label("kelurahan_id")
    area = func.coalesce(kelurahan.c.kecamatan_id, _A.kecamatan_id).label("kecamatan_id")
    of = select(_A.person_id, _T.id.label("tps_id"), ward, area).join(people, _P.id == _A.person_id)
    return placed(of).where(*_conditions(tx, chosen))


def is_open() -> ColumnElement[bool]:
    """An address that broadcasts may go to."""
    quiet = people.alias("quiet")
    silent = select(quiet.c.id).where(quiet.c.silent_at.is_not(None)).correlate(None)
    return and_(
        _R.state == "active", _R.consent == "yes", _R.stopped_at.is_(None),
        or_(_R.person_id.is_(None), _R.person_id.not_in(silent)),
    )  # fmt: skip


def reached(person_id: ColumnElement[Any]) -> Any:
    """The address of a person that was heard last, among those that broadcasts may go to; by his index, not by all."""
    his = select(_R.id).where(_R.person_id == person_id, is_open())
    return his.order_by(_R.heard_at.is_(None), _R.heard_at.desc(), _R.id.desc()).limit(1).scalar_subquery()


def silent(person_id: ColumnElement[Any], otherwise: Any) -> ColumnElement[str]:
    """What keeps a person's addresses from being reached: he stopped, blocked us, or took his consent back."""
    rank = case((_R.consent != "yes", 1), (_R.state != "active", 2), else_=3)
    most = select(func.max(rank)).where(_R.person_id == person_id).scalar_subquery()
    return case({3: STOPPED, 2: BLOCKED, 1: WITHDREW}, value=most, else_=otherwise)


def recipients(tx: Tx, chosen: Filter) -> Select[Any]:
    """The people of a filter, each once: person_id, address_id (empty: unreachable), tps_id, why ("" if reachable)."""
    inside = _posts(tx, chosen).subquery()
    found = (
        select(
            inside.c.person_id,
            func.min(inside.c.tps_id).label("tps_id"),
            reached(inside.c.person_id).label("address_id"),
        )
        .group_by(inside.c.person_id)
        .subquery()
    )
    who = found.c
    gone = select(journal.c.who).where(journal.c.what == "consent_withdrawn", journal.c.who.is_not(None))
    no_address = case(
        (who.person_id.in_(gone), WITHDREW),
        (or_(_P.phone.is_(None), _P.phone == ""), NO_PHONE),
        else_=NEVER,
    )
    why = case((who.address_id.is_not(None), ""), else_=silent(who.person_id, no_address))
    query = select(who.person_id, who.address_id, who.tps_id, why.label("why")).join(people, _P.id == who.person_id)
    if chosen.reachable is None:
        return query
    return query.where(who.address_id.is_not(None) if chosen.reachable else who.address_id.is_(None))


def counts(tx: Tx, chosen: Filter) -> dict[str, int]:
    """How many people a filter holds, by why they cannot be reached; "" are those who can."""
    inside = recipients(tx, chosen).subquery()
    rows = tx.rows(select(inside.c.why, func.count().label("n")).group_by(inside.c.why))
    return {row.why: row.n for row in rows}


def anybody(tx: Tx, chosen: Filter) -> bool:
    """Whether a filter holds anybody at all."""
    return tx.first(recipients(tx, chosen).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Span:
    """How far an audience reaches: where its people serve, as kelurahan and kecamatan; none: no single one."""

    places: frozenset[tuple[int | None, int | None]]

    @property
    def beyond_one(self) -> bool:
        return len(self.places) > 1 or any(kelurahan is None for kelurahan, _ in self.places)


def span(tx: Tx, chosen: Filter) -> Span:
    """Where the people of a filter serve."""
    inside = _posts(tx, chosen).subquery()
    rows = tx.rows(select(inside.c.kelurahan_id, inside.c.kecamatan_id).distinct())
    return Span(frozenset((row.kelurahan_id, row.kecamatan_id) for row in rows))


def linked_coordinators(tx: Tx, election_id: int) -> list[Any]:
    """The coordinators of an election who can be written to: person_id, name, institution, their area, address_id."""
    query = (
        select(_A.person_id, _P.name, _A.institution, _A.kecamatan_id, _A.kelurahan_id, func.max(_R.id).label("at"))
        .join(people, _P.id == _A.person_id)
        .join(addresses, (_R.person_id == _A.person_id) & (_R.state == "active") & (_R.consent == "yes"))
        .where(_A.election_id == election_id, _A.kind == literal(COORDINATOR))
        .group_by(_A.person_id, _P.name, _A.institution, _A.kecamatan_id, _A.kelurahan_id)
        .order_by(_A.person_id)
    )
    return list(tx.rows(query))
