"""Who cried wolf twice is believed a third time, and the alert says so."""

from __future__ import annotations

from tests.stories.stage import Actor, Stage

LINE = "kali alarm palsu dalam 24 jam"


async def false_alarm(officer: Actor, worker: Actor) -> None:
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.taps("Tiba")
    await worker.taps("Selesai")
    await worker.taps("Alarm palsu")


async def test_the_third_in_a_day_still_reaches_the_puskesmas_marked(stage: Stage) -> None:
    officer, other = await (await stage.officer()).links(), await (await stage.officer(rank=2)).links()
    worker = await (await stage.workers())[0].links()
    await false_alarm(officer, worker)
    await false_alarm(officer, worker)
    assert LINE not in worker.screen
    await officer.says("Kecelakaan")
    assert "MERAH L-0003" in worker.last.text
    assert f"2 {LINE}" in worker.last.text
    await other.says("Pingsan")
    assert LINE not in worker.last.text  # somebody else's are not his


async def test_after_a_day_it_is_forgotten(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await false_alarm(officer, worker)
    await false_alarm(officer, worker)
    await stage.passes(minutes=60 * 25)
    await officer.says("Pingsan")
    assert "L-0003" in worker.screen
    assert LINE not in worker.screen


async def test_a_coordinator_marks_what_was_called_off_and_it_counts(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    coordinator = await (await stage.coordinator()).links()
    for number in ("L-0001", "L-0002"):
        await officer.says("Pingsan")
        assert not coordinator.buttons(number), "nothing to mark while it is open"
        await officer.says("Batal")
        await coordinator.taps("Tandai alarm palsu", on=number)
        assert "Ditandai alarm palsu oleh koordinator" in coordinator.screen
        assert f"{number} ditandai alarm palsu" in officer.last.text
    await officer.says("Pingsan")
    assert f"2 {LINE}" in worker.last.text and "MERAH L-0003" in worker.last.text
    await coordinator.taps("Bukan alarm palsu", on="L-0002")
    assert "tanda alarm palsu sudah dihapus" in officer.last.text
    await officer.says("Batal")
    await officer.says("Pingsan")
    assert LINE not in worker.last.text
    assert (await stage.journal((await stage.cases())[1]))[-2:] == ["marked_false", "unmarked_false"]


async def test_what_a_worker_found_stands_and_others_may_not_mark(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    coordinator = await (await stage.coordinator()).links()
    elsewhere = await (await stage.coordinator("KPU", "kecamatan", at=-1)).links()
    await officer.says("Pingsan")
    for each in (officer, worker, elsewhere):
        assert "bukan untuk Anda" in await each.forges("false:1")
    assert "masih berjalan" in await coordinator.forges("false:1")
    await worker.taps("Saya tangani")
    await worker.taps("Selesai")
    await worker.taps("Meninggal")
    assert "tetap berlaku" in await coordinator.forges("false:1")
    assert (await stage.case()).false_by is None


async def test_a_typed_number_shows_the_case_to_whom_it_concerns(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    other = await (await stage.officer(at=-1)).links()
    worker = await (await stage.workers())[0].links()
    coordinator = await (await stage.coordinator()).links()
    await officer.says("Sakit atau kelelahan")
    assert "KUNING L-0001: Sakit" in await worker.says("L-0001") and worker.button("Saya tangani")
    for typed in ("l-0001", "L1", "kasus L-0001"):
        shown = await coordinator.says(typed)
        assert "KUNING L-0001 di TPS" in shown and "menunggu petugas" in shown and officer.name not in shown
    assert "menunggu petugas" in await officer.says("L-0001")
    assert await other.says("L-0001") == (await other.says("L-0099")).replace("0099", "0001") == "Tidak ada kasus L-0001 yang bisa Anda lihat."
