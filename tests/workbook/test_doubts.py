"""Rows that go in and are doubted for what stands in others of their sheet."""

from __future__ import annotations

from typing import Any

import pytest

from bot.workbook.load import Outcome
from storage.database import Database
from tests.workbook.books import kota, nik, put, rows


def card(n: int, starts: str, ends: str, kpj: str = "") -> list[Any]:
    return [nik(n), "KPU", "JKK+JKM", starts, ends, kpj]


def told(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.code) for each in outcome.doubts]


async def test_beside_a_date_with_its_month_first_the_others_that_may_be_so_are_doubted(db: Database) -> None:
    cards = card(1, "11/1/2024", "12/31/2024"), card(2, "11/1/2024", "12/12/2024"), card(3, "2024-11-01", "10/12/2024"), card(4, "2024-11-01", "31/12/2024")
    outcome = await put(db, kota(kepesertaan=rows("kepesertaan", *cards)))
    assert [(each.row, each.column, each.code) for each in outcome.refusals] == [(2, "akhir", "date_swapped")]
    assert told(outcome) == [(3, "mulai", "date_either"), (4, "akhir", "date_either")]
    assert "11/1/2024" in outcome.doubts[0].reason and "tertukar" in outcome.refusals[0].reason


async def test_with_the_day_first_throughout_and_in_other_sheets_nothing_is_doubted(db: Database) -> None:
    found = kota(kepesertaan=rows("kepesertaan", card(1, "1/11/2024", "10/12/2024")), nakes=rows("nakes", ["Ani", "081234560001", "Bareng", "", "11/27/2024 06.00", "11/27/2024 18.00"]))
    outcome = await put(db, found)
    assert {each.code for each in outcome.refusals} == {"date_swapped"}
    assert told(outcome) == []


@pytest.mark.parametrize(("niks", "doubted"), [((1, 2), [(3, "kpj", "kpj_twice")]), ((1, 1), [])])
async def test_one_card_of_two_niks_is_doubted(db: Database, niks: tuple[int, int], doubted: list[tuple[int, str, str]]) -> None:
    cards = [card(n, start, end, "24000000017") for n, (start, end) in zip(niks, (("2024-10-01", "2024-10-31"), ("2024-11-01", "2024-12-31")), strict=True)]
    outcome = await put(db, kota(kepesertaan=rows("kepesertaan", *cards, card(3, "2024-11-01", "2024-12-31"), card(4, "2024-11-01", "2024-12-31"))))
    assert outcome.all_in
    assert [each for each in told(outcome) if each[2] != "coverage_joined"] == doubted
    assert not doubted or "baris 2" in outcome.doubts[0].reason


@pytest.mark.parametrize(
    ("then", "doubted"),
    [([(2, "17")], [(2, "kpj", "kpj_known")]), ([(2, "17"), (1, "18")], []), ([(1, "17")], []), ([(2, "19")], []),
     ([(1, "17"), (2, "17")], [(3, "kpj", "kpj_twice")])],
    ids=["another's", "he has a new one", "his own", "nobody's", "both in one file"],
)  # fmt: skip
async def test_a_card_that_stands_for_another_nik_is_doubted(db: Database, then: list[tuple[int, str]], doubted: list[tuple[int, str, str]]) -> None:
    first = [card(1, "2024-11-01", "2024-12-31", "24000000017"), *(card(n, "2024-11-01", "2024-12-31") for n in (2, 3, 4))]
    assert told(await put(db, kota(kepesertaan=rows("kepesertaan", *first)))) == []
    later = [card(n, "2024-11-01", "2024-12-31", f"240000000{end}") for n, end in then]
    outcome = await put(db, kota(kepesertaan=rows("kepesertaan", *later)))
    assert outcome.all_in
    assert [each for each in told(outcome) if each[1] == "kpj"] == doubted
    again = await put(db, kota(kepesertaan=rows("kepesertaan", *later)))
    assert [each for each in told(again) if each[2] == "kpj_known"] == [], "it was said once"
