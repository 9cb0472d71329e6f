"""What is said between an offer and its button is kept, and goes along."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage import places
from storage.database import Tx
from storage.drafts import drafts
from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


async def kept(stage: Stage) -> str:
    """All that stands in drafts."""

    def of(tx: Tx) -> str:
        return str([tx.vault.open_json(row.kept_sealed) for row in tx.rows(select(drafts)) if row.kept_sealed])

    return await stage.db.read(of)


@BOTH
async def test_a_strangers_photo_words_and_place_are_all_there(stage: Stage, whatsapp: bool) -> None:
    there = await stage.tps(40)
    named = await stage.db.read(lambda tx: places.named(tx, there))
    stranger = stage.stranger().on_whatsapp() if whatsapp else stage.stranger()
    worker = await on((await stage.workers(40))[0], whatsapp)
    await stranger.sends("photo", "ref-1")
    await stranger.says(f"tolong ada yg kejang di tps {named.tps} {named.kelurahan}")
    said = await stranger.says("cepat pak di bilik belakang")
    assert "ikut dikirim" in said
    assert "Setuju" not in said
    await stranger.taps("🆘")
    assert (await stage.case()).tps_id == there.tps_id
    assert "ada yg kejang" in worker.screen
    assert "di bilik belakang" in worker.screen
    assert [each.said.file.ref for each in worker.messages if each.said.file] == ["ref-1"]


@BOTH
async def test_an_officers_correction_is_understood(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    await officer.says("tolong ada yang pingsan")
    assert "ikut dikirim" in await officer.says("eh maaf salah, di ruang sebelah")
    assert "belum dilaporkan" in officer.new
    assert not await stage.cases()


@BOTH
async def test_what_a_worker_says_after_his_own_cry_goes_along_too(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    worker, colleague = [await on(each, whatsapp) for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.says("tolong saya kecelakaan di jalan")
    await worker.says("di depan pasar besar, motor terbalik")
    await worker.taps("🆘 Kecelakaan")
    assert "saya kecelakaan di jalan" in colleague.screen
    assert "motor terbalik" in colleague.screen


@BOTH
async def test_a_video_after_an_offer_is_not_said_to_go_along(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("tolong bu ketua semaput")
    assert "ikut dikirim" not in await officer.shows()
    await officer.taps("🆘")
    assert "bu ketua semaput" in worker.screen


@BOTH
async def test_long_after_an_offer_words_are_words_again(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    await officer.says("tolong bu ketua semaput")
    await stage.passes(minutes=20)
    assert "belum paham" in await officer.says("halo")


@BOTH
async def test_the_same_button_again_adds_nothing_and_shows_the_case(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("tolong bu ketua semaput")
    button = officer.button("🆘")
    await officer.forges(button)
    await worker.taps("Saya tangani")
    before = await stage.journal(await stage.case())
    for _ in range(2):
        await stage.passes(minutes=2)
        worker.mark = len(worker.messages)
        await officer.forges(button)
        assert "ditambahkan" not in officer.new
        assert "L-0001" in officer.new
        assert not worker.new
    assert await stage.journal(await stage.case()) == before


@BOTH
async def test_a_late_button_without_a_kind_is_no_kind(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    await officer.sends("photo", "ref-1")
    button = officer.button("🆘")
    await officer.says("Pingsan")
    await officer.forges(button)
    assert (await stage.case()).said == ("pingsan",)
    assert "L-0001" in officer.new


@BOTH
@pytest.mark.parametrize("aside", ["/status", "/start"])
async def test_a_command_before_the_button_loses_nothing(stage: Stage, whatsapp: bool, aside: str) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("tolong bu ketua semaput di bilik dua")
    await officer.says(aside)
    await officer.taps("🆘", on="keadaan darurat")
    assert "bu ketua semaput di bilik dua" in worker.screen
    assert len(await stage.cases()) == 1


@BOTH
async def test_what_is_filed_is_not_kept_for_a_second_case(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("tolong bu ketua semaput di bilik dua")
    await officer.says("/status")
    await officer.taps("🆘", on="keadaan darurat")
    await officer.says("/status")
    assert "semaput" not in await kept(stage)
    await worker.taps("Saya tangani")


async def test_who_begins_with_the_bot_after_his_words_keeps_them_until_he_is_linked(stage: Stage) -> None:
    worker = await (await stage.workers(40))[0].links()
    there = await stage.tps(40)
    named = await stage.db.read(lambda tx: places.named(tx, there))
    stranger = stage.stranger()
    await stranger.says(f"tolong ada yg kejang di tps {named.tps} {named.kelurahan}")
    await stranger.says("/start")
    await stranger.says("Setuju")
    await stranger.taps("🆘", on="keadaan darurat")
    assert "ada yg kejang" in worker.screen
    assert (await stage.case()).tps_id == there.tps_id


@BOTH
async def test_who_takes_it_back_has_nothing_kept(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    await officer.says("tolong bu ketua semaput di bilik dua")
    await officer.says("/status")
    await officer.says("Batal")
    assert "semaput" not in await kept(stage)
