"""Who coordinates several areas, or for several institutions: each area is seen once, and only what its own role lets see."""

from __future__ import annotations

import io

import pytest
import python_calamine
from sqlalchemy import delete, select

from handlers import letters
from storage import readings
from storage.coverages import coverages
from storage.people import people
from tests.stories.areas import also, of_two, says
from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def missing(stage: Stage) -> tuple[Actor, Actor, Actor, Actor]:
    """KPPS and PTPS of the first and of the last TPS, on no list; everybody else is on none that matters."""
    found = [await stage.officer(at=at, role=role) for at in (0, -1) for role in ("KPPS", "PTPS")]
    nik = select(people.c.nik_hash).where(people.c.id.in_([each.person_id for each in found]))
    await stage.db.write(lambda tx: tx.execute(delete(coverages).where(coverages.c.nik_hash.in_(nik))))
    return tuple(found)  # type: ignore[return-value]


async def pages(who: Actor) -> str:
    """All names, page by page."""
    await who.taps("Nama-nama")
    found = who.last.text
    while any("Berikutnya" in choice.label for row in who.last.choices for choice in row):
        await who.taps("Berikutnya")
        found += who.last.text
    return found


@BOTH
async def test_kpu_of_the_city_and_bawaslu_of_a_kecamatan_is_one_page_with_the_names_of_each(stage: Stage, whatsapp: bool) -> None:
    kpps, ptps, far_kpps, far_ptps = await missing(stage)
    boss = await also(stage, await stage.coordinator("KPU"), at=0, institution="Bawaslu")
    boss = await (boss.on_whatsapp() if whatsapp else boss).links()
    assert len(await says(boss, "/cakupan")) == 1
    found = await pages(boss)
    for name in (kpps.name, ptps.name, far_kpps.name):
        assert found.count(f"{name}, ") == 1
    assert far_ptps.name not in found
    await boss.taps("Daftar nama")
    assert boss.last.file is not None
    made = await stage.db.read(lambda tx: letters.file(tx, boss.last.file.made))  # type: ignore[union-attr]
    rows = python_calamine.load_workbook(io.BytesIO(made())).get_sheet_by_index(0).to_python()
    assert {kpps.name, ptps.name, far_kpps.name} <= {row[0] for row in rows} and far_ptps.name not in {row[0] for row in rows}


async def test_each_area_is_named_where_areas_are_shown_apart(stage: Stage) -> None:
    await missing(stage)
    boss = await of_two(stage)
    first, second = await says(boss, "/cakupan")
    assert "Kec. Blimbing" in first and "Kec. Lowokwaru" in second
    await boss.taps("Nama-nama", on="Kec. Blimbing")
    assert boss.last.text.startswith("📄 Belum tercakup, Kec. Blimbing")
    await boss.taps("Daftar nama", on="Belum tercakup, Kec. Blimbing")
    assert "Kec. Blimbing" in boss.last.text


async def test_what_one_role_says_in_full_is_not_said_again_by_another(stage: Stage) -> None:
    await missing(stage)
    boss = await also(stage, await stage.coordinator("KPU"), "kecamatan", 0)
    boss = await (await also(stage, boss, "city", 0, "Dinkes")).links()
    (page,) = await says(boss, "/cakupan")
    assert "Kec." not in page.split(",")[0]
    await boss.taps("Nama-nama")
    rows = await stage.db.read(lambda tx: tx.rows(select(readings.readings)))
    assert [(row.title, row.kecamatan_id, row.institution) for row in rows] == [("Koordinator Dinkes", None, "")]


async def test_each_institution_that_names_were_read_of_is_written_down_with_its_own_area(stage: Stage) -> None:
    kpps, ptps, far_kpps, far_ptps = [await each.links() for each in await missing(stage)]
    boss = await (await also(stage, await stage.coordinator("KPU"), at=0, institution="Bawaslu")).links()
    await boss.says("/cakupan")
    await boss.taps("Nama-nama")
    for who, title in ((kpps, "Koordinator KPU"), (ptps, "Koordinator Bawaslu"), (far_kpps, "Koordinator KPU"), (far_ptps, "")):
        await who.says("/data")
        await who.taps("Siapa yang melihat")
        assert title in who.last.text if title else boss.name not in who.last.text
