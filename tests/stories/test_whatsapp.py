"""The same dialogs on WhatsApp: the number is the identity, nothing is changed, and free words go for a day only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage import deliveries
from storage.deliveries import ALERT
from storage.people import addresses
from tests.stories.stage import Actor, Stage
from tests.stories.test_broadcast import asks, goes, got, lurah

_D = deliveries.deliveries.c


async def linked(stage: Stage, who: Actor) -> Actor:
    return await who.on_whatsapp().links()


async def test_the_number_is_the_identity_and_no_contact_is_asked_for(stage: Stage) -> None:
    officer = (await stage.officer()).on_whatsapp()
    assert "persetujuan" in await officer.says("Halo")
    said = await officer.says("Setuju")
    assert "Anda terhubung sebagai" in said
    assert "Kirim nomor" not in said
    assert "JKK" in await officer.says("status")
    row = (await stage.db.read(lambda tx: tx.rows(select(addresses))))[0]
    assert (row.channel, row.external, row.phone) == ("whatsapp", officer.id, officer.phone)


async def test_who_hides_his_number_reads_not_found_whatever_he_types_and_darurat_works(stage: Stage) -> None:
    officer = await stage.officer()
    hidden = officer.on_whatsapp(hidden=True)
    await hidden.says("Halo")
    await hidden.says("Setuju")
    assert "belum ditemukan" in await hidden.shares_contact(officer.phone, own=True)
    await hidden.says("Darurat")
    assert "L-0001" in await hidden.says("Pingsan")
    assert not (await stage.case()).verified


async def test_from_the_call_to_the_end_on_whatsapp(stage: Stage) -> None:
    officer = await linked(stage, await stage.officer())
    first, second = [await linked(stage, each) for each in (await stage.workers())[:2]]
    assert "119" in await officer.says("Darurat")
    await officer.says("Pingsan")
    assert "MERAH L-0001" in first.last.text
    await first.taps("Saya tangani")
    assert "Anda yang menangani: sudah ditangani" in first.new
    assert f"L-0001: sudah ditangani, oleh {first.name}" in second.last.text
    assert not second.last.choices
    assert "ditangani" in officer.last.text
    assert "Sudah ditangani orang lain" in await second.taps("Saya tangani")
    await first.taps("Tiba")
    await first.taps("Selesai")
    await first.taps("Membaik")
    assert (await stage.case()).state == "closed"
    await stage.journal(await stage.case())


async def test_what_is_taken_on_one_channel_shows_as_taken_on_the_other(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = (await stage.workers())[0]
    there, here = await linked(stage, worker), await worker.links()
    await officer.says("Darurat")
    await officer.says("Pingsan")
    assert "MERAH L-0001" in here.screen
    assert "MERAH L-0001" in there.screen
    await here.taps("Saya tangani")
    assert "L-0001: sudah ditangani, oleh Anda" in there.last.text
    assert any("Tiba" in choice.label for row in there.last.choices for choice in row)


async def test_what_is_no_alarm_goes_where_he_was_heard_last(stage: Stage) -> None:
    person = await stage.officer()
    here = await person.links()
    await stage.passes(minutes=2)
    there = await linked(stage, person)
    sender = await lurah(stage)
    await asks(sender)
    assert "Dapat dikirimi: 1 dari" in sender.new
    await sender.taps("Kirim")
    await goes(stage)
    assert len(got(there)) == 1
    assert got(here) == []
    await stage.passes(minutes=2)
    await here.says("/menu")
    await asks(sender, words="Yang kedua.")
    await sender.taps("Kirim")
    await goes(stage)
    assert len(got(here)) == 1
    assert len(got(there)) == 1


async def test_outside_the_window_only_a_template_goes(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await linked(stage, (await stage.workers())[0])
    await stage.passes(minutes=25 * 60)
    stage.cloud.templates.clear()
    await officer.says("Darurat")
    await officer.says("Pingsan")
    case = await stage.case()
    (call,) = [each for each in stage.cloud.templates if each.name == "siaga_darurat"]
    assert call.values[:3] == ("L-0001", "MERAH", "Pingsan")
    assert call.values[3].startswith("TPS 001")
    assert call.taps == (f"take:{case.id}", f"decline:{case.id}")
    await worker.forges(call.taps[0])
    assert (await stage.case()).state == "taken"


async def test_a_reply_that_has_no_template_and_a_closed_window_fails_with_that_reason(stage: Stage) -> None:
    sender = await lurah(stage)
    worker = await linked(stage, await stage.coordinator("Dinkes"))
    await stage.db.write(lambda tx: deliveries.post(tx, lane=1, address_id=2, kind="menu", refs={"values": {"menu": []}},
                                                    now=stage.clock.now() + timedelta(days=2)))  # fmt: skip
    stage.clock.move(timedelta(days=2))
    before = len(worker.messages)
    await stage.settled()
    rows = await stage.db.read(lambda tx: tx.rows(select(_D.state, _D.reason).where(_D.address_id == 2).order_by(_D.id.desc())))
    assert rows[0].state == "failed"
    assert "24 hours" in rows[0].reason
    assert len(worker.messages) == before
    assert sender.messages


async def test_a_failure_told_later_lets_the_alert_climb(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    workers = await stage.workers()
    first = await linked(stage, workers[0])
    await officer.says("Darurat")
    await officer.says("Pingsan")
    rung = (await stage.case()).rung
    shown = first.messages[-1].id
    await first.befalls("failed", "131026: Message undeliverable", message=shown)
    await stage.settled()
    assert (await stage.case()).rung > rung
    rows = await stage.db.read(lambda tx: tx.rows(select(_D.state, _D.reason).where(_D.external == shown, _D.channel == "whatsapp")))
    assert [(row.state, row.reason) for row in rows] == [("failed", "131026: Message undeliverable")]


async def test_a_window_that_was_closed_after_all_turns_to_the_template(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    first = await linked(stage, (await stage.workers())[0])
    await officer.says("Darurat")
    await officer.says("Pingsan")
    assert stage.cloud.templates == []
    await first.befalls("failed", "131047: Re-engagement message", message=first.messages[-1].id)
    await stage.settled()
    assert [each.name for each in stage.cloud.templates] == ["siaga_darurat"]
    alerts = await stage.db.read(lambda tx: tx.rows(select(_D.state).where(_D.kind == "alert", _D.lane == ALERT, _D.channel == "whatsapp")))
    assert [row.state for row in alerts] == ["sent"]


@pytest.mark.parametrize("how", ["STOP", "berhenti", "told"])
async def test_who_opts_out_gets_no_broadcast_and_alerts_all_the_same(stage: Stage, how: str) -> None:
    officer = await linked(stage, await stage.officer())
    if how == "told":
        await officer.befalls("stopped")
    else:
        assert "dihentikan untuk chat ini" in await officer.says(how)
    sender = await lurah(stage)
    assert "menghentikan siaran (/berhenti): 1" in await asks(sender)
    await officer.says("Darurat")
    assert "L-0001" in await officer.says("Pingsan")


async def test_a_status_that_came_before_or_twice_changes_nothing(stage: Stage) -> None:
    officer = await linked(stage, await stage.officer())
    await officer.befalls("delivered", message=officer.messages[-1].id)
    await officer.befalls("read", message=officer.messages[-1].id)
    await officer.befalls("failed", "131026: late", message="wamid.unknown")
    rows = await stage.db.read(lambda tx: tx.rows(select(_D.state)))
    assert {row.state for row in rows} == {"sent"}


async def test_a_receipt_and_its_line(stage: Stage) -> None:
    officer = await linked(stage, await stage.officer())
    sender = await lurah(stage)
    await asks(sender, receipt="Ya, minta tanda terima")
    await sender.taps("Kirim")
    await goes(stage)
    await officer.taps("Sudah saya terima")
    assert officer.last.text.startswith("✅ Sudah diterima")


async def test_a_coordinator_sends_and_steers_from_whatsapp(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    sender = await linked(stage, await stage.coordinator("Kelurahan", "kelurahan"))
    await sender.says("siaran")
    await sender.says("semua")
    await sender.says("Air minum ada.")
    await sender.taps("Tidak perlu")
    await sender.taps("Kirim")
    await goes(stage)
    assert "Air minum ada." in got(officer)[0]
    assert "Laporan siaran B-0001" in sender.screen
