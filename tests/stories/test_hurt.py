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
    alert = next(each.said.text for each in worker.messages if "L-0002" in each.said.text)
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
    assert await states(stage) == [("kerusuhan,kecelakaan", "taken"), ("kecelakaan", "waiting")]


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
    first = ("kerusuhan,pingsan,kecelakaan", "taken")
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
