"""A small city as a workbook, in memory and as a file, and what the tables hold after it went in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from bot.workbook import load, read, sheets
from bot.workbook.load import Outcome
from storage.candidates import candidates
from storage.coverages import coverages
from storage.database import Database
from storage.elections import elections
from storage.people import people
from storage.places import kelurahan, serves, tps
from storage.roster import assignments

NOW = datetime(2024, 11, 20, 6, 0, tzinfo=UTC)
NIK = "357301010190"

ELECTION = ["malang-2024", "Pilkada 2024 Kota Malang", "35.73", date(2024, 11, 27), "WIB"]
PLACES = [
    ["Kasin", "Klojen", 1], ["Kasin", "Klojen", 2], ["Oro-oro Dowo", "Klojen", 1], ["Kesatrian", "Blimbing", 7],
    ["Sukun", "Sukun", 1], ["Mulyorejo", "Sukun", 1], ["Mulyorejo", "Blimbing", 1],
]  # fmt: skip
HEALTH = [["Bareng", "Klojen", "0341-551234", "Kasin; oro oro dowo"], ["Kendalkerep", "Blimbing", "", "Kesatrian"]]
HEADERS: dict[str, tuple[str, ...]] = {name: layout.columns for name, layout in sheets.LAYOUTS.items()}


def nik(n: int) -> str:
    return f"{NIK}{n:04}"


def rows(name: str, *given: Sequence[Any]) -> list[list[Any]]:
    width = len(HEADERS[name])
    return [list(HEADERS[name]), *([*row, *[""] * (width - len(row))] for row in given)]


def kota(**more: list[list[Any]]) -> dict[str, list[list[Any]]]:
    """A small city, to which a test adds its sheets."""
    base = {
        "pemilihan": rows("pemilihan", ELECTION),
        "tps": rows("tps", *PLACES),
        "puskesmas": rows("puskesmas", *HEALTH),
    }
    return base | more


def officer(n: int, name: str = "Budi", role: str = "KPPS", phone: Any = "", *, position: str = "",
            institution: str = "", area: str = "", ward: str = "Kasin", number: Any = 1) -> list[Any]:  # fmt: skip
    return [nik(n), name, role, phone, position, institution, area, ward, number]


async def put(db: Database, found: dict[str, list[list[Any]]], **how: Any) -> Outcome:
    return await load.load(db, read.of_rows(found), now=NOW, **how)


def save(path: Path, found: dict[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy", "strings_to_numbers": False}) as book:
        for title, its in found.items():
            sheet = book.add_worksheet(title)
            for n, row in enumerate(its):
                for m, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(n, m, cell)
                    else:
                        sheet.write(n, m, cell)
    return path


def raw(path: Path) -> dict[str, list[list[Any]]]:
    """Every sheet as it stands in the file, ours or not."""
    with CalamineWorkbook.from_path(str(path)) as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


async def whole(db: Database) -> list[Any]:
    """Everything that an import writes, to see whether anything changed."""
    tables = (elections, kelurahan, tps, serves, people, assignments, coverages, candidates)
    return await db.read(lambda tx: [sorted(map(str, tx.rows(select(table)))) for table in tables])


async def post(db: Database, name: str) -> Any:
    wanted = select(assignments, people.c.phone, people.c.nik_hash, tps.c.number, kelurahan.c.name.label("ward"))
    joined = assignments.join(people).outerjoin(tps, tps.c.id == assignments.c.tps_id)
    joined = joined.outerjoin(kelurahan, kelurahan.c.id == assignments.c.kelurahan_id)
    return await db.read(lambda tx: tx.first(wanted.select_from(joined).where(people.c.name == name)))
