"""Where an emergency is, as people say it in words: the newest of them, and none that were about something else."""

from __future__ import annotations

import pytest

from storage import places
from storage.places import Named
from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


async def named(stage: Stage, at: int) -> Named:
    where = await stage.tps(at)
    return await stage.db.read(lambda tx: places.named(tx, where))


async def said(stage: Stage, at: int) -> str:
    there = await named(stage, at)
    return f"kelurahan {there.kelurahan} tps {there.tps}"


@BOTH
@pytest.mark.parametrize("minutes", [0, 13], ids=["at once", "later"])
async def test_darurat_after_words_that_were_taken_back_is_at_his_own_place(stage: Stage, whatsapp: bool, minutes: int) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says(f"info: di {await said(stage, 40)} ada yang pingsan")
    await officer.says("oh sudah sadar, tidak jadi")
    await stage.passes(minutes=minutes)
    await officer.says("Darurat")
    await officer.says("Kecelakaan")
    assert (await stage.case()).tps_id == (await stage.tps()).tps_id
    assert "L-0001" in worker.screen


@BOTH
async def test_darurat_some_minutes_after_words_is_at_his_own_place_and_they_go_along(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says(f"di {await said(stage, 40)} ada yang pingsan")
    await stage.passes(minutes=6)
    await officer.says("Darurat")
    await officer.says("Kecelakaan")
    assert (await stage.case()).tps_id == (await stage.tps()).tps_id
    assert "ada yang pingsan" in worker.screen


@BOTH
async def test_darurat_right_after_words_is_where_they_say(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    await officer.says(f"tolong di {await said(stage, 40)} ada yang pingsan")
    await officer.says("Darurat")
    await officer.says("Pingsan")
    assert (await stage.case()).tps_id == (await stage.tps(40)).tps_id


@BOTH
@pytest.mark.parametrize("again", ["eh maaf salah, di {}", "bukan di {first}, di {}"])
async def test_the_place_that_was_said_last_is_the_place(stage: Stage, whatsapp: bool, again: str) -> None:
    officer = await on(await stage.officer(), whatsapp)
    await officer.says(f"tolong ada yang pingsan di {await said(stage, 40)}")
    await officer.says(again.format(await said(stage, 20), first=(await named(stage, 40)).kelurahan))
    await officer.taps("🆘")
    assert (await stage.case()).tps_id == (await stage.tps(20)).tps_id


async def test_kelurahan_and_tps_may_be_said_in_two_messages(stage: Stage) -> None:
    officer, there = await (await stage.officer()).links(), await named(stage, 40)
    await officer.says(f"tolong ada yang pingsan di tps {there.tps}")
    await officer.says(f"kelurahan {there.kelurahan} pak, cepat")
    await officer.taps("🆘")
    assert (await stage.case()).tps_id == (await stage.tps(40)).tps_id


@BOTH
async def test_a_stranger_who_taps_darurat_later_is_where_he_said(stage: Stage, whatsapp: bool) -> None:
    """He has no place of his own: an older word is better than none, and he is not asked twice."""
    stranger = stage.stranger().on_whatsapp() if whatsapp else stage.stranger()
    await stranger.says(f"tolong ada yang pingsan di {await said(stage, 40)}")
    await stage.passes(minutes=6)
    await stranger.says("Darurat")
    await stranger.says("Pingsan")
    assert (await stage.case()).tps_id == (await stage.tps(40)).tps_id
