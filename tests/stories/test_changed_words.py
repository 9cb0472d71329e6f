"""A message that is changed afterwards: nothing is done twice, and nothing that is said is lost."""

from __future__ import annotations

import pytest

from storage import places
from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


@BOTH
async def test_a_correction_reaches_who_has_taken_the_case(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await officer.says("di lantai 1")
    assert "dicatat untuk L-0001" in await officer.changes("di lantai 3, pintu terkunci")
    assert "(diubah) di lantai 3, pintu terkunci" in worker.screen
    assert not await officer.changes("di lantai 3, pintu terkunci"), "the same words are no change"


@BOTH
async def test_a_workers_correction_reaches_the_reporter(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.says("beri dia minum")
    assert "Diteruskan ke pelapor L-0001" in await worker.changes("jangan beri dia minum")
    assert "(diubah) jangan beri dia minum" in officer.screen


@BOTH
async def test_a_change_that_is_a_cry_is_offered_once(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("pak")
    assert "keadaan darurat" in await officer.changes("pak Budi pingsan tolong")
    assert not await stage.cases()
    assert "🆘 Apakah" not in await officer.changes("pak Budi pingsan tolong cepat")
    await officer.taps("🆘")
    assert (await stage.case()).kind == "pingsan"
    assert "pak Budi pingsan tolong cepat" in worker.screen


@BOTH
async def test_a_changed_place_before_the_button_is_the_place(stage: Stage, whatsapp: bool) -> None:
    officer, there = await on(await stage.officer(), whatsapp), await stage.tps(40)
    named = await stage.db.read(lambda tx: places.named(tx, there))
    await officer.says("tolong ada yang pingsan di tps 1")
    assert "ikut dikirim" in await officer.changes(f"tolong ada yang pingsan di tps {named.tps} {named.kelurahan}")
    await officer.taps("🆘")
    assert (await stage.case()).tps_id == there.tps_id


@BOTH
async def test_while_a_kind_is_chosen_it_goes_along(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Darurat")
    await officer.changes("di ruang belakang")
    assert not await stage.cases()
    await officer.says("Pingsan")
    assert "di ruang belakang" in worker.screen


@BOTH
async def test_a_change_answers_no_question_and_does_nothing_again(stage: Stage, whatsapp: bool) -> None:
    chair = await on(await stage.chair(), whatsapp)
    await chair.says("ganti" if whatsapp else "/ganti")
    await chair.taps(chair.buttons("siapa yang diganti")[0].label)
    assert not await chair.changes("halo apa kabar")
    assert "keadaan darurat" in await chair.changes("pak ketua pingsan")
    assert "nomor" in (await chair.says("Budi Santoso")).casefold()
    await chair.says("Pingsan")
    for text in ("Batal", "/hapus", "Status"):
        assert not await chair.changes(text)
    assert (await stage.case()).state == "waiting"


async def test_what_is_written_for_a_broadcast_is_not_spoken_to_us(stage: Stage) -> None:
    sender = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    await sender.says("/siaran")
    await sender.taps("KPPS")
    assert not await sender.changes("Ada yang pingsan? Ketuk Darurat.")


async def test_a_changed_message_in_a_group_is_not_read(stage: Stage) -> None:
    officer, group = await (await stage.officer()).links(), stage.group()
    await officer.says_in(group, "tolong ada yang pingsan")
    from messages.chat import Address, Heard

    me, there = Address("telegram", officer.id), Address("telegram", group.id)
    before = len(group.messages)
    await stage.inbox.receive(Heard("9000", me, there, stage.clock.now(), text="Darurat", edited=True, group=True))
    await stage.settled()
    assert len(group.messages) == before
