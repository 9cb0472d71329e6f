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


async def areas(db: Database, name: str) -> list[tuple[str, bool, bool]]:
    """A coordinator's posts: institution, and whether one is of a kecamatan, of a kelurahan."""
    a = assignments.c
    wanted = select(a.institution, a.kecamatan_id, a.kelurahan_id).join(people, people.c.id == a.person_id).where(people.c.name == name)
    return sorted((row[0], row[1] is not None, row[2] is not None) for row in await db.read(lambda tx: tx.rows(wanted)))


CITY, WARD = ["Eka", "081234560003", "KPU"], ["Eka", "081234560003", "KPU", "Sukun", "Sukun"]


async def test_replace_takes_the_wider_area_from_a_coordinator_of_the_list_and_of_its_institution_only(db: Database) -> None:
    others = [["Fani", "081234560004", "KPU"], ["Eka", "081234560003", "Dinkes"]]
    await put(db, kota(koordinator=rows("koordinator", CITY, *others)))
    narrower = kota(koordinator=rows("koordinator", WARD))
    await put(db, narrower)
    assert len(await areas(db, "Eka")) == 3, "an import alone takes nothing away"
    checked = await put(db, narrower, check_only=True, replace=True)
    assert [(each.name, each.what) for each in checked.differences] == [("Eka", "leaves")]
    await put(db, narrower, replace=True)
    assert await areas(db, "Eka") == [("Dinkes", False, False), ("KPU", True, True)]
    assert await areas(db, "Fani") == [("KPU", False, False)], "of whom it does not name a list of Sukun says nothing"


async def said(db: Database, tmp_path: Path, found: dict[str, list[list[Any]]], **how: Any) -> list[str]:
    path, out = save(tmp_path / "kota.xlsx", found), io.StringIO()
    await workbook.import_file(db, path, now=NOW, out=out, **how)
    return out.getvalue().splitlines()


async def test_a_check_says_where_each_joins_and_with_which_level(db: Database, tmp_path: Path) -> None:
    await put(db, kota(koordinator=rows("koordinator", ["Eka", "081234560003", "KPU", "Sukun"])))
    found = kota(
        petugas=rows("petugas", officer(1, "Ani"), officer(2, "Budi", "PPK", area="Klojen", ward="", number=""),
                     officer(3, "Cici", area="Sukun", ward="Mulyorejo")),
        nakes=rows("nakes", ["Rudi", "081234560002", "Bareng"]), koordinator=rows("koordinator", WARD, ["Gita", "081234560005", "KPU"]),
    )  # fmt: skip
    lines = await said(db, tmp_path, found, check=True)
    assert lines[lines.index("Masuk:") :] == [
        "Masuk:",
        "  petugas baris 2: Ani, KPPS KPU, TPS 001, Kel. Kasin",
        "  petugas baris 3: Budi, PPK KPU, Kec. Klojen",
        "  petugas baris 4: Cici, KPPS KPU, TPS 001, Kel. Mulyorejo, Kec. Sukun",
        "  nakes baris 2: Rudi, Puskesmas Bareng",
        "  koordinator baris 3: Gita, KPU, seluruh wilayah",
        "Berubah:",
        "  koordinator baris 2: Eka, KPU (tempat: Kec. Sukun → Kel. Sukun; yang lama tetap tersimpan kecuali dengan --replace)",
    ]
    assert (await said(db, tmp_path, found, check=True, replace=True))[-1] == "  koordinator baris 2: Eka, KPU (tempat: Kec. Sukun → Kel. Sukun)"
    await put(db, found, replace=True)
    assert await areas(db, "Eka") == [("KPU", True, True)]


def shift(puskesmas: str = "Bareng", since: str = "06.00", name: str = "dr. Ani", phone: str = "081234560011") -> list[str]:
    return [name, phone, puskesmas, "dokter", since, "18.00"]


async def test_whose_shift_changed_is_not_said_to_be_missing_from_the_file(db: Database, tmp_path: Path) -> None:
    await put(db, kota(nakes=rows("nakes", shift(), shift(name="Umi", phone="081234560013"))))
    found = kota(nakes=rows("nakes", shift(since="07.00")))
    lines = await said(db, tmp_path, found, replace=True)
    assert lines[-2:] == ["Dikeluarkan karena tidak ada di berkas (--replace):", "  nakes: Umi, Puskesmas Bareng"]
    assert "dr. Ani" not in "\n".join(lines)
    assert await there(db) == {"dr. Ani"}


async def test_who_moved_to_another_puskesmas_of_the_file_changed_and_has_not_left(db: Database) -> None:
    mate = shift(name="Umi", phone="081234560013")
    await put(db, kota(nakes=rows("nakes", shift(), mate)))
    moved = kota(nakes=rows("nakes", shift("Kendalkerep"), mate))
    checked = await put(db, moved, check_only=True, replace=True)
    (difference,) = checked.differences
    assert (difference.what, difference.name, difference.stays) == ("changed", "dr. Ani", False)
    assert [each.field for each in difference.changes] == ["where", "puskesmas"]
    alone = await put(db, moved, check_only=True)
    assert sorted(each.what for each in alone.differences) == ["leaves", "new"], "his puskesmas before may not be spoken of"
