"""What the exports list, and how they are written."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from bot.commands import export, workbook
from bot.workbook import load, read, sample
from bot.workbook.read import Unreadable
from storage.database import Database
from storage.people import addresses, people
from tests.workbook.books import kota, officer, put, rows

NOW = datetime(2024, 11, 27, 3, 0, tzinfo=UTC)
ROWS = [
    {"name": "=1+1", "tps": 3, "at": NOW, "ok": True, "on": date(2024, 11, 27), "journal": [{"a": 1}], "none": None},
    {"name": "-x", "tps": None, "at": None, "ok": False, "on": None, "journal": [], "none": None},
]


def test_json_is_a_list_with_iso_times() -> None:
    out = io.StringIO()
    export.write_rows(ROWS, "json", out)
    first = json.loads(out.getvalue())[0]
    assert first["at"] == "2024-11-27T03:00:00+00:00"
    assert first["name"] == "=1+1"


def test_csv_has_no_mark_in_front_and_runs_no_formula() -> None:
    out = io.StringIO()
    export.write_rows(ROWS, "csv", out)
    assert out.getvalue().startswith("name,tps,at")
    first, second = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert (first["name"], second["name"]) == ("'=1+1", "'-x")
    assert (first["tps"], first["ok"], first["journal"], first["none"]) == ("3", "true", '[{"a": 1}]', "")


def test_xlsx_goes_to_a_file_and_runs_no_formula(tmp_path: Path) -> None:
    export.write_rows(ROWS, "xlsx", tmp_path / "a.xlsx")
    (sheet,) = [CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_index(0).to_python()]
    assert sheet[1][:2] == ["'=1+1", 3.0]
    with pytest.raises(Unreadable, match="xlsx_stdout"):
        export.write_rows(ROWS, "xlsx", io.StringIO())
    with pytest.raises(Unreadable, match="format_unknown"):
        export.write_rows(ROWS, "pdf", io.StringIO())
    with pytest.raises(Unreadable, match="cannot_write"):
        export.write_rows(ROWS, "csv", tmp_path / "none" / "a.csv")


def test_no_rows_are_an_empty_list_or_a_header() -> None:
    out = io.StringIO()
    export.write_rows([], "json", out)
    assert json.loads(out.getvalue()) == []
    out = io.StringIO()
    export.write_rows([], "csv", out, columns=("a", "b"))
    assert out.getvalue() == "a,b\r\n"


async def test_people_and_coverage_are_listed_masked(db: Database) -> None:
    await load.load(db, read.of_rows(sample.rows(3)), now=NOW)
    await db.write(lambda tx: tx.insert_new(
        addresses, {"channel": "telegram", "external": "1", "state": "active", "named": "", "consent": "",
                    "consent_version": "", "person_id": tx.scalar(people.select().limit(1))}))  # fmt: skip
    found = await workbook.people_rows(db, now=NOW)
    assert sum(row["linked"] for row in found) == 1
    kpps = next(row for row in found if row["role"] == "KPPS")
    assert kpps["nik"].startswith("3573********9")
    assert kpps["phone"].startswith("0812****")
    assert (kpps["election"], kpps["institution"], kpps["tps"]) == ("malang-2024", "KPU", 1)
    out = io.StringIO()
    assert await workbook.export_coverage(db, now=NOW, out=out) == 0
    covered = json.loads(out.getvalue())
    assert {row["jkk"] for row in covered} >= {"active"}
    assert all(len(row["kpj"]) in {0, 11} for row in covered)
    late = await workbook.coverage_rows(db, now=datetime(2025, 1, 1, tzinfo=UTC))
    assert {row["jkk"] for row in late} <= {"ended", "none"}


async def test_an_export_without_an_election_says_so(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert await workbook.export_people(db, now=NOW) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


async def test_who_serves_a_whole_city_or_kecamatan_comes_before_its_parts_on_both_databases(db: Database) -> None:
    crew = rows("petugas", officer(1, "Tps"), officer(2, "Ward", "PPS", number=""), officer(3, "Area", "PPK", area="Klojen", ward="", number=""),
                officer(4, "City", "Sekretariat", institution="KPU", ward="", number=""))  # fmt: skip
    await put(db, kota(petugas=crew))
    assert [row["name"] for row in await workbook.people_rows(db, now=NOW)] == ["City", "Area", "Ward", "Tps"]
