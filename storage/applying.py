"""An import's plan into the tables, in steps that each hold the writer for some milliseconds.

Every step can be repeated: after a kill the same file again finds what is in and writes the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, case, delete, func, select, text, update

from storage import former, undo
from storage.bulk import add, among, upsert
from storage.candidates import candidates
from storage.coverages import coverages
from storage.database import Tx
from storage.elections import elections
from storage.imports import ElectionRow, TpsRow, Where
from storage.people import people
from storage.places import kecamatan, kelurahan, puskesmas, serves, tps
from storage.planned import Covered, Placed, Plan, Renamed
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


def add_tps(tx: Tx, run: int, election: int, ids: Ids, stations: Sequence[TpsRow]) -> None:
    """New TPS. Raises `Taken`, as everything that adds, where another import has put one in meanwhile."""
    _added(tx, run, tps, _TPS, _tps_rows(election, ids, stations))


def put_tps(tx: Tx, run: int, election: int, ids: Ids, stations: Sequence[TpsRow]) -> None:
    rows = _tps_rows(election, ids, stations)
    here = (tps.c.kelurahan_id.in_({row[1] for row in rows})) & tps.c.number.in_({row[2] for row in rows})
    undo.noted(tx, run, tps, here, lambda: upsert(
        tx, tps, by=("election_id", "kelurahan_id", "number"), columns=_TPS, rows=rows))  # fmt: skip


_TPS = ("election_id", "kelurahan_id", "number", "puskesmas_id", *TpsRow._fields[2:])


def _tps_rows(election: int, ids: Ids, stations: Sequence[TpsRow]) -> list[tuple[Any, ...]]:
    return [
        (election, ids.kelurahan[each.where._replace(tps=0)], each.where.tps, ids.puskesmas.get(each.puskesmas),
         *each[2:])
        for each in stations
    ]  # fmt: skip


def _added(tx: Tx, run: int, into: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> list[int]:
    ids = add(tx, into, columns=columns, rows=rows)
    undo.added(tx, run, into, ids)
    return ids


def put_last_day(tx: Tx, election: int) -> None:
    """The last voting day, those of single TPS included."""
    latest = select(func.max(tps.c.voting_day)).where(tps.c.election_id == election)
    own = select(elections.c.voting_day).where(elections.c.id == election)
    days = [day for day in (tx.scalar(latest), tx.scalar(own)) if day is not None]
    tx.execute(update(elections).where(elections.c.id == election).values(last_day=max(days)))


def add_people(tx: Tx, run: int, whos: Sequence[Who]) -> list[int]:
    """New people with a NIK; their ids, in order."""
    return _added(tx, run, people, _PERSON, _persons(tx, whos))


def put_people(tx: Tx, run: int, whos: Sequence[Who]) -> list[int]:
    """New people with a NIK, or not so new; their ids, in order."""
    rows = _persons(tx, whos)
    theirs = among(tx, people.c.nik_hash, [row[0] for row in rows])
    undo.noted(tx, run, people, theirs, lambda: upsert(
        tx, people, by=("nik_hash",), columns=_PERSON, rows=rows, fixed=("nik_sealed",)))  # fmt: skip
    known = {row.nik_hash: int(row.id) for row in tx.rows(select(people.c.nik_hash, people.c.id).where(theirs))}
    return [known[who.nik_hash] for who in whos]


_PERSON = ("nik_hash", "name", "name_key", "phone", "nik_sealed")


def _persons(tx: Tx, whos: Sequence[Who]) -> list[tuple[Any, ...]]:
    sealed = tx.vault.seal_all([who.nik for who in whos])
    return [(who.nik_hash, who.name, who.name_key, who.phone, nik) for who, nik in zip(whos, sealed, strict=True)]


def add_contacts(tx: Tx, run: int, whos: Sequence[Who]) -> list[int]:
    """New people without a NIK; their ids, in order. No index holds them apart, so a second import waits and looks
    again."""
    if not tx.is_sqlite:
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    phones = among(tx, people.c.phone, [who.phone for who in whos])
    here = select(people.c.phone, people.c.name_key, people.c.id).where(phones)
    # The best one comes last: somebody known by his number alone, and the oldest of them.
    choices = tx.rows(here.order_by(people.c.nik_hash.is_(None), people.c.id.desc()))
    known = {(row.phone, row.name_key): int(row.id) for row in choices}
    fresh = {(who.phone, who.name_key): who for who in whos if (who.phone, who.name_key) not in known}
    rows = [(who.name, who.name_key, who.phone) for who in fresh.values()]
    if rows:
        known |= zip(fresh, _added(tx, run, people, ("name", "name_key", "phone"), rows), strict=True)
    return [known[who.phone, who.name_key] for who in whos]


def change_people(tx: Tx, run: int, whos: Sequence[Who]) -> None:
    """A new name or number; an officer known by his number alone so far gets his NIK, and one of whom it was wrong the
    right one."""
    undo.noted(tx, run, people, among(tx, people.c.id, [who.id for who in whos]), lambda: _change_people(tx, whos))


def correct(tx: Tx, run: int, election: int, whos: Sequence[Who], renamed: Sequence[Renamed]) -> None:
    """People with another NIK or number, and their posts, whose keys it is a part of: both, or none after a kill."""
    change_people(tx, run, whos)
    rename(tx, run, election, renamed)


def rename(tx: Tx, run: int, election: int, renamed: Sequence[Renamed]) -> None:
    """Posts that are known by another NIK or number now."""
    mine = (_A.election_id == election) & among(tx, _A.person_id, [each.person for each in renamed])
    its = (_A.election_id == election) & (_A.kind == bindparam("of_kind")) & (_A.key == bindparam("of_key"))
    rows = [{"of_kind": each.kind, "of_key": each.old, "new_key": each.new} for each in renamed]
    if rows:
        change = update(assignments).where(its).values(key=bindparam("new_key"))
        undo.noted(tx, run, assignments, mine, lambda: tx.execute(change, rows))


def _change_people(tx: Tx, whos: Sequence[Who]) -> None:
    written = ("name", "name_key", "phone")
    change = update(people).where(people.c.id == bindparam("its_id"))
    rows = [{"its_id": who.id, **{f"new_{name}": getattr(who, name) for name in written}} for who in whos]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in written}
    # A coordinator may have known him by another number since the plan was made.
    values["phone"] = case((former.has(bindparam("new_phone")), people.c.phone), else_=bindparam("new_phone"))
    tx.execute(change.values(values), rows)
    sealed = [
        {"its_id": who.id, "its_hash": who.was, "new_hash": who.nik_hash, "new_sealed": tx.vault.seal(who.nik)}
        for who in whos
        if who.nik
    ]
    if sealed:
        values = {"nik_hash": bindparam("new_hash"), "nik_sealed": bindparam("new_sealed")}
        is_his = people.c.nik_hash.is_(None) | (people.c.nik_hash == bindparam("its_hash"))
        tx.execute(change.where(is_his).values(values), sealed)


def add_posts(tx: Tx, run: int, election: int, ids: Ids, placed: Sequence[Placed]) -> None:
    """New assignments of people who have their ids."""
    _added(tx, run, assignments, _POST, _posts(election, ids, placed))


def put_posts(tx: Tx, run: int, election: int, ids: Ids, placed: Sequence[Placed]) -> None:
    mine = (_A.election_id == election) & among(tx, _A.key, [each.key for each in placed])
    undo.noted(tx, run, assignments, mine, lambda: upsert(
        tx, assignments, by=_POST[:3], columns=_POST, rows=_posts(election, ids, placed)))  # fmt: skip


_POST = ("election_id", "kind", "key", "person_id", "role", "position", "institution", "kecamatan_id", "kelurahan_id",
         "tps_id", "puskesmas_id", "starts_at", "ends_at")  # fmt: skip


def _posts(election: int, ids: Ids, placed: Sequence[Placed]) -> list[tuple[Any, ...]]:
    rows = []
    for kind, key, who, post, _ in placed:
        role, position, institution, where, health, starts_at, ends_at = post
        rows.append((election, kind, key, who.id, role, position, institution, *_where(ids, where),
                     ids.puskesmas.get(health), starts_at, ends_at))  # fmt: skip
    return rows


def _where(ids: Ids, where: Where) -> tuple[int | None, int | None, int | None]:
    found = ids.whole.get(where)
    if found is None:
        found = ids.whole[where] = _looked_up(ids, where)
    return found


def _looked_up(ids: Ids, where: Where) -> tuple[int | None, int | None, int | None]:
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


def add_coverages(tx: Tx, run: int, election: int, covered: Sequence[Covered]) -> None:
    """New coverages."""
    _added(tx, run, coverages, (*_COVERAGE, "kpj_sealed"), _spoken(tx, election, covered))


def put_coverages(tx: Tx, run: int, election: int, covered: Sequence[Covered]) -> None:
    """A KPJ that the sheet does not speak of stays sealed as it is."""
    spoken = [each for each in covered if each.kpj or not each.facts.kpj_hash]
    kept = [(election, *each[:2], *each.facts) for each in covered if not each.kpj and each.facts.kpj_hash]
    here = (_C.election_id == election) & among(tx, _C.nik_hash, [each.nik_hash for each in covered])
    by = ("election_id", "nik_hash", "programme", "institution")

    def put() -> None:
        rows = _spoken(tx, election, spoken)
        upsert(tx, coverages, by=by, columns=(*_COVERAGE, "kpj_sealed"), rows=rows)
        upsert(tx, coverages, by=by, columns=_COVERAGE, rows=kept)

    undo.noted(tx, run, coverages, here, put)


_COVERAGE = ("election_id", "nik_hash", "programme", *CoverageFacts._fields)


def _spoken(tx: Tx, election: int, covered: Sequence[Covered]) -> list[tuple[Any, ...]]:
    """Rows with their KPJ; one number may stand in many of them."""
    numbers = list({each.kpj for each in covered} - {""})
    sealed = dict(zip(numbers, tx.vault.seal_all(numbers), strict=True))
    return [(election, *each[:2], *each.facts, sealed.get(each.kpj)) for each in covered]
