"""Writing an import: in short steps, repeatable after a kill, and the same from both sides at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from bot.workbook import load, read, sample
from storage import bulk
from storage.coverages import coverages
from storage.database import Database, Tx
from storage.elections import elections
from storage.people import people
from storage.places import tps
from storage.roster import assignments

NOW = datetime(2024, 11, 20, tzinfo=UTC)
T = TypeVar("T")


def counts(tx: Tx) -> dict[str, int]:
    tables = (people, assignments, coverages, tps)
    return {table.name: tx.scalar(select(func.count()).select_from(table)) for table in tables}


async def test_an_upsert_inserts_changes_and_keeps_what_is_fixed(db: Database) -> None:
    columns = ("code", "name", "region_code", "voting_day", "last_day", "zone")

    def put(name: str, day: date) -> Callable[[Tx], None]:
        row = ("malang", name, "35.73", day, day, "WIB")
        return lambda tx: bulk.upsert(tx, elections, by=("code",), columns=columns, rows=[row], fixed=("last_day",))

    await db.write(put("first", date(2024, 11, 27)))
    await db.write(put("second", date(2024, 12, 1)))
    row = await db.read(lambda tx: tx.first(select(elections)))
    assert (row.name, row.voting_day, row.last_day) == ("second", date(2024, 12, 1), date(2024, 11, 27))
    assert row.emergency_number == "119", "a column that the caller does not know of has its own value"


async def test_new_rows_have_their_ids_and_one_that_stands_already_lets_none_in(db: Database) -> None:
    def add(*phones: str) -> Callable[[Tx], list[int]]:
        rows = [("Somebody", "somebody", phone) for phone in phones]
        return lambda tx: bulk.add(tx, people, columns=("name", "name_key", "phone"), rows=rows)

    ids = await db.write(add("1", "2", "3"))
    found = await db.read(lambda tx: tx.rows(select(people.c.id, people.c.phone).order_by(people.c.id)))
    assert [tuple(row) for row in found] == list(zip(ids, ("1", "2", "3"), strict=True))
    made = await db.write(lambda tx: int(tx.execute(people.insert().values(name="x", name_key="x")).inserted_primary_key[0]))
    assert made not in ids, "the next id is nobody's"

    def twins(*hashes: str) -> Callable[[Tx], list[int]]:
        return lambda tx: bulk.add(tx, people, columns=("name", "name_key", "nik_hash"), rows=[("y", "y", each) for each in hashes])

    await db.write(twins("a"))
    with pytest.raises(bulk.Taken) as raised:
        await db.write(twins("b", "a"))
    assert str(raised.value) == "person", "no value of it may come into a log"
    assert raised.value.__suppress_context__
    assert await db.read(lambda tx: tx.first(select(people).where(people.c.nik_hash == "b"))) is None
    await db.write(twins("b"))


async def test_instants_yes_and_no_and_bytes_come_back_as_they_went_in(db: Database) -> None:
    book = sample.rows(1)
    await load.load(db, read.of_rows(book), now=NOW)
    shifts = await db.read(
        lambda tx: tx.rows(select(assignments.c.starts_at).where(assignments.c.starts_at.is_not(None)))
    )
    assert {each.starts_at.tzinfo for each in shifts} == {UTC}
    row = await db.read(lambda tx: tx.first(select(coverages)))
    assert row.active is True
    sealed = await db.read(lambda tx: tx.scalar(select(people.c.nik_sealed).where(people.c.nik_hash.is_not(None))))
    assert db.vault.open(sealed).startswith("3573")


class Killed(Exception):
    """Stands for the process that is gone."""


class Watched(Database):
    """A database that is gone after so many writes, and that measures how long each of them held it."""

    def __init__(self, real: Database, writes: int = 10_000) -> None:
        super().__init__(real.vault)
        self._real, self._left, self.longest = real, writes, 0.0

    async def write(self, fn: Callable[[Tx], T]) -> T:
        if self._left == 0:
            raise Killed
        self._left -= 1
        return await self._real.write(lambda tx: self._timed(fn, tx))

    def _timed(self, fn: Callable[[Tx], T], tx: Tx) -> T:
        start = time.thread_time()  # work, not waiting for a machine that tests share
        result = fn(tx)
        self.longest = max(self.longest, time.thread_time() - start)
        return result

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self._real.read(fn)

    async def close(self) -> None:
        await self._real.close()


async def test_what_another_import_has_put_in_meanwhile_is_changed(db: Database) -> None:
    """Both read what stands before either writes; the second one's rows are no longer new, and its words count."""

    class Overtaken(Watched):
        async def write(self, fn: Callable[[Tx], T]) -> T:
            await first.wait()
            return await super().write(fn)

    first, theirs = asyncio.Event(), sample.rows(4)
    mine = {name: [list(row) for row in rows] for name, rows in theirs.items()}
    named = theirs["petugas"][0].index("nama")
    for row in mine["petugas"][1:]:
        row[named] = "Bu " + str(row[named])
    late = asyncio.create_task(load.load(Overtaken(db), read.of_rows(mine), now=NOW))
    await load.load(db, read.of_rows(theirs), now=NOW)
    first.set()
    assert (await late).all_in
    found = await db.read(counts)
    assert found["assignment"] == sum(len(mine[name]) - 1 for name in ("petugas", "nakes", "koordinator"))
    told = await db.read(lambda tx: tx.rows(select(people.c.name).where(people.c.nik_hash.is_not(None))))
    assert all(name.startswith("Bu ") for (name,) in told)


@pytest.mark.parametrize("after", [1, 3, 5, 6, 8])
async def test_a_killed_import_is_finished_by_the_same_file(db: Database, after: int) -> None:
    book = sample.rows(4)
    with pytest.raises(Killed):
        await load.load(Watched(db, after), read.of_rows(book), now=NOW)
    outcome = await load.load(db, read.of_rows(book), now=NOW)
    assert outcome.all_in
    again = await load.load(db, read.of_rows(book), now=NOW)
    assert {(each.new, each.changed) for each in again.counts.values()} == {(0, 0)}
    found = await db.read(counts)
    assert found["assignment"] == sum(len(book[name]) - 1 for name in ("petugas", "nakes", "koordinator"))


async def test_the_same_file_from_two_sides_at_once_goes_in_once(db: Database) -> None:
    book = sample.rows(6)
    await asyncio.gather(*(load.load(db, read.of_rows(book), now=NOW) for _ in range(3)))
    found = await db.read(counts)
    niks = {row[0] for row in book["petugas"][1:]}
    assert found["tps"] == 6
    assert found["person"] == len(niks) + len(book["nakes"]) - 1 + len(book["koordinator"]) - 1
    assert found["assignment"] == sum(len(book[name]) - 1 for name in ("petugas", "nakes", "koordinator"))


async def test_no_step_holds_the_database_for_long(db: Database) -> None:
    """The bar is 50 ms; here eight times that of the thread's own work, so that a busy machine fails nobody."""
    watched = Watched(db)
    await load.load(watched, read.of_rows(sample.rows(150)), now=NOW)
    assert 0 < watched.longest < 0.4
