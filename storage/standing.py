"""What stands in the tables now, in the same words as an import wants it: read once, compared without the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from storage import elections, former, names, replacements
from storage.candidates import candidates
from storage.coverages import coverages
from storage.database import Tx
from storage.elections import Known
from storage.imports import PuskesmasRow, TpsRow, Where
from storage.people import people
from storage.places import kecamatan, kelurahan, puskesmas, serves, tps
from storage.roster import assignments


class PersonFacts(NamedTuple):
    id: int
    name: str
    name_key: str
    nik_hash: str | None
    phone: str | None


class Post(NamedTuple):
    """What an assignment says, places by key."""

    role: str
    position: str
    institution: str
    where: Where
    puskesmas: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class CoverageFacts(NamedTuple):
    institution: str
    starts: date
    ends: date
    active: bool
    as_of: date | None
    wage: int | None
    kpj_hash: str
    kpj_last4: str


@dataclass(slots=True)
class Ids:
    """Rows of the places by their keys."""

    kecamatan: dict[str, int] = field(default_factory=dict)
    kelurahan: dict[Where, int] = field(default_factory=dict)
    puskesmas: dict[str, int] = field(default_factory=dict)
    tps: dict[Where, int] = field(default_factory=dict)
    whole: dict[Where, tuple[int | None, int | None, int | None]] = field(default_factory=dict)  # as they are asked for


@dataclass(slots=True)
class Standing:
    """One election's part of the tables, and every person of the installation."""

    election: Known | None = None
    ids: Ids = field(default_factory=Ids)
    areas: dict[str, str] = field(default_factory=dict)
    wards: dict[Where, str] = field(default_factory=dict)
    puskesmas: dict[str, PuskesmasRow] = field(default_factory=dict)
    tps: dict[Where, TpsRow] = field(default_factory=dict)
    candidates: dict[int, str] = field(default_factory=dict)
    replaced: dict[str, tuple[Where | None, str, tuple[int, ...]]] = field(default_factory=dict)  # key → TPS, who has
    # it by now, the ids of all who took it
    people: dict[int, PersonFacts] = field(default_factory=dict)
    former: dict[int, list[str]] = field(default_factory=dict)  # numbers that are somebody's no more
    posts: dict[tuple[str, str], tuple[int, Post]] = field(default_factory=dict)  # (kind, key) → person, post
    coverages: dict[tuple[str, str, str], CoverageFacts] = field(default_factory=dict)


def read(tx: Tx, code: str | None) -> Standing:
    """Everything to compare with, for the election of this code; a new one has people only."""
    tx.steady()
    found = Standing(election=elections.by_code(tx, code) if code else None)
    found.people = {row.id: PersonFacts(*row) for row in tx.rows(select(*(people.c[f] for f in PersonFacts._fields)))}
    found.former = former.everybody(tx)
    if found.election is not None:
        _places(tx, found, found.election.id)
        _roster(tx, found, found.election.id)
        _coverages(tx, found, found.election.id)
    return found


def lists(tx: Tx, code: str) -> Standing:
    """What the lists of coverage are compared with, and nothing else."""
    tx.steady()
    found = Standing(election=elections.by_code(tx, code))
    assert found.election is not None
    _coverages(tx, found, found.election.id)
    return found


def place_ids(tx: Tx, election: int) -> Ids:
    """The rows of an election's places by their keys."""
    tx.steady()
    found = Standing()
    _places(tx, found, election)
    return found.ids


def _places(tx: Tx, found: Standing, election: int) -> None:
    for row in tx.rows(select(kecamatan).where(kecamatan.c.election_id == election)):
        found.areas[row.key] = row.name
        found.ids.kecamatan[row.key] = row.id
    area = {id_: key for key, id_ in found.ids.kecamatan.items()}
    for row in tx.rows(select(kelurahan).where(kelurahan.c.election_id == election)):
        where = Where(area[row.kecamatan_id], row.key)
        found.wards[where] = row.name
        found.ids.kelurahan[where] = row.id
    _puskesmas(tx, found, election, area)
    _tps(tx, found, election)


def _puskesmas(tx: Tx, found: Standing, election: int, area: dict[int, str]) -> None:
    ward = {id_: where for where, id_ in found.ids.kelurahan.items()}
    served: dict[int, set[Where]] = {}
    linked = select(serves).join(puskesmas, puskesmas.c.id == serves.c.puskesmas_id)
    for row in tx.rows(linked.where(puskesmas.c.election_id == election)):
        served.setdefault(row.puskesmas_id, set()).add(ward[row.kelurahan_id])
    for row in tx.rows(select(puskesmas).where(puskesmas.c.election_id == election)):
        its = frozenset(served.get(row.id, ()))
        found.puskesmas[row.key] = PuskesmasRow(row.name, area[row.kecamatan_id], row.phone, its)
        found.ids.puskesmas[row.key] = row.id


def _tps(tx: Tx, found: Standing, election: int) -> None:
    ward = {id_: where for where, id_ in found.ids.kelurahan.items()}
    health = {id_: key for key, id_ in found.ids.puskesmas.items()}
    for row in tx.rows(select(tps).where(tps.c.election_id == election)):
        where = ward[row.kelurahan_id]._replace(tps=row.number)
        its = health.get(row.puskesmas_id, "")
        found.tps[where] = TpsRow(where, its, row.kind, row.voting_day, row.moved_to, row.address,
                                  row.latitude, row.longitude)  # fmt: skip
        found.ids.tps[where] = row.id


def _roster(tx: Tx, found: Standing, election: int) -> None:
    for row in tx.rows(select(candidates).where(candidates.c.election_id == election)):
        found.candidates[row.number] = row.name
    place = _by_id(found.ids)
    for key, (tps_id, name, ids) in replacements.barred(tx, election).items():
        found.replaced[key] = (place.get(("t", tps_id)), name, ids)
    health = {id_: key for key, id_ in found.ids.puskesmas.items()}
    for row in tx.rows(select(assignments).where(assignments.c.election_id == election)):
        where = place.get(("t", row.tps_id)) or place.get(("w", row.kelurahan_id))
        where = where or place.get(("a", row.kecamatan_id)) or Where()
        post = Post(row.role, row.position, row.institution, where, health.get(row.puskesmas_id, ""),
                    row.starts_at, row.ends_at)  # fmt: skip
        found.posts[row.kind, row.key] = (row.person_id, post)


def _by_id(ids: Ids) -> dict[tuple[str, Any], Where]:
    return (
        {("a", id_): Where(key) for key, id_ in ids.kecamatan.items()}
        | {("w", id_): where for where, id_ in ids.kelurahan.items()}
        | {("t", id_): where for where, id_ in ids.tps.items()}
    )


def _coverages(tx: Tx, found: Standing, election: int) -> None:
    columns = ("nik_hash", "programme", *CoverageFacts._fields)
    wanted = select(*(coverages.c[name] for name in columns)).where(coverages.c.election_id == election)
    for row in tx.rows(wanted):
        facts = CoverageFacts(*row[2:])
        found.coverages[row[0], names.key(facts.institution), row[1]] = facts
