"""A plan into the tables, step by step, so that nobody waits long for the database meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from storage import applying, bulk, elections, moves, standing, undo
from storage.database import Database, Tx
from storage.imports import ElectionRow
from storage.planned import Plan
from storage.standing import Ids
from storage.who import Who

LANES = 2  # a third makes each slower, and alarms with them
Progress = Callable[[int, int], None]  # rows written so far, of how many


class Step(NamedTuple):
    """One transaction: how many rows it writes, what is done with what it gives, and what to do `instead` where a row
    that should be new has been put in by another import meanwhile."""

    rows: int
    run: Callable[[Tx], Any]
    then: Callable[[Any], None] = lambda _: None
    instead: Callable[[Tx], Any] | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """Under what an import writes: the election, and its own number, by which it can be taken back."""

    election: int
    run: int


async def begin(db: Database, election: ElectionRow | None, code: str, file: str, now: datetime) -> Import:
    """Write the election, if it is new or changed: every part of a workbook hangs on it."""
    if election is not None:
        await db.write(partial(applying.put_election, row=election, file=file, now=now))
    known = await db.read(partial(elections.by_code, code=code))
    assert known is not None
    return Import(known.id, await db.write(partial(undo.begin, election_id=known.id, file=file, now=now)))


async def finish(db: Database, under: Import) -> None:
    await db.write(partial(undo.finish, run_id=under.run))


async def apply(db: Database, plan: Plan, under: Import, progress: Progress, lanes: int = LANES) -> None:
    """Write a plan: places first, then people, then what hangs on both. `lanes`: steps at a time, on PostgreSQL."""
    lanes = 1 if db.one_writer else lanes
    ids = await _places(db, plan, under, lanes)
    told = _teller(
        progress, len(plan.corrected) + len(plan.people) + len(plan.placed) + len(plan.covered) + _taken(plan)
    )
    await _write(db, _corrected(plan, under), told, lanes)
    await _write(db, _people(plan, under.run), told, lanes)
    await _write(db, _roster(plan, under, ids), told, lanes)


def _taken(plan: Plan) -> int:
    return len(plan.gone) + len(plan.uncovered)


def _teller(progress: Progress, total: int) -> Callable[[int], None]:
    done = 0

    def told(rows: int) -> None:
        nonlocal done
        done += rows
        progress(done, total)

    return told


async def _write(db: Database, steps: Iterator[Step], told: Callable[[int], None], lanes: int) -> None:
    """Every step is a transaction of its own. SQLite has one writer, and two steps that wait for it together would be
    one group that holds it twice as long."""

    async def lane() -> None:
        for step in steps:
            step.then(await _done(db, step))
            told(step.rows)

    try:
        async with asyncio.TaskGroup() as running:
            for _ in range(lanes):
                running.create_task(lane())
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


async def _done(db: Database, step: Step) -> Any:
    try:
        return await db.write(partial(bulk.lightly, step.run))
    except bulk.Taken:
        assert step.instead is not None
        return await db.write(partial(bulk.lightly, step.instead))


async def _places(db: Database, plan: Plan, under: Import, lanes: int) -> Ids:
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
    await _write(db, _stations(plan, under, ids), lambda _: None, lanes)
    if plan.tps:
        await db.write(partial(moves.settle, election=election))
    if plan.tps or plan.election is not None:
        await db.write(partial(applying.put_last_day, election=election))
    return await db.read(partial(standing.place_ids, election=election)) if plan.tps else ids


def _stations(plan: Plan, under: Import, ids: Ids) -> Iterator[Step]:
    put = partial(applying.put_tps, run=under.run, election=under.election, ids=ids)
    add = partial(applying.add_tps, run=under.run, election=under.election, ids=ids)
    for rows in applying.chunks([each for each in plan.tps if each.where not in ids.tps]):
        yield Step(len(rows), partial(add, stations=rows), instead=partial(put, stations=rows))
    for rows in applying.chunks([each for each in plan.tps if each.where in ids.tps]):
        yield Step(len(rows), partial(put, stations=rows))


def _corrected(plan: Plan, under: Import) -> Iterator[Step]:
    """Whose NIK or number was another, with his posts: before all others, of whom one may be who has that NIK. A number
    that was renewed in the chat is written already."""
    for whos in applying.chunks(plan.corrected):
        ids = {who.id for who in whos}
        renamed = [each for each in plan.renamed if each.person in ids]
        yield Step(
            len(whos), partial(applying.correct, run=under.run, election=under.election, whos=whos, renamed=renamed)
        )
    corrected = {who.id for who in plan.corrected}
    for others in applying.chunks([each for each in plan.renamed if each.person not in corrected]):
        yield Step(0, partial(applying.rename, run=under.run, election=under.election, renamed=others))


def _people(plan: Plan, run: int) -> Iterator[Step]:
    fresh, known = [who for who in plan.people if who.id is None], [who for who in plan.people if who.id is not None]
    for whos in applying.chunks(sorted((who for who in fresh if who.nik), key=lambda each: each.nik_hash or "")):
        yield Step(len(whos), partial(applying.add_people, run=run, whos=whos), partial(_number, whos),
                   partial(applying.put_people, run=run, whos=whos))  # fmt: skip
    for whos in applying.chunks([who for who in fresh if not who.nik]):
        yield Step(len(whos), partial(applying.add_contacts, run=run, whos=whos), partial(_number, whos))
    for whos in applying.chunks(known):
        yield Step(len(whos), partial(applying.change_people, run=run, whos=whos))


def _number(whos: Sequence[Who], ids: Sequence[int]) -> None:
    """Who was new has an id, once his step is committed."""
    for who, id_ in zip(whos, ids, strict=True):
        who.id = id_


def _roster(plan: Plan, under: Import, ids: Ids) -> Iterator[Step]:
    """New rows and changed ones apart: new ones cost half. All in the order of the widest index: its pages are then
    written once, not once a row."""
    run, election = under.run, under.election
    add, put = (partial(each, run=run, election=election, ids=ids) for each in (applying.add_posts, applying.put_posts))
    placed = sorted(plan.placed, key=attrgetter("key"))
    for posts in applying.chunks([each for each in placed if each.is_new]):
        yield Step(len(posts), partial(add, placed=posts), instead=partial(put, placed=posts))
    for posts in applying.chunks([each for each in placed if not each.is_new]):
        yield Step(len(posts), partial(put, placed=posts))
    for gone in applying.chunks(plan.gone):
        yield Step(len(gone), partial(applying.take_posts, run=run, election=election, gone=gone))
    for uncovered in applying.chunks(plan.uncovered):
        yield Step(len(uncovered), partial(applying.take_coverages, run=run, election=election, gone=uncovered))
    yield from _covers(plan, under)


def _covers(plan: Plan, under: Import) -> Iterator[Step]:
    run, election = under.run, under.election
    add, put = (partial(each, run=run, election=election) for each in (applying.add_coverages, applying.put_coverages))
    covered = sorted(plan.covered, key=attrgetter("nik_hash"))
    for lists in applying.chunks([each for each in covered if each.is_new]):
        yield Step(len(lists), partial(add, covered=lists), instead=partial(put, covered=lists))
    for lists in applying.chunks([each for each in covered if not each.is_new]):
        yield Step(len(lists), partial(put, covered=lists))
