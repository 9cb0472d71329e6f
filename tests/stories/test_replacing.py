"""An officer is replaced on the morning itself, by the word of the chair or of PPS."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from bot.commands.undoing import last_import
from bot.workbook import read, sample
from bot.workbook.load import Outcome, load
from storage import roster
from tests.stories.stage import VOTING_DAY, Actor, Stage


async def replaced(stage: Stage, by: Actor, old: Actor, name: str = "Slamet Riyadi", phone: str = "081277770001") -> str:
    await by.says("ganti" if by.channel == "whatsapp" else "/ganti")
    if "TPS berapa" in by.last.text:
        await by.says("1")
    await by.taps(old.name[:20])
    await by.says(name)
    await by.says(phone)
    await by.taps("Ya, ganti")
    return by.screen


async def member(stage: Stage) -> Actor:
    """One of the KPPS who is not its chair."""
    chair, first, second = await stage.chair(), await stage.officer(), await stage.officer(rank=1)
    return second if first.person_id == chair.person_id else first


def newcomer(stage: Stage) -> Actor:
    return Actor(stage, "4242", "+6281277770001", "Slamet Riyadi")


async def crew(stage: Stage) -> dict[str, str]:
    where, now = await stage.tps(), stage.clock.now()
    return {role.name: role.position for role in await stage.db.read(lambda tx: roster.crew(tx, where.tps_id or 0, now))}


async def test_the_new_one_links_at_once_and_the_old_one_has_lost_his_rights(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await (await member(stage)).links()
    coordinator = await (await stage.coordinator(level="kecamatan")).links()
    assert "Minta ia membuka bot ini" in await replaced(stage, chair, old)
    assert "Anda sudah digantikan sebagai KPPS" in old.screen and "Chat ini tidak terhubung lagi" in old.last.text
    assert f"{old.name} digantikan Slamet Riyadi, menurut {chair.name}" in coordinator.last.text
    names = await crew(stage)
    assert "Slamet Riyadi" in names and old.name not in names
    new = await newcomer(stage).links()
    assert "TPS 001" in new.screen
    await new.says("Pingsan")
    case = await stage.case()
    assert case.verified and case.tps_id == (await stage.tps()).tps_id
    assert "belum" in (await old.says("/status")).casefold()
    await old.says("Kecelakaan")
    assert len(await stage.cases()) == 2, "an emergency he reports all the same"


async def test_who_waited_with_this_number_is_linked_by_it(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    new = await newcomer(stage).links()
    assert "belum ditemukan" in new.last.text
    assert "sudah terhubung" in await replaced(stage, chair, old)
    assert "TPS 001" in new.screen and "Status" in " ".join(new.keyboard)


async def test_pps_replaces_the_chair_who_stays_one(stage: Stage) -> None:
    pps, chair = await (await stage.pps()).links(), await (await stage.chair()).links()
    await replaced(stage, pps, chair)
    assert (await crew(stage))["Slamet Riyadi"] == "ketua"
    new = await newcomer(stage).links()
    await new.says("/ganti")
    assert "siapa yang diganti" in new.last.text


async def test_nobody_else_may_and_only_of_the_own_tps(stage: Stage) -> None:
    one, chair = await (await member(stage)).links(), await (await stage.chair()).links()
    watcher = await (await stage.officer(role="PTPS")).links()
    far = await (await stage.chair(at=3)).links()
    for each in (one, watcher):
        assert "tidak tersedia" in await each.says("/ganti")
    await chair.says("/ganti")
    offered = [choice.label for choice in chair.buttons("siapa yang diganti")]
    assert any(one.name in each for each in offered)
    assert not any(chair.name in each or watcher.name in each for each in offered), "himself, and Bawaslu's, he may not"
    data = chair.button(one.name[:20])
    assert await far.forges(data) == await one.forges(data) == "Tombol ini bukan untuk Anda."


async def test_what_is_no_name_and_no_number_is_asked_again_and_loses_nothing(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    await chair.says("/ganti")
    await chair.taps(old.name[:20])
    assert "belum seperti nama" in await chair.says("081277770001")
    await chair.says("Slamet Riyadi")
    assert "bukan nomor HP" in await chair.says("0341 123")
    assert "Slamet Riyadi, nomor 081277770001" in await chair.says("+62 812-7777-0001")
    await chair.says("Batal")
    assert old.name in await crew(stage)
    assert await chair.forges(chair.button("Ya, ganti")) == "Tombol ini tidak berlaku lagi."


async def test_twice_the_same_yes_is_one_replacement(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    await replaced(stage, chair, old)
    assert await chair.forges(chair.button("Ya, ganti")) == "Tombol ini bukan untuk Anda."
    assert sorted(await crew(stage)).count("Slamet Riyadi") == 1


async def test_an_older_list_does_not_bring_him_back_and_says_why(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    await replaced(stage, chair, old)
    book = read.of_rows(sample.rows(tps=57, voting_day=VOTING_DAY.date()))
    outcome = await load(stage.db, book, now=stage.clock.now())
    (refusal,) = outcome.refusals
    assert "digantikan Slamet Riyadi lewat chat" in refusal.reason and refusal.sheet == "petugas"
    assert outcome.counts["petugas"].refused == 1
    assert old.name not in await crew(stage) and "Slamet Riyadi" in await crew(stage)


async def test_the_old_one_comes_back_as_himself(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await (await member(stage)).links()
    await replaced(stage, chair, old)
    new = await newcomer(stage).links()
    await replaced(stage, chair, new, old.name, old.phone)
    assert old.name in await crew(stage) and "Slamet Riyadi" not in await crew(stage)
    await old.shares_contact()
    assert old.name.split()[0] in old.screen
    assert (await stage.db.read(lambda tx: roster.roles(tx, old.person_id, stage.clock.now())))[0].role == "KPPS"


async def imported(stage: Stage, *, replace: bool = False, check_only: bool = False, change: Callable[[dict[str, list[list[Any]]]], None] | None = None) -> Outcome:
    """The sample's roster once more, as it was or changed."""
    rows = {sheet: [list(row) for row in body] for sheet, body in sample.rows(tps=57, voting_day=VOTING_DAY.date()).items()}
    if change:
        change(rows)
    return await load(stage.db, read.of_rows(rows), now=stage.clock.now(), election="malang-2024", replace=replace, check_only=check_only)


