"""The rehearsal always has somebody to pick up."""

from __future__ import annotations

import io
from functools import partial

import pytest

from bot import example
from bot.commands import undoing
from bot.installation import clock_of
from bot.workbook import sample
from storage.database import Database

from . import living

WHOLE = pytest.param(sample.MOST, marks=pytest.mark.soak)


@pytest.mark.parametrize("tps", [living.TPS, WHOLE])
async def test_after_the_import_was_taken_back_the_city_is_there_again(
    db: Database, tps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "rows", partial(sample.rows, tps))
    clock = await clock_of(db)
    await example.settle(db, clock)
    first = await db.read(lambda tx: example.cast(tx, clock.now()))
    assert len(first) == 6
    await undoing.last_import(db, now=clock.now(), out=io.StringIO())
    assert await db.read(lambda tx: example.cast(tx, clock.now())) == []
    await example.settle(db, clock)
    again = await db.read(lambda tx: example.cast(tx, clock.now()))
    assert [each.name for each in again] == [each.name for each in first]
