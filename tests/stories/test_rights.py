"""/hapus and Ada yang salah: what goes at once, what is asked, who answers and until when; and whose number it is by now."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from sqlalchemy import delete, select, update

from handlers import leaving
from storage import deliveries as outbox
from storage import journal, rights
from storage import people as people_of
from storage.drafts import drafts
from storage.people import addresses, people
from storage.requests import DONE, OPEN, REFUSED, REPLACED, RIGHTS, requests
from storage.roster import assignments
from tests.stories.stage import Actor, Stage, replace
from tests.stories.test_requests import asks


async def lurah(stage: Stage) -> Actor:
    return await (await stage.coordinator("Kelurahan", "kelurahan")).links()


async def rows(stage: Stage) -> list[Any]:
    query = select(requests).where(requests.c.kind.in_(RIGHTS)).order_by(requests.c.id)
    return list(await stage.db.read(lambda tx: tx.rows(query)))


async def states(stage: Stage) -> list[str]:
    return [row.state for row in await rows(stage)]


async def address(stage: Stage, who: Actor) -> Any:
    return await stage.db.read(lambda tx: tx.first(select(addresses).where(addresses.c.external == who.id)))


async def complains(who: Actor, words: str) -> str:
    await who.says("/data")
    await who.taps("Ada yang salah")
    return await who.says(words)


async def leaves(who: Actor) -> str:
    await who.says("/hapus")
    await who.taps("Ya, hapus")
    return who.last.text


async def test_the_answer_does_not_go_to_a_phone_that_was_cut_off_since(stage: Stage) -> None:
    boss, lost = await lurah(stage), await (await stage.officer()).links()
    await complains(lost, "nama saya salah")
    await stage.db.write(lambda tx: leaving.cut_off(tx, lost.phone, stage.clock.now(), stage.rules))
    new, mark = await replace(lost, id="77777", mark=0).links(), len(lost.messages)
    await boss.taps("Sudah beres")
    assert "sudah diperbaiki" in new.last.text
    assert len(lost.messages) == mark


async def test_hapus_says_what_goes_and_what_stays_and_why_before_anything_is_done(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    said = await officer.says("/hapus")
    for words in ("Sekarang juga", "Dalam 3×24 jam", "Laporan darurat", "bukti untuk klaim", "Daftar petugas", "Darurat tetap bisa"):
        assert words in said
    await officer.taps("Tidak jadi")
    assert not await rows(stage)
    assert "JKK" in await officer.says("/status")


async def test_what_he_can_do_by_himself_happens_at_once_and_the_rest_is_asked_of_the_nearest(stage: Stage) -> None:
    boss, city = await lurah(stage), await (await stage.coordinator("KPU")).links()
    officer = await (await stage.officer()).links()
    other = await officer.on_whatsapp().links()
    said = await leaves(officer)
    assert "Persetujuan dicabut" in said
    assert "paling lambat 30 Nov 2024 pukul 10.00 WIB" in said
    assert (await address(stage, officer)).person_id is None
    assert (await address(stage, other)).person_id == officer.person_id, "the rest waits for an answer"
    assert "Minta datanya dihapus" in city.last.text, "the nearest of his own institution"
    assert officer.name in city.last.text
    assert "Minta datanya" not in boss.screen
    assert await states(stage) == [OPEN]


async def test_an_approval_carries_out_in_its_commit_what_can_be_carried_out(stage: Stage) -> None:
    boss, worker = await (await stage.coordinator("KPU")).links(), await (await stage.workers())[0].links()
    officer = await (await stage.officer()).links()
    other = await officer.on_whatsapp().links()
    await complains(other, "Nama saya salah tulis")
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    before = await stage.journal(await stage.case())
    await leaves(officer)
    await boss.taps("Sudah beres", on="dihapus")
    assert await states(stage) == [OPEN, DONE]
    for each in (officer, other):
        row = await address(stage, each)
        assert (row.person_id, row.phone, row.consent) == (None, None, "")
    assert (await address(stage, other)).named == ""
    assert all(row.words_sealed is None for row in await rows(stage))
    assert "sudah dihapus" in officer.last.text
    assert "laporan darurat sebagai bukti" in officer.last.text
    assert other.last.text == officer.last.text, "each chat that is cut off reads why"
    assert await stage.journal(await stage.case()) == before, "what is evidence stays, and its chain is whole"
    row = await stage.db.read(lambda tx: tx.first(select(people).where(people.c.id == officer.person_id)))
    assert row.phone == officer.phone, "the roster is the organisers'"
    assert "tidak terhubung" in await other.says("status")
    whats = await stage.db.read(lambda tx: [r.what for r in tx.rows(select(journal.journal.c.what))])
    assert "erased" in whats


async def test_number_and_nik_go_where_no_roster_needs_them(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await stage.db.write(lambda tx: tx.execute(delete(assignments).where(assignments.c.person_id == officer.person_id)))
    said = await leaves(officer)
    assert "Persetujuan dicabut" in said
    assert "paling lambat" not in said, "there is nobody to be asked"
    row = await stage.db.read(lambda tx: tx.first(select(people).where(people.c.id == officer.person_id)))
    assert (row.phone, row.nik_sealed, row.nik_hash) == (None, None, None)
    assert not await rows(stage)


async def test_a_stranger_s_hapus_wipes_what_stands_beside_his_chat(stage: Stage) -> None:
    boss, who = await lurah(stage), stage.stranger()
    await who.says("/start")
    await who.says("Setuju")
    await who.shares_contact()
    await asks(who, "Slamet Pengganti")
    assert "Slamet Pengganti" in boss.last.text
    assert "Dalam 3×24 jam" not in await who.says("/hapus")
    await who.taps("Ya, hapus")
    row = await address(stage, who)
    assert (row.phone, row.consent) == (None, "")
    asked = await stage.db.read(lambda tx: tx.first(select(requests)))
    assert (asked.name, asked.state) == ("", REPLACED)
    assert await boss.forges("id_new:1") == "Permintaan ini sudah tidak berlaku."
    assert not await stage.db.read(lambda tx: tx.rows(select(drafts)))


async def test_a_second_tap_on_yes_wipes_nothing_that_is_still_asked(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    officer = await (await stage.officer()).links()
    await complains(officer, "Nama saya salah tulis")
    await leaves(officer)
    await officer.forges("delete:yes")
    assert await states(stage) == [OPEN, OPEN]
    await boss.says("/rekap")
    await boss.taps("Permintaan data")
    await boss.forges("right_show:1")
    assert "Nama saya salah tulis" in boss.last.text


async def test_refused_says_why_and_registering_again_takes_it_back(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    officer = await (await stage.officer()).links()
    await leaves(officer)
    await boss.taps("Tolak", on="dihapus")
    await boss.says("Masih bertugas sampai rekapitulasi selesai")
    assert "tidak dikabulkan" in officer.last.text
    assert "Masih bertugas sampai rekapitulasi" in officer.last.text
    assert await states(stage) == [REFUSED]
    await officer.links(asked=True)
    await leaves(officer)
    await officer.links(asked=True)
    assert await states(stage) == [REFUSED, REPLACED]
    assert await boss.forges("right_done:2") == "Permintaan ini sudah tidak berlaku."
    assert "JKK" in await officer.says("/status"), "he is not unlinked again by a late answer"


async def test_a_correction_is_sealed_asked_and_answered(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    officer = await (await stage.officer()).links()
    said = await complains(officer, "Saya di TPS 12, bukan TPS 1")
    assert "paling lambat 30 Nov 2024 pukul 10.00 WIB" in said
    assert "Saya di TPS 12, bukan TPS 1" in boss.last.text
    held = await stage.db.read(lambda tx: [dict(row._mapping) for table in (requests, outbox.deliveries) for row in tx.rows(select(table))])
    assert "TPS 12" not in json.dumps(held, default=str), "what he wrote lies sealed"
    await complains(officer, "dan nama saya Siti")
    assert await states(stage) == [OPEN], "one at a time"
    assert "Saya di TPS 12, bukan TPS 1 / dan nama saya Siti" in boss.screen
    await boss.taps("Sudah beres")
    assert "sudah diperbaiki" in officer.last.text
    assert await boss.forges("right_done:1") == "Sudah tercatat."
    assert await states(stage) == [DONE]
    assert "terlalu panjang" in await complains(officer, "x" * 501)


async def test_a_nik_in_it_is_masked_and_a_telephone_number_is_not(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    officer = await (await stage.officer()).links()
    await complains(officer, "NIK saya 3573 0101 0190 0001 atau 3573010101900001, nomor 081234567890123")
    assert "3573********0001 atau 3573********0001, nomor 081234567890123" in boss.last.text


async def test_two_answers_at_once_are_one(stage: Stage) -> None:
    first, second = [await (await stage.coordinator(each)).links() for each in ("KPU", "Bakesbangpol")]
    officer = await (await stage.officer()).links()
    await complains(officer, "Nama saya salah")
    await asyncio.gather(first.forges("right_done:1"), second.forges("right_done:1"))
    assert await states(stage) == [DONE]
    assert sum("sudah diperbaiki" in each.said.text for each in officer.messages) == 1


async def test_unanswered_it_is_reminded_then_goes_to_the_city_and_he_is_told(stage: Stage) -> None:
    area = await (await stage.coordinator("KPU", "kecamatan")).links()
    officer = await (await stage.officer()).links()
    await complains(officer, "Nomor saya berganti")
    city = await (await stage.coordinator("KPU")).links()
    assert "Minta datanya diperbaiki" in area.last.text
    await stage.passes(minutes=48 * 60 - 1)
    assert "Belum dijawab; batasnya besok" not in area.screen
    await stage.passes(minutes=2)
    assert "Belum dijawab; batasnya besok" in area.screen
    assert "Minta datanya" not in city.screen
    await stage.passes(minutes=24 * 60)
    assert "Lewat 3×24 jam" in city.last.text
    assert "belum dijawab dalam 3×24 jam" in officer.screen
    assert await stage.db.read(lambda tx: rights.overdue(tx, stage.clock.now())) == 1
    reminders = area.screen.count("batasnya besok")
    await stage.passes(minutes=48 * 60)
    assert area.screen.count("batasnya besok") == reminders
    await city.taps("Sudah beres")
    assert "sudah diperbaiki" in officer.screen
    assert await stage.db.read(lambda tx: rights.overdue(tx, stage.clock.now())) == 0
    assert await stage.db.read(rights.next_due) is None


async def test_an_answered_one_reminds_nobody(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    officer = await (await stage.officer()).links()
    await complains(officer, "Nomor saya berganti")
    await boss.taps("Sudah beres")
    seen = len(boss.messages)
    await stage.passes(minutes=80 * 60)
    assert not any("Minta datanya" in each.said.text for each in boss.messages[seen:])


async def test_they_are_found_in_rekap_what_is_due_first(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    first, second = await (await stage.officer()).links(), await (await stage.officer(rank=2)).links()
    await complains(first, "Nama saya salah")
    await stage.passes(minutes=5)
    await leaves(second)
    assert "permintaan tentang data: 2" in await boss.says("/rekap")
    await boss.taps("Permintaan data")
    said = boss.last.text
    assert said.index(f"{first.name}: perbaikan data") < said.index(f"{second.name}: hapus data")
    await boss.taps(first.name[:12])
    assert "Nama saya salah" in boss.last.text
    await boss.taps("Sudah beres")
    assert await states(stage) == [DONE, OPEN]


async def test_nobody_else_reads_or_answers_one(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await complains(officer, "Nama saya salah")
    mate, bawaslu = await (await stage.officer(rank=2)).links(), await (await stage.coordinator("Bawaslu")).links()
    elsewhere = await (await stage.coordinator("KPU", "kecamatan", at=40)).links()
    for other in (mate, bawaslu, elsewhere, officer, stage.stranger()):
        for data in ("right_done:1", "right_no:1", "right_show:1", "right_done:99"):
            assert await other.forges(data) == "Tombol ini bukan untuk Anda."
    await bawaslu.forges("rights")
    assert officer.name not in bawaslu.screen
    assert await mate.forges("rights") == "Tombol ini bukan untuk Anda."
    assert await stage.stranger().forges("fix_ask") == "Tombol ini bukan untuk Anda."
    assert await states(stage) == [OPEN]


async def test_with_nobody_to_answer_he_is_told_so_and_again_when_it_is_late(stage: Stage) -> None:
    await (await stage.coordinator("BPJS")).links()
    officer = await (await stage.officer()).links()
    assert "belum terhubung di sini" in await complains(officer, "Nama saya salah")
    await stage.passes(minutes=73 * 60)
    assert "belum ada koordinator kota yang terhubung" in officer.screen
    boss = await (await stage.coordinator("KPU")).links()
    await boss.says("/rekap")
    await boss.taps("Permintaan data")
    assert officer.name in boss.last.text


async def test_who_was_silenced_gets_the_answer_and_no_word_of_the_clock(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    officer = await (await stage.officer()).links()
    await complains(officer, "Nama saya salah")
    await stage.db.write(lambda tx: people_of.silence(tx, officer.person_id, stage.clock.now()))
    told = len(officer.messages)
    await stage.passes(minutes=73 * 60)
    assert len(officer.messages) == told
    await boss.taps("Sudah", on=officer.name)
    assert len(officer.messages) == told + 1


async def test_a_coordinator_does_not_answer_for_himself(stage: Stage) -> None:
    boss = await (await stage.coordinator("KPU")).links()
    await complains(boss, "Nama saya salah")
    assert await boss.forges("right_done:1") == "Tombol ini bukan untuk Anda."


async def test_an_emergency_goes_before_the_question_what_is_wrong(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("/data")
    await officer.taps("Ada yang salah")
    await officer.says("Pingsan")
    assert (await stage.case()).state == "waiting"


# --- whose number it is by now ---


async def test_the_new_owner_of_a_number_is_never_shown_the_old_one_again(stage: Stage) -> None:
    officer, boss = await stage.officer(), await (await stage.coordinator("KPU")).links()
    new = officer.on_whatsapp()
    new.name = "Pemilik Baru"
    await new.says("Halo")
    await new.says("Setuju")
    await new.taps("Bukan saya")
    assert "menyatakan bukan" in boss.last.text
    shown = len(new.messages)
    for words in ("data", "status", "mulai", "Setuju", "data", "status", "menu"):
        await new.says(words)
    later = "\n".join(each.said.text for each in new.messages[shown:])
    assert officer.name.split()[0] not in later
    assert "Arjosari" not in later
    assert "belum ditemukan" in later
    assert "L-0001" in await new.says("Pingsan")
    worker = await (await stage.workers())[0].links()
    await worker.says("/kasus")
    assert officer.name not in worker.screen, "an alert does not name him as the reporter either"
    await asks(new, officer.name)
    await boss.taps(officer.name[:12])
    assert officer.name.split()[0] in new.screen, "unless who knows him says that he is"


async def test_of_two_on_one_phone_who_is_denied_leaves_the_other(stage: Stage) -> None:
    first, second = await stage.officer(), await stage.officer(rank=1)
    await stage.db.write(lambda tx: tx.execute(update(people).where(people.c.id == second.person_id).values(phone=first.phone)))
    shared = Actor(stage, "4242", first.phone, "HP Bersama")
    await shared.links(asked=True)
    await shared.taps(f"Saya {first.name[:15]}")
    await shared.taps("Bukan saya")
    await shared.links(asked=True)
    assert second.name.split()[0] in shared.new
    assert (await address(stage, shared)).person_id == second.person_id


# --- a worker who left ---


async def test_the_case_of_a_worker_whom_the_roster_dropped_climbs_when_he_is_quiet(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    gone, other = [await each.links() for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    await gone.taps("Saya tangani")
    await stage.db.write(lambda tx: tx.execute(delete(assignments).where(assignments.c.person_id == gone.person_id)))
    seen = len(gone.messages)
    await stage.passes(minutes=21)
    assert (await stage.case()).state == "waiting"
    assert any("L-0001" in each.said.text and each.said.choices for each in other.messages)
    assert not any("panggilan ke" in each.said.text for each in gone.messages[seen:]), "he is not called again"
    await other.taps("Saya tangani")
    assert (await stage.case()).taken_by == other.person_id


async def test_who_was_dropped_and_leaves_gives_his_case_back_at_once(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    gone, other = [await each.links() for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    await gone.taps("Saya tangani")
    await stage.db.write(lambda tx: tx.execute(delete(assignments).where(assignments.c.person_id == gone.person_id)))
    await leaves(gone)
    assert (await stage.case()).state == "waiting"
    await other.taps("Saya tangani")
    assert (await stage.case()).taken_by == other.person_id


async def test_berhenti_keeps_no_alert_from_a_worker_on_duty(stage: Stage) -> None:
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    assert "Petugas yang sedang jaga tetap dipanggil" in await worker.says("/berhenti")
    await officer.says("Pingsan")
    assert "MERAH L-0001" in worker.last.text
    await worker.taps("Saya tangani")
    assert (await stage.case()).taken_by == worker.person_id
