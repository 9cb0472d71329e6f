"""TPS that vote on a day of their own (PSU, PSL): whose coverage is judged by it, and which such days are doubted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from storage.coverages import coverages
from storage.database import Database
from tests.workbook.books import kota, nik, officer, put, rows

AGAIN = date(2025, 1, 6)
NOW_CARD = ["JKK", "2024-11-01", "2025-01-01", "017"]
THEN_CARD = ["JKK", "2025-01-03", "2025-02-28", "025"]


def city(day: Any = AGAIN, **more: list[list[Any]]) -> dict[str, list[list[Any]]]:
    """Kasin 2 votes again; 1 is of Kasin 2, 2 of Kasin 1."""
    found = kota(petugas=rows("petugas", officer(1, "Ani", number=2), officer(2, "Budi")), **more)
    found["tps"][2][5] = day
    return found


def lists(*niks: int, institution: str = "KPU") -> list[list[Any]]:
    return rows("kepesertaan", *([nik(n), institution, *card[:3], f"2400000{n}{card[3]}"] for n in niks for card in (NOW_CARD, THEN_CARD)))


async def cards(db: Database) -> dict[str, str]:
    """The end of the KPJ that each has."""
    found = await db.read(lambda tx: {row.nik_hash: row.kpj_last4 for row in tx.rows(select(coverages))})
    return {str(n): found[db.vault.hash(nik(n))] for n in (1, 2) if db.vault.hash(nik(n)) in found}


async def test_the_card_that_holds_on_his_own_day_stands_and_the_others_keep_theirs(db: Database) -> None:
    outcome = await put(db, city(kepesertaan=lists(1, 2)))
    assert await cards(db) == {"1": "1025", "2": "2017"}
    assert [(each.row, each.code) for each in outcome.doubts] == [(2, "coverage_holds"), (5, "coverage_holds")]
    assert "6 Jan 2025" in outcome.doubts[0].reason and "27 Nov 2024" in outcome.doubts[1].reason


async def test_a_list_alone_is_judged_by_who_stands_where(db: Database) -> None:
    await put(db, city())
    await put(db, {"kepesertaan": lists(1, 2)})
    assert await cards(db) == {"1": "1025", "2": "2017"}


async def test_who_moves_away_in_this_workbook_votes_with_the_others(db: Database) -> None:
    await put(db, city())
    await put(db, {"petugas": rows("petugas", officer(1, "Ani", number=1), officer(2, "Budi", number=2)), "kepesertaan": lists(1, 2)})
    assert await cards(db) == {"1": "1017", "2": "2025"}


async def test_the_institution_that_posted_him_there_counts(db: Database) -> None:
    await put(db, city(kepesertaan=lists(1, institution="Bawaslu")))
    assert await cards(db) == {"1": "1017"}


@pytest.mark.parametrize(("day", "doubted"), [
    (date(2020, 11, 27), True), (date(2024, 11, 26), True), (date(2024, 11, 27), False), (AGAIN, False), (date(2042, 11, 27), True),
])  # fmt: skip
async def test_a_day_before_the_elections_or_years_later_is_doubted(db: Database, day: date, doubted: bool) -> None:
    outcome = await put(db, city(day))
    assert outcome.all_in
    assert [(each.sheet, each.row, each.column, each.code) for each in outcome.doubts] == ([("tps", 3, "tanggal", "tps_day")] if doubted else [])
    assert not doubted or "27 Nov 2024" in outcome.doubts[0].reason
