"""Somebody is hurt in a riot that a coordinator takes: the puskesmas has him as a case of its own, whenever it was said."""

from __future__ import annotations

import pytest

from tests.stories.stage import Actor, Stage

CHANNELS = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


async def riot(stage: Stage, whatsapp: bool) -> tuple[Actor, Actor, Actor]:
    officer, kpu = await on(await stage.officer(), whatsapp), await on(await stage.coordinator("KPU"), whatsapp)
    worker = await on((await stage.workers())[0], whatsapp)
    await officer.says("Kerusuhan")
    return officer, kpu, worker


def files(actor: Actor) -> list[str]:
    return [shown.said.file.ref for shown in actor.messages if shown.said.file]


async def states(stage: Stage) -> list[tuple[str, str]]:
    return [(case.kinds, case.state) for case in await stage.cases()]


@CHANNELS
async def test_hurt_before_the_coordinator_took_it(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    await officer.says("mereka melempar batu dari pagar")
    await officer.sends("photo", "ref-1")
    await officer.taps("Tanda-tanda")
    await officer.taps("Kejang")
    assert "L-0001" in worker.screen
    await kpu.taps("Saya tangani")
    assert await states(stage) == [("kerusuhan", "taken"), ("belum_jelas", "waiting")]
    alert = next(each.said.text for each in worker.messages if "MERAH L-0002" in each.said.text)
    assert "ejang" in alert
    assert "melempar batu" in alert
    assert files(worker) == ["ref-1", "ref-1"], "under each of the two alerts"
    assert "L-0002" in officer.screen, "the reporter reads of it without having asked"
    await worker.taps("Saya tangani", on="L-0002")
    await worker.says("ambulans sudah berangkat")
    assert "ambulans sudah berangkat" in officer.screen


@CHANNELS
async def test_a_kind_that_was_said_before_is_the_kind_of_the_new_case(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, _ = await riot(stage, whatsapp)
    await officer.says("Kecelakaan")
    await kpu.taps("Saya tangani")
    assert await states(stage) == [("kerusuhan", "taken"), ("kecelakaan", "waiting")]


@CHANNELS
async def test_a_health_worker_who_takes_it_has_both(stage: Stage, whatsapp: bool) -> None:
    officer, _, worker = await riot(stage, whatsapp)
    await officer.says("Kecelakaan")
    await worker.taps("Saya tangani")
    assert await states(stage) == [("kerusuhan,kecelakaan", "taken")]


@CHANNELS
async def test_who_is_hurt_is_enough_and_one_case_is(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, _ = await riot(stage, whatsapp)
    await kpu.taps("Saya tangani")
    await officer.taps("Saya sendiri")
    assert [state for _, state in await states(stage)] == ["taken", "waiting"]
    await kpu.taps("Tidak bisa")
    await kpu.forges("take:1")  # a phone that still shows the older buttons
    assert (await stage.cases())[0].taken_by == kpu.person_id
    assert len(await stage.cases()) == 2, "taken anew, it has one already"


@CHANNELS
async def test_the_coordinator_who_came_says_that_an_officer_is_hurt(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    await kpu.taps("Saya tangani")
    await kpu.forges("who:1:other")
    assert [state for _, state in await states(stage)] == ["taken", "waiting"]
    assert "L-0002" in worker.screen
    assert "L-0002" in officer.screen


@CHANNELS
async def test_a_sign_more_on_the_riot_reaches_who_comes_for_the_casualty(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    await kpu.taps("Saya tangani")
    await officer.forges("sign:1:perdarahan")
    await worker.taps("Saya tangani", on="L-0002")
    await officer.forges("sign:1:kejang")
    assert "ejang" in worker.screen
    assert len(await stage.cases()) == 2


@CHANNELS
async def test_another_is_hurt_when_the_first_was_brought_away(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    await kpu.taps("Saya tangani")
    await officer.says("Pingsan")
    await worker.taps("Saya tangani", on="L-0002")
    await worker.taps("Selesai", on="L-0002")
    await worker.taps("Membaik")
    await officer.says("Kecelakaan")
    first = ("kerusuhan", "taken")
    assert await states(stage) == [first, ("pingsan", "closed"), ("kecelakaan", "waiting")]


@CHANNELS
async def test_words_in_a_riot_that_sound_of_a_casualty_offer_to_call_for_him(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    await kpu.taps("Saya tangani")
    said = await officer.says("pak Budi pingsan kena lemparan")
    assert "darurat" in said
    await officer.taps("🆘 Pingsan")
    assert "L-0002" in worker.screen
    assert "kena lemparan" in worker.screen
    assert "darurat" not in (await officer.says("pak Budi pingsan lagi")).lower()


@CHANNELS
async def test_the_riot_is_a_riot_again_and_neither_tiba_nor_handing_it_back_calls_the_puskesmas(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    city = await on(await stage.coordinator("Bawaslu"), whatsapp)
    await officer.says("Kecelakaan")
    await kpu.taps("Saya tangani")
    assert "L-0002" in kpu.screen, "who has the riot reads where the casualty is"
    assert "Ada kerusuhan: L-0001" in worker.screen
    await worker.taps("Saya tangani", on="L-0002")
    await worker.taps("Selesai", on="L-0002")
    await worker.taps("Membaik")
    await kpu.taps("Tiba")
    assert [state for _, state in await states(stage)] == ["arrived", "closed"]
    await officer.says("Kerusuhan")
    await city.says("/kasus")
    assert len(await stage.cases()) == 2


@CHANNELS
async def test_handed_back_it_climbs_the_coordinators_only(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    await officer.says("Kecelakaan")
    await kpu.taps("Saya tangani")
    before = len(worker.messages)
    await kpu.taps("Tidak bisa")
    await stage.passes(minutes=6)
    assert not [each for each in worker.messages[before:] if "L-0001:" in each.said.text]
    assert await worker.forges("take:1") == "Kasus dipindah ke tempat lain."
    if not whatsapp:
        assert "Korbannya kini L-0002" in worker.screen


@CHANNELS
async def test_two_reporters_of_one_riot_have_one_casualty(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    second = await on(await stage.officer(rank=2), whatsapp)
    await second.says("Kerusuhan")
    await second.taps("Kejadian yang sama")
    await kpu.taps("Saya tangani", on="L-0001")
    for sign in ("perdarahan", "kejang", "muntah"):
        await second.forges(f"sign:1:{sign}")
    await officer.forges("sign:1:stroke")
    assert [state for _, state in await states(stage)] == ["taken", "closed", "waiting"]
    assert "L-0003" in second.screen
    assert all(sign in worker.screen for sign in ("ejang", "erdarahan"))


@CHANNELS
async def test_the_casualty_that_a_joined_report_brought_is_told_to_who_reported_it(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    second = await on(await stage.officer(rank=2), whatsapp)
    await kpu.taps("Saya tangani", on="L-0001")
    await second.says("Kerusuhan")
    await second.says("Kecelakaan")
    await second.sends("photo", "ref-2")
    await second.taps("Kejadian yang sama")
    assert (await states(stage))[2] == ("kecelakaan", "waiting")
    assert "L-0003" in second.screen
    assert "L-0003" not in officer.screen
    assert files(worker)[-1] == "ref-2"
    await worker.taps("Saya tangani", on="L-0003")
    await second.forges("sign:3:kejang")
    assert "ejang" in worker.screen


@CHANNELS
async def test_a_place_corrected_under_one_of_them_moves_both(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    await officer.says("Kecelakaan")
    await kpu.taps("Saya tangani")
    await worker.taps("Saya tangani", on="L-0002")
    await officer.taps("Tempat lain", on="L-0001")
    await officer.says("Arjosari TPS 2")
    places = {(case.kelurahan_id, case.tps_id) for case in await stage.cases()}
    assert len(places) == 1
    assert "Arjosari" in worker.screen
    assert "Arjosari" in kpu.screen
    await officer.shares_place(-7.95, 112.63)
    assert {case.latitude for case in await stage.cases()} == {-7.95}


@CHANNELS
async def test_who_is_hurt_said_under_the_riot_is_known_of_the_casualty(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    mate = await stage.officer(rank=2)
    await officer.says("Pingsan")
    await kpu.taps("Saya tangani")
    await worker.taps("Saya tangani", on="L-0002")
    await officer.forges(f"who:1:{mate.person_id}")
    assert mate.name in worker.screen
    await worker.taps("Selesai", on="L-0002")
    await worker.taps("Meninggal")
    assert "silenced" in await stage.journal((await stage.cases())[1])


@CHANNELS
async def test_two_reports_of_one_casualty_in_a_riot_are_asked_about(stage: Stage, whatsapp: bool) -> None:
    officer, kpu, worker = await riot(stage, whatsapp)
    second = await on(await stage.officer(rank=2), whatsapp)
    await kpu.taps("Saya tangani")
    await officer.says("Kecelakaan")
    await worker.taps("Saya tangani", on="L-0002")
    await second.says("Kecelakaan")
    assert "L-0002" in second.screen, "the casualty is meant, not the riot"
    assert "L-0001" not in second.screen
    assert "L-0003" in worker.screen
    await second.taps("Kejadian yang sama")
    assert [state for _, state in await states(stage)] == ["taken", "taken", "closed"]
