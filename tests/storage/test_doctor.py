"""The doctor's round of the ladders: as one by one, and not a look-up for each TPS."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, event, insert, select, update

from bot.commands import doctor
from bot.workbook import load, read, sample
from messages.welcome import CONSENT_VERSION
from storage import elections, places, roster
from storage.database import Database, Tx
from storage.people import addresses
from storage.places import tps
from storage.roster import WORKER, assignments

DAY = date(2024, 11, 27)
NOW = datetime(2024, 11, 27, 3, tzinfo=UTC)


def _found(tx: Tx) -> tuple[list[Any], dict[int, int | None]]:
    known = elections.by_id(tx, 1)
    assert known is not None
    alone = {row.id: doctor._first_reached(tx, places.of_tps(tx, row.id), NOW) for row in places.every_tps(tx, 1)}
    return list(doctor._ladders(tx, known, NOW)), alone


def _link(tx: Tx, person_id: int) -> None:
    tx.execute(insert(addresses).values(
        channel="telegram", external=str(person_id), named="", person_id=person_id, state="active", linked_at=NOW,
        consent="yes", consent_version=CONSENT_VERSION, consent_at=NOW))  # fmt: skip


async def test_neighbours_have_one_ladder_unless_somebody_is_posted_at_one_or_it_has_moved(db: Database) -> None:
    await load.load(db, read.of_rows(sample.rows(171, DAY)), now=NOW)

    def arrange(tx: Tx) -> list[int]:
        """One worker is linked, whom the roster posts at the second TPS of a kelurahan; the third has moved to that."""
        first = places.every_tps(tx, 1)[0]
        near = [row.id for row in places.every_tps(tx, 1) if row.kelurahan_id == first.kelurahan_id][:3]
        worker = tx.first(select(assignments.c.id, assignments.c.person_id).where(assignments.c.kind == WORKER))
        tx.execute(update(assignments).where(assignments.c.id == worker.id).values(
            tps_id=near[1], kelurahan_id=first.kelurahan_id, puskesmas_id=None, starts_at=None, ends_at=None))  # fmt: skip
        tx.execute(update(tps).where(tps.c.id == near[2]).values(moved_id=near[1]))
        _link(tx, worker.person_id)
        return near

    near = await db.write(arrange)
    (nobody, *far), alone = await db.read(_found)
    lost = sum(1 for rung in alone.values() if rung is None)
    assert 0 < lost < len(alone)
    assert f"ladders: {lost} TPS reach nobody" in nobody.what
    assert [alone[each] for each in near] == [None, 0, 0]
    assert not far
    assert await db.read(lambda tx: roster.stationed(tx, 1)) == {near[1]}


async def test_three_times_as_many_tps_cost_no_more_statements(db: Database) -> None:
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    async def round_of(many: int) -> int:
        nonlocal counted
        await load.load(db, read.of_rows(sample.rows(many, DAY)), now=NOW)
        event.listen(Engine, "before_cursor_execute", count)
        counted = 0
        try:
            await db.read(lambda tx: list(doctor._ladders(tx, elections.by_id(tx, 1), NOW)))  # type: ignore[arg-type]
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        return counted

    assert await round_of(57) == await round_of(171) > 0


async def test_a_tps_without_a_chair_is_named(db: Database) -> None:
    await load.load(db, read.of_rows(sample.rows(3, DAY)), now=NOW)
    known = await db.read(lambda tx: elections.by_id(tx, 1))
    assert known is not None
    assert not await db.read(lambda tx: list(doctor._chairs(tx, known)))
    at = await db.read(lambda tx: places.every_tps(tx, 1)[1])
    chair = (assignments.c.tps_id == at.id) & (assignments.c.position == "ketua")
    await db.write(lambda tx: tx.execute(update(assignments).where(chair).values(position="sekretaris")))
    (found,) = await db.read(lambda tx: list(doctor._chairs(tx, known)))
    assert (found.good, found.what) == (True, f"chairs: 1 TPS with KPPS have no chair: TPS {at.number:03} {at.kelurahan}")
    assert "jabatan" in found.mend
