"""A broadcast follows a TPS that moved: its people are of the kelurahan where it is now, in reach, receipts and report."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from storage import audience
from storage.audience import Filter
from tests.stories.areas import also, says
from tests.stories.stage import Actor, Stage
from tests.stories.test_broadcast import WORDS, goes, got
from tests.stories.test_moved import moved, name

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def lurah(stage: Stage, at: int, *, whatsapp: bool = False) -> Actor:
    who = await also(stage, await stage.officer(at=20, rank=at), "kelurahan", at, "Kelurahan")
    return await (who.on_whatsapp() if whatsapp else who).links()


async def sends(who: Actor, to: str = "semua", receipt: str = "Tidak perlu") -> str:
    await says(who, "/siaran")
    await who.says(to)
    await who.says(WORDS)
    await who.taps(receipt)
    return who.new


@BOTH
async def test_the_coordinator_of_there_reaches_them_and_the_one_of_here_no_more(stage: Stage, whatsapp: bool) -> None:
    officer, other = await (await stage.officer()).links(), await (await stage.officer(-1)).links()
    here, there = await lurah(stage, 0, whatsapp=whatsapp), await lurah(stage, -1, whatsapp=whatsapp)
    assert not await moved(stage, {await name(stage, 0): await name(stage, -1)})
    assert "Dapat dikirimi: 0 dari 4 orang" in await sends(here)  # PPS, PKD and their like stay
    await sends(there, "peran=KPPS")
    await there.taps("Kirim")
    await goes(stage)
    assert [len(got(each)) for each in (officer, other)] == [1, 1]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(there.last.file.content)).get_sheet_by_index(0).to_python()  # type: ignore[union-attr]
    ward, number = (await name(stage, -1)).split("/")
    assert next(row[1:3] for row in rows if row[0] == officer.name) == [ward, f"{int(number):03d}"]


async def test_who_has_not_said_that_he_has_it_stands_at_the_tps_of_there(stage: Stage) -> None:
    officer, there = await (await stage.officer()).links(), await lurah(stage, -1)
    await moved(stage, {await name(stage, 0): await name(stage, -1)})
    await sends(there, "peran=KPPS tps=1", receipt="Ya, minta")
    await there.taps("Kirim")
    await goes(stage)
    await there.taps("Belum terima", on="Laporan")
    (line,) = [each for each in there.last.text.splitlines() if officer.name in each]
    ward, number = (await name(stage, -1)).split("/")
    assert f"TPS {int(number):03d}, Kel. {ward}" in line
    await officer.taps("Sudah saya terima")
    assert "Diterima" in officer.screen or "terima" in officer.last.text


async def test_everybody_is_meant_somewhere_once_and_a_move_within_a_kecamatan_changes_nothing_for_it(stage: Stage) -> None:
    first, last = await stage.tps(0), await stage.tps(-1)
    old, beside, new = [await name(stage, at) for at in (0, 1, -1)]

    async def sizes() -> list[int]:
        def work(tx):  # type: ignore[no-untyped-def]
            one, other = first.kecamatan_id or 0, last.kecamatan_id or 0
            ward = {"kelurahan": (first.kelurahan_id or 0,)}
            filters = (Filter(1, **ward), Filter(1, **ward, kecamatan=(one,)), Filter(1, kecamatan=(one,)), Filter(1, kecamatan=(other,)),
                       Filter(1, kecamatan=(one,), also=(((other,), ()),)), Filter(1))  # fmt: skip
            return [sum(audience.counts(tx, each).values()) for each in filters]

        return await stage.db.read(work)

    before = await sizes()
    await moved(stage, {old: beside})
    within = await sizes()
    assert within[0] == within[1] < before[0]
    assert within[2:] == before[2:]
    await moved(stage, {old: new})
    away = await sizes()
    assert away[0] == within[0]
    assert before[2] - away[2] == away[3] - before[3] == before[0] - within[0]
    assert away[4:] == before[4:]
