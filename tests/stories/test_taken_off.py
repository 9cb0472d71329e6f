"""A worker takes his chat off his phone: what is still wanted of him comes anew, once, and nothing counts as failed."""

from __future__ import annotations

from storage import reports
from tests.stories.stage import Actor, Stage


def takes_off(who: Actor) -> None:
    """He deletes the chat for both sides, as Telegram lets him."""
    who.stage.phones.shown[who.id].clear()


async def states(stage: Stage) -> set[str]:
    sent = await stage.db.read(reports.outbox)
    return {state for lane in sent.values() for state in lane}


def alerts(who: Actor) -> int:
    return sum("MERAH L-0001" in each.said.text for each in who.messages)


async def test_an_alert_that_waits_comes_anew_with_its_next_change_and_can_be_taken(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    one, other = [await each.links() for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    assert (alerts(one), alerts(other)) == (1, 1)
    takes_off(one)
    await officer.says("dia di lantai 2")
    assert (alerts(one), alerts(other)) == (1, 1)
    assert "lantai 2" in one.last.text
    await officer.says("dekat tangga")
    assert alerts(one) == 1, "it is changed from now on"
    assert "dekat tangga" in one.last.text
    assert await states(stage) == {"sent", "withdrawn"}
    await one.taps("Saya tangani")
    assert "ditangani" in officer.last.text


async def test_whoever_has_it_keeps_his_and_of_whom_nothing_is_wanted_gets_none(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    one, other = [await each.links() for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    await one.taps("Saya tangani")
    takes_off(one)
    takes_off(other)
    await officer.says("dia di lantai 2")
    await stage.settled()
    assert alerts(one) == 1
    assert alerts(other) == 0
    await one.taps("Tiba")
    takes_off(one)
    await officer.says("sudah di lantai 1")
    await one.taps("Selesai")
    await one.taps("Membaik")
    takes_off(one)
    await officer.says("Terima kasih")
    await stage.passes(minutes=60)
    assert await states(stage) == {"sent", "withdrawn"}
    assert alerts(one) == 0, "it is over"
