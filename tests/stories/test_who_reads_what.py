"""What stands in a message depends on who reads it: names, the casualty, what he is advised."""

from __future__ import annotations

import pytest

from storage import places
from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


async def stranger_reports(stage: Stage, whatsapp: bool) -> Actor:
    where = await stage.tps()
    named = await stage.db.read(lambda tx: places.named(tx, where))
    stranger = stage.stranger()
    stranger = stranger.on_whatsapp() if whatsapp else stranger
    for words in ("Darurat", "Pingsan", f"{named.kelurahan} {named.tps}"):
        await stranger.says(words)
    return stranger


@BOTH
async def test_a_stranger_reads_no_name_above_what_is_written_to_him(stage: Stage, whatsapp: bool) -> None:
    worker = await on((await stage.workers())[0], whatsapp)
    stranger = await stranger_reports(stage, whatsapp)
    await worker.taps("Saya tangani")
    await worker.says("Saya berangkat")
    assert "L-0001, dari petugas (Puskesmas" in stranger.last.text
    assert "Saya berangkat" in stranger.last.text
    assert worker.name not in stranger.screen


@BOTH
async def test_whose_report_was_joined_to_an_officers_reads_none_either(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    stranger = await stranger_reports(stage, whatsapp)
    await worker.taps("Saya tangani", on="L-0001")
    await worker.taps("Kejadian yang sama")
    await worker.says("Saya berangkat")
    await worker.taps("Tiba", on="L-0001")
    for each in ("Saya berangkat", "menyatakan sudah tiba"):
        assert each in stranger.screen
    assert worker.name not in stranger.screen
    assert f"L-0001: {worker.name} menyatakan sudah tiba" in officer.screen


@BOTH
async def test_who_reported_a_riot_is_not_told_to_stay_with_anybody(stage: Stage, whatsapp: bool) -> None:
    officer, kpu = await on(await stage.officer(), whatsapp), await on(await stage.coordinator("KPU"), whatsapp)
    assert "Menjauh ke tempat aman" in await officer.says("Kerusuhan")
    await kpu.taps("Saya tangani")
    assert f"L-0001 ditangani {kpu.name}" in officer.last.text
    assert "Tetap di tempat aman." in officer.last.text
    assert "tinggalkan korban" not in officer.screen


@BOTH
async def test_where_somebody_is_hurt_in_it_only_if_that_is_safe(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Kerusuhan")
    await officer.says("Kecelakaan")
    await worker.taps("Saya tangani")
    assert "Jika aman, jangan tinggalkan korban." in officer.last.text


@BOTH
async def test_nobody_is_thanked_for_reporting_his_own_death(stage: Stage, whatsapp: bool) -> None:
    officer, second = [await on(await stage.officer(rank=rank), whatsapp) for rank in (0, 2)]
    worker = await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await officer.taps("Saya sendiri")
    await second.says("Pingsan")
    await second.taps("Kejadian yang sama")
    await worker.taps("Saya tangani", on="L-0001")
    await worker.taps("Selesai", on="L-0001")
    await worker.taps("Meninggal")
    assert "L-0001 selesai." in officer.last.text
    assert "Terima kasih" not in officer.last.text
    assert "Segel catatan" in officer.last.text
    assert "L-0001 selesai. Terima kasih sudah melapor." in second.screen


@BOTH
async def test_who_reported_for_himself_and_got_better_is_thanked(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await officer.taps("Saya sendiri")
    await worker.taps("Saya tangani")
    await worker.taps("Selesai")
    await worker.taps("Membaik")
    assert "Terima kasih sudah melapor." in officer.last.text


@BOTH
async def test_a_coordinator_reads_who_is_hurt_only_once_he_has_taken_it(stage: Stage, whatsapp: bool) -> None:
    officer, kpu = await on(await stage.officer(), whatsapp), await on(await stage.coordinator("KPU"), whatsapp)
    await officer.says("Pingsan")
    await officer.taps("Saya sendiri")
    await stage.passes(minutes=15)
    assert f"Pelapor: {officer.name}" in kpu.screen
    assert "Korban" not in kpu.screen
    await kpu.taps("Saya tangani")
    assert "Korban: pelapor sendiri" in kpu.screen
