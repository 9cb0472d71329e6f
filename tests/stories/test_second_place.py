"""Who has an open case reports a second emergency at another place: it is a case of its own there."""

from __future__ import annotations

import pytest

from storage import places
from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


async def said(stage: Stage, at: int) -> str:
    where = await stage.tps(at)
    there = await stage.db.read(lambda tx: places.named(tx, where))
    return f"tps {there.tps} kelurahan {there.kelurahan}"


async def tapped_in_the_group(stage: Stage, at: int) -> tuple[Actor, Actor]:
    """An officer with a case of his own, sent here from the group of another TPS, and who is called there."""
    officer, worker = await (await stage.officer()).links(), await (await stage.workers(at))[0].links()
    await officer.says("Sakit atau kelelahan")
    said = await officer.says(f"/start darurat_{(await stage.tps(at)).tps_id}")
    assert "119" in said
    return officer, worker


@pytest.mark.parametrize("way", ["kind", "words", "clock"])
async def test_the_button_of_another_group_files_there(stage: Stage, way: str) -> None:
    officer, worker = await tapped_in_the_group(stage, 40)
    if way == "clock":
        await stage.passes(minutes=2)
    else:
        await officer.says("Pingsan" if way == "kind" else "dia jatuh dari tangga")
    old, new = await stage.cases()
    assert (old.tps_id, new.tps_id) == ((await stage.tps()).tps_id, (await stage.tps(40)).tps_id)
    assert old.kinds == "sakit"
    assert "L-0002" in worker.screen


async def test_the_open_question_of_the_first_case_does_not_take_the_words(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("Sakit atau kelelahan")
    await officer.taps("Tempat lain")
    await officer.says(f"/start darurat_{(await stage.tps(40)).tps_id}")
    await officer.says(f"dia pingsan, bukan di {await said(stage, 20)}")
    old, new = await stage.cases()
    assert (old.tps_id, new.tps_id) == ((await stage.tps()).tps_id, (await stage.tps(40)).tps_id)


async def test_the_button_of_the_own_group_shows_the_open_case(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("Pingsan")
    assert "L-0001" in await officer.says(f"/start darurat_{(await stage.tps()).tps_id}")
    await stage.passes(minutes=2)
    assert len(await stage.cases()) == 1


@BOTH
async def test_words_that_name_another_place_are_offered_and_file_there(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    there = await on((await stage.workers(40))[0], whatsapp)
    await officer.says("Sakit atau kelelahan")
    await worker.taps("Saya tangani")
    asked = await officer.says(f"tolong ada yang pingsan lagi di {await said(stage, 40)}")
    assert "dicatat untuk L-0001" in asked
    assert "keadaan darurat lain, di TPS" in asked
    await officer.taps("🆘 Pingsan")
    old, new = await stage.cases()
    assert (new.kind, new.tps_id, old.kinds) == ("pingsan", (await stage.tps(40)).tps_id, "sakit")
    assert "pingsan lagi" in there.screen


@BOTH
async def test_words_of_the_same_place_are_the_open_cases(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    await officer.says("Sakit atau kelelahan")
    assert "keadaan darurat" not in await officer.says(f"dia sekarang pingsan di {await said(stage, 0)}")
    assert "keadaan darurat" not in await officer.says(f"kotak suara dari {await said(stage, 40)} sudah datang")
