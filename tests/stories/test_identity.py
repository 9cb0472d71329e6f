"""Consent, linking, leaving, and who may read what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from storage import journal
from storage.database import Tx
from storage.drafts import drafts
from storage.people import addresses, people
from storage.roster import assignments
from tests.stories.stage import Actor, Stage, replace


async def test_linking_takes_consent_and_the_own_contact(stage: Stage) -> None:
    officer = await stage.officer()
    asked = await officer.says("/start")
    assert "luar negeri" in asked
    assert "/hapus" in asked
    assert {"Setuju", "Tidak", "🆘 Darurat"} <= set(officer.keyboard)
    assert "persetujuan" in await officer.shares_contact(), "no consent, no link"
    await officer.says("Setuju")
    assert "bukan nomor Anda" in await officer.shares_contact(own=False)
    assert "bukan nomor Anda" in await officer.says("081234567890")
    linked = await officer.shares_contact()
    assert "TPS" in linked
    assert officer.name.split()[0] in linked.replace("dr. ", "")
    row = (await stage.db.read(lambda tx: tx.rows(select(addresses))))[0]
    assert (row.consent, row.consent_version, row.consent_at) == ("yes", "2024-2", stage.clock.now())


async def left(actor: Actor) -> tuple[dict[str, Any], list[Any], list[Any], list[str]]:
    """What linking left: the address but for whose it is, drafts, the journal's entries, the keyboard."""

    def look(tx: Tx) -> tuple[dict[str, Any], list[Any], list[Any]]:
        row = tx.first(select(addresses).where(addresses.c.external == actor.id))._asdict()
        entries = tx.rows(select(journal.journal).order_by(journal.journal.c.id))
        details = [(entry, tx.vault.open_json(entry.detail_sealed)) for entry in entries]
        told = [(entry.what, entry.at, entry.who == row["person_id"], {**detail, "address": "mine"})
                for entry, detail in details if detail and detail.get("address") == row["id"]]  # fmt: skip
        unlike = {"id", "external", "named", "person_id", "phone"}
        drafted = tx.rows(select(drafts).where(drafts.c.address_id == row["id"]))
        return {name: value for name, value in row.items() if name not in unlike}, list(drafted), told

    return *await actor.stage.db.read(look), actor.keyboard


async def test_a_story_that_skips_the_question_links_as_the_dialog_does(stage: Stage) -> None:
    asked = await (await stage.officer(rank=1)).links(asked=True)
    short = await (await stage.officer(rank=2)).links()
    assert await left(short) == await left(asked)
    assert [what for what, *_ in (await left(short))[2]] == ["consent_given", "linked"]


async def test_a_number_that_is_in_no_roster_is_told_that_it_does_not_mean_unprotected(stage: Stage) -> None:
    stranger = stage.stranger()
    await stranger.says("/start")
    await stranger.says("Setuju")
    told = await stranger.shares_contact()
    assert "belum ditemukan" in told
    assert "bukan berarti Anda tidak terlindungi" in told
    assert "175" in told
    assert "belum ditemukan" in await stranger.says("/status")


async def test_bukan_saya_unlinks_hides_everything_and_tells_the_coordinator(stage: Stage) -> None:
    listed = await stage.officer()
    officer = await replace(listed, name="Pemilik SIM").links()
    city = await (await stage.coordinator("KPU")).links()
    await officer.taps("Bukan saya")
    assert listed.name in city.screen
    assert officer.phone.replace("+62", "0") not in city.screen
    assert "belum ditemukan" in await officer.says("/status")
    assert listed.name not in await officer.says("/data")
    assert "L-0001" in await officer.says("Pingsan")


