"""/cakupan, its names and /rekap count who serves a TPS that moved where it is now, and its people learn who looked."""

from __future__ import annotations

import io

import pytest
import python_calamine
from sqlalchemy import delete, select

from handlers import letters
from storage import gaps, roster
from storage.areas import Area
from storage.coverages import coverages
from storage.people import people
from storage.roster import OFFICER, assignments
from tests.stories.areas import also, says
from tests.stories.stage import Actor, Stage
from tests.stories.test_moved import moved, name

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def uncovered(stage: Stage) -> Actor:
    """An officer of the first TPS who is on no list."""
    who = await stage.officer()
    nik = select(people.c.nik_hash).where(people.c.id == who.person_id).scalar_subquery()
    await stage.db.write(lambda tx: tx.execute(delete(coverages).where(coverages.c.nik_hash == nik)))
    return who


async def coordinators(stage: Stage, level: str, *, whatsapp: bool = False) -> tuple[Actor, Actor]:
    """Of the first TPS's area, and of that of the last one."""
    found = []
    for at in (0, -1):
        who = await also(stage, await stage.officer(at=20, rank=at), level, at, "Dinkes")
        found.append(await (who.on_whatsapp() if whatsapp else who).links())
    return found[0], found[1]


def officers(page: str) -> int:
    return sum(int(line.split(": ")[1].split()[0]) for line in page.splitlines() if line.endswith(" petugas"))


@BOTH
@pytest.mark.parametrize("level", ["kelurahan", "kecamatan"])
async def test_they_are_on_the_page_of_where_it_is_now(stage: Stage, level: str, whatsapp: bool) -> None:
    who = await uncovered(stage)
    here, there = await coordinators(stage, level, whatsapp=whatsapp)
    before = [officers((await says(each, "/cakupan"))[0]) for each in (here, there)]
    crew = await stage.db.read(lambda tx: len(tx.rows(select(people.c.id))))
    assert not await moved(stage, {await name(stage, 0): await name(stage, -1)})
    after = [officers((await says(each, "/cakupan"))[0]) for each in (here, there)]
    assert before[0] - after[0] == after[1] - before[1] > 0
    assert crew == await stage.db.read(lambda tx: len(tx.rows(select(people.c.id))))
    await there.taps("Nama-nama")
    ward, number = (await name(stage, -1)).split("/")
    assert f"TPS {int(number):03d}, Kel. {ward}: {who.name}" in there.last.text
    await there.taps("Daftar nama")
    made = await stage.db.read(lambda tx: letters.file(tx, there.last.file.made))  # type: ignore[union-attr]
    rows = python_calamine.load_workbook(io.BytesIO(made())).get_sheet_by_index(0).to_python()
    assert next(row[3:6] for row in rows if row[0] == who.name) == ["Lowokwaru", ward, f"{int(number):03d}"]
    await says(here, "/cakupan")
    assert who.name not in "".join([await here.forges("gaps:0"), here.screen])


@BOTH
async def test_the_recap_counts_the_same(stage: Stage, whatsapp: bool) -> None:
    await uncovered(stage)
    here, there = await coordinators(stage, "kelurahan", whatsapp=whatsapp)

    async def missing() -> list[int]:
        return [int((await says(each, "/rekap"))[0].split("JKK/JKM: ")[1].split(";")[0]) for each in (here, there)]

    first, last = await missing()
    await moved(stage, {await name(stage, 0): await name(stage, -1)})
    assert await missing() == [first - 1, last + 1]
    await moved(stage, {})
    assert await missing() == [first, last]


async def test_within_an_area_nothing_changes_and_in_two_nobody_is_twice(stage: Stage) -> None:
    await uncovered(stage)
    day = stage.clock.now().date()
    first, second, last = [await stage.tps(at) for at in (0, 1, -1)]
    old, beside, new = [await name(stage, at) for at in (0, 1, -1)]
    assert first.kecamatan_id == second.kecamatan_id != last.kecamatan_id

    async def sums() -> list[int]:
        def work(tx):  # type: ignore[no-untyped-def]
            one, other = Area(1, first.kecamatan_id), Area(1, last.kecamatan_id)
            return [gaps.uncovered(tx, each, day) for each in ([one], [other], [one, other], [Area(1)])]

        return await stage.db.read(work)

    before = await sums()
    await moved(stage, {old: beside})
    assert await sums() == before
    await moved(stage, {old: new})
    assert await sums() == [before[0] - 1, before[1] + 1, *before[2:]]


async def test_however_it_is_counted_it_is_the_same_after_moves(stage: Stage) -> None:
    """Here and there, out of the area and into it: page, sum and names agree in every area, and with the roster."""
    await uncovered(stage)
    names = [await name(stage, at) for at in range(0, 57, 7)]
    await moved(stage, dict(zip(names, names[1:], strict=False)))
    now = stage.clock.now()
    day = now.date()

    def agree(tx):  # type: ignore[no-untyped-def]
        posts = select(assignments.c.id).where(assignments.c.kind == OFFICER)
        served = [role.where for role in roster.by_ids(tx, [row.id for row in tx.rows(posts)], now)]
        for ward in {where.kelurahan_id for where in served if where.kelurahan_id}:
            page = gaps.counts(tx, Area(1, None, ward), day)
            assert sum(each.covered + each.lapsed + each.missing for each in page) == sum(where.kelurahan_id == ward for where in served)
            missing = sum(each.missing + each.lapsed for each in page)
            assert missing == gaps.uncovered(tx, [Area(1, None, ward)], day) == len(gaps.names(tx, [Area(1, None, ward)], day))
        whole = [gaps.uncovered(tx, [Area(1, kecamatan)], day) for kecamatan in range(1, 6)]
        assert sum(whole) == gaps.uncovered(tx, [Area(1)], day)

    await stage.db.read(agree)


async def test_they_learn_who_looked_there(stage: Stage) -> None:
    who = await (await uncovered(stage)).links()
    here, there = await coordinators(stage, "kelurahan")
    await moved(stage, {await name(stage, 0): await name(stage, -1)})
    await there.says("/cakupan")
    await there.taps("Nama-nama")
    await who.says("/data")
    await who.taps("Siapa yang melihat")
    assert there.name in who.last.text
    assert here.name not in who.last.text


@pytest.mark.parametrize("institution", ["", "KPU"])
async def test_the_officers_of_a_kelurahan_are_found_by_indexes_whatever_moved(stage: Stage, institution: str) -> None:
    there = await stage.tps(-1)
    await moved(stage, {await name(stage, 0): await name(stage, -1), await name(stage, 5): await name(stage, 0)})

    def plan(tx):  # type: ignore[no-untyped-def]
        query = select(assignments.c.id).where(gaps._officers(tx, [Area(1, None, there.kelurahan_id, institution)]))
        said = str(query.compile(dialect=tx.conn.dialect, compile_kwargs={"literal_binds": True}))
        return [row[-1] for row in tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")] if tx.is_sqlite else []

    said = await stage.db.read(plan)
    assert not any(line.startswith("SCAN") for line in said), said
    assert not said or any("ix_assignment_tps_id" in line for line in said)
