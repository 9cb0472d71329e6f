"""/siaran: a coordinator writes to his own people, sees before and after what becomes of it, and nobody else can."""

from __future__ import annotations

import io
from collections import Counter
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, select

from storage import deliveries, places
from storage.broadcasts import broadcasts, recipients
from storage.candidates import candidates
from storage.deliveries import BROADCAST, SENT, UNKNOWN
from storage.journal import journal
from storage.roster import assignments
from tests.stories.stage import Actor, Stage

WORDS = "Kartu BPJS dibagikan di balai kelurahan, pukul 1 siang."


async def lurah(stage: Stage) -> Actor:
    """A coordinator of the first TPS's kelurahan, whose people are everybody there."""
    return await (await stage.coordinator("Kelurahan", "kelurahan")).links()


async def asks(who: Actor, to: str = "semua", words: str = WORDS, receipt: str = "Tidak perlu") -> str:
    """Through the questions to the preview; what the preview says."""
    await who.says("/siaran")
    await who.says(to)
    await who.says(words)
    await who.taps(receipt)
    return who.new


async def goes(stage: Stage) -> None:
    """A broadcast that is due leaves, and the clock sees that it is over."""
    for _ in range(2):
        await stage.passes(seconds=5)


def got(who: Actor) -> list[str]:
    return [each.said.text for each in who.messages if each.said.text.startswith(("📢", "🔔")) and "Siaran" not in each.said.text]


async def states(stage: Stage) -> list[str]:
    return [row.state for row in await stage.db.read(lambda tx: tx.rows(select(broadcasts.c.state).order_by(broadcasts.c.id)))]


async def test_from_the_question_to_the_report(stage: Stage) -> None:
    here, mate = await (await stage.officer()).links(), await (await stage.officer(rank=1)).links()
    away = await (await stage.officer(at=1)).links()
    sender = await lurah(stage)
    said = await sender.says("/siaran")
    assert "Kepada siapa" in said
    assert "semua petugas" in said
    assert "Kepada: KPPS di Kel." in await sender.says("peran=KPPS")
    assert "tanda terima" in await sender.says(WORDS)
    await sender.taps("Tidak perlu")
    assert WORDS in sender.new  # as it will be received
    assert f"📢 {sender.name}" in sender.new
    assert "Dapat dikirimi: 2 dari 7 orang" in sender.new
    assert "belum menghubungkan chat: 5" in sender.new
    assert got(here) == []
    await sender.taps("Kirim")
    assert "B-0001: dijadwalkan" in sender.new
    await stage.passes(seconds=5)
    assert len(got(here)) == 1
    assert WORDS in got(here)[0]
    assert sender.name in got(here)[0]
    assert len(got(mate)) == 1
    assert got(away) == []
    await goes(stage)
    assert "Laporan siaran B-0001" in sender.screen
    assert "Terkirim: 2" in sender.screen
    progress = [each for each in sender.messages if "Siaran B-0001: selesai" in each.said.text]
    assert len(progress) == 1, "the progress is one message that was changed"
    assert progress[0].edited


async def test_the_names_come_as_a_workbook_and_are_nowhere_kept(stage: Stage) -> None:
    here = await (await stage.officer()).links()
    sender = await lurah(stage)
    await asks(sender, "peran=KPPS")
    await sender.taps("Kirim")
    await goes(stage)
    (sheet,) = [each.said.file for each in sender.messages if each.said.file]
    assert sheet is not None
    assert sheet.name == "siaran-B-0001.xlsx"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["Nama", "Kelurahan", "TPS"]
    mine = next(row for row in rows if row[0] == here.name)
    assert mine[3] == "terkirim"
    assert {row[4] for row in rows[1:] if row[0] != here.name} == {"belum menghubungkan chat"}
    kept = await stage.db.read(lambda tx: tx.rows(select(deliveries.deliveries.c.refs).where(deliveries.deliveries.c.kind == "broadcast_sheet")))
    assert here.name not in str([row.refs for row in kept])