async def test_replace_with_the_list_of_before_leaves_the_one_who_stands_in(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    await replaced(stage, chair, old)
    before = len(await crew(stage))
    outcome = await imported(stage, replace=True)
    assert [each.reason for each in outcome.refusals if "digantikan Slamet Riyadi" in each.reason]
    assert "Slamet Riyadi" in await crew(stage) and len(await crew(stage)) == before


async def test_replace_with_the_list_of_before_leaves_the_last_of_two_who_stood_in(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    await replaced(stage, chair, old)
    await replaced(stage, chair, newcomer(stage), "Dwi Pengganti", "081277770002")
    before = await crew(stage)
    outcome = await imported(stage, replace=True)
    (refusal,) = outcome.refusals
    assert "sudah digantikan Dwi Pengganti" in refusal.reason
    assert await crew(stage) == before and "Dwi Pengganti" in before
    assert not [each for each in outcome.differences if each.what == "leaves"]


async def test_the_next_list_with_his_own_nik_takes_over_and_he_stands_once(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    await replaced(stage, chair, old)
    new = await newcomer(stage).links()

    def change(rows: dict[str, list[list[Any]]]) -> None:
        header, *body = rows["petugas"]
        name, phone, nik = (header.index(each) for each in ("nama", "no_hp", "nik"))
        row = next(each for each in body if each[name] == old.name)
        row[name], row[phone], row[nik] = "Slamet Riyadi", "081277770001", "3573014101900999"

    outcome = await imported(stage, change=change, check_only=True)
    assert [each.what for each in outcome.differences if each.name == "Slamet Riyadi"] == ["new"]
    await imported(stage, change=change)
    where, now = await stage.tps(), stage.clock.now()
    there = await stage.db.read(lambda tx: [role.name for role in roster.crew(tx, where.tps_id or 0, now)])
    assert there.count("Slamet Riyadi") == 1
    assert "JKK" in await new.says("/status")


async def test_who_came_back_himself_is_in_the_old_list_and_not_taken_out(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await (await member(stage)).links()
    await replaced(stage, chair, old)
    await replaced(stage, chair, newcomer(stage), old.name, old.phone)
    for check_only in (True, False):
        outcome = await imported(stage, replace=True, check_only=check_only)
        assert not [each for each in outcome.differences if each.what == "leaves"]
    assert old.name in await crew(stage)


async def test_who_was_named_in_the_chat_and_is_elsewhere_in_the_list_changed(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    await replaced(stage, chair, old)

    def change(rows: dict[str, list[list[Any]]]) -> None:
        header, *body = rows["petugas"]
        name, phone, nik, tps = (header.index(each) for each in ("nama", "no_hp", "nik", "tps"))
        mine = next(each for each in body if each[name] == old.name)
        there = list(next(each for each in body if each[header.index("kelurahan")] != mine[header.index("kelurahan")] and each[tps]))
        there[name], there[phone], there[nik], there[header.index("jabatan")] = "Slamet Riyadi", "081277770001", "3573014101900999", "anggota"
        rows["petugas"] = [header, *(each for each in body if each is not mine), there]

    outcome = await imported(stage, replace=True, check_only=True, change=change)
    found = [each for each in outcome.differences if each.name == "Slamet Riyadi"]
    assert [(each.what, "where" in each.fields) for each in found] == [("changed", True)]
    await imported(stage, replace=True, change=change)
    assert "Slamet Riyadi" not in await crew(stage)


async def test_an_import_taken_back_takes_nothing_of_the_chat_with_it(stage: Stage) -> None:
    """SQLite gives the id of the newest row to the next, once it has left."""
    chair = await (await stage.chair()).links()

    def change(rows: dict[str, list[list[Any]]]) -> None:
        header, *body = rows["petugas"]
        name, phone, nik = (header.index(each) for each in ("nama", "no_hp", "nik"))
        like = next(each for each in body if each[name] == chair.name)
        added = list(like)
        added[name], added[phone], added[nik], added[header.index("jabatan")] = "Bambang Baru", "081277770009", "3573014101900888", "anggota"
        rows["petugas"].append(added)

    await imported(stage, change=change)
    bambang = Actor(stage, "4343", "+6281277770009", "Bambang Baru")
    await replaced(stage, chair, bambang)
    assert "Slamet Riyadi" in await crew(stage)
    await last_import(stage.db, now=stage.clock.now(), election="malang-2024", out=io.StringIO())
    assert "Slamet Riyadi" in await crew(stage)


async def test_who_uses_the_bot_already_reads_of_his_new_duty(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    linmas = await (await stage.officer(at=3, role="Linmas")).links()
    told = len(linmas.messages)
    assert "sudah terhubung" in await replaced(stage, chair, old, f"Pak {linmas.name}", linmas.phone)
    assert "KPPS KPU, anggota, TPS 001, Kel. Arjosari" in "\n".join(each.said.text for each in linmas.messages[told:])
    assert linmas.name in await crew(stage)


async def test_a_number_with_which_somebody_else_speaks_is_asked_who(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await member(stage)
    linmas = await (await stage.officer(at=3, role="Linmas")).links()
    assert "Minta ia membuka bot" in await replaced(stage, chair, old, "Slamet Riyadi", linmas.phone)
    assert any("Slamet Riyadi" in choice.label for choice in linmas.buttons())
    await linmas.taps("Slamet Riyadi")
    assert "TPS 001" in linmas.screen


async def test_he_cannot_name_his_own_number_and_who_was_shown_can_read_it(stage: Stage) -> None:
    chair, old = await (await stage.chair()).links(), await (await member(stage)).links()
    await chair.says("/ganti")
    await chair.taps(old.name[:20])
    await chair.says("Slamet Riyadi")
    assert "nomor Anda sendiri" in await chair.says(chair.phone)
    await chair.says("Batal")
    await old.says("/data")
    await old.taps("Siapa yang melihat")
    assert "KPPS KPU, ketua" in old.screen


async def test_his_contact_card_is_a_number_too(stage: Stage) -> None:
    for chair in (await stage.chair(), (await stage.chair(at=3)).on_whatsapp()):
        chair = await chair.links()  # noqa: PLW2901 - the same person, linked
        await chair.says("ganti" if chair.channel == "whatsapp" else "/ganti")
        await chair.taps(chair.buttons("siapa yang diganti")[0].label)
        await chair.says("Slamet Riyadi")
        assert "nomor 081277770001" in await chair.shares_contact("+6281277770001", own=False)
