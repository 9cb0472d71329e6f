"""What is said together with a place is kept, and not every kelurahan that is named is the place."""

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


@BOTH
async def test_a_strangers_words_beside_the_place_reach_who_is_called(stage: Stage, whatsapp: bool) -> None:
    stranger, there = stage.stranger().on_whatsapp() if whatsapp else stage.stranger(), await named(stage, 40)
    worker = await on((await stage.workers(40))[0], whatsapp)
    await stranger.says("Darurat")
    await stranger.says("Pingsan")
    said = await stranger.says(f"{there.kelurahan} {there.tps}, dia hamil dan tidak bernapas, lewat gang belakang masjid")
    assert "tempat dicatat" in said
    assert (await stage.case()).tps_id == (await stage.tps(40)).tps_id
    assert "hamil dan tidak bernapas" in worker.screen


@BOTH
async def test_an_officers_words_beside_another_place_reach_who_has_taken_it(stage: Stage, whatsapp: bool) -> None:
    officer, there = await on(await stage.officer(), whatsapp), await named(stage, 1)
    worker = await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await officer.taps("Tempat lain")
    await officer.says(f"di {there.kelurahan} tps {there.tps} lantai 2")
    assert (await stage.case()).tps_id == (await stage.tps(1)).tps_id
    assert "lantai 2" in worker.screen


@BOTH
async def test_a_place_and_nothing_else_is_no_note(stage: Stage, whatsapp: bool) -> None:
    officer, there = await on(await stage.officer(), whatsapp), await named(stage, 1)
    await officer.says("Pingsan")
    await officer.taps("Tempat lain")
    await officer.says(f"TPS {there.tps} kelurahan {there.kelurahan}")
    assert "note" not in await stage.journal(await stage.case())


@BOTH
async def test_a_landmark_does_not_move_a_case_whose_place_is_known(stage: Stage, whatsapp: bool) -> None:
    officer, there = await on(await stage.officer(), whatsapp), await named(stage, 40)
    worker = await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await officer.taps("Tempat lain")
    said = await officer.says(f"korban dipindah ke rumah pak RT, dekat perbatasan {there.kelurahan}")
    assert "diteruskan ke petugas" in said
    assert (await stage.case()).tps_id == (await stage.tps()).tps_id
    assert "rumah pak RT" in worker.screen
