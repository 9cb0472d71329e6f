"""A list that closed requests for coverage is taken back: they are open again, and who was told is told so."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import update

from bot.commands.undoing import last_import
from handlers import coverage_case
from storage import coverage_cases
from storage.people import people
from storage.requests import COVERED, OPEN
from tests.stories.stage import Actor, Stage
from tests.stories.test_coverage_cases import Died, boss_of, brings, states, uncovered

CHANNELS = pytest.mark.parametrize("whatsapp", [False, True])


async def asked(stage: Stage, rank: int = 0, *, whatsapp: bool = False) -> Actor:
    """Somebody who is on no list and asked why."""
    officer = await uncovered(stage, rank)
    officer = await officer.on_whatsapp().links() if whatsapp else officer
    await officer.says("status" if whatsapp else "/status")
    await officer.taps("Minta diperiksa")
    return officer


async def undone(stage: Stage) -> None:
    await last_import(stage.db, now=stage.clock.now(), out=io.StringIO())
    await stage.settled()


@CHANNELS
async def test_he_and_the_coordinator_read_that_it_is_open_again(stage: Stage, whatsapp: bool) -> None:
    boss = await stage.coordinator("KPU")
    boss = await (boss.on_whatsapp() if whatsapp else boss).links()
    officer = await asked(stage, whatsapp=whatsapp)
    await brings(stage, officer)
    assert await states(stage) == [COVERED] and "kini terdaftar" in officer.last.text
    seen = len(boss.messages)
    await undone(stage)
    assert await states(stage) == [OPEN]
    assert "ditarik kembali" in officer.last.text
    (told,) = boss.messages[seen:]
    assert "terbuka lagi" in told.said.text and officer.name in told.said.text
    await boss.taps(officer.name[:20])
    assert "Belum ada di daftar: JKK dan JKM" in boss.last.text
    await boss.taps("Sudah diajukan")
    assert "sudah diajukan" in officer.last.text
    await brings(stage, officer)
    assert await states(stage) == [COVERED] and "kini terdaftar" in officer.last.text, "the next list brings it anew"


async def test_on_telegram_the_card_has_its_buttons_again(stage: Stage) -> None:
    boss, officer = await boss_of(stage, "KPU", "city"), await asked(stage)
    await brings(stage, officer)
    assert await boss.forges("cov_done:1") == "Sudah tercatat."
    assert not boss.buttons("Minta diperiksa: belum terdaftar")
    await undone(stage)
    assert boss.button("Sudah diajukan", "Minta diperiksa: belum terdaftar")


async def test_many_are_one_message_to_their_coordinator(stage: Stage) -> None:
    boss = await boss_of(stage, "KPU", "city")
    officers = [await asked(stage, rank) for rank in range(3)]
    await brings(stage, *officers)
    seen = len(boss.messages)
    await undone(stage)
    assert await states(stage) == [OPEN] * 3 and len(boss.messages) == seen + 1
    assert all(each.name in boss.last.text for each in officers)


async def test_what_an_earlier_list_brought_stays_closed(stage: Stage) -> None:
    first, second = await asked(stage), await asked(stage, 1)
    await brings(stage, first)
    await stage.passes(minutes=1)
    await brings(stage, second)
    await undone(stage)
    assert await states(stage) == [COVERED, OPEN]
    assert "ditarik kembali" not in first.screen and "ditarik kembali" in second.last.text


async def test_good_news_that_has_not_left_is_held_back(stage: Stage) -> None:
    officer = await asked(stage)
    await stage.stops()
    await brings(stage, officer)
    await undone(stage)
    await stage.starts()
    await stage.settled()
    assert "kini terdaftar" not in officer.screen and "ditarik kembali" not in officer.screen


async def test_an_undo_that_was_killed_is_finished_by_the_next_and_tells_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    boss, officer = await boss_of(stage, "KPU", "city"), await asked(stage)
    await brings(stage, officer)

    def dies(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(coverage_cases, "reopen", dies)
        with pytest.raises(Died):
            await undone(stage)
    assert await states(stage) == [COVERED]
    await undone(stage)
    assert await states(stage) == [OPEN]
    assert sum("ditarik kembali" in each.said.text for each in officer.messages) == 1
    assert sum("terbuka lagi" in each.said.text for each in boss.messages) == 1
    again = coverage_case.reopen
    assert await stage.db.write(lambda tx: again(tx, 1, 1, stage.clock.now(), 0, stage.clock.now())) is None


async def test_who_died_is_not_told(stage: Stage) -> None:
    officer = await asked(stage)
    await brings(stage, officer)
    quiet = update(people).where(people.c.id == officer.person_id).values(silent_at=stage.clock.now())
    await stage.db.write(lambda tx: tx.execute(quiet))
    await undone(stage)
    assert await states(stage) == [OPEN] and "ditarik kembali" not in officer.screen
