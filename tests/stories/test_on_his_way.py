"""Who has taken a case and writes is not quiet: it stays his; and who was quiet has not given it back."""

from __future__ import annotations

import pytest

from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


async def taken(stage: Stage, whatsapp: bool) -> tuple[Actor, Actor]:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    return officer, worker


@BOTH
async def test_who_writes_all_along_keeps_his_case(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await taken(stage, whatsapp)
    for _ in range(6):
        await stage.passes(minutes=4, seconds=30)
        await worker.says("masih di jalan, macet")
    assert "tanpa kabar" not in worker.screen
    case = await stage.case()
    assert (case.state, case.taken_by) == ("taken", worker.person_id)


@BOTH
@pytest.mark.parametrize("how", ["words", "photo", "sticker"])
async def test_whatever_he_sends_answers_whether_he_is_still_on_it(stage: Stage, whatsapp: bool, how: str) -> None:
    _, worker = await taken(stage, whatsapp)
    await stage.passes(minutes=11)
    assert "Masih Anda tangani?" in worker.screen
    await {"words": lambda: worker.says("iya"), "photo": lambda: worker.sends("photo"), "sticker": worker.shows}[how]()
    await stage.passes(minutes=9)
    assert (await stage.case()).state == "taken"
    await stage.passes(minutes=12)
    assert (await stage.case()).state == "waiting", "and then it is asked, and waited for, as before"


@BOTH
async def test_of_two_cases_only_the_one_that_he_writes_of_is_kept(stage: Stage, whatsapp: bool) -> None:
    _, worker = await taken(stage, whatsapp)
    second = await on(await stage.officer(rank=2), whatsapp)
    await second.says("Kecelakaan")
    await worker.taps("Saya tangani", on="L-0002")
    await stage.passes(minutes=11)
    await worker.says("5 menit lagi")
    await worker.taps("L-0002")
    await stage.passes(minutes=9, seconds=30)
    assert [case.state for case in await stage.cases()] == ["waiting", "taken"]


@BOTH
async def test_of_who_was_quiet_the_reporter_reads_that_and_not_that_he_cannot(stage: Stage, whatsapp: bool) -> None:
    officer, _ = await taken(stage, whatsapp)
    await stage.passes(minutes=21)
    assert "L-0001: petugas tadi belum memberi kabar" in officer.screen
    assert "tidak bisa melanjutkan" not in officer.screen


@BOTH
async def test_words_after_the_arrival_put_off_nothing(stage: Stage, whatsapp: bool) -> None:
    city = await on(await stage.coordinator("KPU"), whatsapp)
    _, worker = await taken(stage, whatsapp)
    await worker.taps("Tiba")
    await stage.passes(minutes=20)
    await worker.says("sedang diperiksa")
    await stage.passes(minutes=11)
    assert "petugas tiba 30 menit lalu" in city.screen