@pytest.mark.parametrize(
    ("words", "why"),
    [("Pilih paslon 1", "nomor urut"), ("nomor urut 2 ya", "nomor urut"), ("Coblos 3!", "nomor urut"), ("pasangan dua", "nomor urut"),
     ("", "kosong"), ("x" * 4200, "Terlalu panjang")],
)  # fmt: skip
async def test_what_is_not_neutral_or_does_not_fit_is_refused_and_the_question_stays(stage: Stage, words: str, why: str) -> None:
    await (await stage.officer()).links()
    sender = await lurah(stage)
    await sender.says("/siaran")
    await sender.says("semua")
    said = await sender.says(words) if words else await sender.sends("voice")
    assert why in said or (not words and "pesan suara" in said)
    assert "Belum ada yang terkirim" in said
    assert "tanda terima" in await sender.says("TPS 1 buka pukul 1 siang")


async def test_the_name_of_a_pair_is_refused(stage: Stage) -> None:
    name = await stage.db.read(lambda tx: tx.scalar(select(candidates.c.name)))
    await (await stage.officer()).links()
    sender = await lurah(stage)
    await sender.says("/siaran")
    await sender.says("semua")
    assert "nama pasangan calon" in await sender.says(f"Salam dari {name}")


async def test_a_coordinator_reaches_only_his_area_and_kpu_only_its_own(stage: Stage) -> None:
    area = await (await stage.coordinator("KPU", "kecamatan")).links()
    await area.says("/siaran")
    assert "petugas KPU" in area.new
    where = await stage.tps()
    mine = await stage.db.read(lambda tx: places.named(tx, where).kecamatan)
    other = next(name for name in ("Sukun", "Klojen") if name != mine)
    assert "luar wilayah" in await area.says(f"kecamatan={other}")
    assert "lembaganya sendiri" in await area.says("lembaga=Bawaslu")
    assert "Maksud Anda: KPPS" in await area.says("peran=KPSP")


