"""The example: whole, the same at every run, and nothing in it is refused."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from bot.commands import workbook
from bot.workbook import load, read, rules, sample, sheets
from bot.workbook.known import Known
from bot.workbook.review import Day, review
from storage.database import Database
from storage.standing import Standing

NOW = datetime(2024, 11, 20, 6, 0, tzinfo=UTC)


def raw(path: Path) -> dict[str, list[list[Any]]]:
    """Every sheet as it stands in the file, ours or not."""
    with CalamineWorkbook.from_path(str(path)) as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_whole_city_has_its_numbers() -> None:
    rows = sample.rows()
    officers = rows["petugas"][1:]
    assert (len(rows["tps"]) - 1, len(officers)) == (1188, 12148)
    assert Counter(row[1] for row in rows["tps"][1:]) == {
        "Blimbing": 253, "Klojen": 141, "Kedungkandang": 280, "Sukun": 285, "Lowokwaru": 229
    }  # fmt: skip
    assert Counter(row[2] for row in officers) == {
        "KPPS": 8316, "Linmas": 2376, "PTPS": 1188, "PPS": 171, "PPK": 25, "PKD": 57, "Panwascam": 15
    }  # fmt: skip
    assert len({row[0] for row in rows["tps"][1:]}) == 57
    assert len(rows["puskesmas"]) == 17
    assert sum(row[4] == "khusus" for row in rows["tps"]) == 6


def test_niks_and_phones_are_valid_and_nobody_shares_one() -> None:
    rows = sample.rows()
    niks = [rules.nik(row[0]) for row in rows["petugas"][1:]]
    assert not any(rules.nik_doubt(nik) for nik in niks)
    assert len(set(niks)) == len(niks)
    phones = [rules.need_phone(row[3]) for row in rows["petugas"][1:]]
    phones += [rules.need_phone(row[1]) for name in ("nakes", "koordinator") for row in rows[name][1:]]
    assert len(set(phones)) == len(phones)


def test_it_is_the_same_at_every_run() -> None:
    assert sample.rows(20) == sample.rows(20)


@pytest.mark.parametrize("tps", [1, 3, 5, 40, 57, 58, 1188])
def test_nothing_of_it_is_refused(tps: int) -> None:
    book = read.of_rows(sample.rows(tps))
    first = load.Review()
    found = review(book, Known(Standing()), Day(sample.VOTING_DAY, "WIB"), load._stated(book, first), lambda _: sample.VOTING_DAY)
    assert (first.refusals, found.refusals, found.doubts) == ([], [], [])
    assert len(found.wanted.tps) == tps


def test_few_tps_still_reach_every_kecamatan_and_kelurahan() -> None:
    assert len({row[1] for row in sample.rows(5)["tps"][1:]}) == 5
    assert len({row[0] for row in sample.rows(57)["tps"][1:]}) == 57


def test_another_voting_day_moves_every_date() -> None:
    rows = sample.rows(2, date(2026, 12, 2))
    assert rows["pemilihan"][1][0] == "malang-2026"
    assert {row[3] for row in rows["kepesertaan"][1:]} == {date(2026, 12, 1)}


async def test_the_file_goes_in_without_a_fault(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kota.xlsx"
    assert workbook.sample(path, tps=6) == 0
    assert path.name in capsys.readouterr().out
    assert await workbook.import_file(db, path, now=NOW) == 0
    assert not (tmp_path / "kota-ditolak.xlsx").exists()
    assert [each.name for each in tmp_path.iterdir() if "part" in each.name] == []


def test_the_file_has_instructions_and_every_sheet_in_order(tmp_path: Path) -> None:
    workbook.sample(tmp_path / "kota.xlsx", tps=1)
    found = raw(tmp_path / "kota.xlsx")
    assert list(found) == [sheets.INSTRUCTIONS, *sheets.LAYOUTS]
    for name, layout in sheets.LAYOUTS.items():
        assert tuple(found[name][0]) == layout.columns
    assert isinstance(found["petugas"][1][0], str)


def test_an_impossible_number_or_place_is_said_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert workbook.sample(tmp_path / "a.xlsx", tps=0) == 2
    assert workbook.sample(tmp_path / "a.xlsx", tps=1189) == 2
    assert workbook.sample(tmp_path / "none" / "a.xlsx", tps=1) == 2
    assert workbook.sample(Path(), tps=1) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 4
