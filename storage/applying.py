"""An import's plan into the tables, in steps that each hold the writer for some milliseconds.

Every step can be repeated: after a kill the same file again finds what is in and writes the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, func, select, text, update

from storage import undo
from storage.bulk import among, upsert
from storage.candidates import candidates
from storage.coverages import coverages
from storage.database import Tx
from storage.elections import elections
from storage.imports import ElectionRow, TpsRow, Where
from storage.people import people
from storage.places import kecamatan, kelurahan, puskesmas, serves, tps
from storage.plans import Covered, Placed, Plan
from storage.roster import assignments
from storage.standing import CoverageFacts, Ids
from storage.who import Who

T = TypeVar("T")
_A, _C = assignments.c, coverages.c
CHUNK = 800  # rows a step: 10 to 25 ms of the writer on a small machine
_LOCK = 7_350_120  # any number that is ours: PostgreSQL's advisory lock while people without NIK go in


def chunks(rows: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def put_election(tx: Tx, row: ElectionRow, file: str, now: datetime) -> None:
    """The election, and the import that everything else is a part of: an election that is new comes before it."""
    known = tx.first(select(elections.c.id).where(elections.c.code == row.code))
    run = undo.begin(tx, known.id, file, now) if known else None
    columns = (*row._fields, "last_day")
    rows = [(*row, row.voting_day)]

    def put() -> None:
        upsert(tx, elections, by=("code",), columns=columns, rows=rows, fixed=("last_day",))

    if run is not None:
        undo.noted(tx, run, elections, elections.c.code == row.code, put)
    else:
        put()


def put_areas(tx: Tx, run: int, election: int, plan: Plan) -> None:
    rows = [(election, name, key) for key, name in plan.areas.items()]
    columns = ("election_id", "name", "key")
    keys = among(tx, kecamatan.c.key, [row[2] for row in rows])
    undo.noted(tx, run, kecamatan, (kecamatan.c.election_id == election) & keys, lambda: upsert(
        tx, kecamatan, by=("election_id", "key"), columns=columns, rows=rows, fixed=("name",)))  # fmt: skip
    wanted = select(kecamatan.c.key, kecamatan.c.id).where(kecamatan.c.election_id == election)
    ids = {row.key: row.id for row in tx.rows(wanted)}
    wards = [(election, ids[where.kecamatan], name, where.kelurahan) for where, name in plan.wards.items()]
    by = ("election_id", "kecamatan_id", "key")
    named = among(tx, kelurahan.c.key, [row[3] for row in wards])
    undo.noted(tx, run, kelurahan, (kelurahan.c.election_id == election) & named, lambda: upsert(
        tx, kelurahan, by=by, columns=("election_id", "kecamatan_id", "name", "key"), rows=wards,
        fixed=("name",)))  # fmt: skip


def put_puskesmas(tx: Tx, run: int, election: int, ids: Ids, plan: Plan) -> None:
    rows = [
        (election, key, ids.kecamatan[each.kecamatan], each.name, each.phone) for key, each in plan.puskesmas.items()
    ]
    by = ("election_id", "key")
    inside = (puskesmas.c.election_id == election) & among(tx, puskesmas.c.key, plan.puskesmas)
    undo.noted(tx, run, puskesmas, inside, lambda: upsert(
        tx, puskesmas, by=by, columns=(*by, "kecamatan_id", "name", "phone"), rows=rows))  # fmt: skip
    wanted = select(puskesmas.c.key, puskesmas.c.id).where(puskesmas.c.election_id == election)
    own = {row.key: row.id for row in tx.rows(wanted)}
    mine = [own[key] for key in plan.puskesmas]
    linked = [(own[key], ids.kelurahan[where]) for key, each in plan.puskesmas.items() for where in sorted(each.serves)]
    both = ("puskesmas_id", "kelurahan_id")

    def link() -> None:
        tx.execute(serves.delete().where(serves.c.puskesmas_id.in_(mine)))
        upsert(tx, serves, by=both, columns=both, rows=linked)

    undo.noted(tx, run, serves, serves.c.puskesmas_id.in_(mine), link)


def put_candidates(tx: Tx, run: int, election: int, plan: Plan) -> None:
    rows = [(election, number, name) for number, name in plan.candidates.items()]
    by = ("election_id", "number")
    undo.noted(tx, run, candidates, candidates.c.election_id == election,
               lambda: upsert(tx, candidates, by=by, columns=(*by, "name"), rows=rows))  # fmt: skip


def put_tps(tx: Tx, run: int, election: int, ids: Ids, stations: Sequence[TpsRow]) -> None:
    rows = [
        (election, ids.kelurahan[each.where._replace(tps=0)], each.where.tps, ids.puskesmas.get(each.puskesmas),
         *each[2:])
        for each in stations
    ]  # fmt: skip
    by = ("election_id", "kelurahan_id", "number")
    here = (tps.c.kelurahan_id.in_({row[1] for row in rows})) & tps.c.number.in_({row[2] for row in rows})
    undo.noted(tx, run, tps, here, lambda: upsert(
        tx, tps, by=by, columns=(*by, "puskesmas_id", *TpsRow._fields[2:]), rows=rows))  # fmt: skip


def put_last_day(tx: Tx, election: int) -> None:
    """The last voting day, those of single TPS included."""
    latest = select(func.max(tps.c.voting_day)).where(tps.c.election_id == election)
    own = select(elections.c.voting_day).where(elections.c.id == election)
    days = [day for day in (tx.scalar(latest), tx.scalar(own)) if day is not None]
    tx.execute(update(elections).where(elections.c.id == election).values(last_day=max(days)))


def put_people(tx: Tx, run: int, whos: Sequence[Who]) -> None:
    """New people with a NIK."""
    seal = tx.vault.seal
    rows = [(who.nik_hash, who.name, who.name_key, who.phone, seal(who.nik)) for who in whos]
    columns = ("nik_hash", "name", "name_key", "phone", "nik_sealed")
    undo.noted(tx, run, people, among(tx, people.c.nik_hash, [row[0] for row in rows]), lambda: upsert(
        tx, people, by=("nik_hash",), columns=columns, rows=rows, fixed=("nik_sealed",)))  # fmt: skip


def put_contacts(tx: Tx, run: int, whos: Sequence[Who]) -> None:
    """New people without a NIK. No index holds them apart, so a second import waits and looks again."""
    if not tx.is_sqlite:
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    wanted = select(people.c.phone, people.c.name_key).where(people.c.phone.in_([who.phone for who in whos]))
    known = {tuple(row) for row in tx.rows(wanted)}
    rows = [
        {"name": who.name, "name_key": who.name_key, "phone": who.phone}
        for who in whos
        if (who.phone, who.name_key) not in known
    ]
    if rows:
        theirs = people.c.nik_hash.is_(None) & among(tx, people.c.phone, [row["phone"] for row in rows])
        undo.noted(tx, run, people, theirs, lambda: tx.execute(people.insert(), rows))


def change_people(tx: Tx, run: int, whos: Sequence[Who]) -> None:
    """A new name or number; an officer known by his number alone so far gets his NIK."""
    undo.noted(tx, run, people, among(tx, people.c.id, [who.id for who in whos]), lambda: _change_people(tx, whos))


def _change_people(tx: Tx, whos: Sequence[Who]) -> None:
    written = ("name", "name_key", "phone")
    change = update(people).where(people.c.id == bindparam("its_id"))
    rows = [{"its_id": who.id, **{f"new_{name}": getattr(who, name) for name in written}} for who in whos]
    tx.execute(change.values({name: bindparam(f"new_{name}") for name in written}), rows)
    sealed = [
        {"its_id": who.id, "new_hash": who.nik_hash, "new_sealed": tx.vault.seal(who.nik)} for who in whos if who.nik
    ]
    if sealed:
        values: dict[str, Any] = {"nik_hash": bindparam("new_hash"), "nik_sealed": bindparam("new_sealed")}
        tx.execute(change.where(people.c.nik_hash.is_(None)).values(values), sealed)


Found = dict[str | tuple[str, str], int]


def people_ids(tx: Tx) -> Found:
    """Everybody's row: by NIK's hash, and those without one by phone and name."""
    with_nik = select(people.c.nik_hash, people.c.id).where(people.c.nik_hash.is_not(None))
    found: Found = dict(tx.rows(with_nik))
    others = select(people.c.phone, people.c.name_key, people.c.id).where(people.c.nik_hash.is_(None))
    for phone, name_key, id_ in tx.rows(others.order_by(people.c.id.desc())):
        found[phone, name_key] = id_
    return found


def _id_of(who: Who, found: Found) -> int:
    if who.id is not None:
        return who.id
    return found[who.nik_hash] if who.nik_hash else found[who.phone or "", who.name_key]


def put_posts(tx: Tx, run: int, election: int, ids: Ids, found: Found, placed: Sequence[Placed]) -> None:
    rows = []
    for kind, key, who, post in placed:
        role, position, institution, where, health, starts_at, ends_at = post
        rows.append((election, kind, key, _id_of(who, found), role, position, institution, *_where(ids, where),
                     ids.puskesmas.get(health), starts_at, ends_at))  # fmt: skip
    by = ("election_id", "kind", "key")
    columns = ("person_id", "role", "position", "institution", "kecamatan_id", "kelurahan_id", "tps_id",
               "puskesmas_id", "starts_at", "ends_at")  # fmt: skip
    mine = (_A.election_id == election) & among(tx, _A.key, [each.key for each in placed])
    undo.noted(tx, run, assignments, mine,
               lambda: upsert(tx, assignments, by=by, columns=by + columns, rows=rows))  # fmt: skip


def _where(ids: Ids, where: Where) -> tuple[int | None, int | None, int | None]:
    return (
        ids.kecamatan[where.kecamatan] if where.kecamatan else None,
        ids.kelurahan[Where(where.kecamatan, where.kelurahan)] if where.kelurahan else None,
        ids.tps[where] if where.tps else None,
    )


def take_posts(tx: Tx, run: int, election: int, gone: Sequence[tuple[str, str]]) -> None:
    """Take assignments out; the people stay, with what else they are."""
    mine = (_A.election_id == election) & (_A.kind == bindparam("of_kind")) & (_A.key == bindparam("of_key"))
    rows = [{"of_kind": kind, "of_key": key} for kind, key in gone]
    here = (_A.election_id == election) & among(tx, _A.key, [key for _, key in gone])
    undo.noted(tx, run, assignments, here, lambda: tx.execute(delete(assignments).where(mine), rows))


def take_coverages(tx: Tx, run: int, election: int, gone: Sequence[tuple[str, str, str]]) -> None:
    mine = (
        (_C.election_id == election)
        & (_C.nik_hash == bindparam("of_nik"))
        & (_C.institution == bindparam("of_institution"))
        & (_C.programme == bindparam("of_programme"))
    )
    names = ("of_nik", "of_institution", "of_programme")
    rows = [dict(zip(names, each, strict=True)) for each in gone]
    here = (_C.election_id == election) & among(tx, _C.nik_hash, [each[0] for each in gone])
    undo.noted(tx, run, coverages, here, lambda: tx.execute(delete(coverages).where(mine), rows))


def put_coverages(tx: Tx, run: int, election: int, covered: Sequence[Covered]) -> None:
    """A KPJ that the sheet does not speak of stays sealed as it is."""
    by = ("election_id", "nik_hash", "programme", "institution")
    columns = by + CoverageFacts._fields[1:]
    spoken = [each for each in covered if each.kpj or not each.facts.kpj_hash]
    kept = [(election, *each[:2], *each.facts) for each in covered if not each.kpj and each.facts.kpj_hash]
    sealed = {kpj: tx.vault.seal(kpj) for kpj in {each.kpj for each in spoken} - {""}}
    rows = [(election, *each[:2], *each.facts, sealed.get(each.kpj)) for each in spoken]
    here = (_C.election_id == election) & among(tx, _C.nik_hash, [each.nik_hash for each in covered])

    def put() -> None:
        upsert(tx, coverages, by=by, columns=(*columns, "kpj_sealed"), rows=rows)
        upsert(tx, coverages, by=by, columns=columns, rows=kept)

    undo.noted(tx, run, coverages, here, put)
