"""The reporter's phone is lost: his case goes on with him, wherever he links anew, and is over for that phone."""

from __future__ import annotations

import pytest

from handlers import leaving
from tests.stories.stage import Actor, Stage, replace

CHANNELS = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def taken(stage: Stage, whatsapp: bool) -> tuple[Actor, Actor]:
    """An officer's case, and who has taken it."""
    officer = await stage.officer()
    officer = await (officer.on_whatsapp() if whatsapp else officer).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    return officer, worker


async def cut(stage: Stage, phone: str) -> None:
    now = stage.clock.now()
    await stage.db.write(lambda tx: leaving.cut_off(tx, phone, now, stage.rules))
    await stage.settled()


async def anew(stage: Stage) -> Actor:
    """The same officer on another Telegram account of his number."""
    return await replace(await stage.officer(), id="77777").links()


def since(phone: Actor, mark: int) -> str:
    return "\n".join(each.said.text for each in phone.messages[mark:])


@CHANNELS
async def test_words_and_arrival_go_to_the_phone_that_he_linked_anew(stage: Stage, whatsapp: bool) -> None:
    lost, worker = await taken(stage, whatsapp)
    await cut(stage, lost.phone)
    new, mark = await anew(stage), len(lost.messages)
    await worker.says("di lantai berapa?")
    assert "di lantai berapa?" in new.last.text
    await worker.taps("Tiba")
    assert "sudah tiba" in new.last.text
    assert since(lost, mark) == ""


@CHANNELS
async def test_who_links_anew_sees_his_open_case(stage: Stage, whatsapp: bool) -> None:
    lost, worker = await taken(stage, whatsapp)
    await cut(stage, lost.phone)
    new = await anew(stage)
    assert "L-0001" in new.last.text
    assert worker.name in new.last.text
    await new.says("saya di lantai 2")
    assert "saya di lantai 2" in worker.screen


@CHANNELS
async def test_nobody_linked_yet_the_lost_phone_reads_nothing(stage: Stage, whatsapp: bool) -> None:
    lost, worker = await taken(stage, whatsapp)
    await cut(stage, lost.phone)
    mark = len(lost.messages)
    said = await worker.says("Saya bawa oksigen")
    assert "belum membacanya" in said
    assert "Diteruskan" not in said
    await worker.taps("Tiba")
    await worker.taps("Selesai")
    assert since(lost, mark) == ""


@CHANNELS
async def test_the_lost_phone_neither_cancels_nor_speaks_for_him(stage: Stage, whatsapp: bool) -> None:
    lost, worker = await taken(stage, whatsapp)
    cancel = lost.button("Batal")
    await cut(stage, lost.phone)
    mark = len(worker.messages)
    await lost.says("Batal")
    await lost.forges(cancel)
    await lost.says("halo halo")
    assert worker.name not in await lost.says("L-0001")
    assert "L-0001" not in await lost.says("/data")
    assert (await stage.case()).state == "taken"
    assert since(worker, mark) == ""
    assert "L-0001" not in await lost.says("Darurat")


@CHANNELS
async def test_a_finder_may_report_an_emergency_of_his_own(stage: Stage, whatsapp: bool) -> None:
    lost, _ = await taken(stage, whatsapp)
    await cut(stage, lost.phone)
    await lost.says("Kecelakaan")
    assert [case.reporter_id is None for case in await stage.cases()] == [False, True]
    assert "L-0002" in await lost.says("Darurat")


async def test_news_follow_him_to_the_phone_that_he_speaks_from(stage: Stage) -> None:
    old, worker = await taken(stage, whatsapp=False)
    new = await old.on_whatsapp().links()
    await worker.says("Saya berangkat")
    assert "Saya berangkat" in old.last.text  # he only linked there
    await stage.passes(minutes=2)
    await new.says("ponsel saya yang tadi mati")
    mark = len(old.messages)
    await worker.taps("Tiba")
    assert "sudah tiba" in new.last.text
    assert since(old, mark) == ""


async def test_who_has_himself_deleted_still_hears_of_the_emergency_that_he_reported(stage: Stage) -> None:
    officer, worker = await taken(stage, whatsapp=False)
    await officer.says("/hapus")
    await officer.taps("Ya, hapus")
    await worker.says("di lantai berapa?")
    assert "di lantai berapa?" in officer.last.text
    await officer.says("lantai 2")
    assert "lantai 2" in worker.screen


async def test_who_reported_and_is_another_hears_of_it_and_not_he_whose_number_it_was(stage: Stage) -> None:
    buyer, worker = await taken(stage, whatsapp=False)
    him = await buyer.on_whatsapp().links()
    await buyer.taps("Bukan saya")
    mark = len(him.messages)
    await worker.says("di lantai berapa?")
    assert "di lantai berapa?" in buyer.last.text
    assert since(him, mark) == ""


async def test_what_he_reported_before_he_was_linked_goes_on_with_him_too(stage: Stage) -> None:
    lost, worker = await stage.officer(), await (await stage.workers())[0].links()
    await lost.says("Pingsan")
    await lost.says("Arjosari 1")
    await worker.taps("Saya tangani")
    await lost.links()
    await cut(stage, lost.phone)
    new, mark = await anew(stage), len(lost.messages)
    assert "L-0001" in new.last.text
    await worker.says("di lantai berapa?")
    assert "di lantai berapa?" in new.last.text
    assert since(lost, mark) == ""


@CHANNELS
async def test_what_was_half_said_there_is_gone(stage: Stage, whatsapp: bool) -> None:
    officer = await stage.officer()
    lost = await (officer.on_whatsapp() if whatsapp else officer).links()
    await lost.sends("photo", "rahasia")
    report = lost.button("Laporkan")
    await cut(stage, lost.phone)
    worker = await (await stage.workers())[0].links()
    await lost.forges(report)
    entries = await stage.journal(await stage.case())
    assert "photo" not in entries
    assert "rahasia" not in str([each.said.file for each in worker.messages])


async def test_what_it_shows_of_the_case_is_taken_back_and_does_not_go_on(stage: Stage) -> None:
    lost, worker = await taken(stage, whatsapp=False)
    await lost.taps("Tanda-tanda")
    await cut(stage, lost.phone)
    assert not any("sign:" in choice.data or "who:" in choice.data for choice in lost.buttons())
    new, before = await anew(stage), lost.screen
    await new.forges("sign:1:tidak_respons")
    await new.forges("who:1:me")
    await worker.taps("Tiba")
    assert lost.screen == before
