"""The two verbs, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import inspect, select

from storage import installation, migrations, schema, updates
from storage.database import Database, Tx, open_database
from storage.vault import Vault
from tests.conftest import run

NOW = datetime(2024, 11, 27, 6, 0, tzinfo=UTC)


async def test_a_turn_that_raises_undoes_only_itself(db: Database) -> None:
    def good(tx: Tx) -> int:
        return installation.count(tx, "incident")

    def bad(tx: Tx) -> None:
        installation.set_fact(tx, "broken", "yes")
        raise ValueError("a step raised")

    results = await asyncio.gather(*(db.write(fn) for fn in (good, bad, good)), return_exceptions=True)
    assert sorted(r for r in results if isinstance(r, int)) == [1, 2]
    assert [type(r) for r in results if not isinstance(r, int)] == [ValueError]
    assert await db.read(lambda tx: installation.fact(tx, "broken")) is None


async def test_a_counter_never_skips_or_repeats_under_concurrency(db: Database) -> None:
    numbers = await asyncio.gather(*(db.write(lambda tx: installation.count(tx, "incident")) for _ in range(60)))
    assert sorted(numbers) == list(range(1, 61))


async def test_the_same_update_is_claimed_once_however_many_bring_it(db: Database) -> None:
    claims = await asyncio.gather(*(db.write(lambda tx: updates.claim(tx, "telegram", "7", NOW)) for _ in range(20)))
    assert sum(claims) == 1


async def test_instants_come_back_with_their_zone(db: Database) -> None:
    await db.write(lambda tx: updates.claim(tx, "telegram", "1", NOW))
    assert await db.read(lambda tx: tx.scalar(select(updates.updates.c.at))) == NOW


async def test_what_is_read_steadily_is_of_one_moment(db: Database, db_url: str, vault: Vault) -> None:
    """Between two queries somebody else commits."""

    async def elsewhere() -> None:
        other = open_database(db_url, vault)
        await other.write(lambda tx: installation.set_fact(tx, "moved", "yes"))
        await other.close()

    def look(tx: Tx, steady: bool) -> tuple[str | None, str | None]:
        if steady:
            tx.steady()
        before = installation.fact(tx, "moved")
        run(elsewhere())
        return before, installation.fact(tx, "moved")

    assert await db.read(lambda tx: look(tx, steady=True)) == (None, None)
    assert await db.read(lambda tx: installation.fact(tx, "moved")) == "yes", "and it lasts no longer than the read"


async def test_an_instant_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(Exception, match="without a zone"):
        await db.write(lambda tx: updates.claim(tx, "telegram", "1", NOW.replace(tzinfo=None)))


async def test_a_lease_is_taken_by_one_and_lost_when_another_took_it(db: Database) -> None:
    seen = None
    taken = await asyncio.gather(
        *(db.write(lambda tx, h=h: installation.take_lease(tx, "bot", h, seen)) for h in ("a", "b", "c"))
    )
    assert sum(taken) == 1
    held = await db.read(lambda tx: installation.lease(tx, "bot"))
    assert held is not None
    assert await db.write(lambda tx: installation.beat(tx, "bot", held[0]))
    assert not await db.write(lambda tx: installation.take_lease(tx, "bot", "z", held)), "the beat has moved on"
    now = (held[0], held[1] + 1)
    assert await db.write(lambda tx: installation.take_lease(tx, "bot", "z", now))
    assert not await db.write(lambda tx: installation.beat(tx, "bot", held[0]))


async def test_the_migrations_make_exactly_the_tables_of_the_code(db: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def differences(tx: Tx) -> list[object]:
        assert {t.name for t in schema.metadata.sorted_tables} <= set(inspect(tx.conn).get_table_names())
        return list(compare_metadata(MigrationContext.configure(tx.conn), schema.metadata))

    assert await db.write(differences) == []
    assert await db.write(lambda tx: migrations.current(tx.conn)) == migrations.newest()