async def test_data_shows_what_is_held_with_the_nik_masked(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    shown = await officer.says("/data")
    assert officer.name in shown
    assert "********" in shown
    assert officer.phone.replace("+62", "0") not in shown


async def test_hapus_asks_once_and_a_worker_on_duty_is_missed_by_his_head(stage: Stage) -> None:
    workers = [await worker.links() for worker in await stage.workers()]
    from storage import roster

    now = stage.clock.now()
    roles = {w.person_id: await stage.db.read(lambda tx, w=w: roster.roles(tx, w.person_id, now)) for w in workers}  # type: ignore[misc]
    head = next(w for w in workers if "kepala" in roles[w.person_id][0].position.lower())
    leaver = next(w for w in workers if w is not head and roster.on_duty(roles[w.person_id], now))
    officer = await (await stage.officer()).links()
    await officer.says("Pingsan")
    await leaver.taps("Saya tangani")
    await leaver.says("/hapus")
    await leaver.taps("Ya, hapus")
    assert "Persetujuan dicabut" in leaver.screen
    assert leaver.name in head.screen
    assert (await stage.case()).state == "waiting"
    assert await leaver.forges("take:1") == "Tombol ini bukan untuk Anda."


async def test_two_people_on_one_phone_are_asked_who_speaks_but_never_before_an_emergency(stage: Stage) -> None:
    first, second = await stage.officer(), await stage.officer(rank=1)
    worker = await (await stage.workers())[0].links()
    await stage.db.write(
        lambda tx: tx.execute(update(people).where(people.c.id == second.person_id).values(phone=first.phone))
    )
    shared = Actor(stage, "4242", first.phone, "HP Bersama")
    await shared.says("/start")
    await shared.says("Setuju")
    asked = await shared.shares_contact()
    assert "Siapa yang sedang memakai" in asked
    await shared.says("Pingsan")
    assert first.name in worker.screen
    assert second.name in worker.screen
    case = await stage.case()
    assert case.verified
    assert case.tps_id is not None
    await shared.taps(f"Saya {second.name[:15]}")
    assert second.name.split()[0] in shared.new
    stranger = stage.stranger()
    await stranger.says("/start")
    assert await stranger.forges(f"iam:{first.person_id}") == "Tombol ini bukan untuk Anda."


async def test_one_person_with_two_roles_sees_what_each_may_do(stage: Stage) -> None:
    officer = await stage.officer()
    where = await stage.tps()
    from storage import places

    centre = await stage.db.read(lambda tx: places.serving(tx, where)[0])
    role = {"election_id": 1, "person_id": officer.person_id, "kind": "worker", "key": "also", "role": "", "position": "perawat",
            "institution": "", "puskesmas_id": centre}  # fmt: skip
    await stage.db.write(lambda tx: tx.execute(insert(assignments).values(role)))
    await officer.links()
    await officer.says("/menu")
    assert {"🛡 Status", "🩺 Jaga", "📋 Kasus"} <= set(officer.keyboard)
    plain = await (await stage.officer(rank=2)).links()
    await plain.says("/menu")
    assert "🩺 Jaga" not in plain.keyboard


async def test_forged_taps_get_nothing_and_change_nothing(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    other = await (await stage.officer(at=7)).links()
    stranger = stage.stranger()
    await officer.says("Pingsan")
    for thief in (other, stranger):
        for data in ("take:1", "arrive:1", "close:1", "end:1:membaik", "refer:1", "lower:1", "decline:1", "still:1", "cancel:1",
                     "who:1:me", "sign:1:kejang", "signs:1", "crew:1", "place:1", "signed:1", "other:1"):  # fmt: skip
            assert await thief.forges(data) == "Tombol ini bukan untuk Anda.", data
        assert "L-0001" not in thief.screen
    for data in ("take", "take:1:2", "take:x", "take:99999999999999", "take:999", "end:1:sembuh", "sign:1:apa", "iam:-1", ":", "a" * 64,
                 "duty:on", "delete:maybe", "who:1:99999999999", "take:1 ", "take:١"):  # fmt: skip
        await worker.forges(data)
        await stranger.forges(data)
    case = await stage.case()
    assert (case.state, case.casualty, case.severity) == ("waiting", "", "red")


async def test_who_blocks_the_bot_is_gone_until_he_speaks_again(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.blocks()
    row = (await stage.db.read(lambda tx: tx.rows(select(addresses))))[0]
    assert row.state == "gone"
    stage.phones.lost.clear()
    await officer.says("/status")
    row = (await stage.db.read(lambda tx: tx.rows(select(addresses))))[0]
    assert row.state == "active"
