"""Everybody has said no, or nobody can be reached: who is asked again, and what the reporter and coordinators read."""

from __future__ import annotations

import pytest

from bot.commands.revoke import revoke
from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
ALL_NO = "semua petugas yang bisa dihubungi menyatakan tidak bisa"


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


async def cast(stage: Stage, whatsapp: bool) -> tuple[Actor, list[Actor], Actor]:
    """A reporter, two health workers, and a coordinator of the area who is called on no rung."""
    officer = await on(await stage.officer(), whatsapp)
    workers = [await on(each, whatsapp) for each in (await stage.workers())[:2]]
    return officer, workers, await on(await stage.coordinator("KPU", "kecamatan"), whatsapp)


def called(actor: Actor) -> int:
    """How often his phone showed the alert."""
    return sum("📍" in each.said.text and "Dilaporkan" in each.said.text for each in actor.messages)


@BOTH
async def test_when_everybody_has_said_no_they_are_asked_again_at_once(stage: Stage, whatsapp: bool) -> None:
    officer, workers, _ = await cast(stage, whatsapp)
    await officer.says("Pingsan")
    await workers[0].taps("Tidak bisa")
    assert called(workers[0]) == 1
    await workers[1].taps("Tidak bisa")
    for each in workers:
        assert called(each) == 2
        assert "Semua petugas yang bisa dihubungi menyatakan tidak bisa, panggilan ke-2" in each.last.text
    await workers[0].taps("Saya tangani")
    assert (await stage.case()).taken_by == workers[0].person_id
    await stage.journal(await stage.case())


@BOTH
async def test_its_reporter_and_the_coordinators_of_the_area_learn(stage: Stage, whatsapp: bool) -> None:
    officer, workers, coordinator = await cast(stage, whatsapp)
    await officer.says("Sakit atau kelelahan")
    assert "L-0001" not in coordinator.screen
    for each in workers:
        await each.taps("Tidak bisa")
    assert f"L-0001: {ALL_NO}" in officer.screen
    assert "Petugas dipanggil lagi" in officer.last.text
    assert "L-0001 di TPS 001" in coordinator.last.text
    assert ALL_NO in coordinator.last.text


@BOTH
async def test_they_are_called_on_until_somebody_takes_it(stage: Stage, whatsapp: bool) -> None:
    officer, workers, _ = await cast(stage, whatsapp)
    await officer.says("Pingsan")
    for each in workers:
        await each.taps("Tidak bisa")
    await stage.passes(minutes=10)
    assert "Kami terus memanggil" in officer.screen
    assert all(called(each) >= 5 for each in workers), "every three minutes"


@BOTH
async def test_a_second_no_brings_no_call_at_once_but_the_clock_does(stage: Stage, whatsapp: bool) -> None:
    officer, workers, coordinator = await cast(stage, whatsapp)
    await officer.says("Pingsan")
    for _ in range(3):
        for each in workers:
            await each.forges("decline:1")
    assert [called(each) for each in workers] == [2, 2]
    await stage.passes(minutes=3)
    assert [called(each) for each in workers] == [3, 3]
    assert "Semua petugas yang bisa dihubungi" in workers[0].last.text
    assert coordinator.screen.count(ALL_NO) == 1, "once"


@BOTH
async def test_who_has_not_answered_is_called_alone(stage: Stage, whatsapp: bool) -> None:
    officer, workers, _ = await cast(stage, whatsapp)
    await officer.says("Pingsan")
    await workers[0].taps("Tidak bisa")
    await stage.passes(minutes=10)
    assert called(workers[0]) == 1
    assert called(workers[1]) > 3
    assert ALL_NO not in officer.screen


@BOTH
async def test_handed_back_with_nobody_else_no_others_are_said_to_be_called(stage: Stage, whatsapp: bool) -> None:
    officer, workers, _ = await cast(stage, whatsapp)
    await officer.says("Pingsan")
    await workers[0].taps("Tidak bisa")
    await workers[1].taps("Saya tangani")
    mark = len(officer.messages)
    answer = await workers[1].taps("Tidak bisa")
    assert "Petugas lain sedang dipanggil" not in answer
    assert called(workers[0]) == 2, "who had said no while there was another"
    (told,) = (each.said.text for each in officer.messages[mark:])
    assert "petugas tadi tidak bisa melanjutkan" in told
    assert "Petugas dipanggil lagi" in told


@BOTH
async def test_where_nobody_can_be_reached_nobody_is_said_to_be_called(stage: Stage, whatsapp: bool) -> None:
    officer, workers, coordinator = await cast(stage, whatsapp)
    for each in workers:
        (stage.cloud if whatsapp else stage.phones).lost.add(each.id)
    await officer.says("Pingsan")
    await stage.passes(minutes=10)
    assert "terus memanggil" not in officer.screen
    assert officer.screen.count("Belum ada petugas yang bisa dihubungi, kami terus mencoba") == 2
    assert coordinator.screen.count("belum ada petugas yang bisa dihubungi") == 1


@BOTH
@pytest.mark.parametrize("how", ["revoke", "hapus", "bukan saya"])
async def test_where_the_only_one_called_leaves_the_next_rung_is_called_at_once(stage: Stage, whatsapp: bool, how: str) -> None:
    officer = await on(await stage.officer(), whatsapp)
    worker = await on((await stage.workers())[0], whatsapp)
    city = await on(await stage.coordinator("KPU"), whatsapp)
    await officer.says("Pingsan")
    assert (called(worker), called(city)) == (1, 0)
    match how:
        case "revoke":
            assert await revoke(stage.db, worker.phone, now=stage.clock.now(), rules=stage.rules) == 0
            await stage.settled()
        case "hapus":
            await worker.says("/hapus")
            await worker.taps("Ya, hapus")
        case _:
            await worker.taps("Bukan saya")
    assert called(city) == 1
    assert called(worker) == whatsapp, "what stands on a phone there cannot be hidden"
    await city.taps("Saya tangani")
    assert (await stage.case()).taken_by == city.person_id


@BOTH
async def test_where_he_leaves_on_one_of_his_phones_only_nobody_else_is_called(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    worker = (await stage.workers())[0]
    here, there = await worker.links(), await worker.on_whatsapp().links()
    city = await on(await stage.coordinator("KPU"), whatsapp)
    await officer.says("Pingsan")
    await here.taps("Bukan saya")
    assert called(city) == 0
    assert called(there) == 1
