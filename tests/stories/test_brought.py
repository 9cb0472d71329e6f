"""Who comes to a case late has everything that was added to it before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers import post
from handlers.turn import Letter
from messages.render import Words
from storage.database import Tx
from tests.stories.stage import Actor, Stage

CHANNELS = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


def files(actor: Actor) -> list[str]:
    return [shown.said.file.ref for shown in actor.messages if shown.said.file]


@CHANNELS
async def test_a_photo_reaches_the_next_rung_once(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    head = await on(await stage.coordinator("Dinkes"), whatsapp)
    worker = await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await officer.sends("photo", "ref-1", "wajahnya pucat")
    assert files(worker) == ["ref-1"]
    assert files(head) == []
    await stage.passes(minutes=16)
    assert "L-0001" in head.screen
    assert files(head) == ["ref-1"]
    assert files(worker) == ["ref-1"], "the repeated call brings no picture again"


@CHANNELS
async def test_a_photo_goes_along_to_the_place_that_is_named_later(stage: Stage, whatsapp: bool) -> None:
    stranger = stage.stranger()
    worker = await on((await stage.workers())[0], whatsapp)
    await stranger.says("/start")
    await stranger.says("Darurat")
    await stranger.says("Pingsan")
    await stranger.sends("voice", "ref-2")
    assert files(worker) == []
    await stranger.says("Arjosari TPS 1")
    assert files(worker) == ["ref-2"]


@CHANNELS
async def test_who_had_declined_and_takes_it_after_all_sees_the_photo(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    worker, _ = [await on(each, whatsapp) for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    take = worker.button("Saya tangani")
    await worker.taps("Tidak bisa")
    await officer.sends("photo", "ref-3")
    assert files(worker) == []
    await worker.forges(take)
    assert files(worker) == ["ref-3"]


@CHANNELS
async def test_the_taker_reads_all_words_that_were_added_before(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    long = "dia jatuh di dekat kotak suara " + "lalu muntah " * 30 + "akhir cerita"
    for words in (long, "umurnya 60", "punya penyakit gula", "sudah diberi air", "masuk lewat gang sempit"):
        await officer.says(words)
    await worker.taps("Saya tangani")
    for words in ("akhir cerita", "umurnya 60", "penyakit gula", "diberi air", "gang sempit"):
        assert words in worker.screen
    assert officer.name in worker.screen


@CHANNELS
async def test_a_coordinator_who_took_a_riot_is_written_to(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    kpu, bawaslu = await on(await stage.coordinator("KPU"), whatsapp), await on(await stage.coordinator("Bawaslu"), whatsapp)
    await officer.says("Kerusuhan")
    await officer.sends("photo", "ref-4")
    await kpu.taps("Saya tangani")
    await officer.says("mereka di pintu belakang")
    await officer.sends("voice", "ref-5")
    assert "pintu belakang" in kpu.screen
    assert files(kpu) == ["ref-4", "ref-5"]
    assert files(bawaslu) == []
    assert "pintu belakang" not in bawaslu.screen


async def test_a_repeated_call_tries_no_picture_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty pictures and twenty people would be eight hundred attempts a minute, with the one writer held."""
    officer = await (await stage.officer()).links()
    workers = [await each.links() for each in await stage.workers()]
    await officer.says("Pingsan")
    for at in range(4):
        await officer.sends("photo", f"ref-{at}")
    await stage.passes(minutes=6)
    assert all(len(files(each)) == 4 for each in workers)
    tried: list[str] = []
    say = post.say

    def counted(tx: Tx, address_id: int, what: Words | Letter, *given: Any, **more: Any) -> int | None:
        tried.append(what.kind if isinstance(what, Letter) else what.name)
        return say(tx, address_id, what, *given, **more)

    monkeypatch.setattr(post, "say", counted)
    await stage.passes(minutes=15)
    assert "alert" in tried
    assert "shown" not in tried


async def calls_again(stage: Stage, times: int) -> None:
    """A platform is away meanwhile: no call leaves before the next one."""
    for _ in range(times):
        stage.clock.move(timedelta(minutes=6))
        await stage.heart.cycle()


@CHANNELS
async def test_a_photo_waits_for_the_call_that_took_the_place_of_its_own(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    before = len(worker.messages)
    await stage.stops()
    await officer.says("Pingsan")
    await officer.sends("photo", "ref-6")
    await officer.sends("voice", "ref-7")
    await calls_again(stage, 2)
    await stage.starts()
    await stage.settled()
    alert, *shown = worker.messages[before:]
    assert "panggilan ke-3" in alert.said.text
    assert [(each.said.file.ref, each.said.under) for each in shown if each.said.file] == [("ref-6", alert.id), ("ref-7", alert.id)]


@CHANNELS
async def test_who_is_called_no_more_gets_no_photo_instead_of_his_alert(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    before = len(worker.messages)
    await stage.stops()
    await officer.says("Pingsan")
    await officer.sends("photo", "ref-8")
    await officer.says("Batal")
    await stage.starts()
    await stage.settled()
    assert len(worker.messages) > before, "he reads that it is over"
    assert files(worker) == []


@CHANNELS
async def test_a_photo_that_went_with_its_alert_comes_with_the_next_one(stage: Stage, whatsapp: bool) -> None:
    officer = await on(await stage.officer(), whatsapp)
    first, second = [await on(each, whatsapp) for each in (await stage.workers())[:2]]
    before = len(second.messages)
    await stage.stops()
    await officer.says("Pingsan")
    await officer.sends("photo", "ref-9")
    await first.forges("take:1")
    await stage.starts()
    await stage.settled()
    assert files(second) == [], "somebody has taken it"
    await first.forges("decline:1")
    alert, shown = second.messages[before:]
    assert "Pingsan" in alert.said.text
    assert (shown.said.file and shown.said.file.ref, shown.said.under) == ("ref-9", alert.id)


@CHANNELS
async def test_a_joined_report_s_photo_reaches_who_comes_later(stage: Stage, whatsapp: bool) -> None:
    officer, second = await on(await stage.officer(), whatsapp), await on(await stage.officer(rank=2), whatsapp)
    worker = await on((await stage.workers())[0], whatsapp)
    head = await on(await stage.coordinator("Dinkes"), whatsapp)
    await officer.says("Pingsan")
    await second.says("Pingsan")
    await second.sends("photo", "ref-6")
    await second.taps("Kejadian yang sama")
    assert files(worker) == ["ref-6"]
    await stage.passes(minutes=16)
    assert "L-0001" in head.screen
    assert files(head) == ["ref-6"]
