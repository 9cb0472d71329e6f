"""Who does what where in an election: officers, health workers and coordinators, one row an assignment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, UniqueConstraint, bindparam, case, func, select
from sqlmodel import Field, SQLModel

from storage import places
from storage.database import Tx
from storage.elections import DAYS_ACTIVE, Known, elections
from storage.people import people
from storage.places import Where, kelurahan, puskesmas, tps
from storage.quick import Quick
from storage.types import Instant, table

OFFICER, WORKER, COORDINATOR = "officer", "worker", "coordinator"


class Assignment(SQLModel, table=True):
    """One row of the sheets petugas, nakes or koordinator.

    `kind`: officer, worker, coordinator. `role` is the workbook's own word (KPPS, PKD, …; empty for workers and
    coordinators), `position` its jabatan. A worker's shift is `starts_at` to `ends_at`, empty: always. `key` is what
    makes the same row the same again at the next import.
    """

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("election_id", "kind", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int  # an election's id, and no foreign key: see migration 0014
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str
    key: str
    role: str = ""
    position: str = ""
    institution: str = ""
    kecamatan_id: int | None = Field(default=None, foreign_key="kecamatan.id")
    kelurahan_id: int | None = Field(default=None, foreign_key="kelurahan.id", index=True)
    tps_id: int | None = Field(default=None, foreign_key="tps.id", index=True)
    puskesmas_id: int | None = Field(default=None, foreign_key="puskesmas.id", index=True)
    starts_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ends_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class Duty(SQLModel, table=True):
    """What a worker said himself with /jaga; holds until the next start or end of a shift of his (`until`)."""

    __tablename__ = "duty"
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    on_duty: bool
    since: datetime = Field(sa_column=Column(Instant, nullable=False))
    until: datetime | None = Field(default=None, sa_column=Column(Instant))


assignments = table(Assignment)
duties = table(Duty)


CHAIR = "ketua"  # the position of a TPS's chair, as an import keeps it however it is written


def chairs(role: str, position: str) -> bool:
    """Whether this is the post of a TPS's chair: who answers for its crew, boxes and group."""
    return (role, position) == ("KPPS", CHAIR)


@dataclass(frozen=True, slots=True)
class Role:
    """One assignment of a person in an active election."""

    id: int
    person_id: int
    name: str
    kind: str
    role: str
    position: str
    institution: str
    where: Where
    starts_at: datetime | None
    ends_at: datetime | None
    election: Known
    duty: tuple[bool, datetime | None] | None

    @property
    def is_chair(self) -> bool:
        return chairs(self.role, self.position)

    def on_shift(self, now: datetime) -> bool:
        """By the roster's own hours; a shift without hours is always."""
        return (self.starts_at is None or self.starts_at <= now) and (self.ends_at is None or now < self.ends_at)


# Who serves a TPS that moved serves where it is now; his row keeps the one that his list names.
_OWN, _NOW, _WARD = tps.alias("own"), tps.alias("moved"), kelurahan.alias("ward")
_ROLE = (
    select(
        assignments.c.id,
        assignments.c.person_id,
        people.c.name,
        assignments.c.kind,
        assignments.c.role,
        assignments.c.position,
        assignments.c.institution,
        assignments.c.election_id,
        func.coalesce(_WARD.c.kecamatan_id, assignments.c.kecamatan_id).label("kecamatan_id"),
        func.coalesce(_WARD.c.id, assignments.c.kelurahan_id).label("kelurahan_id"),
        func.coalesce(_OWN.c.moved_id, assignments.c.tps_id).label("tps_id"),
        assignments.c.puskesmas_id,
        assignments.c.starts_at,
        assignments.c.ends_at,
        duties.c.on_duty,
        duties.c.until,
        *(elections.c[name].label(f"election_{name}") for name in Known.__dataclass_fields__ if name != "id"),
    )
    .join(people, people.c.id == assignments.c.person_id)
    .join(elections, elections.c.id == assignments.c.election_id)
    .outerjoin(duties, duties.c.person_id == assignments.c.person_id)
    .outerjoin(_OWN, _OWN.c.id == assignments.c.tps_id)
    .outerjoin(_NOW, _NOW.c.id == _OWN.c.moved_id)
    .outerjoin(_WARD, _WARD.c.id == _NOW.c.kelurahan_id)
)


