"""After a death or a referral nothing that the bot begins goes to that person, until a coordinator lets it."""

from __future__ import annotations

import pytest

from bot.commands.broadcast import Order, send
from storage import people
from tests.stories.stage import Actor, Stage
from tests.stories.test_broadcast import goes, got

WORDS = "Vitamin dibagikan di PPS."


async def tell_all(stage: Stage) -> None:
    assert await send(stage.db, Order("semua", WORDS), now=stage.clock.now(), rules=stage.rules, election=None) == 0
    await goes(stage)


async def only_others_hear(stage: Stage, mate: Actor, reporter: Actor) -> None:
    """A broadcast to all reaches the reporter, and not the casualty."""
    quiet = len(mate.messages)
    await tell_all(stage)
    assert len(mate.messages) == quiet
    assert WORDS in got(reporter)[0]


async def hurt(stage: Stage, how: str) -> tuple[Actor, Actor, Actor]:
    """A crewmate is the casualty, and the case comes to that end: the casualty, his coordinator, the reporter."""
    reporter, mate = await (await stage.officer()).links(), await (await stage.officer(rank=2)).links()
    boss = await (await stage.coordinator("KPU")).links()
    worker = await (await stage.workers())[0].links()
    await reporter.says("Meninggal" if how == "kind" else "Pingsan")
    await reporter.taps("Rekan di TPS saya")
    await reporter.taps(mate.name[:12])
    if how == "kind":
        return mate, boss, reporter
    await worker.taps("Saya tangani")
    if how == "rujuk":
        await worker.taps("Rujuk")
        await worker.says("RSUD")
        return mate, boss, reporter
    await worker.taps("Tiba")
    await worker.taps("Selesai")
    await worker.taps("Meninggal")
    return mate, boss, reporter


@pytest.mark.parametrize("how", ["outcome", "rujuk", "kind"])
async def test_broadcasts_and_reminders_end_and_a_coordinator_lets_them_go_again(stage: Stage, how: str) -> None:
    await stage.heart.cycle()
    mate, boss, reporter = await hurt(stage, how)
    assert f"untuk {mate.name}" in boss.screen
    assert "meninggal" not in boss.buttons("dihentikan sampai")[0].label
    quiet = len(mate.messages)
    await tell_all(stage)
    await stage.passes(minutes=121)
    assert len(mate.messages) == quiet
    assert WORDS in got(reporter)[0]
    await boss.taps("Nyalakan lagi")
    assert "berjalan lagi" in boss.screen
    await tell_all(stage)
    assert WORDS in mate.last.text


async def test_a_death_that_is_said_of_a_case_that_filed_itself_counts_too(stage: Stage) -> None:
    reporter, mate = await (await stage.officer()).links(), await (await stage.officer(rank=2)).links()
    await reporter.says("Darurat")
    await stage.passes(minutes=2)
    await reporter.taps("Rekan di TPS saya")
    await reporter.taps(mate.name[:12])
    await reporter.says("Meninggal")
    await only_others_hear(stage, mate, reporter)


async def test_who_is_named_after_a_referral_was_closed_counts_too(stage: Stage) -> None:
    reporter, mate = await (await stage.officer()).links(), await (await stage.officer(rank=2)).links()
    worker = await (await stage.workers())[0].links()
    await reporter.says("Pingsan")
    for step in ("Saya tangani", "Tiba", "Rujuk"):
        await worker.taps(step)
    await worker.says("RSUD")
    await worker.taps("Selesai")
    await worker.taps("Istirahat")
    await worker.taps("Siapa korbannya")
    await worker.taps(mate.name[:12])
    await only_others_hear(stage, mate, reporter)


async def test_what_waits_for_him_is_taken_back_in_the_same_commit(stage: Stage) -> None:
    reporter, mate = await (await stage.officer()).links(), await (await stage.officer(rank=2)).links()
    await reporter.says("Meninggal")
    await reporter.taps("Rekan di TPS saya")
    chosen = reporter.button(mate.name[:12])
    await stage.stops()
    assert await send(stage.db, Order("semua", WORDS), now=stage.clock.now(), rules=stage.rules, election=None) == 0
    await stage.heart.cycle()  # it is in the outbox, and the outbox stands still
    await reporter.forges(chosen)
    await stage.starts()
    await goes(stage)
    assert got(mate) == []
    assert WORDS in got(reporter)[0]


async def test_a_casualty_who_only_fainted_and_got_better_hears_on(stage: Stage) -> None:
    reporter = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await reporter.says("Pingsan")
    await reporter.taps("Saya sendiri")
    await worker.taps("Saya tangani")
    await worker.taps("Tiba")
    await worker.taps("Selesai")
    await worker.taps("Membaik")
    await tell_all(stage)
    assert WORDS in got(reporter)[0]


async def test_answers_and_alerts_go_on(stage: Stage) -> None:
    mate, *_ = await hurt(stage, "rujuk")
    assert "JKK" in await mate.says("/status")
    await mate.says("Pingsan")
    assert "L-0002" in mate.screen


async def test_who_was_named_wrongly_is_told_of_to_a_coordinator(stage: Stage) -> None:
    mate, boss, reporter = await hurt(stage, "kind")
    other = await (await stage.officer(rank=3)).links()
    told = len(boss.messages)
    await reporter.taps("Rekan di TPS saya")
    await reporter.taps(other.name[:12])
    news = [each.said.text for each in boss.messages[told:]]
    assert any(f"untuk {other.name}" in each and "dihentikan sampai" in each for each in news)
    assert any(f"untuk {mate.name}" in each and "sudah dikoreksi" in each for each in news)
    assert "meninggal" not in " ".join(news).casefold(), "that it stopped, never why"
    await boss.forges(f"unhush:{mate.person_id}")
    await only_others_hear(stage, other, mate)


async def test_who_coordinates_and_was_brought_to_a_hospital_is_asked_nothing(stage: Stage) -> None:
    near = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    city = await (await stage.coordinator("KPU")).links()
    await stage.db.write(lambda tx: people.silence(tx, near.person_id, stage.clock.now()))
    lost = Actor(stage, "77", "+6281999999977", "Budi Baru")
    await lost.says("/start")
    for words in ("Setuju",):
        await lost.says(words)
    await lost.shares_contact()
    await lost.says("Minta dicatat")
    await lost.taps("KPPS")
    await lost.says("Budi Baru Sekali")
    await lost.says("Arjosari 1")
    assert "Budi Baru" not in near.screen
    assert "Budi Baru" in city.screen


async def test_only_a_coordinator_of_his_place_lets_it_go_again(stage: Stage) -> None:
    mate, boss, reporter = await hurt(stage, "rujuk")
    for other in (mate, reporter):
        assert "bukan untuk Anda" in await other.forges(f"unhush:{mate.person_id}")
    await boss.taps("Nyalakan lagi")
    assert await boss.forges(f"unhush:{mate.person_id}") == "Sudah tercatat."