async def test_nobody_else_has_it_and_forged_taps_do_nothing(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert "tidak tersedia" in await officer.says("/siaran")
    sender = await lurah(stage)
    await asks(sender)
    stranger = await (await stage.coordinator("Dinkes")).links()
    for forger in (officer, stranger):
        for verb in ("send", "later", "drop", "pause", "stop", "yes", "no", "sheet", "remind"):
            assert "bukan untuk Anda" in await forger.forges(f"b_{verb}:1")
        assert "bukan untuk Anda" in await forger.forges("b_got:1")
    assert await states(stage) == ["draft"]


async def test_two_taps_on_send_are_one(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    sender = await lurah(stage)
    await asks(sender)
    go = sender.button("Kirim")
    await sender.forges(go)
    assert "Sudah tercatat" in await sender.forges(go)
    await goes(stage)
    assert len(got(officer)) == 1


async def test_who_joins_or_stops_after_the_confirmation(stage: Stage) -> None:
    officer, stopper = await (await stage.officer()).links(), await (await stage.officer(rank=1)).links()
    sender = await lurah(stage)
    await asks(sender)
    await sender.taps("Jadwalkan")
    assert "tidak dikenali" in await sender.says("kapan-kapan")
    await sender.says("11.00")
    assert "dijadwalkan" in sender.screen
    late = await (await stage.officer(rank=2)).links()
    await stopper.says("/berhenti")
    await stage.passes(minutes=61)
    assert len(got(officer)) == 1
    assert got(stopper) == []
    assert got(late) == [], "recipients are frozen at confirmation"


async def test_beyond_one_kelurahan_another_coordinator_must_agree(stage: Stage) -> None:
    officer, bawaslu = await (await stage.officer()).links(), await (await stage.coordinator("Bawaslu")).links()
    dinkes = await (await stage.coordinator("Dinkes")).links()
    area = await (await stage.coordinator("KPU", "kecamatan")).links()
    sender = await (await stage.coordinator("KPU")).links()
    assert "koordinator lain" in await asks(sender, "peran=KPPS")
    await sender.taps("Kirim")
    assert "menunggu persetujuan" in sender.new
    for other in (bawaslu, dinkes):
        assert other.name in sender.new
        assert WORDS in other.screen
        assert "meminta persetujuan Anda untuk siaran B-0001" in other.screen
    assert "meminta persetujuan" not in area.screen, "his area does not hold the audience"
    await stage.passes(minutes=10)
    assert got(officer) == []
    his = dinkes.button("Setuju")
    await bawaslu.taps("Setuju")
    assert "Sudah tercatat" in await dinkes.forges(his)
    assert [choice.label for choice in dinkes.buttons("meminta persetujuan")] == []
    assert f"disetujui oleh {bawaslu.name}" in sender.screen
    await stage.passes(seconds=5)
    assert len(got(officer)) == 1


async def test_unanswered_it_lapses_and_the_sender_is_told(stage: Stage) -> None:
    officer, other = await (await stage.officer()).links(), await (await stage.coordinator("BPJS")).links()
    sender = await (await stage.coordinator("KPU")).links()
    await asks(sender)
    await sender.taps("Kirim")
    his = other.button("Setuju")
    await stage.passes(minutes=24 * 60 + 1)
    assert "tidak ada koordinator yang menyetujuinya" in sender.screen
    assert await states(stage) == ["lapsed"]
    assert "Sudah tercatat" in await other.forges(his)
    await stage.passes(minutes=5)
    assert got(officer) == []


async def test_all_refuse(stage: Stage) -> None:
    await (await stage.officer()).links()
    other = await (await stage.coordinator("BPJS")).links()
    sender = await (await stage.coordinator("KPU")).links()
    await asks(sender)
    await sender.taps("Kirim")
    await other.taps("Tolak")
    assert "semua koordinator yang diminta menolaknya" in sender.screen
    assert await states(stage) == ["dropped"]


async def test_with_no_second_coordinator_he_is_told_at_once(stage: Stage) -> None:
    await (await stage.officer()).links()
    sender = await (await stage.coordinator("KPU")).links()
    await asks(sender)
    await sender.taps("Kirim")
    assert "Operator dapat mengirimnya dengan perintah siaga broadcast" in sender.new
    assert await states(stage) == ["dropped"]


async def waiting(stage: Stage) -> dict[str, int]:
    rows = await stage.db.read(lambda tx: tx.rows(select(deliveries.deliveries.c.state).where(deliveries.deliveries.c.lane == BROADCAST)))
    return dict(Counter(row.state for row in rows))


async def begun(stage: Stage) -> tuple[Actor, list[Actor]]:
    """A broadcast to four that is in the outbox, and the outbox stands still."""
    officers = [await (await stage.officer(rank=rank)).links() for rank in range(4)]
    sender = await lurah(stage)
    await asks(sender)
    await sender.taps("Kirim")
    await stage.stops()
    await stage.heart.cycle()
    assert await waiting(stage) == {"waiting": 4}
    return sender, officers


async def test_paused_and_resumed(stage: Stage) -> None:
    sender, officers = await begun(stage)
    await sender.forges("b_pause:1")
    await stage.heart.cycle()
    assert await waiting(stage) == {"paused": 4}
    await stage.starts()
    await stage.passes(minutes=5)
    assert [got(each) for each in officers] == [[], [], [], []]
    assert "Siaran B-0001: dijeda" in sender.screen
    await sender.taps("Lanjut")
    await goes(stage)
    assert [len(got(each)) for each in officers] == [1, 1, 1, 1]
    assert "Terkirim: 4" in sender.screen


async def test_stopped_takes_back_what_has_not_left(stage: Stage) -> None:
    sender, officers = await begun(stage)
    await sender.forges("b_stop:1")
    await stage.heart.cycle()
    await stage.starts()
    await goes(stage)
    assert [got(each) for each in officers] == [[], [], [], []]
    assert "Laporan siaran B-0001 (dihentikan)" in sender.screen
    assert "Ditarik: 4" in sender.screen
    assert await states(stage) == ["stopped"]


async def test_a_photo_goes_with_its_words(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    sender = await lurah(stage)
    await sender.says("/siaran")
    await sender.says("semua")
    assert "tanda terima" in await sender.sends("photo", "denah-1", "Denah TPS")
    await sender.taps("Tidak perlu")
    await sender.taps("Kirim")
    await stage.passes(seconds=5)
    (message,) = [each.said for each in officer.messages if each.said.file]
    assert message.file is not None
    assert (message.file.kind, message.file.ref) == ("photo", "denah-1")
    assert "Denah TPS" in message.text


async def test_blocked_meanwhile_is_failed_by_reason_and_may_be_repeated_once(stage: Stage) -> None:
    officer, gone = await (await stage.officer()).links(), await (await stage.officer(rank=1)).links()
    sender = await lurah(stage)
    await asks(sender)
    stage.phones.lost.add(gone.id)
    await sender.taps("Kirim")
    await goes(stage)
    assert "Gagal: 1" in sender.screen
    assert "memblokir bot atau akunnya tidak aktif: 1" in sender.screen
    stage.phones.lost.clear()
    await gone.says("/start")
    again = sender.button("Ulangi ke yang gagal")
    await sender.forges(again)
    assert "Sudah tercatat" in await sender.forges(again)
    await goes(stage)
    assert len(got(gone)) == 1
    assert len(got(officer)) == 1, "only those whom it did not reach"


async def test_unknown_is_repeated_only_by_choice(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    sender = await lurah(stage)
    await asks(sender)
    stage.phones.mute.add(officer.id)  # it arrives, but the answer is lost
    await sender.taps("Kirim")
    await goes(stage)
    assert "Belum pasti: 1" in sender.screen
    stage.phones.mute.clear()
    await stage.passes(minutes=30)
    assert len(got(officer)) == 1
    rows = await stage.db.read(lambda tx: tx.rows(select(deliveries.deliveries.c.state).where(deliveries.deliveries.c.lane == BROADCAST)))
    assert [row.state for row in rows] == [UNKNOWN]
    await sender.taps("Ulangi ke yang belum pasti")
    await goes(stage)
    assert len(got(officer)) == 2


async def test_bawaslu_reads_each_and_kpu_of_the_area_too(stage: Stage) -> None:
    await (await stage.officer()).links()
    sender = await lurah(stage)
    await asks(sender)
    await sender.taps("Kirim")
    await goes(stage)
    bawaslu = await (await stage.coordinator("Bawaslu")).links()
    await bawaslu.says("/siaran")
    await bawaslu.taps("Siaran terkini")
    await bawaslu.taps("B-0001")
    assert WORDS in bawaslu.new
    assert "Siaran B-0001: selesai" in bawaslu.new


async def test_batal_puts_the_question_aside_and_an_emergency_goes_before_it(stage: Stage) -> None:
    sender = await lurah(stage)
    await sender.says("/siaran")
    await sender.taps("Batal")
    assert "Kepada siapa" not in sender.new
    await sender.says("/siaran")
    await sender.says("Pingsan")
    assert (await stage.case()).kind == "pingsan"


async def test_everything_is_in_the_journal_and_the_words_are_not(stage: Stage) -> None:
    await (await stage.officer()).links()
    sender = await lurah(stage)
    await asks(sender)
    await sender.taps("Kirim")
    await goes(stage)
    rows = await stage.db.read(lambda tx: [row for row in tx.rows(select(journal.c.what)) if row.what.startswith("broadcast")])
    assert [row.what for row in rows] == ["broadcast_confirmed", "broadcast_started", "broadcast_ended"]
    plain = await stage.db.read(lambda tx: str(list(tx.rows(select(deliveries.deliveries.c.refs)))))
    assert "Kartu BPJS" not in plain
    assert await stage.db.read(lambda tx: tx.scalar(select(recipients.c.address_id).where(recipients.c.address_id.is_not(None)).limit(1)))
    assert SENT in await stage.db.read(lambda tx: {row.state for row in tx.rows(select(deliveries.deliveries.c.state))})


async def test_who_lost_his_role_sends_nothing_more_and_reads_no_names(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    sender = await lurah(stage)
    await asks(sender)
    await sender.taps("Jadwalkan")
    await sender.says("11.00")
    await stage.db.write(lambda tx: tx.execute(delete(assignments).where(assignments.c.person_id == sender.person_id)))
    await stage.passes(minutes=65)
    assert got(officer) == []
    assert await states(stage) == ["dropped"]
    assert "bukan untuk Anda" in await sender.forges("b_sheet:1")
    assert not [each for each in sender.messages if each.said.file]


async def test_another_whose_area_holds_it_may_stop_it(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    sender = await lurah(stage)
    await asks(sender)
    await sender.taps("Jadwalkan")
    await sender.says("11.00")
    dinkes = await (await stage.coordinator("Dinkes")).links()
    await dinkes.says("/siaran")
    await dinkes.taps("Siaran terkini")
    await dinkes.taps("B-0001")
    await dinkes.taps("Hentikan")
    await stage.passes(minutes=65)
    assert got(officer) == []
    assert await states(stage) == ["dropped"]


async def test_a_setuju_that_comes_late_and_a_start_hours_late_send_nothing(stage: Stage) -> None:
    officer, other = await (await stage.officer()).links(), await (await stage.coordinator("BPJS")).links()
    sender = await (await stage.coordinator("KPU")).links()
    await asks(sender)
    await sender.taps("Jadwalkan")
    await sender.says("11.00")
    stage.clock.move(timedelta(hours=2))  # nobody was at work meanwhile
    assert "Sudah tercatat" in await other.taps("Setuju")
    near = await lurah(stage)
    await asks(near)
    await near.taps("Jadwalkan")
    await near.says("13.00")
    stage.clock.move(timedelta(hours=5))
    await goes(stage)
    assert "lebih dari tiga jam" in near.screen
    assert await states(stage) == ["lapsed", "lapsed"]
    assert got(officer) == []


async def test_berhenti_while_it_is_being_sent(stage: Stage) -> None:
    _, officers = await begun(stage)
    await officers[0].says("/berhenti")
    await stage.starts()
    await goes(stage)
    assert [len(got(each)) for each in officers] == [0, 1, 1, 1]


async def test_paused_for_more_than_a_day_it_runs_out_and_is_reported(stage: Stage) -> None:
    sender, officers = await begun(stage)
    await sender.forges("b_pause:1")
    await stage.heart.cycle()
    await stage.starts()
    await stage.passes(minutes=24 * 60 + 5)
    await goes(stage)
    assert [got(each) for each in officers] == [[], [], [], []]
    assert "Kedaluwarsa: 4" in sender.screen
    assert "Laporan siaran B-0001" in sender.screen


async def test_berhenti_on_one_platform_holds_on_the_other(stage: Stage) -> None:
    sender = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    officer = await (await stage.officer()).links()
    there, other = await officer.on_whatsapp().links(), await (await stage.officer(rank=2)).links()
    await officer.says("/berhenti")
    await asks(sender)
    await sender.taps("Kirim")
    await goes(stage)
    assert got(officer) == got(there) == []
    assert got(other)
    await officer.taps("Nyalakan lagi")
    await asks(sender, words="Vitamin lagi.")
    await sender.taps("Kirim")
    await goes(stage)
    assert "Vitamin lagi." in officer.screen + there.screen