def _role(row: Any) -> Role:
    (assignment, person, name, kind, role, position, institution, election_id, kecamatan_id, kelurahan_id, tps_id,
     puskesmas_id, starts_at, ends_at, on, until, *election) = row  # fmt: skip
    where = Where(election_id, kecamatan_id, kelurahan_id, tps_id, puskesmas_id)
    duty = None if on is None else (bool(on), until)
    return Role(assignment, person, name, kind, role, position, institution, where, starts_at, ends_at,
                Known(election_id, *election), duty)  # fmt: skip


def _by(*names: str, none: Sequence[str] = ()) -> Quick:
    """The statement by the values of these columns, where those of `none` are empty, of active elections."""
    of = assignments.c
    here = [of[name] == bindparam(name) for name in names] + [of[name].is_(None) for name in none]
    return Quick(_ROLE.where(*here, elections.c.last_day >= bindparam("since")).order_by(of.id))


_BY_IDS = _ROLE.where(
    assignments.c.id.in_(bindparam("ids", expanding=True)), elections.c.last_day >= bindparam("since")
).order_by(assignments.c.id)
_OF_PERSON = _by("person_id")
_AT_TPS = _by("kind", "tps_id")
_IN_WARD = _by("kind", "kelurahan_id", none=["tps_id"])
_OF_PUSKESMAS = _by("kind", "puskesmas_id")
_OF_ELECTION = _by("kind", "election_id")
_OF_WARD = _by("kelurahan_id", none=["tps_id"])
_OF_KECAMATAN = _by("kecamatan_id", none=["kelurahan_id", "tps_id", "puskesmas_id"])
_MOVED = Quick(select(tps.c.id).where(tps.c.moved_id == bindparam("to")))


def _found(tx: Tx, query: Quick, now: datetime, values: Iterable[Mapping[str, Any]]) -> list[Role]:
    """What a statement finds for each of these values, in the order of the assignments."""
    since = now.date() - timedelta(days=DAYS_ACTIVE)
    found = [_role(row) for each in values for row in query.rows(tx, {**each, "since": since})]
    return sorted(found, key=lambda role: role.id)


def roles(tx: Tx, person_id: int, now: datetime) -> list[Role]:
    """All that a person is in active elections, the nearest voting day first, the most exact place first."""
    since = now.date() - timedelta(days=DAYS_ACTIVE)
    found = [_role(row) for row in _OF_PERSON.rows(tx, {"person_id": person_id, "since": since})]
    return sorted(found, key=lambda r: (abs((r.election.voting_day - now.date()).days), _exactness(r), r.id))


def _exactness(role: Role) -> int:
    order = (role.where.tps_id, role.where.kelurahan_id, role.where.puskesmas_id, role.where.kecamatan_id)
    return next((rank for rank, each in enumerate(order) if each), len(order))


def workers(tx: Tx, puskesmas_ids: Iterable[int], now: datetime) -> list[Role]:
    """Every health worker of these puskesmas, on duty or not."""
    return _found(tx, _OF_PUSKESMAS, now, ({"kind": WORKER, "puskesmas_id": each} for each in set(puskesmas_ids)))


def posted(tx: Tx, where: Where, now: datetime) -> list[Role]:
    """Health workers posted at a TPS, or at its kelurahan without naming a TPS."""
    found = _at(tx, WORKER, where.tps_id, now) if where.tps_id else []
    if where.kelurahan_id:
        found += _found(tx, _IN_WARD, now, [{"kind": WORKER, "kelurahan_id": where.kelurahan_id}])
    return sorted(found, key=lambda role: role.id)


def _at(tx: Tx, kind: str, tps_id: int, now: datetime) -> list[Role]:
    """Who is so at a TPS, or at one that moved there."""
    here = [tps_id, *(row.id for row in _MOVED.rows(tx, {"to": tps_id}))]
    return _found(tx, _AT_TPS, now, ({"kind": kind, "tps_id": each} for each in here))


