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
