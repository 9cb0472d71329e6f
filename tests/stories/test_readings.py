"""/data tells who looked at what is held about him: one row a read, and never one for an alert."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from bot.commands import exporting
from storage import journal
from storage.coverages import coverages
from storage.people import people
from storage.readings import readings
from tests.stories.stage import Actor, Stage
from tests.stories.test_coverage_cases import uncovered


async def all_of(stage: Stage) -> list[Any]:
    return list(await stage.db.read(lambda tx: tx.rows(select(readings).order_by(readings.c.id))))


async def looked(who: Actor) -> str:
    await who.says("/data")
    await who.taps("Siapa yang melihat")
    return who.last.text


async def test_nobody_has_looked_and_that_is_said(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert "Belum ada yang melihatnya" in await looked(officer)


async def test_names_and_their_workbook_are_one_row_each_and_told_to_whom_they_held(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    mine, bawaslu = await (await stage.officer()).links(), await (await stage.officer(role="PTPS")).links()
    await boss.says("/cakupan")
    assert not await all_of(stage), "numbers are no names"
    await boss.taps("Nama-nama")
    await boss.taps("Daftar nama")
    assert [row.what for row in await all_of(stage)] == ["names", "sheet"]
    said = await looked(mine)
    assert f"27 Nov 2024 10.00 WIB, {boss.name}, Koordinator KPU: daftar petugas yang belum tercakup (XLSX)" in said
    assert said.index("(XLSX)") < said.index("tercakup\n"), "the newest first"
    assert "Terakhir dilihat: daftar petugas" in (await mine.says("/data"))
    assert "Belum ada yang melihatnya" in await looked(bawaslu), "KPU's coordinator reads the names of KPU's people"
    whats = await stage.db.read(lambda tx: tx.scalar(select(func.count()).where(journal.journal.c.what == "names_read")))
    assert whats == 2


async def test_a_read_of_one_area_is_told_in_that_area_only(stage: Stage) -> None:
    here, there = await (await stage.officer()).links(), await (await stage.officer(at=40)).links()
    nik = select(people.c.nik_hash).where(people.c.id == here.person_id).scalar_subquery()
    await stage.db.write(lambda tx: tx.execute(delete(coverages).where(coverages.c.nik_hash == nik)))
    lurah = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    await lurah.says("/cakupan")
    await lurah.taps("Nama-nama")
    assert "Koordinator Kelurahan, Kel. Arjosari" in await looked(here)
    assert "Belum ada yang melihatnya" in await looked(there)


async def test_a_case_opened_from_kasus_is_told_to_reporter_and_casualty_and_an_alert_writes_nothing(stage: Stage) -> None:
    reporter, mate, other = [await (await stage.officer(rank=rank)).links() for rank in (0, 2, 3)]
    worker = await (await stage.workers())[0].links()
    await reporter.says("Pingsan")
    await reporter.taps("Rekan di TPS saya")
    await reporter.taps(mate.name[:12])
    await worker.taps("Saya tangani")
    assert not await all_of(stage)
    await worker.says("/kasus")
    assert [(row.what, row.who) for row in await all_of(stage)] == [("incident", worker.person_id)]
    for each in (reporter, mate):
        assert "L-0001" in await looked(each)
    assert "Belum ada yang melihatnya" in await looked(other)
    assert await stage.journal(await stage.case()), "its chain is as it was"


async def test_a_request_about_coverage_is_told_to_who_asked(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    officer, mate = await uncovered(stage), await (await stage.officer(rank=2)).links()
    await officer.says("/status")
    await officer.taps("Minta diperiksa")
    assert not await all_of(stage)
    await boss.says("/cakupan")
    await boss.taps("Minta diperiksa")
    await boss.taps(officer.name[:12])
    assert [row.what for row in await all_of(stage)] == ["cases", "case"]
    assert "permintaan Anda tentang kepesertaan" in await looked(officer)
    assert "permintaan Anda" not in await looked(mate)


async def test_an_export_is_posko_s_and_told_to_everybody_it_held(stage: Stage, capsys) -> None:  # type: ignore[no-untyped-def]
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    for what in ("people", "coverage", "incidents", "deliveries"):
        assert await exporting.export(stage.db, what, "json", None, None) == 0
    capsys.readouterr()
    rows = await all_of(stage)
    assert [(row.what, row.title, row.who) for row in rows] == [(what, "Posko", None) for what in ("people", "coverage", "incidents")]
    assert rows[0].rows > 800
    said = await looked(officer)
    assert "Posko: daftar kepesertaan (ekspor)" in said
    assert "Posko: daftar petugas (ekspor)" in said
    assert "laporan darurat" not in said
    told = await looked(worker)
    assert "kepesertaan (ekspor)" not in told
    assert "daftar petugas (ekspor)" in told


async def test_what_one_looked_at_oneself_is_not_told_as_somebody_else_s(stage: Stage) -> None:
    worker = await (await stage.workers())[0].links()
    await (await (await stage.officer()).links()).says("Pingsan")
    await worker.says("/kasus")
    assert "L-0001" not in await looked(worker)


async def test_the_names_of_a_broadcast_are_a_read_too(stage: Stage) -> None:
    sender = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    officer = await (await stage.officer()).links()
    await sender.says("/siaran")
    await sender.taps("KPPS")
    await sender.says("Air minum di balai.")
    await sender.taps("Tidak perlu")
    await sender.taps("✅ Kirim")
    for _ in range(4):  # it leaves, and the clock sees that it is over
        await stage.passes(seconds=15)
    assert not await all_of(stage)
    await sender.taps("Daftar nama", on="Laporan")
    assert "daftar penerima siaran" in await looked(officer)


async def test_many_reads_come_in_pages(stage: Stage) -> None:
    boss, officer = await (await stage.coordinator("KPU")).links(), await (await stage.officer()).links()
    for _ in range(12):
        await boss.forges("gaps:0")
    said = await looked(officer)
    assert said.count("Koordinator KPU") == 10
    await officer.taps("Berikutnya")
    assert officer.last.text.count("Koordinator KPU") == 2
    assert await stage.stranger().forges("reads:0") == "Tombol ini bukan untuk Anda."
