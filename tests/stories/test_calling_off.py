"""Batal: what it ends, what it does not, and who reads of it."""

from __future__ import annotations

import asyncio

import pytest

from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


@BOTH
async def test_batal_and_the_report_that_joins_at_once_never_end_what_two_have_reported(stage: Stage, whatsapp: bool) -> None:
    first, second = [await on(await stage.officer(rank=rank), whatsapp) for rank in (0, 2)]
    worker = await on((await stage.workers())[0], whatsapp)
    await first.says("Pingsan")
    await worker.taps("Saya tangani")
    await second.says("Pingsan")
    await asyncio.gather(second.forges("same:1:2"), first.forges("cancel:1"))
    one, two = await stage.cases()
    # Whichever came first: the other one finds it as it is by then.
    assert (one.state, two.merged_into) in {("taken", one.id), ("cancelled", None)}
    if two.merged_into:
        assert "dilaporkan lebih dari satu orang" in first.screen
    else:
        assert two.state == "waiting"


@BOTH
async def test_who_reported_on_one_phone_and_calls_off_on_another_reads_it_on_both(stage: Stage, whatsapp: bool) -> None:
    officer = await stage.officer()
    here, there = await on(officer, whatsapp), await on(officer, not whatsapp)
    await here.says("Pingsan")
    await there.says("Batal")
    assert (await stage.case()).state == "cancelled"
    for phone in (here, there):
        assert phone.screen.count("L-0001 dibatalkan") == 1


@BOTH
async def test_of_two_open_cases_he_is_asked_which(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    first, second = [await on(each, whatsapp) for each in (await stage.workers())[:2]]
    await officer.says("Sakit atau kelelahan")
    await first.taps("Saya tangani")
    await officer.says("Pingsan")
    await officer.taps("Korban lain")
    await second.taps("Saya tangani", on="L-0002")
    asked = await officer.says("Batal")
    assert [case.state for case in await stage.cases()] == ["taken", "taken"]
    for line in ("L-0001: Sakit atau kelelahan", "L-0002: Pingsan"):
        assert line in asked
    await officer.taps("Batal L-0001")
    assert [case.state for case in await stage.cases()] == ["cancelled", "taken"]
    assert "L-0001 dibatalkan" in officer.last.text
    await officer.says("Batal")
    assert [case.state for case in await stage.cases()] == ["cancelled", "cancelled"], "the only one that is left"


@BOTH
async def test_batal_where_another_place_is_asked_for_lets_the_place_be(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    await officer.says("Pingsan")
    await officer.taps("Tempat lain")
    told = await officer.says("Batal")
    assert (await stage.case()).state == "waiting"
    assert "tempat L-0001 tetap TPS 001" in told
    assert "Batal" in officer.keyboard
    await officer.says("Batal")
    assert (await stage.case()).state == "cancelled"


@BOTH
async def test_after_batal_there_what_he_types_is_no_place_any_more(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    await officer.says("Pingsan")
    before = (await stage.case()).tps_id
    await officer.taps("Tempat lain")
    await officer.says("Batal")
    await officer.says("Kasin 3")
    assert (await stage.case()).tps_id == before


@BOTH
async def test_where_no_place_is_known_batal_ends_the_case(stage: Stage, whatsapp: bool) -> None:
    stranger = stage.stranger()
    stranger = stranger.on_whatsapp() if whatsapp else stranger
    await stranger.says("Darurat")
    await stranger.says("Pingsan")
    await stranger.says("Batal")
    assert (await stage.case()).state == "cancelled"


@BOTH
async def test_a_case_of_hours_ago_is_not_asked_about(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.taps("Tiba")
    await stage.passes(minutes=200)
    await officer.says("Kecelakaan")
    await officer.says("Batal")
    assert [case.state for case in await stage.cases()] == ["arrived", "cancelled"]
