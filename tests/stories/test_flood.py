"""Who sends faster than anybody types slows only himself."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from bot.flood import BEYOND, MOST, REMEMBERED, WINDOW, Flood, Passage
from bot.inbox import Inbox
from handlers.details import SAID_APART
from messages.chat import Address, Heard
from storage.updates import updates
from tests.stories.stage import Stage


def test_a_burst_passes_then_he_is_told_once_a_window() -> None:
    flood = Flood()
    assert [flood.passes("a", 0.1, urgent=False) for _ in range(MOST)] == [Passage.OPEN] * MOST
    assert flood.passes("a", 0.2, urgent=False) is Passage.TELL
    assert flood.passes("a", 0.3, urgent=False) is Passage.SHUT
    assert flood.passes("b", 0.3, urgent=False) is Passage.OPEN, "only himself"
    assert flood.passes("a", WINDOW + 0.2, urgent=False) is Passage.OPEN
    assert flood.ignored == 2


def test_an_emergency_has_places_beyond_but_not_without_end() -> None:
    flood = Flood()
    for _ in range(MOST):
        flood.passes("a", 0.0, urgent=False)
    assert [flood.passes("a", 1.0, urgent=True) for _ in range(BEYOND)] == [Passage.OPEN] * BEYOND
    assert flood.passes("a", 1.0, urgent=True) is Passage.TELL


def test_it_remembers_a_bounded_number_of_senders() -> None:
    flood = Flood()
    for n in range(REMEMBERED + 50):
        flood.passes(str(n), 0.0, urgent=False)
    assert len(flood._sent) == REMEMBERED


async def _floods(stage: Stage, inbox: Inbox, sender: str, count: int, text: str = "halo") -> None:
    me = Address("telegram", sender)
    for n in range(count):
        await inbox.receive(Heard(f"{sender}-{text}-{n}", me, me, datetime.now(UTC), text=text, named="Tamu"))


async def test_what_is_too_much_costs_no_transaction_and_darurat_still_goes_through(stage: Stage) -> None:
    flood = Flood()
    inbox = Inbox(stage.db, stage.rules, stage.clock.now, stage.sender.along, flood)
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await _floods(stage, inbox, officer.id, 300)
    handled = await stage.db.read(lambda tx: tx.rows(select(updates.c.key).where(updates.c.key.contains("-halo-"))))
    assert len(list(handled)) == MOST
    await stage.settled()
    assert officer.screen.count("Pesan Anda terlalu cepat") == 1
    await _floods(stage, inbox, officer.id, 1, "Pingsan")
    await stage.settled()
    assert "L-0001" in worker.screen and flood.ignored == 300 - MOST


async def test_what_a_reporter_adds_in_a_rush_stands_in_the_alert_and_does_not_bury_the_worker(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    for n in range(2 * SAID_APART):
        await officer.says(f"keterangan nomor {n}")
    lines = [each.said.text for each in worker.messages if "dari pelapor" in each.said.text]
    assert len(lines) == SAID_APART
    assert f"keterangan nomor {2 * SAID_APART - 1}" in worker.screen, "the newest stand in the alert"
    await stage.passes(minutes=2)
    await officer.says("sudah sadar")
    assert "sudah sadar" in worker.last.text
    assert (await stage.journal(await stage.case())).count("note") == 2 * SAID_APART + 1
