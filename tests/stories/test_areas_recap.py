"""/rekap of several areas: a message each, everything counted in one of them, and requests only as far as they are answered."""

from __future__ import annotations

import io

import pytest
import python_calamine
from sqlalchemy import insert

from handlers import letters
from storage.database import Tx
from storage.requests import DELETE, requests
from tests.stories.areas import also, of_two, says
from tests.stories.stage import Actor, Stage
from tests.stories.test_areas_seen import missing

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def wants_out(stage: Stage, *who: Actor, institution: str = "KPU", at: int = 0) -> None:
    """Each has asked to be deleted, at this TPS's place."""
    where, now = await stage.tps(at), stage.clock.now()

    def keep(tx: Tx) -> None:
        for each in who:
            tx.execute(insert(requests).values(
                kind=DELETE, subject_id=each.person_id, address_id=1, election_id=1, role="KPPS", name="", state="open", created_at=now, due_at=now,
                institution=institution, kecamatan_id=where.kecamatan_id, kelurahan_id=where.kelurahan_id, tps_id=where.tps_id))  # fmt: skip

    await stage.db.write(keep)


@BOTH
async def test_each_area_has_its_own_message_with_its_own_cases(stage: Stage, whatsapp: bool) -> None:
    boss = await of_two(stage, whatsapp=whatsapp)
    here, there = await (await stage.officer()).links(), await (await stage.officer(at=-1)).links()
    await here.says("Pingsan")
    await there.says("Kecelakaan")
    first, second = await says(boss, "/rekap")
    assert first.startswith("📊 Rekap Kec. Blimbing,") and second.startswith("📊 Rekap Kec. Lowokwaru,")
    assert "L-0001" in first and "L-0002" not in first
    assert "L-0002" in second and "L-0001" not in second
    for page in (first, second):
        assert "Darurat hari ini: 1" in page
    await boss.taps("Rekap (XLSX)", on="Rekap Kec. Lowokwaru")
    assert "Kec. Lowokwaru" in boss.last.text and boss.last.file is not None
    made = await stage.db.read(lambda tx: letters.file(tx, boss.last.file.made))  # type: ignore[union-attr]
    rows = python_calamine.load_workbook(io.BytesIO(made())).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == ["L-0002"]


@BOTH
async def test_requests_and_gaps_are_opened_of_the_area_that_tells_of_them(stage: Stage, whatsapp: bool) -> None:
    kpps, _, far_kpps, _ = await missing(stage)
    boss = await of_two(stage, whatsapp=whatsapp)
    await wants_out(stage, kpps)
    await wants_out(stage, far_kpps, await stage.officer(at=-1, rank=1), at=-1)
    first, second = await says(boss, "/rekap")
    assert "permintaan tentang data: 1" in first and "permintaan tentang data: 2" in second
    await boss.taps("Permintaan data", on="Rekap Kec. Lowokwaru")
    assert "Kec. Lowokwaru" in boss.last.text
    assert far_kpps.name in boss.last.text and kpps.name not in boss.last.text
    await boss.taps("Nama belum", on="Rekap Kec. Lowokwaru")
    assert far_kpps.name in boss.last.text and f"{kpps.name}, " not in boss.last.text


async def test_two_institutions_of_one_area_are_one_message_and_its_gaps_are_counted_once(stage: Stage) -> None:
    await missing(stage)
    boss = await also(stage, await stage.coordinator("KPU"), "city", institution="Bawaslu")
    both = await (await also(stage, boss, at=0)).links()
    all_ = await (await stage.coordinator("Dinkes")).links()
    kpu = await (await stage.coordinator("KPU", "kecamatan")).links()
    (page,), (whole,), (part,) = [await says(each, "/rekap") for each in (both, all_, kpu)]
    mine, theirs, fewer = [int(each.split("JKK/JKM: ")[1].split(";")[0]) for each in (page, whole, part)]
    assert mine == theirs > fewer > 0


async def test_bpjs_of_the_city_answers_for_nobodys_data_and_kpu_for_its_own(stage: Stage) -> None:
    kpps, ptps, far_kpps, _ = await missing(stage)
    boss = await (await also(stage, await stage.coordinator("BPJS"), at=0, institution="KPU")).links()
    await wants_out(stage, kpps)
    await wants_out(stage, ptps, institution="Bawaslu")
    await wants_out(stage, far_kpps, at=-1)
    (page,) = await says(boss, "/rekap")
    assert "permintaan tentang data: 1" in page
    await boss.taps("Permintaan data")
    assert kpps.name in boss.last.text
    assert ptps.name not in boss.last.text and far_kpps.name not in boss.last.text
