"""Telegram keeps a tap for 150 seconds: after we were away for longer, who may have tapped gets fresh buttons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import heartbeat
from bot.heartbeat import Heartbeat
from storage import installation
from tests.stories.stage import Stage

LINE = "Ketuk lagi jika tadi sudah"


async def returns(stage: Stage, after: timedelta) -> None:
    """The process ended, and another begins so much later."""
    before = stage.clock.now().isoformat(timespec="seconds")
    await stage.db.write(lambda tx: installation.set_fact(tx, "last_cycle", before))
    stage.clock.move(after)
    stage.heart = Heartbeat(stage.db, stage.rules, stage.clock, stage.sender.nudge)
    await stage.heart.cycle()
    await stage.settled()


async def test_workers_with_a_waiting_alert_get_it_anew_and_may_take_it(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    first, second, third = [await each.links() for each in (await stage.workers())[:3]]
    await officer.says("Pingsan")
    await third.taps("Tidak bisa")
    heard = len(officer.messages)
    await returns(stage, timedelta(seconds=160))
    assert [LINE in each.screen for each in (first, second, third)] == [True, True, False]
    await first.forges(first.last.choices[0][0].data)
    assert (await stage.case()).state == "taken"
    new = "".join(each.said.text for each in officer.messages[heard:])
    assert LINE not in new
    assert "Pingsan" not in new  # nothing that was filed is asked again


async def test_who_has_taken_a_case_gets_his_own_steps_and_nobody_else(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    first, second = [await each.links() for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    await first.taps("Saya tangani")
    await first.taps("Tiba")
    await returns(stage, timedelta(minutes=10))
    assert LINE in first.last.text
    assert LINE not in second.screen
    await first.taps("Selesai", on=LINE)
    await first.taps("Membaik")
    assert (await stage.case()).state == "closed"
    assert "shown_anew" in await stage.journal(await stage.case())


async def test_a_short_absence_and_closed_cases_say_nothing(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await returns(stage, timedelta(seconds=140))
    assert LINE not in worker.screen
    await officer.taps("Batal")
    await returns(stage, timedelta(hours=1))
    assert LINE not in worker.screen


async def test_on_whatsapp_no_tap_is_lost_and_nothing_is_said_twice(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].on_whatsapp().links()
    await officer.says("Pingsan")
    await returns(stage, timedelta(minutes=5))
    assert LINE not in worker.screen


async def test_a_loop_that_stood_still_is_an_absence_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await stage.heart.cycle()
    await officer.says("Pingsan")
    real = heartbeat.time.monotonic
    monkeypatch.setattr(heartbeat.time, "monotonic", lambda: real() + 200)
    await stage.heart.cycle()
    await stage.settled()
    assert worker.screen.count(LINE) == 1
