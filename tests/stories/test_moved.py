"""A TPS that moved, or was merged into another (`pindah_ke`): its people, ladder and notices follow, and come back."""

from __future__ import annotations

import pytest

from bot.workbook import read, sample
from bot.workbook.load import load
from storage import moves, places, roster
from tests.stories.stage import VOTING_DAY, Stage


async def name(stage: Stage, at: int) -> str:
    where = await stage.tps(at)
    named = await stage.db.read(lambda tx: places.named(tx, where))
    return f"{named.kelurahan}/{named.tps}"


async def moved(stage: Stage, where: dict[str, str]) -> list[str]:
    """Import the sheet of TPS once more, with these moves (`Kasin/1` → `Sukun/2`, or nothing)."""
    rows = sample.rows(tps=57, voting_day=VOTING_DAY.date())
    header, *body = (list(row) for row in rows["tps"])
    kelurahan, number, column = (header.index(each) for each in ("kelurahan", "tps", "pindah_ke"))
    for row in body:
        row[column] = where.get(f"{row[kelurahan]}/{row[number]}", "")
    book = read.of_rows({"tps": [header, *body]})
    outcome = await load(stage.db, book, now=stage.clock.now(), election="malang-2024")
    return [refusal.reason for refusal in outcome.refusals]


async def test_its_people_report_from_there_and_the_puskesmas_of_there_is_called(stage: Stage) -> None:
    old, new = await name(stage, 0), await name(stage, -1)
    officer = await (await stage.officer()).links()
    here, there = await (await stage.workers())[0].links(), await (await stage.workers(-1))[0].links()
    assert here.person_id != there.person_id
    assert not await moved(stage, {old: new})
    await officer.says("Pingsan")
    ward, number = new.split("/")
    assert f"TPS {int(number):03d}, Kel. {ward}" in there.last.text and "L-0001" not in here.screen
    assert f"Kel. {ward}" in await officer.says("/data")


async def test_the_crew_of_there_is_theirs_too_and_moving_back_undoes_it(stage: Stage) -> None:
    old, new = await name(stage, 0), await name(stage, -1)
    first, last = await stage.tps(0), await stage.tps(-1)
    now = stage.clock.now()

    async def crew(tps_id: int | None) -> int:
        return len(await stage.db.read(lambda tx: roster.crew(tx, tps_id or 0, now)))

    alone, theirs = await crew(last.tps_id), await crew(first.tps_id)
    await moved(stage, {old: new})
    assert await crew(last.tps_id) == alone + theirs
    await moved(stage, {})
    assert (await crew(last.tps_id), await crew(first.tps_id)) == (alone, theirs)


async def test_through_several_moves_and_never_in_a_circle(stage: Stage) -> None:
    a, b, c = [await name(stage, at) for at in (0, 20, -1)]
    officer = await (await stage.officer()).links()
    assert not await moved(stage, {a: b, b: c})
    await officer.says("Pingsan")
    assert (await stage.case()).tps_id == (await stage.tps(-1)).tps_id
    (reason,) = await moved(stage, {a: b, b: a})
    assert "dipindah kembali" in reason


async def test_a_place_that_is_named_is_where_it_is_now(stage: Stage) -> None:
    old, new = await name(stage, 0), await name(stage, -1)
    officer = await (await stage.officer(at=5)).links()
    await moved(stage, {old: new})
    await officer.says("Pingsan")
    await officer.taps("Tempat lain")
    await officer.says(old.replace("/", " "))
    assert (await stage.case()).tps_id == (await stage.tps(-1)).tps_id


async def test_its_notices_come_once_on_the_day_of_where_it_is_now(stage: Stage) -> None:
    old, new = await name(stage, 0), await name(stage, -1)
    officer, other = await (await stage.officer()).links(), await (await stage.officer(-1)).links()
    await moved(stage, {old: new})
    await stage.heart.cycle()
    await stage.passes(minutes=60 * 5)
    mine, theirs = ([each.said.text for each in who.messages[2:]] for who in (officer, other))
    assert mine and len(mine) == len(set(mine)) == len(theirs)


@pytest.mark.parametrize(("given", "ended"), [({1: 2}, {1: 2}), ({1: 2, 2: 3}, {1: 3, 2: 3}), ({1: 1}, {1: None}),
                                              ({1: 2, 2: 1, 3: 1}, {1: None, 2: None, 3: None}), ({}, {})])  # fmt: skip
def test_where_moves_end(given: dict[int, int], ended: dict[int, int | None]) -> None:
    assert moves.ends(given) == ended


async def test_each_chair_replaces_his_own_crew_where_it_is_now_and_pps_of_there_all(stage: Stage) -> None:
    old, new = await name(stage, 0), await name(stage, -1)
    mine, theirs = await (await stage.chair()).links(), await (await stage.chair(-1)).links()
    pps = await (await stage.pps(-1)).links()
    await moved(stage, {old: new})
    await mine.says("/ganti")
    offered = list(mine.buttons("siapa yang diganti"))
    assert offered
    assert not any(theirs.name[:10] in choice.label for choice in offered)
    assert "Siapa penggantinya" in await mine.taps(offered[0].label) or "nama" in mine.last.text.casefold()
    await theirs.says("/ganti")
    assert not any(mine.name[:10] in choice.label for choice in theirs.buttons("siapa yang diganti"))
    assert await theirs.forges(offered[0].data) == "Tombol ini bukan untuk Anda."
    await pps.says("/ganti")
    await pps.says(new.split("/")[1])
    labels = [choice.label for choice in pps.buttons("siapa yang diganti")]
    assert any(mine.name[:10] in label for label in labels)
    assert any(theirs.name[:10] in label for label in labels)
    await pps.forges(offered[0].data)
    assert "nama" in pps.last.text.casefold()
