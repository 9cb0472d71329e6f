"""The rehearsal always has somebody to pick up."""

from __future__ import annotations

import io

from bot import example
from bot.commands import undoing
from bot.installation import clock_of
from storage.database import Database


async def test_after_the_import_was_taken_back_the_city_is_there_again(db: Database) -> None:
    clock = await clock_of(db)
    await example.settle(db, clock)
    first = await db.read(lambda tx: example.cast(tx, clock.now()))
    assert len(first) == 6
    await undoing.last_import(db, now=clock.now(), out=io.StringIO())
    assert await db.read(lambda tx: example.cast(tx, clock.now())) == []
    await example.settle(db, clock)
    again = await db.read(lambda tx: example.cast(tx, clock.now()))
    assert [each.name for each in again] == [each.name for each in first]
