"""/cakupan: gaps by institution, role and area, the largest first; names on request, of one's own area and people only."""

from __future__ import annotations

import io

import python_calamine
from sqlalchemy import delete, func, select, update

from handlers import letters
from storage import gaps, journal, places
from storage.areas import Area
from storage.coverages import coverages
from storage.database import Tx
from storage.people import people
from storage.roster import assignments
from tests.stories.stage import Actor, Stage

_A, _P, _C = assignments.c, people.c, coverages.c


async def all_covered(stage: Stage, *, but: int = 0) -> list[str]:
    """Every KPU officer has both programmes, but for the first `but` of the first TPS, whose names are given."""
    where = await stage.tps()
    await stage.db.write(lambda tx: tx.execute(delete(coverages).where(_C.institution == "KPU")))

    def cover(tx):  # type: ignore[no-untyped-def]
        kpu = select(_P.nik_hash, _P.name, _A.tps_id).join(assignments, _A.person_id == _P.id).where(_A.institution == "KPU", _A.kind == "officer")
        rows = list(tx.rows(kpu.order_by(_P.name)))
        left = [row for row in rows if row.tps_id == where.tps_id][:but]
        hashes = {row.nik_hash for row in rows} - {row.nik_hash for row in left}
        day = stage.clock.now().date()
        given = {"election_id": 1, "institution": "KPU", "starts": day, "ends": day, "active": True, "as_of": day, "kpj_hash": "", "kpj_last4": ""}
        tx.execute(coverages.insert(), [{**given, "nik_hash": each, "programme": programme} for each in hashes for programme in ("JKK", "JKM")])
        return [row.name for row in left]

    return await stage.db.write(cover)


async def kpu(stage: Stage, level: str = "city") -> Actor:
    return await (await stage.coordinator("KPU", level)).links()


async def test_the_gap_between_the_institutions_is_on_one_page(stage: Stage) -> None:
    await all_covered(stage, but=3)
    await stage.db.write(lambda tx: tx.execute(delete(coverages).where(_C.institution == "Bawaslu")))
    said = await (await kpu(stage)).says("/cakupan")
    assert "belum terdaftar: 3" in said
    bawaslu = said.split("Bawaslu: ")[1].split("\n\n")[0]
    assert "belum ada data" in bawaslu
    assert "KPPS KPU: 3 dari" in said or "KPPS KPU: 2 dari" in said
    assert "Kec. Blimbing, KPU: 3 dari" in said


async def test_names_come_in_pages_and_their_reading_is_written_down(stage: Stage) -> None:
    missing = await all_covered(stage, but=2)
    boss = await kpu(stage)
    await boss.says("/cakupan")
    await boss.taps("Nama-nama")
    assert all(name in boss.last.text for name in missing)
    await boss.taps("Daftar nama")
    assert boss.last.file is not None
    made = await stage.db.read(lambda tx: letters.file(tx, boss.last.file.made))
    rows = python_calamine.load_workbook(io.BytesIO(made())).get_sheet_by_index(0).to_python()
    assert sorted(row[0] for row in rows[1:]) == sorted(missing)
    assert {row[-1] for row in rows[1:]} == {"belum terdaftar"}
    reads = await stage.db.read(lambda tx: tx.scalar(select(func.count()).select_from(journal.journal).where(journal.journal.c.what == "names_read")))
    assert reads == 2


async def test_who_is_on_the_list_but_not_covered_today_is_told_apart(stage: Stage) -> None:
    await all_covered(stage)
    await stage.db.write(lambda tx: tx.execute(update(coverages).where(_C.institution == "KPU", _C.programme == "JKM").values(active=False)))
    said = await (await kpu(stage)).says("/cakupan")
    assert "aktif JKK dan JKM: 0" in said
    assert "terdaftar, tetapi belum aktif lengkap" in said


async def test_an_area_ends_where_it_ends_and_names_are_of_the_own_institution(stage: Stage) -> None:
    await all_covered(stage)
    there = await stage.tps(40)
    nik = select(_P.nik_hash).join(assignments, _A.person_id == _P.id).where(_A.tps_id == there.tps_id)
    await stage.db.write(lambda tx: tx.execute(delete(coverages).where(_C.nik_hash.in_(nik))))
    here = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    assert "belum terdaftar: " not in (await here.says("/cakupan")).split("Bawaslu")[-1]
    boss = await kpu(stage)
    await boss.says("/cakupan")
    await boss.taps("Nama-nama")
    assert "Bawaslu" not in boss.last.text
    assert "KPU" in boss.last.text


async def test_however_it_is_counted_it_is_the_same(stage: Stage) -> None:
    """All lists at once for a city, one by one for a kelurahan, and the sum alone."""
    await all_covered(stage, but=2)
    await stage.db.write(lambda tx: tx.execute(update(coverages).where(_C.id % 7 == 0).values(active=False)))
    day = stage.clock.now().date()

    def count(tx: Tx) -> None:
        city = gaps.counts(tx, Area(1), day)
        wards = [each for row in places.all_kelurahan(tx, [1]) for each in gaps.counts(tx, Area(1, row.kecamatan_id, row.id), day)]
        inside = [each for each in city if each.kelurahan]
        assert sorted(inside, key=repr) == sorted(wards, key=repr)
        assert any(each.lapsed for each in inside)
        assert any(each.missing for each in inside)
        for institution in ("", "KPU", "Bawaslu"):
            wanted = sum(each.missing + each.lapsed for each in city if institution in {"", each.institution})
            assert gaps.uncovered(tx, [Area(1, institution=institution)], day) == wanted
            assert len(gaps.names(tx, [Area(1, institution=institution)], day)) == wanted

    await stage.db.read(count)


async def test_nobody_else_has_it(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert "tidak tersedia" in await officer.says("/cakupan")
    for data in ("gaps:0", "gaps_sheet"):
        assert await officer.forges(data) == "Tombol ini bukan untuk Anda."
