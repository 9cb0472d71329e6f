"""`--replace`: who is taken out, and who is not."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.commands import workbook
from storage.coverages import coverages
from storage.database import Database
from storage.people import people
from storage.roster import assignments
from tests.workbook.books import NOW, kota, nik, officer, put, rows, save


def crew() -> list[list[Any]]:
    """Two institutions, two kelurahan, a role of a kelurahan."""
    return rows("petugas", officer(1, "Ani"), officer(2, "Budi"), officer(3, "Cici", "PTPS"), officer(4, "Dodi", ward="Oro-oro Dowo"),
                officer(5, "Eka", "PPS", number=""))  # fmt: skip


async def there(db: Database) -> set[str]:
    joined = select(people.c.name).select_from(assignments.join(people))
    return await db.read(lambda tx: {row.name for row in tx.rows(joined)})


async def test_replace_takes_out_who_is_absent_in_the_institutions_roles_and_areas_of_the_file_only(db: Database) -> None:
    await put(db, kota(petugas=crew()))
    second = kota(petugas=rows("petugas", officer(1, "Ani"), officer(6, "Fani")))
    checked = await put(db, second, check_only=True, replace=True)
    assert [each.name for each in checked.differences if each.what == "leaves"] == ["Budi"]
    assert await there(db) == {"Ani", "Budi", "Cici", "Dodi", "Eka"}
    await put(db, second, replace=True)
    assert await there(db) == {"Ani", "Cici", "Dodi", "Eka", "Fani"}
    again = await put(db, second, replace=True)
    assert [each for each in again.differences if each.what == "leaves"] == []


async def test_replace_takes_out_nobody_who_stands_in_a_refused_row(db: Database) -> None:
    await put(db, kota(petugas=crew()))
    await put(db, kota(petugas=rows("petugas", officer(1, "Ani"), officer(2, "Budi", number=99))), replace=True)
    assert "Budi" in await there(db)


async def test_replace_takes_out_coverage_of_its_institution_and_workers_of_its_puskesmas(db: Database) -> None:
    cover = [nik(1), "KPU", "JKK+JKM", date(2024, 11, 1), date(2024, 12, 31)], [nik(2), "KPU", "JKK+JKM", date(2024, 11, 1), date(2024, 12, 31)]
    other = [nik(3), "Bawaslu", "JKK", date(2024, 11, 1), date(2024, 12, 31)]
    nurses = ["Siti", "081234560011", "Bareng"], ["Tuti", "081234560012", "Bareng"], ["Umi", "081234560013", "Kendalkerep"]
    await put(db, kota(petugas=crew(), kepesertaan=rows("kepesertaan", *cover, other), nakes=rows("nakes", *nurses)))
    await put(db, kota(kepesertaan=rows("kepesertaan", cover[0]), nakes=rows("nakes", nurses[0])), replace=True)
    left = await db.read(lambda tx: sorted((row.institution, row.programme) for row in tx.rows(select(coverages))))
    assert left == [("Bawaslu", "JKK"), ("KPU", "JKK"), ("KPU", "JKM")]
    assert {"Siti", "Umi"} <= await there(db)
    assert "Tuti" not in await there(db)
    assert {"Ani", "Budi"} <= await there(db), "the file has no officers"


async def test_replace_leaves_coverage_of_other_kelurahan_and_programmes_alone(db: Database) -> None:
    days = date(2024, 11, 1), date(2024, 12, 31)
    cover = [[nik(at), "KPU", "JKK+JKM", *days] for at in (1, 2, 4)]  # Dodi's kelurahan is another one
    await put(db, kota(petugas=crew(), kepesertaan=rows("kepesertaan", *cover)))
    await put(db, kota(kepesertaan=rows("kepesertaan", [nik(1), "KPU", "JKK", *days])), replace=True)
    named = select(people.c.name, coverages.c.programme).join(people, people.c.nik_hash == coverages.c.nik_hash)
    left = await db.read(lambda tx: sorted((row.name, row.programme) for row in tx.rows(named)))
    assert left == [("Ani", "JKK"), ("Ani", "JKM"), ("Budi", "JKM"), ("Dodi", "JKK"), ("Dodi", "JKM")]


async def test_replace_says_in_words_who_was_taken_out(db: Database, tmp_path: Path) -> None:
    await put(db, kota(petugas=crew()))
    path, out = save(tmp_path / "kota.xlsx", kota(petugas=rows("petugas", officer(1, "Ani")))), io.StringIO()
    assert await workbook.import_file(db, path, now=NOW, replace=True, out=out) == 0
    assert "Dikeluarkan karena tidak ada di berkas" in out.getvalue()
    assert "Budi" in out.getvalue()
    assert "Dodi" not in out.getvalue()
