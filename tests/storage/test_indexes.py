"""What an alarm asks of the roster is found by an index: a province's rows must not make it slower."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, insert

from storage import leavers, roster
from storage.bulk import add
from storage.database import Database, Tx
from storage.elections import elections
from storage.people import people
from storage.places import Where, kecamatan, kelurahan, puskesmas, tps
from storage.roster import assignments
from storage.schema import metadata

NOW = datetime(2024, 11, 27, 3, 0, tzinfo=UTC)
DAY = date(2024, 11, 27)
WARDS, STATIONS, CREW = 50, 20, 9

ASKED: dict[str, Callable[[Tx], object]] = {
    "roles": lambda tx: roster.roles(tx, 7, NOW),
    "workers": lambda tx: roster.workers(tx, [1, 2], NOW),
    "posted": lambda tx: roster.posted(tx, Where(1, 1, 7, 7, 1), NOW),
    "coordinators": lambda tx: roster.coordinators(tx, [1], NOW),
    "crew": lambda tx: roster.crew(tx, 7, NOW),
    "of_kelurahan": lambda tx: roster.of_kelurahan(tx, 7, NOW),
    "workers_of_kecamatan": lambda tx: roster.workers_of_kecamatan(tx, 1, NOW),
    "by_ids": lambda tx: roster.by_ids(tx, [7, 8], NOW),
    "centre_of": lambda tx: roster.centre_of(tx, 7),
}


def _province(tx: Tx) -> None:
    tx.execute(insert(elections).values(
        id=1, code="m", name="Pilkada", region_code="35", voting_day=DAY, last_day=DAY, zone="WIB", emergency_number="119",
        wage_base="", scheme="", secretariat="", ladder=""))  # fmt: skip
    tx.execute(insert(kecamatan).values(id=1, election_id=1, name="K", key="k"))
    tx.execute(insert(puskesmas), [{"id": n, "election_id": 1, "kecamatan_id": 1, "name": f"P{n}", "key": f"p{n}", "phone": ""} for n in (1, 2)])
    wards = [(1, 1, f"W{n}", f"w{n}") for n in range(WARDS)]
    ward_ids = add(tx, kelurahan, columns=("election_id", "kecamatan_id", "name", "key"), rows=wards)
    stations = [(1, ward, n + 1) for ward in ward_ids for n in range(STATIONS)]
    ids = add(tx, tps, columns=("election_id", "kelurahan_id", "number"), rows=stations)
    crews = [(id_, ward) for id_, (_, ward, _) in zip(ids, stations, strict=True) for _ in range(CREW)]
    persons = add(tx, people, columns=("name", "name_key"), rows=[(f"O{n}", f"o{n}") for n in range(len(crews))])
    rows = [(1, "officer", f"k{who}", who, 1, ward, id_) for who, (id_, ward) in zip(persons, crews, strict=True)]
    columns = ("election_id", "kind", "key", "person_id", "kecamatan_id", "kelurahan_id", "tps_id")
    add(tx, assignments, columns=columns, rows=rows)


def _plans(tx: Tx, asked: Callable[[Tx], object], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the database would find what each statement of `asked` wants."""
    plans: list[str] = []
    run = tx.conn.execute

    def execute(statement: Any, params: Any = None) -> Any:
        known = statement.params(**params) if params else statement
        written = str(known.compile(dialect=tx.conn.dialect, compile_kwargs={"literal_binds": True}))
        rows = tx.conn.exec_driver_sql(("EXPLAIN QUERY PLAN " if tx.is_sqlite else "EXPLAIN ") + written).all()
        plans.append("\n".join(str(row[-1]) for row in rows))
        return run(statement, params)

    with monkeypatch.context() as patched:
        patched.setattr(tx.conn, "execute", execute)
        asked(tx)
    return plans


FEW = {"notice", "broadcast", "approval", "denial", "replacement", "request", "tps_group"}  # rows, whatever happens


async def test_who_leaves_is_looked_for_by_an_index_in_every_table_that_grows(db: Database) -> None:
    """Taking an import back makes both databases look for each person in all tables that may refer to him."""

    def plan(tx: Tx, of: Column[Any]) -> str:
        if not tx.is_sqlite:
            tx.conn.exec_driver_sql("SET LOCAL enable_seqscan TO off")  # an empty table is read from end to end
        asked = f'SELECT 1 FROM "{of.table.name}" WHERE {of.name} = 7'
        return "\n".join(str(row[-1]) for row in tx.conn.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if tx.is_sqlite else ''}{asked}"))

    refer = [column for table in metadata.sorted_tables for column in table.c if table.name not in FEW
             and any(foreign.column.table in (people, tps) for foreign in column.foreign_keys)]  # fmt: skip
    assert {column.table.name for column in refer} >= {"assignment", "recipient", "journal", "incident", "reading"}
    for column in refer:
        found = await db.read(partial(plan, of=column))
        assert "Index" in found or "SEARCH" in found, f"{column}: {found}"


async def test_who_is_to_be_let_go_is_asked_for_every_second_and_found_by_an_index(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def plans(tx: Tx) -> list[str]:
        if not tx.is_sqlite:
            tx.conn.exec_driver_sql("SET LOCAL enable_seqscan TO off")
        return _plans(tx, lambda tx: (leavers.due(tx, NOW), leavers.next_due(tx)), monkeypatch)

    for plan in await db.read(plans):
        assert "ix_address_leaves" in plan, plan


async def test_the_roster_is_never_read_from_end_to_end(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await db.write(_province)
    if not db.one_writer:
        await db.write(lambda tx: tx.conn.exec_driver_sql("ANALYZE"))  # PostgreSQL does so by itself; nobody does on SQLite
    for name, asked in ASKED.items():
        plans = await db.read(partial(_plans, asked=asked, monkeypatch=monkeypatch))
        assert plans, name
        scan = "SCAN assignment" if db.one_writer else "Seq Scan on assignment"
        assert scan not in "\n".join(plans), f"{name}:\n" + "\n\n".join(plans)
