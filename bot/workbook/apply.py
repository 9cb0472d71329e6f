"""A plan into the tables, step by step, so that nobody waits long for the database meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from storage import applying, elections, moves, standing, undo
from storage.database import Database, SqliteDatabase, Tx
from storage.plans import Plan
from storage.standing import Ids

Step = Callable[[Tx], Any]
Progress = Callable[[int, int], None]  # rows written so far, of how many


@dataclass(frozen=True, slots=True)
class Import:
    """Under what an import writes: the election, and its own number, by which it can be taken back."""

    election: int
    run: int


async def begin(db: Database, plan: Plan, code: str, file: str, now: datetime) -> Import:
    """Write the election: every part of a workbook hangs on it."""
    if plan.election is not None:
        await db.write(partial(applying.put_election, row=plan.election, file=file, now=now))
    known = await db.read(partial(elections.by_code, code=code))
    assert known is not None
    return Import(known.id, await db.write(partial(undo.begin, election_id=known.id, file=file, now=now)))


async def finish(db: Database, under: Import) -> None:
    await db.write(partial(undo.finish, run_id=under.run))


async def apply(db: Database, plan: Plan, under: Import, progress: Progress) -> None:
    """Write a plan: places first, then people, then what hangs on both."""
    ids = await _places(db, plan, under)
    told = _teller(progress, len(plan.people) + len(plan.placed) + len(plan.covered) + _taken(plan))
    await _write(db, _people(plan, under.run), told)
    found: applying.Found = await db.read(applying.people_ids) if plan.placed else {}
    await _write(db, _roster(plan, under, ids, found), told)


def _taken(plan: Plan) -> int:
    return len(plan.gone) + len(plan.uncovered)


def _teller(progress: Progress, total: int) -> Callable[[int], None]:
    done = 0

    def told(rows: int) -> None:
        nonlocal done
        done += rows
        progress(done, total)

    return told


async def _write(db: Database, steps: Iterator[tuple[int, Step]], told: Callable[[int], None]) -> None:
    """Every step is a transaction of its own. PostgreSQL takes two at a time; SQLite has one writer, and two steps
    that wait for it together would be one group that holds it twice as long."""

    async def lane() -> None:
        for rows, step in steps:
            await db.write(step)
            told(rows)

    try:
        async with asyncio.TaskGroup() as lanes:
            for _ in range(1 if isinstance(db, SqliteDatabase) else 2):
                lanes.create_task(lane())
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


async def _places(db: Database, plan: Plan, under: Import) -> Ids:
    run, election = under.run, under.election
    if plan.areas or plan.wards:
        await db.write(partial(applying.put_areas, run=run, election=election, plan=plan))
    if plan.puskesmas:
        ids = await db.read(partial(standing.place_ids, election=election))
        await db.write(partial(applying.put_puskesmas, run=run, election=election, ids=ids, plan=plan))
    if plan.candidates:
        await db.write(partial(applying.put_candidates, run=run, election=election, plan=plan))
    if not (plan.tps or plan.placed or plan.election):
        return Ids()
    ids = await db.read(partial(standing.place_ids, election=election))
    for rows in applying.chunks(plan.tps):
        await db.write(partial(applying.put_tps, run=run, election=election, ids=ids, stations=rows))
    if plan.tps:
        await db.write(partial(moves.settle, election=election))
    if plan.tps or plan.election is not None:
        await db.write(partial(applying.put_last_day, election=election))
    return await db.read(partial(standing.place_ids, election=election)) if plan.tps else ids


def _people(plan: Plan, run: int) -> Iterator[tuple[int, Step]]:
    fresh = [who for who in plan.people if who.id is None]
    for whos in applying.chunks(sorted((who for who in fresh if who.nik), key=lambda each: each.nik_hash or "")):
        yield len(whos), partial(applying.put_people, run=run, whos=whos)
    for whos in applying.chunks([who for who in fresh if not who.nik]):
        yield len(whos), partial(applying.put_contacts, run=run, whos=whos)
    for whos in applying.chunks([who for who in plan.people if who.id is not None]):
        yield len(whos), partial(applying.change_people, run=run, whos=whos)


def _roster(plan: Plan, under: Import, ids: Ids, found: applying.Found) -> Iterator[tuple[int, Step]]:
    run, election = under.run, under.election
    # In the order of the widest index: its pages are then written once, not once a row.
    for placed in applying.chunks(sorted(plan.placed, key=lambda each: each.key)):
        yield len(placed), partial(applying.put_posts, run=run, election=election, ids=ids, found=found, placed=placed)
    for gone in applying.chunks(plan.gone):
        yield len(gone), partial(applying.take_posts, run=run, election=election, gone=gone)
    for uncovered in applying.chunks(plan.uncovered):
        yield len(uncovered), partial(applying.take_coverages, run=run, election=election, gone=uncovered)
    for covered in applying.chunks(sorted(plan.covered, key=lambda each: each.nik_hash)):
        yield len(covered), partial(applying.put_coverages, run=run, election=election, covered=covered)
