"""What was written down of a case cannot be changed, taken out or blanked without the doctor saying so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update

from bot.commands import doctor
from storage import journal as book
from storage.database import Tx
from storage.incidents import incidents
from storage.journal import journal
from tests.stories.stage import Stage


def _note(tx: Tx) -> int:
    return int(tx.scalar(select(journal.c.id).where(journal.c.what == "note").order_by(journal.c.id)))


def other_words(tx: Tx) -> None:
    """Sealed as ours are: who has the secret can do it."""
    tx.execute(update(journal).where(journal.c.id == _note(tx)).values(detail_sealed=tx.vault.seal_json({"words": "semua aman"})))


def words_of_another_entry(tx: Tx) -> None:
    one, two = tx.rows(select(journal).where(journal.c.what == "note").order_by(journal.c.id))
    tx.execute(update(journal).where(journal.c.id == one.id).values(detail_sealed=two.detail_sealed, salt=two.salt))


def another_salt(tx: Tx) -> None:
    tx.execute(update(journal).where(journal.c.id == _note(tx)).values(salt="0" * 32))


def blanked(tx: Tx) -> None:
    tx.execute(update(journal).where(journal.c.id == _note(tx)).values(detail_sealed=None))


def garbled(tx: Tx) -> None:
    tx.execute(update(journal).where(journal.c.id == _note(tx)).values(detail_sealed=b"x" * 40))


def another_time(tx: Tx) -> None:
    at = tx.scalar(select(journal.c.at).where(journal.c.id == _note(tx) - 1))
    tx.execute(update(journal).where(journal.c.id == _note(tx)).values(at=at.replace(year=2020)))


def the_end_cut_off(tx: Tx) -> None:
    """Together with the head, so that the chain ends well."""
    last = tx.first(select(journal).where(journal.c.incident_id == 1).order_by(journal.c.seq.desc()).limit(1))
    tx.execute(delete(journal).where(journal.c.id == last.id))
    tx.execute(update(incidents).where(incidents.c.id == 1).values(chain_head=last.previous))


def all_of_it_gone(tx: Tx) -> None:
    tx.execute(delete(journal).where(journal.c.incident_id == 1))
    tx.execute(update(incidents).where(incidents.c.id == 1).values(chain_head="", chain_length=0))


async def lived(stage: Stage) -> None:
    """A case with everything that may stand in its journal, closed."""
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await officer.says("dia jatuh, 60 tahun")
    await officer.shares_place(-7.98123456, 112.6304)
    await officer.taps("Tanda-tanda")
    await worker.taps("Saya tangani")
    await officer.says("cepat, \"napasnya\" pelan 😢")
    await worker.says("di jalan")
    await worker.taps("Tiba")
    await worker.taps("Selesai")
    await worker.taps("Membaik")


async def wrongs(stage: Stage) -> list[str]:
    return [each.what for each in await stage.db.read(lambda tx: list(doctor._chains(tx))) if not each.good]


@pytest.mark.parametrize("changed", [other_words, words_of_another_entry, another_salt, blanked, garbled, another_time,
                                     the_end_cut_off, all_of_it_gone])  # fmt: skip
async def test_a_change_is_told_with_the_number_of_the_case(stage: Stage, changed: Callable[[Tx], None]) -> None:
    await lived(stage)
    assert await wrongs(stage) == []
    await stage.db.write(changed)
    assert await wrongs(stage) == ["journal: 1 incidents, 1 with a broken chain: L-0001"]


async def test_a_case_that_is_gone_is_missed(stage: Stage) -> None:
    await lived(stage)

    def vanish(tx: Tx) -> None:
        """The newest case, with all that refers to it."""
        for table in reversed(book.Entry.metadata.sorted_tables):
            if "incident_id" in table.c:
                tx.execute(delete(table).where(table.c.incident_id == 1))
        tx.execute(delete(incidents).where(incidents.c.id == 1))

    await stage.db.write(vanish)
    assert await wrongs(stage) == ["journal: 1 incidents are gone: L-0001"]
