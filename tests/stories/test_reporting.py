"""What a reporter may do, and what his taps mean."""

from __future__ import annotations

import asyncio

import pytest

from messages.chat import Address, Heard
from tests.stories.stage import Stage


async def test_without_a_kind_it_is_filed_by_itself_and_a_later_tap_completes_it(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("/darurat")
    await stage.passes(seconds=59)
    assert not await stage.cases()
    await stage.passes(seconds=2)
    case = await stage.case()
    assert (case.kind, case.severity) == ("belum_jelas", "red")
    assert "Belum jelas" in worker.screen
    assert "dikirim sendiri" in officer.screen

    await officer.says("Kecelakaan")
    case = await stage.case()
    assert (case.kind, case.kinds) == ("kecelakaan", "kecelakaan")
    assert "L-0001: Kecelakaan" in worker.screen


async def test_batal_before_a_kind_files_nothing(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("Darurat")
    assert "Tidak ada laporan" in await officer.says("Batal")
    await stage.passes(minutes=3)
    assert not await stage.cases()


async def test_asking_darurat_again_does_not_restart_the_clock(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("Darurat")
    await stage.passes(seconds=40)
    assert "119" in await officer.says("Darurat")
    await stage.passes(seconds=21)
    assert (await stage.case()).kind == "belum_jelas"


async def test_a_kind_from_an_old_keyboard_files_just_the_same(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert "L-0001" in await officer.says("sesak atau NYERI dada!")
    assert (await stage.case()).kind == "sesak"


async def test_words_after_darurat_file_at_once_and_reach_the_worker(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Darurat")
    await officer.says("bu ketua ambruk di dekat kotak suara")
    assert (await stage.case()).kind == "belum_jelas"
    assert "bu ketua ambruk" in worker.screen


async def test_cancelled_by_the_reporter_everybody_called_is_told(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await officer.taps("Batal")
    assert (await stage.case()).state == "cancelled"
    assert "alarm batal" in worker.new.lower() or "alarm batal" in worker.screen.lower()
    assert "Pilih" not in await worker.forges("close:1")
    assert (await stage.case()).state == "cancelled"


async def test_after_arrival_only_the_worker_closes(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.taps("Tiba")
    assert "tidak bisa dibatalkan" in await officer.says("Batal")
    assert (await stage.case()).state == "arrived"


async def test_darurat_with_an_open_case_shows_it_and_starts_no_clock(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    shown = await officer.says("Darurat")
    assert "L-0001: sudah ditangani oleh" in shown
    assert worker.name in shown
    await stage.passes(minutes=2)
    assert len(await stage.cases()) == 1


async def test_another_kind_is_added_and_korban_lain_makes_it_a_case_of_its_own(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Sakit atau kelelahan")
    assert (await stage.case()).severity == "yellow"
    await officer.says("Kecelakaan")
    case = await stage.case()
    assert (case.kinds, case.severity) == ("sakit,kecelakaan", "red")
    assert "Menjadi MERAH" in worker.screen

    await officer.taps("Korban lain")
    assert [(c.number, c.kind) for c in await stage.cases()] == [(1, "sakit"), (2, "kecelakaan")]
    assert await officer.forges(officer.button("Korban lain")) == "Sudah tercatat."
    assert len(await stage.cases()) == 2
    assert "L-0002" in worker.screen


async def test_the_same_kind_twice_is_one_case(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("Pingsan")
    await officer.says("Pingsan")
    assert (await stage.case()).kinds == "pingsan"


async def test_who_signs_and_words_make_the_alert_better(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    mate = await stage.officer(rank=1)
    worker = await (await stage.workers())[0].links()
    city = await (await stage.coordinator()).links()
    await officer.says("Sakit atau kelelahan")
    await officer.taps("Rekan di TPS saya")
    await officer.taps(mate.name[:20])
    assert f"Korban: {mate.name}" in worker.screen
    assert " tahun" in worker.screen

    await officer.taps("Tanda-tanda")
    await officer.taps("Pusing")
    assert "Tanda: Pusing" in worker.screen
    assert (await stage.case()).severity == "yellow"
    await officer.taps("Nyeri dada menekan")
    assert (await stage.case()).severity == "red"
    assert "Menjadi MERAH" in worker.screen
    assert "🔴 MERAH L-0001" in city.screen
    await officer.says("ketua pucat dan berkeringat dingin")
    assert "berkeringat dingin" in worker.screen
    assert "keringat" not in city.screen
    assert "Nyeri dada" not in city.screen


async def test_a_crewmate_of_another_tps_cannot_be_named(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    other = await stage.officer(at=5)
    await officer.says("Pingsan")
    assert await officer.forges(f"who:1:{other.person_id}") == "Tombol ini bukan untuk Anda."
    assert (await stage.case()).casualty == ""


async def test_photo_voice_and_place_come_as_replies_to_the_alert(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Kecelakaan")
    alert = worker.messages[-1].id
    await officer.sends("photo", "ref-photo", "kaki tertimpa")
    await officer.sends("voice", "ref-voice")
    await officer.shares_place(-7.98, 112.63)
    kinds = [(m.said.file.kind if m.said.file else "", bool(m.said.place), m.said.under) for m in worker.messages[-3:]]
    assert ("photo", False, alert) in kinds
    assert ("voice", False, alert) in kinds
    assert ("", True, alert) in kinds
    assert "q=-7.980000,112.630000" in worker.screen
    assert "kaki tertimpa" in worker.screen


async def test_a_live_location_moves_the_map_without_new_messages(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Kecelakaan")
    await officer.shares_place(-7.98, 112.63)
    count = len(worker.messages)
    await officer.shares_place(-7.99, 112.64, edited=True)
    assert len(worker.messages) == count
    assert "q=-7.990000,112.640000" in worker.screen


async def test_an_update_that_comes_twice_or_at_once_counts_once(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    me = Address("telegram", officer.id)
    tap = Heard("5000", me, me, stage.clock.now(), text="Pingsan")
    await asyncio.gather(*(stage.inbox.receive(tap) for _ in range(8)))
    await stage.settled()
    assert len(await stage.cases()) == 1


async def test_two_kinds_tapped_at_once_are_one_case(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("Darurat")
    me = Address("telegram", officer.id)
    taps = [
        Heard(str(6000 + i), me, me, stage.clock.now(), text=kind) for i, kind in enumerate(("Pingsan", "Kecelakaan"))
    ]
    await asyncio.gather(*(stage.inbox.receive(tap) for tap in taps))
    assert sorted((await stage.case()).said) == ["kecelakaan", "pingsan"]


async def test_the_clock_and_a_tap_at_the_same_moment_make_one_case(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("Darurat")
    me = Address("telegram", officer.id)
    from datetime import timedelta

    stage.clock.move(timedelta(seconds=61))
    await asyncio.gather(
        stage.heart.cycle(), stage.inbox.receive(Heard("7000", me, me, stage.clock.now(), text="Pingsan"))
    )
    assert (await stage.case()).said in {("pingsan",), ("belum_jelas", "pingsan")}


@pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
async def test_somebody_elses_contact_belongs_to_the_case_and_batal_still_ends_it(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await stage.officer(), (await stage.workers())[0]
    officer, worker = [await (each.on_whatsapp() if whatsapp else each).links() for each in (officer, worker)]
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    told = await officer.shares_contact("+6281299990000", own=False)
    assert "dicatat untuk L-0001" in told
    assert "Kontak: 081299990000" in worker.screen
    await officer.says("Batal")
    assert (await stage.case()).state == "cancelled"


async def test_somebody_elses_contact_of_who_is_linked_asks_for_no_number(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert "Kirim nomor saya" not in await officer.shares_contact("+6281299990000", own=False)
    assert "Kirim nomor saya" not in officer.keyboard


async def test_the_kelurahan_is_meant_and_not_its_kecamatans_namesake(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("Pingsan")
    await officer.taps("Tempat lain")
    assert "TPS 001, Kel. Kasin, Kec. Klojen" in await officer.says("TPS 1 Kasin, Klojen RT 02")


async def test_stranger_words_and_edits_change_nothing(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert "belum paham" in await officer.says("halo")
    me = Address("telegram", officer.id)
    await stage.inbox.receive(Heard("8000", me, me, stage.clock.now(), text="Pingsan", edited=True))
    assert not await stage.cases()


async def test_a_group_reads_nothing_personal(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    me, group = Address("telegram", officer.id), Address("telegram", "-100200")
    await stage.inbox.receive(Heard("8100", me, group, stage.clock.now(), text="/status", group=True))
    await stage.inbox.receive(Heard("8101", me, group, stage.clock.now(), text="Pingsan", group=True))
    await stage.settled()
    assert not await stage.cases()
    assert all("chat pribadi" in each.said.text for each in stage.phones.shown["-100200"])


async def test_batal_of_a_case_that_was_referred_says_so(stage: Stage) -> None:
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    cancel = officer.button("Batal")
    for step in ("Saya tangani", "Rujuk"):
        await worker.taps(step)
    await worker.says("RSUD")
    assert await officer.forges(cancel) == "Korban sudah dirujuk."


async def test_a_question_of_a_case_that_was_closed_takes_no_words_any_more(stage: Stage) -> None:
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    close = worker.button("Selesai")
    await worker.taps("Rujuk")
    await worker.forges(close)
    await worker.taps("Membaik")
    assert "belum paham" in await worker.says("terima kasih")


async def test_who_is_in_no_roster_is_named_as_he_calls_himself(stage: Stage) -> None:
    worker, stranger = await (await stage.workers())[0].links(), stage.stranger()
    stranger.name = "Budi Tamu"
    await stranger.says("Darurat")
    await stranger.says("Pingsan")
    await stranger.says("Arjosari TPS 1")
    await worker.taps("Saya tangani")
    await stranger.says("di dekat kotak suara")
    await stranger.sends("photo", "ref-1")
    assert "dari pelapor (Budi Tamu): di dekat kotak suara" in worker.screen
    assert "foto dari pelapor (Budi Tamu)" in worker.screen
