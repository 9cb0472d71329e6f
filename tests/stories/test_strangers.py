"""Unlisted, not consented, not linked: Darurat works all the same, and tells nothing about anybody."""

from __future__ import annotations

from tests.stories.stage import Stage


async def test_a_strangers_first_tap_reaches_the_city_and_naming_the_place_starts_the_ladder_there(
    stage: Stage,
) -> None:
    stranger = stage.stranger()
    city = await (await stage.coordinator("KPU")).links()
    dinkes = await (await stage.coordinator("Dinkes")).links()
    bpjs = await (await stage.coordinator("BPJS")).links()
    worker = await (await stage.workers())[0].links()
    await stranger.says("/darurat")
    filed = await stranger.says("Pingsan")
    case = await stage.case()
    assert not case.verified
    assert "belum terverifikasi" in filed
    assert "kelurahan" in filed
    assert city.buttons("L-0001")
    assert dinkes.buttons("L-0001")
    assert not bpjs.buttons("L-0001")
    assert "belum terverifikasi" in city.screen
    assert "L-0001" not in worker.screen

    where = await stage.tps()
    from storage import places

    named = await stage.db.read(lambda tx: places.named(tx, where))
    told = await stranger.says(f"{named.kelurahan.lower()} {named.tps}")
    assert "tempat dicatat" in told
    assert (await stage.case()).tps_id == where.tps_id
    assert "L-0001" in worker.screen
    assert "dipindah ke" in city.screen
    assert not city.buttons("L-0001")
    assert await city.forges("take:1") == "Kasus dipindah ke tempat lain."

    await worker.taps("Saya tangani")
    assert "ditangani" in stranger.screen
    assert worker.name not in stranger.screen, "a stranger is told nothing about anybody"


async def test_a_place_that_is_not_understood_is_asked_again_and_kept_as_words(stage: Stage) -> None:
    stranger = stage.stranger()
    dinkes = await (await stage.coordinator("Dinkes")).links()
    await stranger.says("Pingsan")
    assert "belum saya kenali" in await stranger.says("di depan warung bu Tini")
    assert "warung bu Tini" in dinkes.screen


async def test_a_tps_that_does_not_exist_keeps_the_kelurahan(stage: Stage) -> None:
    stranger = stage.stranger()
    await stranger.says("Pingsan")
    assert "tidak ada di" in await stranger.says("Kauman 999")
    case = await stage.case()
    assert case.kelurahan_id is not None
    assert case.tps_id is None


async def test_one_open_case_a_stranger(stage: Stage) -> None:
    stranger = stage.stranger()
    await stranger.says("Pingsan")
    await stranger.says("Kecelakaan")
    assert (await stage.case()).kinds == "pingsan,kecelakaan"
    assert not stranger.buttons("ditambahkan")


async def test_a_taken_case_stays_with_who_took_it_when_the_place_changes(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await officer.taps("Tempat lain")
    await officer.says("kelurahan Dinoyo")
    case = await stage.case()
    assert (case.state, case.taken_by) == ("taken", worker.person_id)
    assert "Dinoyo" in worker.screen


async def test_refusing_consent_keeps_nothing_back_in_an_emergency(stage: Stage) -> None:
    officer = await stage.officer()
    await officer.says("/start")
    assert "Darurat tetap bisa" in await officer.says("Tidak")
    assert "/start" in await officer.says("/menu")
    assert "L-0001" in await officer.says("Pingsan")
