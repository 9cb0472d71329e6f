"""/rekap: the day in one message, of one's own area, and nothing in it that its reader may not read."""

from __future__ import annotations

import io
from datetime import timedelta

import python_calamine

from handlers import letters
from storage import recap
from storage.database import Tx
from storage.places import Where
from tests.stories.stage import Actor, Stage
from tests.stories.test_coverage_cases import uncovered


async def lurah(stage: Stage) -> Actor:
    return await (await stage.coordinator("Kelurahan", "kelurahan")).links()


async def test_a_quiet_day_says_so(stage: Stage) -> None:
    said = await (await lurah(stage)).says("/rekap")
    assert "Darurat hari ini: 0" in said
    assert "Masih terbuka" not in said
    assert "Laporan tahap I" not in said
    assert "tidak terjangkau pesan: 1 dari 1: TPS 001, Kel. Arjosari" in said


async def test_open_cases_come_the_most_urgent_first_with_state_and_hour(stage: Stage) -> None:
    boss = await lurah(stage)
    first, second = await (await stage.officer()).links(), await (await stage.officer(rank=2)).links()
    worker = await (await stage.workers())[0].links()
    await first.says("Sakit atau kelelahan")
    await stage.passes(minutes=3)
    await second.says("Pingsan")
    await stage.passes(minutes=4)
    await worker.taps("Saya tangani", on="L-0002")
    said = await boss.says("/rekap")
    assert "Darurat hari ini: 2" in said
    assert said.index("L-0002 🔴 MERAH, TPS 001, Kel. Arjosari: sudah ditangani, sejak 10.03 WIB") < said.index("L-0001 🟡 KUNING")
    assert "Sampai ditangani: 4 menit" in said
    assert first.name not in said
    assert "Pingsan" not in said


async def test_what_is_over_counts_for_its_day_and_what_is_open_stays(stage: Stage) -> None:
    boss = await lurah(stage)
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.taps("Selesai")
    await worker.taps("Membaik")
    await officer.says("Pingsan")
    assert "MERAH, selesai: 1" in await boss.says("/rekap")
    stage.clock.move(timedelta(days=5))
    said = await boss.says("/rekap")
    assert "Darurat hari ini: 0" in said
    assert "L-0001" not in said
    assert "L-0002 🔴 MERAH, TPS 001, Kel. Arjosari: menunggu petugas, sejak 27 Nov 2024 10.00 WIB" in said


async def test_whom_the_ladder_did_not_call_does_not_learn_which_case_is_an_accident(stage: Stage) -> None:
    boss, city = await lurah(stage), await (await stage.coordinator("Dinkes")).links()
    officer = await (await stage.officer()).links()
    await officer.says("Kecelakaan")
    await stage.passes(minutes=20)
    await (await stage.officer(rank=2)).links()
    assert "L-0001" in city.screen
    said = await boss.says("/rekap")
    assert "1 kasus, paling dekat 29 Nov 2024 pukul 10.00 WIB" in said
    assert said.count("L-0001") == 1, "only among the open ones"
    told = await city.says("/rekap")
    assert "• L-0001 TPS 001, Kel. Arjosari: 29 Nov 2024 pukul 10.00 WIB" in told
    assert "2×24 jam sejak kejadian" in told


async def test_the_nearest_report_comes_first_and_a_false_alarm_has_none(stage: Stage) -> None:
    city = await (await stage.coordinator("Dinkes")).links()
    officers = [await (await stage.officer(rank=rank)).links() for rank in (0, 2, 3)]
    for officer, kind in zip(officers, ("Meninggal", "Kecelakaan", "Kecelakaan"), strict=True):
        await officer.says(kind)
        await stage.passes(minutes=20)
    await city.taps("Saya tangani", on="L-0003")
    await city.taps("Selesai", on="L-0003")
    await city.taps("Alarm palsu")
    due = (await city.says("/rekap")).split("Laporan tahap I")[1]
    assert due.index("L-0001") < due.index("L-0002")
    assert "L-0003" not in due
    stage.clock.move(timedelta(days=4))
    assert "Laporan tahap I" not in await city.says("/rekap")


async def test_it_ends_where_the_area_ends_and_the_city_has_what_belongs_nowhere_yet(stage: Stage) -> None:
    boss, city = await lurah(stage), await (await stage.coordinator("KPU")).links()
    await (await (await stage.officer(at=30)).links()).says("Pingsan")
    await stage.stranger().says("Pingsan")
    assert "Darurat hari ini: 0" in await boss.says("/rekap")
    said = await city.says("/rekap")
    assert "Darurat hari ini: 2" in said
    assert "tempat belum diketahui" in said


async def test_gaps_cases_and_requests_are_counted(stage: Stage) -> None:
    boss = await lurah(stage)
    officer = await uncovered(stage)
    await officer.says("/status")
    await officer.taps("Minta diperiksa")
    new = stage.stranger()
    await new.says("/start")
    await new.says("Setuju")
    await new.shares_contact()
    await new.says("🪪 Minta dicatat")
    await new.taps("KPPS")
    await new.says("Slamet Pengganti")
    await new.says("Arjosari 1")
    said = await boss.says("/rekap")
    assert "minta diperiksa: 1" in said
    assert "Minta dicatat: 1" in said
    assert "JKK/JKM: 1;" in said


async def test_the_workbook_holds_the_day_without_names(stage: Stage) -> None:
    boss, officer = await lurah(stage), await (await stage.officer()).links()
    await officer.says("Pingsan")
    await boss.says("/rekap")
    await boss.taps("Rekap (XLSX)")
    file = boss.last.file
    assert file is not None
    made = await stage.db.read(lambda tx: letters.file(tx, file.made))
    rows = python_calamine.load_workbook(io.BytesIO(made())).get_sheet_by_index(0).to_python()
    assert rows[1:] == [["L-0001", "MERAH", "TPS 001, Kel. Arjosari", "menunggu petugas", "27 Nov 2024 10.00 WIB", ""]]


async def test_nobody_else_has_it(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert "tidak tersedia" in await officer.says("/rekap")
    assert await officer.forges("recap_sheet") == "Tombol ini bukan untuk Anda."


async def test_cases_are_found_by_an_index(stage: Stage) -> None:
    def plan(tx: Tx) -> str:
        if not tx.is_sqlite:
            return "ix_incident_open ix_incident_reported"  # PostgreSQL reads a small table whole
        query = recap._query(Where(1, 1, 1), 1)
        found = []
        for each in (query.where(recap._open), query.where(recap._I.reported_at >= stage.clock.now())):
            said = str(each.compile(dialect=tx.conn.dialect, compile_kwargs={"literal_binds": False}))
            params = each.compile(dialect=tx.conn.dialect)
            values = tuple(params.params[name] for name in params.positiontup or ())
            rows = tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", tuple(str(v) for v in values)).all()
            found += [row[3] for row in rows]
        return " ".join(found)

    said = await stage.db.write(plan)
    assert "ix_incident_open" in said
    assert "ix_incident_reported" in said
    assert "SCAN incident" not in said

