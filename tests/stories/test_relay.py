"""Reporter and worker write to each other through the bot, as long as the case is open."""

from __future__ import annotations

import pytest
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
    await worker.sends("photo", "ref-8")
    await worker.says("tunggu di depan")
    await worker.taps("L-0002")
    for words in ("5 menit lagi", "tunggu di depan"):
        assert words in second.screen, "nothing said before the choice is lost"
    assert [each.said.file.ref for each in second.messages if each.said.file] == ["ref-8"]
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


async def test_long_words_go_over_whole(stage: Stage) -> None:
    officer, worker = await taken(stage)
    story = " ".join(f"kata{at}" for at in range(500))
    await officer.says(story)
    heard = " ".join(each.said.text for each in worker.messages)
    assert all(f"kata{at} " in f"{heard} ".replace("\n", " ") for at in range(500))
    await worker.sends("photo", "ref-1", story)
    heard = " ".join(each.said.text for each in officer.messages)
    assert all(f"kata{at} " in f"{heard} ".replace("\n", " ") for at in range(500))


async def test_beyond_a_rush_the_reporter_is_told(stage: Stage) -> None:
    officer, worker = await taken(stage)
    for at in range(20):
        assert "diteruskan ke petugas" in await officer.says(f"kata{at}")
    assert all(f": kata{at}" in worker.screen for at in range(20))
    assert "tidak diteruskan satu per satu" in await officer.says("kata20")
    await stage.passes(minutes=2)
    assert "diteruskan ke petugas" in await officer.says("kata21")
    assert ": kata21" in worker.screen


@pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
async def test_a_video_is_not_said_to_be_handed_on(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await stage.officer(), (await stage.workers())[0]
    officer, worker = [await (each.on_whatsapp() if whatsapp else each).links() for each in (officer, worker)]
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    told = await officer.shows()
    assert "tidak dapat diteruskan untuk L-0001" in told
    assert "Keterangan dicatat" not in told
    told = await officer.shows("lihat ini")
    assert "Keterangan dicatat" in told
    assert "tidak dapat diteruskan untuk L-0001" in told
    assert ": lihat ini" in worker.screen
    told = await worker.shows()
    assert "tidak dapat diteruskan" in told
    assert "Diteruskan ke pelapor" not in told
    assert "💬 L-0001" not in officer.screen
    told = await (await (await stage.officer(rank=3)).links()).shows()
    assert "belum paham" in told


async def test_a_sticker_is_no_place_and_no_reason(stage: Stage) -> None:
    _, worker = await taken(stage)
    await worker.taps("Rujuk")
    assert "dirujuk ke mana" in await worker.shows()
    assert "rujukan ke RSUD dicatat" in await worker.says("RSUD")


BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


@BOTH
async def test_with_two_own_cases_the_answer_goes_to_who_asked(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    first, second = [await on(each, whatsapp) for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    await first.taps("Saya tangani")
    await officer.says("Kecelakaan")
    await officer.taps("Korban lain")
    await second.taps("Saya tangani", on="L-0002")
    await officer.says("kakinya patah")
    assert "kakinya patah" in second.screen
    await stage.passes(minutes=1)
    await first.says("Apakah napasnya teratur?")
    assert "L-0001" in await officer.says("ya, teratur")
    assert "ya, teratur" in first.screen
    assert "ya, teratur" not in second.screen
    await officer.taps("Untuk L-0002 juga")
    assert "L-0002, dari pelapor" in second.screen
    assert "ya, teratur" in second.screen
    await officer.taps("Untuk L-0002 juga")
    assert second.screen.count(": ya, teratur") == 1, "twice is once"


@BOTH
async def test_a_worker_who_reported_something_himself_still_reaches_his_reporter(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.says("Kecelakaan")
    await worker.sends("photo", "ref-1", "lihat posisi ini")
    assert "lihat posisi ini" not in officer.screen
    await worker.taps("Untuk L-0001 juga")
    assert "Diteruskan ke pelapor L-0001" in worker.screen
    assert "dari " + worker.name in officer.screen
    assert "lihat posisi ini" in officer.screen
    assert [each.said.file.ref for each in officer.messages if each.said.file] == ["ref-1"]


async def test_nobody_hands_words_on_to_a_case_that_is_not_his(stage: Stage) -> None:
    officer, worker = await taken(stage)
    other = await (await stage.officer(rank=3)).links()
    await other.says("Kecelakaan")
    await officer.says("rahasia")
    entry = await stage.db.read(lambda tx: journal.newest(tx, 1))
    assert await other.forges(f"hand:{entry}:2") == "Tombol ini bukan untuk Anda."
    assert await officer.forges(f"hand:{entry}:2") == "Tombol ini bukan untuk Anda."
    assert await officer.forges("hand:9999:1") == "Tombol ini bukan untuk Anda."
    assert worker.screen.count("rahasia") == 2


@BOTH
async def test_hours_after_the_arrival_the_reporter_can_still_answer(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.taps("Tiba")
    await stage.passes(minutes=200)
    await worker.says("Apakah sudah minum obat?")
    assert "diteruskan ke petugas" in await officer.says("sudah, tadi siang")
    assert "sudah, tadi siang" in worker.screen
    told = await officer.says("tolong pak budi pingsan")
    assert "L-0001" in told
    assert "keadaan darurat" in told
    await officer.taps("🆘 Pingsan")
    assert [case.kind for case in await stage.cases()] == ["pingsan", "pingsan"]


async def test_taken_given_back_and_taken_again_he_always_reads_how_it_stands(stage: Stage) -> None:
    officer, worker, _ = [await on(each, True) for each in (await stage.officer(), *(await stage.workers())[:2])]
    await officer.says("Pingsan")
    take, decline = worker.button("Saya tangani"), worker.button("Tidak bisa")
    for _ in range(3):
        assert "Anda yang menangani" in await worker.forges(take)
        assert "Petugas lain sedang dipanggil" in await worker.forges(decline)


@BOTH
async def test_what_is_said_of_a_casualty_goes_to_the_health_worker_and_not_to_who_took_the_riot(stage: Stage, whatsapp: bool) -> None:
    officer, kpu = await on(await stage.officer(), whatsapp), await on(await stage.coordinator("KPU"), whatsapp)
    worker = await on((await stage.workers())[0], whatsapp)
    await officer.says("Kerusuhan")
    await officer.says("ada " + "yang melempar batu " * 20 + "dari luar")
    await kpu.taps("Saya tangani")
    await officer.taps("Tanda-tanda")
    await officer.taps("Kejang")
    await worker.taps("Saya tangani")
    assert "dari luar" in worker.screen, "what was said before is brought whole"
    await kpu.says("Polisi sudah di jalan")
    await officer.says("dia muntah darah, umur 45, diabetes")
    assert "diabetes" in worker.screen
    assert "diabetes" not in kpu.screen
    await officer.says("Pingsan")
    assert [case.kinds for case in await stage.cases()] == ["kerusuhan", "pingsan"]


@BOTH
async def test_a_case_of_hours_ago_swallows_nothing_new(stage: Stage, whatsapp: bool) -> None:
    officer, other = await on(await stage.officer(), whatsapp), await on(await stage.officer(rank=2), whatsapp)
    worker, second = [await on(each, whatsapp) for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.taps("Tiba")
    await worker.says("Kecelakaan")
    await second.taps("Saya tangani", on="L-0002")
    await second.taps("Tiba", on="L-0002")
    await stage.passes(minutes=200)
    assert "L-0001" not in await officer.says("cepat kesini bapak ini sudah biru")
    assert "L-0001" not in await officer.shares_place(-7.95, 112.63)
    await worker.taps("Selesai", on="L-0001")
    await worker.taps("Membaik")
    await other.says("Sesak")
    await worker.taps("Saya tangani", on="L-0003")
    assert "Diteruskan ke pelapor L-0003" in await worker.says("Apakah napasnya teratur?")
    assert "napasnya teratur" in other.screen


async def test_a_video_while_the_case_is_asked_for_is_answered(stage: Stage) -> None:
    _, worker = await taken(stage)
    second = await (await stage.officer(rank=2)).links()
    await second.says("Kecelakaan")
    await worker.taps("Saya tangani", on="L-0002")
    await worker.says("5 menit lagi")
    assert "tidak dapat diteruskan" in await worker.shows()
    await worker.taps("L-0002")
    assert "5 menit lagi" in second.screen
