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