def stationed(tx: Tx, election_id: int) -> set[int]:
    """The TPS, where they are now, at which health workers are posted, whatever their shifts."""
    here = select(func.coalesce(tps.c.moved_id, tps.c.id)).join(assignments, assignments.c.tps_id == tps.c.id)
    found = tx.rows(here.where(tps.c.election_id == election_id, assignments.c.kind == WORKER).distinct())
    return {int(id_) for (id_,) in found}


def without_chair(tx: Tx, election_id: int) -> set[int]:
    """The TPS with officers of KPPS, none of whom the roster calls its chair."""
    of = assignments.c
    heads = func.count(case((of.position == CHAIR, 1)))
    crews = select(of.tps_id).where(of.election_id == election_id, of.role == "KPPS", of.tps_id.is_not(None))
    return {int(id_) for (id_,) in tx.rows(crews.group_by(of.tps_id).having(heads == 0))}


def coordinators(tx: Tx, election_ids: Iterable[int], now: datetime) -> list[Role]:
    """Every coordinator of these elections."""
    return _found(tx, _OF_ELECTION, now, ({"kind": COORDINATOR, "election_id": each} for each in set(election_ids)))


def crew(tx: Tx, tps_id: int, now: datetime) -> list[Role]:
    """The officers of a TPS, those of one that moved there included."""
    return _at(tx, OFFICER, tps_id, now)


def at_tps(tx: Tx, tps_ids: set[int]) -> ColumnElement[bool]:
    """The condition that an assignment is at one of these TPS, or at one that moved to them.

    Who moved is asked beforehand: as a part of the condition, PostgreSQL reads every assignment there is for it.
    """
    moved = tx.rows(select(tps.c.id).where(tps.c.moved_id.in_(tps_ids)))
    return assignments.c.tps_id.in_(tps_ids | {int(id_) for (id_,) in moved})


def of_kelurahan(tx: Tx, kelurahan_id: int, now: datetime) -> list[Role]:
    """Everybody who serves a kelurahan itself, not one of its TPS."""
    return _found(tx, _OF_WARD, now, [{"kelurahan_id": kelurahan_id}])


def of_kecamatan(tx: Tx, kecamatan_id: int, now: datetime) -> list[Role]:
    """Everybody who serves a kecamatan itself, not one of its kelurahan, TPS or puskesmas."""
    return _found(tx, _OF_KECAMATAN, now, [{"kecamatan_id": kecamatan_id}])


def on_duty(shifts: Iterable[Role], now: datetime) -> bool:
    """Whether a worker with these shifts is on duty: his own word while it holds, else the roster's hours."""
    mine = list(shifts)
    duty = mine[0].duty if mine else None
    if duty is not None and (duty[1] is None or now < duty[1]):
        return duty[0]
    return any(shift.on_shift(now) for shift in mine)


def next_change(shifts: Iterable[Role], now: datetime) -> datetime | None:
    """The next start or end of a shift after now."""
    ahead = [t for shift in shifts for t in (shift.starts_at, shift.ends_at) if t is not None and t > now]
    return min(ahead, default=None)


def say_duty(tx: Tx, person_id: int, on: bool, now: datetime, until: datetime | None) -> None:
    """Keep what a worker said himself."""
    values = {"on_duty": on, "since": now, "until": until}
    statement = tx.insert(duties).values(person_id=person_id, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))


def centre_of(tx: Tx, person_id: int) -> str:
    """The name of the puskesmas that a worker belongs to, or ""."""
    statement = (
        select(puskesmas.c.name)
        .join(assignments, assignments.c.puskesmas_id == puskesmas.c.id)
        .where(assignments.c.person_id == person_id, assignments.c.kind == WORKER)
        .limit(1)
    )
    return tx.scalar(statement) or ""


def workers_of_kecamatan(tx: Tx, kecamatan_id: int, now: datetime) -> list[Role]:
    """Every health worker of a kecamatan's puskesmas."""
    return workers(tx, places.of_kecamatan(tx, [kecamatan_id]), now)


def by_ids(tx: Tx, ids: Iterable[int], now: datetime) -> list[Role]:
    """These assignments."""
    rows = tx.rows(_BY_IDS, {"ids": list(set(ids)), "since": now.date() - timedelta(days=DAYS_ACTIVE)})
    return [_role(row) for row in rows]
