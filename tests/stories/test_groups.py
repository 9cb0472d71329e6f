"""The group of a TPS: who may bind it, what befalls it, and that nothing personal stands in it."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from storage import groups
from storage.groups import groups as table
from storage.people import addresses
from tests.stories.stage import Actor, Stage


async def states(stage: Stage) -> list[tuple[str, str]]:
    query = select(addresses.c.external, table.c.state).join(addresses, addresses.c.id == table.c.address_id)
    return [tuple(row) for row in await stage.db.read(lambda tx: list(tx.rows(query.order_by(table.c.id))))]


async def coordinator(stage: Stage) -> Actor:
    return await (await stage.coordinator("Kelurahan", "kelurahan")).links()


async def test_the_chair_binds_his_group_and_it_reads_the_notices(stage: Stage) -> None:
    chair, group = await (await stage.chair()).links(), stage.group()
    assert "TPS 001, Kel. Arjosari" in await chair.says_in(group, "/tps")
    await stage.passes(minutes=121)
    assert "Makan siang" in group.screen
    assert "TPS ditutup" not in chair.screen  # the group has it; he reads the reminder only
    assert chair.name not in group.screen
    assert group.keyboard == []


async def test_others_are_refused_with_the_reason(stage: Stage) -> None:
    group, stranger = stage.group(), stage.stranger()
    assert "belum mengenal Anda" in await stranger.says_in(group, "/tps")
    linmas = await (await stage.officer(role="Linmas")).links()
    assert "diikat oleh ketua KPPS" in await linmas.says_in(group, "/tps")
    chair = await (await stage.chair()).links()
    assert "di luar wilayah" in await chair.says_in(group, "/tps 44")
    assert await states(stage) == []


async def test_pps_and_ppk_name_a_tps_of_their_area(stage: Stage) -> None:
    here = await stage.tps()
    from storage import lookup

    def one(role: str):  # type: ignore[no-untyped-def]
        return lambda tx: next(r for r in lookup.search(tx, [role], stage.clock.now(), 99_999).roles
                               if r.role == role and r.where.kecamatan_id == here.kecamatan_id
                               and (role == "PPK" or r.where.kelurahan_id == here.kelurahan_id))  # fmt: skip

    pps, ppk = await (await stage.find(one("PPS"))).links(), await (await stage.find(one("PPK"))).links()
    group = stage.group()
    assert "TPS yang mana" in await pps.says_in(group, "/tps")
    assert "TPS 001" in await pps.says_in(group, "/tps 1")
    assert "TPS yang mana" in await ppk.says_in(group, "/tps 1")
    assert "TPS 001, Kel. Balearjosari" in await ppk.says_in(group, "/tps Balearjosari 1")
    assert "di luar wilayah" in await pps.says_in(group, "/tps Kasin 1")
    assert "tidak ada di daftar" in await pps.says_in(group, "/tps 44")


async def test_the_newest_group_of_a_tps_wins_and_the_coordinator_is_told(stage: Stage) -> None:
    chair, boss = await (await stage.chair()).links(), await coordinator(stage)
    old, new = stage.group(1), stage.group(2)
    await chair.says_in(old, "/tps")
    await chair.says_in(old, "/tps")  # twice is once
    await chair.says_in(new, "/tps")
    assert "dikirim ke grup lain" in old.screen
    assert "diganti oleh grup lain" in boss.screen
    assert await states(stage) == [(old.id, "replaced"), (new.id, "active")]


async def test_two_groups_at_once_leave_one(stage: Stage) -> None:
    chair = await (await stage.chair()).links()
    made = [stage.group(n) for n in range(4)]
    await asyncio.gather(*(chair.says_in(group, "/tps") for group in made))
    assert [state for _, state in await states(stage)].count("active") == 1


async def test_removed_muted_and_brought_back(stage: Stage) -> None:
    chair, boss, group = await (await stage.chair()).links(), await coordinator(stage), stage.group()
    await chair.says_in(group, "/tps")
    await group.befalls("muted")
    assert "tidak boleh menulis" in boss.screen
    await group.befalls("left")
    assert "bot dikeluarkan" in boss.screen
    await stage.passes(minutes=121)
    assert "TPS ditutup" in chair.screen  # each officer reads it instead
    await group.befalls("joined")
    assert "bisa dipakai lagi" in boss.screen
    assert [state for _, state in await states(stage)] == ["active"]


async def test_a_group_that_became_a_supergroup_stays_bound(stage: Stage) -> None:
    chair, group, moved = await (await stage.chair()).links(), stage.group(1), stage.group(2)
    await chair.says_in(group, "/tps")
    await chair.says_in(moved, "/bantuan")  # the new chat may speak before we hear of the move
    await group.befalls("moved", moved.id)
    await group.befalls("moved", moved.id)
    assert await states(stage) == [(moved.id, "active")]
    await stage.passes(minutes=121)
    assert "TPS ditutup" in moved.screen


async def test_an_emergency_in_a_group_leads_to_the_private_chat_with_the_tps(stage: Stage) -> None:
    chair, group, stranger = await (await stage.chair()).links(), stage.group(), stage.stranger()
    await chair.says_in(group, "/tps")
    assert "119" in await stranger.says_in(group, "/darurat")
    (choice,) = group.last.choices[0]
    where = await stage.tps()
    assert choice.start == f"darurat_{where.tps_id}"
    await stranger.says(f"/start {choice.start}")
    await stranger.says("Pingsan")
    case = await stage.case()
    assert (case.tps_id, case.verified) == (where.tps_id, False)


async def test_the_clock_files_at_the_tps_of_the_group_too(stage: Stage) -> None:
    stranger, where = stage.stranger(), await stage.tps(3)
    await stranger.says(f"/start darurat_{where.tps_id}")
    await stage.passes(seconds=61)
    assert (await stage.case()).tps_id == where.tps_id


async def test_a_forged_tps_is_simply_an_emergency(stage: Stage) -> None:
    stranger = stage.stranger()
    for data in ("darurat_999999", "darurat_", "darurat_x", "darurat_99999999999999"):
        assert "119" in await stranger.says(f"/start {data}")
    await stranger.says("Pingsan")
    assert (await stage.case()).tps_id is None


async def test_only_the_chair_hands_over_in_the_group(stage: Stage) -> None:
    chair, group = await (await stage.chair()).links(), stage.group()
    member = await (await stage.officer(role="Linmas")).links()
    await chair.says_in(group, "/tps")
    await stage.passes(minutes=6 * 60 + 1)
    data = group.button("Kotak diserahkan")
    assert "tercatat" not in await member.says_in(group, tap=data)
    assert "tercatat sudah diserahkan" in await chair.says_in(group, tap=data)
    case = await stage.db.read(lambda tx: groups.of_chat(tx, "telegram", group.id))
    assert case is not None
    for forged in ("take:1", "duty:off", "resume", "delete:yes"):
        await member.says_in(group, tap=forged)
    assert await states(stage) == [(group.id, "active")]
