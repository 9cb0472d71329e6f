"""A request to be recorded reaches who may decide it: who links later, who was reminded, who stands further out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.commands import doctor
from storage import people, roster
from storage.requests import APPROVED, OPEN, REFUSED, REPLACED, requests
from tests.stories.stage import Actor, Stage

both = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
NAME = "Slamet Pengganti"


async def links(who: Actor, whatsapp: bool) -> Actor:
    return await (who.on_whatsapp() if whatsapp else who).links()


async def asks(stage: Stage, whatsapp: bool, user: int = 999, role: str = "KPPS", where: str = "Arjosari 1", name: str = NAME) -> Actor:
    """Somebody of no roster asks to be recorded."""
    who = stage.stranger(user)
    who.phone = f"+6281999{user:06d}"
    who = await links(who, whatsapp)
    await who.says("Minta dicatat")
    await who.taps(role)
    await who.says(name)
    await who.says(where)
    return who


async def lurah(stage: Stage, whatsapp: bool) -> Actor:
    return await links(await stage.coordinator("Kelurahan", "kelurahan"), whatsapp)


async def states(stage: Stage) -> list[str]:
    return [row.state for row in await stage.db.read(lambda tx: tx.rows(select(requests).order_by(requests.c.id)))]


async def due(stage: Stage) -> int:
    found = await stage.db.read(lambda tx: tx.rows(select(requests.c.id).where(requests.c.next_at.is_not(None))))
    return len(list(found))


@both
async def test_who_links_later_reads_what_waits_and_decides(stage: Stage, whatsapp: bool) -> None:
    who = await asks(stage, whatsapp)
    assert "Begitu ada yang terhubung" in who.last.text
    boss = await lurah(stage, whatsapp)
    assert f"{NAME}, KPPS, TPS 001, Kel. Arjosari" in boss.last.text
    await boss.taps(NAME[:12])
    await boss.taps("Petugas baru")
    assert "TPS 001" in who.screen
    assert await states(stage) == [APPROVED]


@both
async def test_who_links_later_reads_only_what_is_his_to_decide(stage: Stage, whatsapp: bool) -> None:
    await asks(stage, whatsapp)
    for institution in ("Bawaslu", "Dinkes", "BPJS"):
        other = await links(await stage.coordinator(institution), whatsapp)
        assert NAME not in other.screen
        assert "Minta dicatat: 0" in await other.says("/rekap")
    elsewhere = await links(await stage.coordinator("KPU", "kecamatan", at=40), whatsapp)
    assert NAME not in elsewhere.screen


@both
async def test_his_head_reads_what_waits_when_he_links(stage: Stage, whatsapp: bool) -> None:
    nurse = await asks(stage, whatsapp, role="Tenaga kesehatan", where="Polowijen", name="Dewi Perawat")
    workers, now = await stage.workers(), stage.clock.now()
    roles = await stage.db.read(lambda tx: {w.person_id: roster.roles(tx, w.person_id, now) for w in workers})
    head = next(w for w in workers if "kepala" in roles[w.person_id][0].position.lower())
    head = await links(head, whatsapp)
    assert "Dewi Perawat, Tenaga kesehatan, Puskesmas Polowijen" in head.last.text
    await head.taps("Dewi Perawat")
    await head.taps("Petugas baru")
    assert "Puskesmas Polowijen" in nurse.screen


@both
async def test_on_voting_day_he_is_reminded_soon_then_who_stands_further_out_is_asked(stage: Stage, whatsapp: bool) -> None:
    near, city = await lurah(stage, whatsapp), await links(await stage.coordinator("KPU"), whatsapp)
    area = await links(await stage.coordinator("KPU", "kecamatan"), whatsapp)
    who = await asks(stage, whatsapp)
    assert NAME in near.last.text
    await stage.passes(minutes=14)
    assert "⏰" not in near.screen
    await stage.passes(minutes=1)
    assert "⏰ Belum diputuskan" in near.last.text
    assert NAME not in area.screen
    await stage.passes(minutes=15)
    assert "Belum diputuskan oleh yang lebih dekat" in area.last.text
    assert "koordinator di tingkat yang lebih luas" in who.last.text
    assert NAME not in city.screen
    await stage.passes(minutes=15)
    assert NAME in city.last.text
    told, seen = who.screen.count("belum diputuskan"), near.screen.count(NAME)
    await stage.passes(minutes=24 * 60)
    assert (who.screen.count("belum diputuskan"), near.screen.count(NAME), area.screen.count(NAME)) == (told, seen, 1)
    assert not await due(stage)
    await city.taps("Petugas baru")
    assert "TPS 001" in who.screen
    assert "Disetujui" in near.last.text


@both
async def test_as_long_as_nobody_is_reached_it_is_tried_again(stage: Stage, whatsapp: bool) -> None:
    who = await asks(stage, whatsapp)
    await stage.passes(minutes=45)
    assert who.screen.count("koordinatornya belum terhubung") == 1
    boss = await lurah(stage, whatsapp)
    before = len(boss.messages)
    await stage.passes(minutes=15)
    assert NAME in boss.last.text
    assert len(boss.messages) == before + 1
    assert "koordinatornya belum terhubung" in who.screen
    await boss.taps("Tolak")
    assert await states(stage) == [REFUSED]


@both
async def test_what_is_decided_reminds_nobody(stage: Stage, whatsapp: bool) -> None:
    near, area = await lurah(stage, whatsapp), await links(await stage.coordinator("KPU", "kecamatan"), whatsapp)
    await asks(stage, whatsapp)
    await near.taps("Tolak")
    seen = len(near.messages)
    await stage.passes(minutes=120)
    assert len(near.messages) == seen
    assert NAME not in area.screen


@both
async def test_what_solved_itself_reminds_nobody(stage: Stage, whatsapp: bool) -> None:
    near, officer = await lurah(stage, whatsapp), await stage.officer(rank=1)
    who = await asks(stage, whatsapp, name=officer.name)
    change = update(people.people).where(people.people.c.id == officer.person_id).values(phone=who.phone)
    await stage.db.write(lambda tx: tx.execute(change))
    await who.shares_contact()
    assert "Sudah terhubung" in near.last.text
    assert not near.last.choices
    assert not await due(stage)
    assert "Minta dicatat: 0" in await near.says("/rekap")


@both
async def test_those_who_wait_are_listed_under_rekap(stage: Stage, whatsapp: bool) -> None:
    boss = await lurah(stage, whatsapp)
    first = await asks(stage, whatsapp, 901, name="Slamet Pertama")
    await stage.passes(minutes=1)
    await asks(stage, whatsapp, 902, name="Slamet Kedua")
    assert "Minta dicatat: 2" in await boss.says("/rekap")
    await boss.taps("Minta dicatat")
    said = boss.last.text
    assert said.index("Slamet Pertama") < said.index("Slamet Kedua")
    assert "sejak 27 Nov 2024 10.00 WIB" in said
    await boss.taps("Slamet Pertama")
    assert "Nama: Slamet Pertama" in boss.last.text
    await boss.taps("Petugas baru")
    assert "Disetujui" in boss.last.text
    assert "TPS 001" in first.screen
    assert await states(stage) == [APPROVED, OPEN]


async def test_many_are_one_list_for_who_links(stage: Stage) -> None:
    for user in range(900, 910):
        await asks(stage, False, user, name=f"Slamet {'ABCDEFGHIJ'[user - 900]}rdi")
    boss = await lurah(stage, False)
    assert boss.screen.count("Slamet") == 8
    assert "dan 2 lagi" in boss.last.text


async def test_nobody_else_lists_or_opens_one(stage: Stage) -> None:
    who = await asks(stage, False)
    officer, bawaslu = await (await stage.officer()).links(), await (await stage.coordinator("Bawaslu")).links()
    for other in (officer, who, stage.stranger(5)):
        assert await other.forges("ids") == "Tombol ini bukan untuk Anda."
    for other in (officer, who, bawaslu):
        assert await other.forges("id_show:1") == "Tombol ini bukan untuk Anda."
    await bawaslu.forges("ids")
    assert "Tidak ada yang menunggu" in bawaslu.last.text


async def test_a_coordinator_who_has_been_quiet_for_a_day_is_asked_by_template(stage: Stage) -> None:
    boss = await lurah(stage, True)
    stage.clock.move(timedelta(hours=25))
    await asks(stage, True)
    assert NAME in boss.last.text
    assert [each.name for each in stage.cloud.templates] == ["siaga_pemberitahuan"]


async def test_when_no_voting_day_is_near_it_takes_a_day_each(stage: Stage) -> None:
    stage.clock.move(timedelta(days=4))
    near, area = await lurah(stage, False), await (await stage.coordinator("KPU", "kecamatan")).links()
    await asks(stage, False)
    await stage.passes(minutes=24 * 60 - 1)
    assert "⏰" not in near.screen
    await stage.passes(minutes=1)
    assert "⏰" in near.last.text
    await stage.passes(minutes=24 * 60)
    assert NAME in area.last.text


@both
async def test_a_card_of_what_was_asked_anew_shows_it_and_its_buttons_say_so(stage: Stage, whatsapp: bool) -> None:
    boss = await lurah(stage, whatsapp)
    who = await asks(stage, whatsapp, name="Slamet Pertama")
    taps = [boss.button("Petugas baru"), boss.button("Tolak"), f"id_as:1:{boss.person_id}"]
    for words in ("Minta dicatat", "KPPS", "Slamet Kedua", "Arjosari 1"):
        await (who.taps(words) if words == "KPPS" else who.says(words))
    ended = [each.said for each in boss.messages if "Diganti dengan permintaan yang lebih baru" in each.said.text]
    assert ["Slamet Pertama" in each.text for each in ended] == [True]
    assert not ended[0].choices
    for data in taps:
        assert await boss.forges(data) == "Permintaan ini sudah tidak berlaku."
    assert await states(stage) == [REPLACED, OPEN]
    await boss.taps("Petugas baru")
    assert await boss.forges("id_new:2") == "Sudah tercatat."


@both
async def test_a_card_of_who_is_gone_shows_it_without_his_name(stage: Stage, whatsapp: bool) -> None:
    boss = await lurah(stage, whatsapp)
    who = await asks(stage, whatsapp)
    await who.says("hapus" if whatsapp else "/hapus")
    await who.taps("Ya, hapus")
    assert "Permintaan ini sudah tidak berlaku" in boss.last.text
    assert "Nama: sudah dihapus" in boss.last.text
    assert NAME not in boss.last.text
    assert not boss.last.choices
    assert await boss.forges("id_no:1") == "Permintaan ini sudah tidak berlaku."
    assert not await due(stage)


async def test_the_doctor_counts_who_has_waited_too_long(stage: Stage) -> None:
    async def late() -> list[str]:
        now = stage.clock.now()
        return [each.what for each in await stage.db.read(lambda tx: list(doctor._requests(tx, now))) if not each.good]

    boss = await lurah(stage, False)
    await asks(stage, False)
    assert await late() == []
    await stage.passes(minutes=31)
    assert await late() == ["requests: 1 to be recorded wait for longer than they should"]
    await boss.taps("Petugas baru")
    assert await late() == []
