"""Who is in no roster, or hides his number, asks to be recorded; who knows him there decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.workbook import read, sample
from bot.workbook.load import load
from handlers import leaving
from storage import former, journal, names, people, roster
from storage.requests import APPROVED, OPEN, REPLACED, renumber, requests
from tests.stories.stage import VOTING_DAY, Actor, Stage


async def asks(who: Actor, name: str, where: str = "Arjosari 1", role: str = "KPPS") -> str:
    await who.says("🪪 Minta dicatat")
    await who.taps(role)
    await who.says(name)
    return await who.says(where)


async def unknown(stage: Stage, user: int = 999, whatsapp: bool = False) -> Actor:
    who = stage.stranger(user)
    who.phone = f"+6281999{user:06d}"
    if whatsapp:
        return await who.on_whatsapp().links()
    await who.says("/start")
    await who.says("Setuju")
    await who.shares_contact()
    return who


async def lurah(stage: Stage) -> Actor:
    return await (await stage.coordinator("Kelurahan", "kelurahan")).links()


async def states(stage: Stage) -> list[str]:
    return [row.state for row in await stage.db.read(lambda tx: tx.rows(select(requests).order_by(requests.c.id)))]


async def test_a_hidden_number_is_linked_by_the_coordinator(stage: Stage) -> None:
    boss, officer = await lurah(stage), await stage.officer()
    hidden = officer.on_whatsapp(hidden=True)
    await hidden.says("Halo")
    await hidden.says("Setuju")
    await hidden.shares_contact(officer.phone)
    assert "sudah dikirim" in await asks(hidden, officer.name)
    assert "tidak ditampilkan" in boss.last.text
    await boss.taps(officer.name[:12])
    assert "Anda terhubung sebagai" in hidden.screen
    assert "JKK" in await hidden.says("status")
    row = await stage.db.read(lambda tx: people.person(tx, officer.person_id))
    assert row.phone == officer.phone  # nobody vouched for another
    assert await states(stage) == [APPROVED]


async def test_a_new_number_becomes_his_and_his_old_chat_reads_of_it(stage: Stage) -> None:
    boss = await lurah(stage)
    officer = await (await stage.officer()).links()
    again = await unknown(stage)
    await asks(again, officer.name.upper())
    await boss.taps(officer.name[:12])
    assert "menghubungkan chat lain sebagai Anda" in officer.last.text
    row = await stage.db.read(lambda tx: people.person(tx, officer.person_id))
    assert row.phone == again.phone
    whats = await stage.db.read(lambda tx: {row.what for row in tx.rows(select(journal.journal.c.what))})
    assert {"identity_asked", "identity_approved"} <= whats


async def test_the_chat_of_his_new_number_shows_his_open_emergency(stage: Stage) -> None:
    boss = await lurah(stage)
    officer = await (await stage.officer()).links()
    await officer.says("Pingsan")
    again = await unknown(stage)
    await asks(again, officer.name.upper())
    await boss.taps(officer.name[:12])
    assert "L-0001" in again.last.text
    assert "L-0001" in await again.says("saya di lantai 2")


async def test_a_request_of_a_phone_that_was_cut_off_since_links_nobody(stage: Stage) -> None:
    boss, officer = await lurah(stage), await stage.officer()
    lost = await unknown(stage)
    await asks(lost, officer.name.upper())
    approve = boss.button(officer.name[:12])
    mate, now = await stage.officer(rank=1), stage.clock.now()
    await stage.db.write(lambda tx: renumber(tx, mate.person_id, lost.phone))
    await lost.links()
    assert "JKK" in await lost.says("/status")
    await stage.db.write(lambda tx: leaving.cut_off(tx, lost.phone, now, stage.rules))
    await boss.forges(approve)  # a phone that still shows the older buttons
    assert not await stage.db.read(lambda tx: people.reachable(tx, [officer.person_id]))


async def test_the_answer_is_the_same_whether_or_not_somebody_of_that_name_is_listed(stage: Stage) -> None:
    await lurah(stage)
    first, second = await unknown(stage, 901), await unknown(stage, 902)
    listed, nobody = await asks(first, (await stage.officer()).name), await asks(second, "Zulkifli Qomaruddin")
    assert listed == nobody


async def test_a_replacement_may_report_as_one_of_the_crew_at_once(stage: Stage) -> None:
    boss, new = await lurah(stage), await unknown(stage)
    await asks(new, "Slamet Pengganti")
    assert "Belum ada yang bernama begitu" in boss.last.text
    await boss.taps("Petugas baru")
    assert "TPS 001" in new.screen
    await new.says("Pingsan")
    case = await stage.case()
    assert case.verified
    assert case.tps_id == (await stage.tps()).tps_id
    assert await boss.forges("id_new:1") == "Sudah tercatat."
    crew = await stage.db.read(lambda tx: roster.crew(tx, case.tps_id or 0, stage.clock.now()))
    assert [role.role for role in crew if role.name == "Slamet Pengganti"] == ["KPPS"]


async def test_only_who_is_responsible_there_decides(stage: Stage) -> None:
    kpu, bawaslu = await (await stage.coordinator("KPU")).links(), await (await stage.coordinator("Bawaslu")).links()
    dinkes, bpjs = await (await stage.coordinator("Dinkes")).links(), await (await stage.coordinator("BPJS")).links()
    who = await unknown(stage)
    await asks(who, "Slamet Pengganti")
    assert "Slamet Pengganti" in kpu.screen
    for other in (bawaslu, dinkes, bpjs, who):
        assert "Permintaan untuk dicatat" not in other.screen
        for data in ("id_new:1", "id_no:1", "id_as:1:1", "id_new:99"):
            assert "bukan untuk Anda" in await other.forges(data)
    assert await states(stage) == [OPEN]
    officer = await stage.officer(at=3)
    assert "bukan untuk Anda" in await kpu.forges(f"id_as:1:{officer.person_id}")  # not of that place, not alike


async def test_a_ptps_is_bawaslus_and_a_nakes_is_his_heads(stage: Stage) -> None:
    kpu, bawaslu = await (await stage.coordinator("KPU")).links(), await (await stage.coordinator("Bawaslu")).links()
    who = await unknown(stage)
    await asks(who, "Sri Pengawas", role="PTPS")
    assert "Sri Pengawas" in bawaslu.screen
    assert "Sri Pengawas" not in kpu.screen
    workers = await stage.workers()
    now = stage.clock.now()
    roles = await stage.db.read(lambda tx: {w.person_id: roster.roles(tx, w.person_id, now) for w in workers})
    head = await next(w for w in workers if "kepala" in roles[w.person_id][0].position.lower()).links()
    nurse = await unknown(stage, 903)
    assert "belum dikenali" in await asks(nurse, "Dewi Perawat", where="Puskesmas Antah", role="Tenaga kesehatan")
    await nurse.says("polowijen")
    await head.taps("Petugas baru")
    assert "Puskesmas Polowijen" in nurse.screen
    officer = await (await stage.officer()).links()
    await officer.says("Pingsan")
    assert "MERAH L-0001" in nurse.screen
    await nurse.taps("Saya tangani")
    assert (await stage.case()).state == "taken"


async def test_asking_is_capped_and_the_newest_counts(stage: Stage) -> None:
    boss, who = await lurah(stage), await unknown(stage)
    for name in ("Slamet Satu", "Slamet Dua", "Slamet Tiga"):
        await asks(who, name)
    assert await states(stage) == [REPLACED, REPLACED, OPEN]
    await who.says("🪪 Minta dicatat")
    assert "beberapa kali hari ini" in who.last.text
    assert await boss.forges("id_new:1") == "Permintaan ini sudah tidak berlaku."
    stage.clock.move(timedelta(hours=25))
    await who.says("🪪 Minta dicatat")
    assert "Bertugas sebagai apa" in who.last.text


async def test_with_nobody_to_decide_he_is_told_at_once(stage: Stage) -> None:
    who = await unknown(stage)
    assert "belum ada yang dapat memutuskannya" in await asks(who, "Slamet Pengganti")


async def test_an_emergency_goes_before_every_question_of_it(stage: Stage) -> None:
    who = await unknown(stage)
    await who.says("🪪 Minta dicatat")
    await who.taps("KPPS")
    await who.says("Pingsan")
    assert (await stage.case()).kind == "pingsan"


async def test_who_is_linked_or_gave_no_consent_is_led_to_the_beginning(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert "Anda terhubung sebagai" in await officer.says("Minta dicatat")
    stranger = stage.stranger(5)
    assert "persetujuan" in await stranger.says("Minta dicatat")
    assert await stranger.forges("id_role:kpps") == "Tombol ini tidak berlaku lagi."
    assert await states(stage) == []


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
async def test_a_number_that_was_vouched_for_stands_against_an_older_list(stage: Stage, whatsapp: bool, times: int) -> None:
    boss = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    officer = await stage.officer(rank=1)
    for user in range(999, 999 - times, -1):
        renewed = await unknown(stage, user, whatsapp)
        await asks(renewed, officer.name)
        await boss.taps(officer.name[:12])
        assert "terhubung" in renewed.screen
    city = read.of_rows(sample.rows(tps=57, voting_day=VOTING_DAY.date()))
    told = await load(stage.db, city, now=stage.clock.now(), election="malang-2024")
    assert [each.code for each in told.doubts] == ["phone_former"]
    buyer = Actor(stage, "78", officer.phone, "Pembeli")
    await (buyer.on_whatsapp() if whatsapp else buyer).links()
    shown = stage.cloud.shown[officer.phone.strip("+")] if whatsapp else buyer.messages
    assert not any(officer.name.split()[0] in each.said.text for each in shown)
    assert "belum ditemukan" in shown[-1].said.text
    assert "JKK" in await renewed.says("/status")


async def test_his_former_numbers_are_told_to_him_and_go_with_the_others(stage: Stage) -> None:
    boss = await lurah(stage)
    officer, renewed = await stage.officer(rank=1), await unknown(stage)
    await asks(renewed, officer.name)
    await boss.taps(officer.name[:12])
    masked = names.masked(officer.phone)
    assert f"Nomor sebelumnya: {masked}\n" in await renewed.says("/data")
    await stage.db.write(lambda tx: tx.execute(delete(roster.assignments).where(roster.assignments.c.person_id == officer.person_id)))
    await renewed.says("/hapus")
    await renewed.taps("Ya, hapus")
    assert await stage.db.read(former.everybody) == {}


@pytest.mark.parametrize("tap", ["Petugas baru", "name"])
async def test_a_request_that_solved_itself_adds_nobody(stage: Stage, tap: str) -> None:
    boss = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    officer = await stage.officer(rank=1)
    renewed = await unknown(stage)
    await asks(renewed, officer.name)
    data = boss.button("Petugas baru" if tap == "Petugas baru" else officer.name[:12])
    await stage.db.write(lambda tx: tx.execute(update(people.people).where(people.people.c.id == officer.person_id).values(phone=renewed.phone)))
    await renewed.shares_contact()
    status = await renewed.says("/status")
    assert await boss.forges(data) == "Sudah tercatat."
    assert "Sudah terhubung" in boss.screen
    assert await renewed.says("/status") == status
    where, now = await stage.tps(), stage.clock.now()
    crew = await stage.db.read(lambda tx: [role.name for role in roster.crew(tx, where.tps_id or 0, now)])
    assert crew.count(officer.name) == 1


@pytest.mark.parametrize(("role", "institution"), [("PPK", "KPU"), ("Panwascam", "Bawaslu")])
async def test_who_serves_a_kecamatan_asks_by_its_name(stage: Stage, role: str, institution: str) -> None:
    boss = await (await stage.coordinator(institution)).links()
    who = await unknown(stage)
    assert "kecamatan mana" in await asks_so_far(who, role)
    assert "sudah dikirim" in await who.says("Klojen")
    await boss.taps("Petugas baru")
    assert f"{role} {institution}" in who.screen
    assert "Kec. Klojen" in who.screen


async def asks_so_far(who: Actor, role: str) -> str:
    await who.says("🪪 Minta dicatat")
    await who.taps(role)
    return await who.says("Wahyu Nugraha Putra")
