"""An officer is replaced on the morning itself, by the word of the chair or of PPS."""

from __future__ import annotations

from bot.workbook import read, sample
from bot.workbook.load import load
from storage import roster
from tests.stories.stage import VOTING_DAY, Actor, Stage


async def replaced(stage: Stage, by: Actor, old: Actor, name: str = "Slamet Riyadi", phone: str = "081277770001") -> str:
    await by.says("/ganti")
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
