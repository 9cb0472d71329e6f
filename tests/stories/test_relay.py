"""Reporter and worker write to each other through the bot, as long as the case is open."""

from __future__ import annotations

from sqlalchemy import select

from storage import deliveries, journal
from tests.stories.stage import Actor, Stage


async def taken(stage: Stage) -> tuple[Actor, Actor]:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    return officer, worker


async def test_words_go_both_ways_with_name_and_number(stage: Stage) -> None:
    officer, worker = await taken(stage)
    assert "Diteruskan ke pelapor L-0001" in await worker.says("Apakah napasnya teratur?")
    assert f"L-0001, dari {worker.name}" in officer.last.text
    assert "Apakah napasnya teratur?" in officer.last.text
    await officer.says("ya, teratur")
    assert f"L-0001, dari pelapor ({officer.name}): ya, teratur" in worker.screen


async def test_photos_and_voice_too(stage: Stage) -> None:
    officer, worker = await taken(stage)
    await worker.sends("photo", "ref-1", "Posisikan begini")
    assert (officer.last.file.ref if officer.last.file else "") == "ref-1"
    assert "Posisikan begini" in officer.last.text
    await worker.sends("voice", "ref-2")
    assert (officer.last.file.ref if officer.last.file else "") == "ref-2"


async def test_it_crosses_the_platforms(stage: Stage) -> None:
    officer = await (await stage.officer()).on_whatsapp().links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.says("Saya di jalan")
    assert "Saya di jalan" in officer.last.text


async def test_what_was_said_stands_sealed_and_only_in_the_journal(stage: Stage) -> None:
    _, worker = await taken(stage)
    await worker.says("kondisi pasien rahasia")
    entry = await stage.db.read(lambda tx: tx.first(select(journal.journal).where(journal.journal.c.what == "relayed")))
    assert stage.db.vault.open_json(entry.detail_sealed)["words"] == "kondisi pasien rahasia"
    rows = await stage.db.read(lambda tx: tx.rows(select(deliveries.deliveries)))
    assert all("rahasia" not in repr(tuple(row)) for row in (*rows, entry))
    await stage.journal(await stage.case())


async def test_with_two_cases_he_says_for_which(stage: Stage) -> None:
    first, worker = await taken(stage)
    second = await (await stage.officer(rank=2)).links()
    await second.says("Kecelakaan")
    await worker.taps("Saya tangani", on="L-0002")
    assert "kasus mana" in await worker.says("5 menit lagi")
    assert "5 menit lagi" not in first.screen + second.screen
    await worker.taps("L-0002")
    assert "5 menit lagi" in second.last.text
    assert "5 menit lagi" not in first.screen


async def test_after_the_end_and_from_who_has_no_case_nothing_is_passed_on(stage: Stage) -> None:
    officer, worker = await taken(stage)
    other = await (await stage.workers())[1].links()
    await other.says("halo pelapor")
    assert "halo pelapor" not in officer.screen
    await worker.taps("Tiba")
    await worker.taps("Selesai")
    await worker.taps("Membaik")
    await worker.says("sudah ya")
    assert "sudah ya" not in officer.screen
    assert await other.forges("relay:1") == "Tombol ini tidak berlaku lagi."


async def test_a_worker_who_needs_help_himself_still_has_darurat(stage: Stage) -> None:
    _, worker = await taken(stage)
    await worker.says("Darurat")
    await worker.says("Kecelakaan")
    assert [case.kind for case in await stage.cases()] == ["pingsan", "kecelakaan"]
