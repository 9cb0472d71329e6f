"""A position that is shared before anything else is said, and one of who is on his way."""

from __future__ import annotations

import pytest

from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
HERE = (-7.97, 112.63)


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


@BOTH
@pytest.mark.parametrize("way", ["button", "darurat"])
async def test_it_is_asked_about_and_goes_along(stage: Stage, whatsapp: bool, way: str) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    assert "lokasi ini tentang keadaan darurat" in await officer.shares_place(*HERE)
    assert not await officer.shares_place(-7.98, 112.64, edited=True), "a live one is asked about once"
    await officer.sends("photo", "ref-1")
    assert "foto ini" in officer.new
    await (officer.taps("🆘", on="lokasi ini") if way == "button" else officer.says("Pingsan"))
    case = await stage.case()
    assert (case.latitude, case.longitude) == HERE
    assert "-7.970000,112.630000" in worker.screen
    assert [each.said.file.ref for each in worker.messages if each.said.file] == ["ref-1"]
    assert "place" in await stage.journal(case)


@BOTH
async def test_of_a_stranger_too(stage: Stage, whatsapp: bool) -> None:
    stranger = stage.stranger().on_whatsapp() if whatsapp else stage.stranger()
    await stranger.shares_place(*HERE)
    await stranger.taps("🆘")
    assert (await stage.case()).latitude == HERE[0]


@BOTH
async def test_it_ends_no_other_dialog(stage: Stage, whatsapp: bool) -> None:
    chair = await on(await stage.chair(), whatsapp)
    await chair.says("ganti" if whatsapp else "/ganti")
    await chair.taps(chair.buttons("siapa yang diganti")[0].label)
    await chair.shares_place(*HERE)
    assert "nomor" in (await chair.says("Budi Santoso")).casefold()


@BOTH
async def test_who_has_taken_a_case_shows_its_reporter_where_he_is(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    assert "Diteruskan ke pelapor L-0001" in await worker.shares_place(*HERE)
    assert "-7.970000,112.630000" in officer.screen
    assert not await worker.shares_place(-7.98, 112.64, edited=True)
