"""A workbook into the tables: what goes in, what is refused and why, and what a second time changes."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.commands import workbook
from bot.workbook import load, read, sample, write
from bot.workbook.known import Known
from bot.workbook.read import Unreadable
from storage import roster
from storage.coverages import coverages
from storage.database import Away, Database, Tx
from storage.elections import elections
from storage.people import people
from storage.places import kelurahan
from storage.roster import assignments
from storage.standing import Standing
from tests.workbook.books import HEADERS, NIK, NOW, PLACES, kota, nik, officer, post, put, raw, rows, save, whole


async def test_a_row_at_a_tps_carries_its_kelurahan_and_kecamatan(db: Database) -> None:
    outcome = await put(db, kota(petugas=rows("petugas", officer(1, phone="0812 3456 7890", position="Ketua"))))
    assert outcome.all_in
    found = await post(db, "Budi")
    assert (found.number, found.ward, found.phone) == (1, "Kasin", "+6281234567890")
    assert found.kecamatan_id is not None
    assert (found.kind, found.role, found.institution, found.position) == ("officer", "KPPS", "KPU", "ketua")


@pytest.mark.parametrize(
    ("role", "written", "kept"),
    [("KPPS", "Ketua merangkap Anggota", ("KPPS", "ketua")), ("Ketua KPPS", "", ("KPPS", "ketua")), ("Anggota PPS", "", ("PPS", "anggota")),
     ("KPPS", "KETUA.", ("KPPS", "ketua")), ("Anggota KPPS", "Ketua KPPS", ("KPPS", "ketua")), ("KPPS", "Wakil Ketua", ("KPPS", "wakil ketua")),
     ("KPPS", "Anggota 4", ("KPPS", "anggota")), ("KPPS", "", ("KPPS", "")), ("KPPS", "Sekretaris", ("KPPS", "sekretaris"))],
)  # fmt: skip
async def test_who_is_the_chair_is_known_as_decrees_say_it(db: Database, role: str, written: str, kept: tuple[str, str]) -> None:
    outcome = await put(db, kota(petugas=rows("petugas", officer(1, role=role, position=written))))
    assert outcome.all_in
    found = await post(db, "Budi")
    assert (found.role, found.position) == kept


FAULTS: list[tuple[str, list[Any], str, str]] = [
    ("petugas", [3573010101900001.0, *officer(1)[1:]], "nik", "nik_number"),
    ("petugas", ["357301010190001", *officer(1)[1:]], "nik", "nik_digits"),
    ("petugas", [f"{NIK}0000", *officer(1)[1:]], "nik", "nik_serial"),
    ("petugas", officer(900, name="Wati"), "nik", "twin_petugas"),
    ("petugas", officer(900), "nik", "name_row"),
    ("petugas", officer(2, role="KPSS"), "peran", "role"),
    ("petugas", officer(2, name=""), "nama", "empty"),
    ("petugas", officer(2, phone="0341-551234"), "no_hp", "phone"),
    ("petugas", officer(2, phone=551234.0), "no_hp", "phone"),
    ("petugas", officer(2, phone="8.12E+09"), "no_hp", "phone_rounded"),
    ("petugas", officer(2, phone=8.12e9), "no_hp", "phone_rounded"),
    ("petugas", officer(2, ward="Kasim"), "kelurahan", "kelurahan_unknown"),
    ("petugas", officer(2, ward="Ksatrian", number=7), "kelurahan", "kelurahan_unknown"),
    ("petugas", officer(2, ward="", number=""), "tps", "empty"),
    ("petugas", officer(2, number=99), "tps", "tps_unknown"),
    ("petugas", officer(2, number="satu"), "tps", "tps_number"),
    ("petugas", officer(2, ward="Mulyorejo"), "kelurahan", "kelurahan_twice"),
    ("petugas", officer(2, area="Blimbing"), "kelurahan", "kelurahan_elsewhere"),
    ("petugas", officer(2, area="Sukum"), "kecamatan", "kecamatan_unknown"),
    ("petugas", officer(2, role="PPK", ward="", number=""), "kecamatan", "empty"),
    ("petugas", officer(2, role="PPS", ward="", number=""), "kelurahan", "empty"),
    ("petugas", officer(2, role="Sekretariat", ward="", number=""), "lembaga", "secretariat"),
    ("petugas", officer(2, role="Pantarlih", ward="", number=3), "kelurahan", "tps_alone"),
    ("petugas", officer(2, institution="KPU Malang"), "lembaga", "institution_near"),
    ("kepesertaan", [nik(2), "Bawaslo", "JKK", "2024-11-01", "2024-11-30"], "lembaga", "institution_near"),
    ("koordinator", ["Ani", "0812-3456-0001", "Bawaslo Kota Malang"], "lembaga", "institution_near"),
    ("kepesertaan", [nik(2), "KPU", "JHT", "2024-11-01", "2024-11-30"], "program", "programme"),
    ("kepesertaan", [nik(2), "KPU", "JKK", "31/11/2024", "2024-11-30"], "mulai", "date"),
    ("kepesertaan", [nik(2), "KPU", "JKK", "2024-11-30", "2024-11-01"], "akhir", "ends_before"),
    ("kepesertaan", [nik(2), "", "JKK", "2024-11-01", "2024-11-30"], "lembaga", "empty"),
    ("kepesertaan", [nik(2), "KPU", "JKK", "2024-11-01", "2024-11-30", "24", "banyak"], "upah", "rupiah"),
    ("kepesertaan", [nik(2), "KPU", "JKK", "2024-11-01", "2024-11-30", "", "", "libur"], "status", "status"),
    ("nakes", ["Ani", "", "Bareng"], "no_hp", "empty"),
    ("nakes", ["Ani", "0812-3456-0001", "Barang"], "puskesmas", "puskesmas_unknown"),
    ("nakes", ["Ani", "0812-3456-0001", "Bareng", "", "06.00", ""], "selesai", "shift_half"),
    ("nakes", ["Ani", "0812-3456-0001", "Bareng", "", "pagi", "siang"], "mulai", "moment"),
    ("nakes", ["Ani", "0812-3456-0001", "Bareng", "", "2024-11-27 06.00", "2024-11-25 06.00"], "selesai",
     "shift_backwards"),
    ("nakes", ["dr. WATI", "0812 3456 0900", "bareng"], "nama", "twin_nakes"),
    ("koordinator", ["Ani", "0341 551234", "KPU"], "no_hp", "phone"),
    ("koordinator", ["Ani", "0812-3456-0001", ""], "lembaga", "empty"),
    ("koordinator", ["Ani", "0812-3456-0001", "KPU", "Lowokwaru"], "kecamatan", "kecamatan_unknown"),
    ("tps", ["Kasin", "Klojen", 2], "tps", "twin_tps"),
    ("tps", ["Kasin", "Klojen", ""], "tps", "empty"),
    ("tps", ["Kasin", "Klojen", 3, "Bareng Barat Daya"], "puskesmas", "puskesmas_unknown"),
    ("tps", ["Kasin", "Klojen", 3, "", "istimewa"], "jenis", "kind"),
    ("tps", ["Kasin", "Klojen", 3, "", "", "", "Kasin"], "pindah_ke", "moved_form"),
    ("tps", ["Kasin", "Klojen", 3, "", "", "", "Kasin/44"], "pindah_ke", "tps_unknown"),
    ("tps", ["Kasin", "Klojen", 3, "", "", "", "", "", 95.0, 112.0], "lintang", "degrees"),
    ("tps", ["Kasin", "Klojen", 3, "", "", "", "", "", -7.9, ""], "bujur", "empty"),
    ("puskesmas", ["Cisadea", "Blimbing", "", "Kesatrian; Purwantoro"], "kelurahan", "kelurahan_unknown"),
    ("puskesmas", ["BARENG", "Klojen"], "puskesmas", "twin_puskesmas"),
    ("paslon", [1, "Siti"], "nomor", "twin_paslon"),
    ("paslon", ["", "Siti"], "nomor", "empty"),
]  # fmt: skip

GOOD = {
    "petugas": officer(900, name="Wati", phone="081234560900"),
    "kepesertaan": [nik(900), "KPU", "JKK+JKM", date(2024, 11, 1), date(2024, 11, 30)],
    "nakes": ["Wati", "081234560900", "Bareng"],
    "koordinator": ["Wati", "081234560900", "KPU"],
    "paslon": [1, "Ani – Budi"],
}


async def test_every_common_fault_is_refused_with_its_place_and_reason(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = kota(**{name: rows(name, row) for name, row in GOOD.items()})
    at = {}
    for n, (name, row, _, _) in enumerate(FAULTS):
        found[name].append([*row, *[""] * (len(HEADERS[name]) - len(row))])
        at[n] = len(found[name])
    path = save(tmp_path / "kota.xlsx", found)
    assert await workbook.import_file(db, path, now=NOW, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    seen = {(each["sheet"], each["row"], each["column"], each["code"]) for each in told["refused"]}
    for n, (name, _, column, code) in enumerate(FAULTS):
        assert (name, at[n], column, code) in seen, (name, code)
    for name in GOOD:
        assert (told["sheets"][name]["new"], told["sheets"][name]["rows"]) == (1, len(found[name]) - 1)
        assert told["sheets"][name]["refused"] == len(found[name]) - 2
    assert all(each["reason"] and "{" not in each["reason"] for each in told["refused"])
    _check_refused_file(tmp_path / "kota-ditolak.xlsx", found, at)


def _check_refused_file(path: Path, found: dict[str, list[list[Any]]], at: dict[int, int]) -> None:
    """The same sheets and columns, the cells as they were, and the reason."""
    refused = raw(path)
    assert set(refused) == {name for name, *_ in FAULTS}
    assert tuple(refused["petugas"][0]) == (*HEADERS["petugas"], "alasan")
    assert refused["petugas"][1][0] == 3573010101900001.0, "a number stays a number"
    assert refused["petugas"][2][0] == "357301010190001", "and a text a text"
    for name in refused:
        assert len(refused[name]) - 1 == sum(each == name for each, *_ in FAULTS)
        assert all(row[-1] for row in refused[name])


async def test_no_nik_or_phone_is_shown_whole(db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = re.compile(r"\d{9,}")
    found = kota(petugas=rows("petugas", officer(1, phone="0341-5512345678"), officer(1), officer(2, name=nik(3), role="x"),
                              officer(4, ward=nik(5))))  # fmt: skip
    path = save(tmp_path / "kota.xlsx", found)
    for how in ({"as_json": True}, {}, {"as_json": True, "check": True}, {"check": True}):
        assert await workbook.import_file(db, path, now=NOW, **how) == 1
    said = capsys.readouterr()
    assert not long.search(said.out + said.err)
    assert "3573********0003" in said.out
    assert "3573********0005" in said.out


async def test_a_near_name_is_proposed_and_never_taken(db: Database) -> None:
    outcome = await put(db, kota(petugas=rows("petugas", officer(1, ward="Ksatrian", number=7))))
    (refusal,) = outcome.refusals
    assert "Kesatrian" in refusal.reason
    assert outcome.counts["petugas"].refused == 1


@pytest.mark.parametrize("ward", ["oro oro dowo", "ORO-ORO DOWO", "Orooro Dowo", "Kel. Oro-Oro  Dowo"])
async def test_spelling_that_differs_in_spaces_hyphens_and_case_is_the_same_place(db: Database, ward: str) -> None:
    assert (await put(db, kota(petugas=rows("petugas", officer(1, ward=ward))))).all_in
    assert (await post(db, "Budi")).ward == "Oro-oro Dowo"


@pytest.mark.parametrize(("known", "written"), [
    ("Tasikmadu", "Tasik Madu"), ("Kiduldalem", "Kidul Dalem"), ("Pisangcandi", "PISANG-CANDI"), ("Kotalama", "Kota Lama"),
    ("Bandungrejosari", "Bandung Rejosari"), ("Rampalcelaket", "Rampal Celaket"), ("Gading Kasri", "Gadingkasri"),
])  # fmt: skip
async def test_the_spellings_of_the_field_are_one_place_where_only_spaces_differ(
    db: Database, known: str, written: str
) -> None:
    found = kota(petugas=rows("petugas", officer(1, ward=written, number=3)))
    found["tps"].append([known, "Klojen", 3, *[""] * (len(HEADERS["tps"]) - 3)])
    assert (await put(db, found)).all_in
    assert (await post(db, "Budi")).ward == known


async def test_the_same_file_again_changes_nothing(db: Database, tmp_path: Path) -> None:
    found = kota(**{name: rows(name, row) for name, row in GOOD.items()})
    found["petugas"].append(officer(901, name="Ani", phone="081234560900", role="PTPS"))
    found["tps"][1] = ["Kasin", "Klojen", 1, "", "khusus", "2024-12-05", "Kasin/2", "Balai RW", -7.98, 112.62]
    path = save(tmp_path / "kota.xlsx", found)
    assert await workbook.import_file(db, path, now=NOW, out=io.StringIO()) == 0
    before = await whole(db)
    out = io.StringIO()
    assert await workbook.import_file(db, path, now=NOW, as_json=True, out=out) == 0
    for counts in json.loads(out.getvalue())["sheets"].values():
        assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 0, counts["rows"])
    assert await whole(db) == before
    assert await db.read(lambda tx: tx.scalar(select(elections.c.last_day))) == date(2024, 12, 5)


async def test_a_check_changes_nothing_and_says_who_joins_leaves_and_changes(db: Database, tmp_path: Path) -> None:
    first = kota(petugas=rows("petugas", officer(1, "Ani"), officer(2, "Budi"), officer(3, "Cici", "PTPS")))
    await put(db, first)
    before = await whole(db)
    second = kota(petugas=rows("petugas", officer(1, "Ani", number=2), officer(4, "Dodi"), officer(5, "Eka", "x")))
    out = io.StringIO()
    path = save(tmp_path / "kota.xlsx", second)
    assert await workbook.import_file(db, path, now=NOW, check=True, as_json=True, out=out) == 1
    told = json.loads(out.getvalue())
    assert [each["name"] for each in told["joins"]] == ["Dodi"]
    assert [(each["name"], each["fields"]) for each in told["changes"]] == [("Ani", ["where"])]
    assert [each["name"] for each in told["leaves"]] == ["Budi"], "Cici's institution is not in this file"
    assert await whole(db) == before
    assert not (tmp_path / "kota-ditolak.xlsx").exists()


async def test_a_check_says_each_change_with_its_row_and_what_was_before(db: Database, tmp_path: Path) -> None:
    ends = date(2024, 12, 31)
    list_of = ["01/11/2024", ends, "24000000017", 850000, "aktif", "2024-11-20"]
    first = kota(
        petugas=rows("petugas", officer(1, "Ani", phone="081234560001")), paslon=rows("paslon", [1, "Ani – Budi"]),
        kepesertaan=rows("kepesertaan", [nik(1), "KPU", "JKK", *list_of], [nik(9), "KPU", "JKM", *list_of]),
        nakes=rows("nakes", ["Rudi", "081234560002", "Bareng", "", "06.00", "14.00"]),
        koordinator=rows("koordinator", ["Eka", "081234560003", "Dinkes", "Klojen"]),
    )  # fmt: skip
    await put(db, first)
    first["tps"][1] = ["Kasin", "Klojen", 1, "Bareng", "", "2024-12-05", "Kasin/2", "", "", ""]
    first["puskesmas"][1] = ["Bareng", "Klojen", "0341-551234", "Kasin"]
    first["petugas"][1] = officer(1, "Ani", phone="081234560009", position="Ketua", number=2)
    first["kepesertaan"][1][4:8] = [date(2024, 12, 10), "24000000025", "", "nonaktif"]
    first["nakes"][1][4:6] = ["07.00", "15.00"]
    first["koordinator"][1][3:5] = ["", ""]
    first["paslon"][1][1] = "Ani – Cici"
    path, out = save(tmp_path / "kota.xlsx", first), io.StringIO()
    assert await workbook.import_file(db, path, now=NOW, check=True, out=out) == 0
    told = out.getvalue()
    stays = "yang lama tetap tersimpan kecuali dengan --replace"
    assert told[told.index("Berubah:"):].splitlines() == [
        "Berubah:",
        "  tps baris 2: Kasin/1 (puskesmas: – → Bareng; tanggal: – → 5 Des 2024; pindah ke: – → Kasin/2)",
        "  puskesmas baris 2: Bareng (kelurahan: Kasin, Oro-oro Dowo → Kasin)",
        "  petugas baris 2: Ani, KPPS KPU (jabatan: – → ketua; tempat: TPS 001, Kel. Kasin → TPS 002, Kel. Kasin; nomor: 0812****0001 → 0812****0009)",
        "  kepesertaan baris 2: Ani, JKK (akhir: 31 Des 2024 → 10 Des 2024; status: aktif → nonaktif; upah: 850000 → –; KPJ (4 terakhir): 0017 → 0025)",
        f"  nakes baris 2: Rudi (mulai: 27 Nov 2024 06.00 → 27 Nov 2024 07.00; selesai: 27 Nov 2024 14.00 → 27 Nov 2024 15.00; {stays})",
        f"  koordinator baris 2: Eka, Dinkes (tempat: Kec. Klojen → seluruh wilayah; {stays})",
        "  paslon baris 2: Ani – Cici (nama: Ani – Budi → Ani – Cici)",
    ]
    out = io.StringIO()
    assert await workbook.import_file(db, path, now=NOW, check=True, replace=True, out=out) == 0
    assert "Rudi (mulai: 27 Nov 2024 06.00 → 27 Nov 2024 07.00; selesai: 27 Nov 2024 14.00 → 27 Nov 2024 15.00)" in out.getvalue()


async def test_a_long_list_of_changes_hides_no_other_sheet(db: Database, tmp_path: Path) -> None:
    many = [["Kasin", "Klojen", n] for n in range(3, 63)]
    await put(db, kota())
    path, out = save(tmp_path / "kota.xlsx", kota(tps=rows("tps", *PLACES, *many), petugas=rows("petugas", officer(1, "Ani")))), io.StringIO()
    assert await workbook.import_file(db, path, now=NOW, check=True, out=out) == 0
    assert out.getvalue().splitlines()[-2:] == ["  … dan 10 lagi (lengkapnya dengan --json)", "  petugas baris 2: Ani, KPPS KPU, TPS 001, Kel. Kasin"]


async def test_someone_in_a_refused_row_has_not_left(db: Database) -> None:
    await put(db, kota(petugas=rows("petugas", officer(1, "Ani"), officer(2, "Budi"))))
    second = kota(petugas=rows("petugas", officer(1, "Ani"), officer(2, "Budi", number=99)))
    outcome = await put(db, second, check_only=True)
    assert [each.what for each in outcome.differences] == []


async def test_absence_removes_nobody_and_a_repeated_nik_is_an_update(db: Database) -> None:
    await put(db, kota(petugas=rows("petugas", officer(1, "Ani", phone="081234560001"), officer(2, "Budi"))))
    outcome = await put(db, kota(petugas=rows("petugas", officer(1, "Ani", phone="081234560009", number=2))))
    assert (outcome.counts["petugas"].new, outcome.counts["petugas"].changed) == (0, 1)
    found = await post(db, "Ani")
    assert (found.phone, found.number) == ("+6281234560009", 2)
    assert await post(db, "Budi")


async def test_an_empty_phone_takes_no_known_number_away(db: Database) -> None:
    await put(db, kota(petugas=rows("petugas", officer(1, "Ani", phone="081234560001"))))
    outcome = await put(db, kota(petugas=rows("petugas", officer(1, "Ani"))))
    assert outcome.counts["petugas"].unchanged == 1
    assert (await post(db, "Ani")).phone == "+6281234560001"


async def test_one_phone_is_one_person_by_nik_or_by_name(db: Database) -> None:
    phone = "0812-3456-0001"
    found = kota(
        petugas=rows("petugas", officer(1, "Siti Aminah", phone=phone),
                     officer(1, "Siti Aminah", "PTPS", phone, number=2), officer(2, "Joko", phone=phone)),
        nakes=rows("nakes", ["dr. SITI AMINAH, M.Kes", phone, "Puskesmas Bareng"], ["Rudi", phone, "Bareng"]),
        koordinator=rows("koordinator", ["Siti  Aminah", phone, "dinkes"], ["rudi.", phone, "BPJS"]),
    )  # fmt: skip
    assert (await put(db, found)).all_in

    def by_person(tx: Tx) -> list[Any]:
        counted = select(people.c.name, func.count(assignments.c.id)).join(assignments).group_by(people.c.id)
        return sorted(tuple(row) for row in tx.rows(counted.add_columns(people.c.phone)))

    number = "+6281234560001"
    assert await db.read(by_person) == [("Joko", 1, number), ("Rudi", 2, number), ("Siti Aminah", 4, number)]
    assert all(counts.changed + counts.new == 0 for counts in (await put(db, found)).counts.values())


async def test_a_worker_known_by_his_number_gets_his_nik_from_the_officers_list(db: Database) -> None:
    await put(db, kota(nakes=rows("nakes", ["Ns. Rudi", "081234560001", "Bareng"])))
    await put(db, kota(petugas=rows("petugas", officer(1, "Rudi", phone="081234560001"))))
    assert await db.read(lambda tx: tx.scalar(select(func.count()).select_from(people))) == 1
    assert (await post(db, "Rudi")).nik_hash is not None


async def test_jkk_and_jkm_in_one_row_are_two_and_need_no_roster(db: Database) -> None:
    found = rows(
        "kepesertaan", [nik(7), "bawaslu", "JKK+JKM", "01/11/2024", "30 November 2024", "24 0000 00017", "850.000"]
    )
    assert (await put(db, kota(kepesertaan=found))).counts["kepesertaan"].new == 1
    stored = await db.read(lambda tx: tx.rows(select(coverages).order_by(coverages.c.programme)))
    assert [(row.programme, row.institution, row.kpj_last4, row.wage) for row in stored] == [
        ("JKK", "Bawaslu", "0017", 850000), ("JKM", "Bawaslu", "0017", 850000)
    ]  # fmt: skip
    assert await db.read(lambda tx: tx.vault.open(stored[0].kpj_sealed)) == "24000000017"
    found[1][5] = "24000010017"
    assert (await put(db, kota(kepesertaan=found))).counts["kepesertaan"].changed == 1, "the last four are the same"


async def test_a_column_that_is_not_there_leaves_what_is_known(db: Database) -> None:
    found = rows(
        "kepesertaan", [nik(7), "KPU", "JKK", "2024-11-01", "2024-11-30", "24000000017", 850000, "", "2024-11-20"]
    )
    await put(db, kota(kepesertaan=found))
    shorter = [row[:5] for row in found]
    shorter[1][4] = "2024-12-31"
    await put(db, {"kepesertaan": shorter})
    (row,) = await db.read(lambda tx: tx.rows(select(coverages)))
    assert (row.ends, row.kpj_last4, row.wage, row.as_of) == (date(2024, 12, 31), "0017", 850000, date(2024, 11, 20))
    assert await db.read(lambda tx: tx.vault.open(row.kpj_sealed)) == "24000000017"


@pytest.mark.parametrize(("written", "kept"), [
    ("KPU Kota Malang", "KPU"), ("Komisi Pemilihan Umum Kota Malang", "KPU"), ("Sekretariat KPU Kabupaten Malang", "KPU"), ("KPUD", "KPU"),
    ("Bawaslu Kab. Malang", "Bawaslu"), ("BAWASLU KAB.MALANG", "Bawaslu"), ("Badan Pengawas Pemilihan Umum", "Bawaslu"),
    ("Panwaslu Kecamatan Klojen", "Bawaslu"), ("Dinkes Kota Malang", "Dinkes"), ("Dinas Kesehatan Provinsi Jawa Timur", "Dinkes"),
    ("BPJS Ketenagakerjaan Cabang Malang", "BPJS"), ("Kecamatan Klojen", "Kecamatan"), ("BPJS Kesehatan", "BPJS Kesehatan"),
])  # fmt: skip
def test_an_institution_is_known_by_its_full_name_and_with_its_place(written: str, kept: str) -> None:
    known = Known(Standing())
    assert known.institution(written) == kept
    assert not known.is_new(kept)


async def test_a_full_name_in_a_second_list_doubles_no_roster(db: Database) -> None:
    lists = [[nik(1), name, "JKK", "2024-11-01", "2024-11-30"] for name in ("KPU", "KPU Kota Malang")]
    await put(db, kota(petugas=rows("petugas", officer(1)), kepesertaan=rows("kepesertaan", lists[0])))
    again = kota(petugas=rows("petugas", officer(1, institution="Komisi Pemilihan Umum Kota Malang")),
                 kepesertaan=rows("kepesertaan", lists[1]))  # fmt: skip
    outcome = await put(db, again)
    assert (outcome.counts["petugas"].unchanged, outcome.counts["kepesertaan"].unchanged) == (1, 1)


async def test_a_misspelt_institution_is_refused_with_a_proposal_and_a_new_one_told_once(db: Database) -> None:
    crew = rows("petugas", officer(1), officer(2, "Ani", institution="Bawaslo"), officer(3, "Cici", institution="PMI"),
                officer(4, "Dodi", institution="pmi"))  # fmt: skip
    outcome = await put(db, kota(petugas=crew))
    (refusal,) = outcome.refusals
    assert (refusal.row, refusal.column, refusal.reason) == (3, "lembaga", 'lembaga "Bawaslo" tidak dikenal. Maksudnya Bawaslu?')
    assert [(each.row, each.code) for each in outcome.doubts] == [(4, "institution_new")]
    assert (await post(db, "Dodi")).institution == "PMI"
    assert not (await put(db, kota(petugas=crew))).doubts, "it is known by now"


@pytest.mark.parametrize(("row", "column", "proposed"), [
    (["Ksatrian", "Blimbing", 8], "kelurahan", "Kesatrian"), (["Kasim", "Klojen", 3], "kelurahan", "Kasin"),
    (["Kaisn", "Klojen", 3], "kelurahan", "Kasin"), (["Kasin", "Kloojen", 3], "kecamatan", "Klojen"),
])  # fmt: skip
async def test_a_slip_of_the_pen_in_the_list_of_tps_founds_no_place(
    db: Database, row: list[Any], column: str, proposed: str
) -> None:
    await put(db, kota())
    outcome = await put(db, kota(tps=rows("tps", *PLACES, row)))
    (refusal,) = outcome.refusals
    assert (refusal.row, refusal.column) == (len(PLACES) + 2, column)
    assert refusal.reason.endswith(f"Maksudnya {proposed}?")
    assert not (outcome.new_areas or outcome.new_wards)
    assert await db.read(lambda tx: tx.scalar(select(func.count()).select_from(kelurahan))) == 6


async def test_a_slip_is_seen_beside_a_name_that_the_same_list_has_far_oftener(db: Database) -> None:
    crowd = [["Kesatrian", "Blimbing", n] for n in range(1, 8)]
    outcome = await put(db, kota(tps=rows("tps", *PLACES, *crowd[:6], ["Ksatrian", "Blimbing", 8]), petugas=rows("petugas", officer(1))))
    assert [(each.code, each.row) for each in outcome.refusals] == [("kelurahan_near", 15)]
    assert outcome.counts["petugas"].new == 1


@pytest.mark.parametrize(("wards", "codes"), [(("Gadungan", "Satak"), set()), (("Kasin", "Oro-oro Dowo"), {"kecamatan_near"})])
async def test_a_kecamatan_far_away_with_a_name_alike_is_another_unless_it_has_the_same_kelurahan(
    db: Database, wards: tuple[str, ...], codes: set[str]
) -> None:
    await put(db, kota())
    outcome = await put(db, kota(tps=rows("tps", *PLACES, *([ward, "Klojem", n] for ward in wards for n in range(1, 9)))))
    assert {each.code for each in outcome.refusals} == codes


async def test_neighbours_with_names_alike_are_two_and_new_ones_are_told(db: Database, tmp_path: Path) -> None:
    pairs = [["Arjosari", "Blimbing"], ["Balearjosari", "Blimbing"], ["Pasar II", "Blimbing"], ["Pasar III", "Blimbing"],
             ["Karang Endah", "Lawang"], ["Karang Endah Selatan", "Lawang"]]  # fmt: skip
    await put(db, kota(tps=rows("tps", *PLACES, *([*pairs[0], n] for n in range(1, 9)))))
    path = save(tmp_path / "kota.xlsx", kota(tps=rows("tps", *PLACES, *([*pair, 1] for pair in pairs))))
    out = io.StringIO()
    assert await workbook.import_file(db, path, now=NOW, check=True, out=out) == 0
    told = out.getvalue().splitlines()
    assert "Kecamatan baru: Lawang" in told
    assert ("Kelurahan baru: Balearjosari (Blimbing), Pasar II (Blimbing), Pasar III (Blimbing), Karang Endah (Lawang), "
            "Karang Endah Selatan (Lawang)") in told  # fmt: skip


async def test_shifts_are_in_the_zone_of_the_election(db: Database) -> None:
    given = (["A", "081234560001", "Bareng", "Perawat", "2024-11-27 06.00", "14:00", "Kasin", 2],
             ["B", "081234560002", "Bareng", "", "22.00", "06.00"], ["C", "081234560003", "Bareng"],
             ["B", "081234560002", "Bareng", "", "2024-11-28 06:00", "2024-11-28 14:00"])  # fmt: skip
    found = kota(nakes=rows("nakes", *given))
    found["pemilihan"][1][4] = "wita"
    assert (await put(db, found)).all_in
    first, second, third = [await post(db, name) for name in "ABC"]
    assert first.starts_at == datetime(2024, 11, 26, 22, 0, tzinfo=UTC)
    assert first.ends_at == datetime(2024, 11, 27, 6, 0, tzinfo=UTC)
    assert (first.number, first.position) == (2, "perawat")
    assert second.ends_at.day == 27
    assert second.ends_at.hour == 22, "the next day, 06.00 WITA"
    assert (third.starts_at, third.ends_at) == (None, None)
    assert third.kecamatan_id is not None, "that of the puskesmas"
    assert await db.read(lambda tx: tx.scalar(select(func.count()).select_from(assignments))) == 4


async def test_hours_without_a_date_are_on_the_voting_day_of_the_tps_that_the_worker_is_posted_at(db: Database) -> None:
    found = kota(nakes=rows("nakes", ["A", "081234560001", "Bareng", "", "06.00", "14.00", "Kasin", 2],
                            ["B", "081234560002", "Bareng", "", "2024-12-06 06.00", "14.00", "Kasin", 2],
                            ["C", "081234560003", "Bareng", "", "22.00", "06.00", "Kasin", 1]))  # fmt: skip
    found["tps"][2][5] = "2024-12-05"
    assert (await put(db, found)).all_in
    first, second, third = [await post(db, name) for name in "ABC"]
    assert (first.starts_at, first.ends_at) == (datetime(2024, 12, 4, 23, tzinfo=UTC), datetime(2024, 12, 5, 7, tzinfo=UTC))
    assert second.starts_at == datetime(2024, 12, 5, 23, tzinfo=UTC), "a date that is written stands"
    assert third.starts_at == datetime(2024, 11, 27, 15, tzinfo=UTC)
    part = {"nakes": found["nakes"], "tps": [row[:3] for row in found["tps"]]}
    assert (await put(db, part)).counts["nakes"].unchanged == 3, "without the column the TPS keeps its day"


async def test_a_part_of_a_workbook_goes_to_the_only_election_or_the_one_asked_for(db: Database) -> None:
    part = {"petugas": rows("petugas", officer(1))}
    with pytest.raises(Unreadable) as none:
        await put(db, part)
    assert none.value.code == "election_none"
    await put(db, kota())
    assert (await put(db, part)).election == "malang-2024"
    other = kota()
    other["pemilihan"][1][:4] = ["malang-2025", "PSU", 35.73, "2025-01-10"]
    await put(db, other)
    with pytest.raises(Unreadable) as which:
        await put(db, part)
    assert which.value.code == "election_which"
    assert (await put(db, part, election="malang-2025")).election == "malang-2025"
    with pytest.raises(Unreadable) as unknown:
        await put(db, part, election="batu-2024")
    assert unknown.value.code == "election_unknown"
    with pytest.raises(Unreadable) as mixed:
        await put(db, other, election="malang-2024")
    assert mixed.value.code == "election_other"


async def test_a_fault_in_the_election_stops_a_new_one_only(db: Database) -> None:
    bad = kota(petugas=rows("petugas", officer(1)))
    bad["pemilihan"][1][4] = "GMT"
    with pytest.raises(Unreadable) as caught:
        await put(db, bad)
    assert caught.value.code == "election_bad"
    assert await db.read(lambda tx: tx.first(select(elections))) is None
    await put(db, kota())
    outcome = await put(db, bad)
    assert [each.code for each in outcome.refusals] == ["zone"]
    assert outcome.counts["petugas"].new == 1
    two = kota()
    two["pemilihan"].append(two["pemilihan"][1])
    with pytest.raises(Unreadable, match="election_rows"):
        await put(db, two)


async def test_a_file_that_cannot_be_read_says_so_and_nothing_else(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await whole(db)
    paths = [tmp_path / "none.xlsx", tmp_path / "bad.xlsx", save(tmp_path / "part.xlsx", {"petugas": rows("petugas", officer(1))}),
             save(tmp_path / "short.xlsx", {"petugas": [["nik", "nama"], ["1", "x"]]}), tmp_path / "a.csv"]  # fmt: skip
    (tmp_path / "bad.xlsx").write_text("no")
    (tmp_path / "a.csv").write_text("nik,nama\n")
    for path in paths:
        assert await workbook.import_file(db, path, now=NOW) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.splitlines()) == 1
    assert await whole(db) == before


async def test_a_csv_goes_in_as_its_sheet(db: Database, tmp_path: Path) -> None:
    await put(db, kota())
    path = tmp_path / "petugas.csv"
    path.write_text(f"NIK;Nama Lengkap;Peran;No. HP;Kel.;No TPS\n{nik(1)};Budi;KPPS;0812-3456-7890;kasin;2\n"
                    "3,57301E+15;Ani;KPPS;;Kasin;1\n", encoding="utf-8")  # fmt: skip
    assert await workbook.import_file(db, path, now=NOW, sheet="petugas", out=io.StringIO()) == 1
    assert (await post(db, "Budi")).number == 2
    refused = read.read(tmp_path / "petugas-ditolak.xlsx").sheets["petugas"]
    assert next(iter(refused.rows))[1][:2] == ["3,57301E+15", "Ani"]


async def test_the_refused_file_can_be_mended_and_goes_in(db: Database, tmp_path: Path) -> None:
    path = save(tmp_path / "kota.xlsx", kota(petugas=rows("petugas", officer(1, number=9), officer(2))))
    assert await workbook.import_file(db, path, now=NOW, out=io.StringIO()) == 1
    mended = raw(tmp_path / "kota-ditolak.xlsx")
    assert mended["petugas"][1][8] == 9
    mended["petugas"][1][8] = 77
    again = save(tmp_path / "kota-ditolak.xlsx", mended)
    assert await workbook.import_file(db, again, now=NOW, out=io.StringIO()) == 1
    twice = raw(tmp_path / "kota-ditolak-ditolak.xlsx")
    assert twice["petugas"][0].count("alasan") == 1
    mended["petugas"][1][8] = 1
    assert await workbook.import_file(db, save(again, mended), now=NOW, out=io.StringIO()) == 0


async def test_one_person_serves_both_organisers_with_a_row_in_each(db: Database) -> None:
    rows_of = rows("petugas", officer(1, phone="081200000001"), officer(1, role="PTPS", institution="Bawaslu", number=2))
    outcome = await put(db, kota(petugas=rows_of))
    assert outcome.all_in
    posts = await db.read(lambda tx: tx.rows(select(assignments.c.person_id, assignments.c.role, assignments.c.institution)))
    assert sorted(tuple(each) for each in posts) == [(1, "KPPS", "KPU"), (1, "PTPS", "Bawaslu")]


COVERED = ("2024-11-01", "2024-12-31")


@pytest.mark.parametrize(("lists", "kept", "said"), [
    ([("JKK", *COVERED, "24000000017"), ("JKM", *COVERED, "24000000025")],
     {"JKK": ("0017", "2024-11-01", "2024-12-31"), "JKM": ("0025", "2024-11-01", "2024-12-31")}, []),
    ([("JKK", "2023-01-01", "2024-01-31", "24000000017"), ("JKK", *COVERED, "24000000025")],
     {"JKK": ("0025", "2024-11-01", "2024-12-31")}, [(2, "coverage_holds", 3)]),
    ([("JKK", *COVERED, "24000000017", "", "nonaktif"), ("JKK", "2024-11-20", "2024-11-30", "24000000025")],
     {"JKK": ("0025", "2024-11-20", "2024-11-30")}, [(2, "coverage_holds", 3)]),
    ([("JKK", "2024-01-01", "2024-02-28", "24000000017"), ("JKK", "2024-03-01", "2024-03-31", "24000000025")],
     {"JKK": ("0025", "2024-03-01", "2024-03-31")}, [(2, "coverage_later", 3)]),
    ([("JKK", *COVERED, "24000000017"), ("JKK", *COVERED, "24000000025")],
     {"JKK": ("0017", "2024-11-01", "2024-12-31")}, [(3, "coverage_first", 2)]),
    ([("JKK", "2024-11-28", "2024-12-31", "24000000017"), ("JKK+JKM", "2024-10-01", "2024-11-27", "24000000017")],
     {"JKK": ("0017", "2024-10-01", "2024-12-31"), "JKM": ("0017", "2024-10-01", "2024-11-27")}, [(3, "coverage_joined", 2)]),
    ([("JKK", "2024-11-29", "2024-12-31", "24000000017"), ("JKK", "2024-10-01", "2024-11-27", "24000000017")],
     {"JKK": ("0017", "2024-10-01", "2024-11-27")}, [(2, "coverage_holds", 3)]),
    ([("JKK+JKM", *COVERED, "24000000017"), ("JKM", *COVERED, "24000000017"), ("JKK", *COVERED, "24000000017")],
     {"JKK": ("0017", "2024-11-01", "2024-12-31"), "JKM": ("0017", "2024-11-01", "2024-12-31")},
     [(3, "coverage_same", 2), (4, "coverage_same", 2)]),
])  # fmt: skip
async def test_of_several_rows_of_one_coverage_the_one_that_holds_on_the_voting_day_stands(
    db: Database, lists: list[tuple[str, ...]], kept: dict[str, tuple[str, ...]], said: list[tuple[int, str, int]]
) -> None:
    book = kota(kepesertaan=rows("kepesertaan", *([nik(1), "KPU", *each] for each in lists)))
    outcome = await put(db, book)
    stored = await db.read(lambda tx: {row.programme: (row.kpj_last4, str(row.starts), str(row.ends)) for row in tx.rows(select(coverages))})
    assert stored == kept
    assert outcome.all_in
    assert [(each.row, each.code) for each in outcome.doubts] == [each[:2] for each in said]
    assert all(f"baris {used}" in each.reason for each, (_, _, used) in zip(outcome.doubts, said, strict=True))
    counts = (await put(db, book)).counts["kepesertaan"]
    assert (counts.rows, counts.new, counts.changed, counts.unchanged) == (len(lists), 0, 0, len(lists))


async def test_a_kecamatan_and_a_kelurahan_of_one_name_are_told_apart_by_the_column(db: Database) -> None:
    crew = rows("petugas", officer(1, role="PPK", area="Sukun", ward="", number=""),
                officer(2, role="PPS", area="", ward="Sukun", number=""))  # fmt: skip
    assert (await put(db, kota(petugas=crew))).all_in
    found = await db.read(lambda tx: {row.role: row.kelurahan_id is not None for row in tx.rows(select(assignments))})
    assert found == {"PPK": False, "PPS": True}


async def test_shifts_of_one_worker_that_overlap_are_one_duty(db: Database) -> None:
    shifts = [["Ani", "0812-3456-0001", "Bareng", "", since, until] for since, until in (("06.00", "14.00"), ("12.00", "20.00"), ("22.00", "06.00"))]
    assert (await put(db, kota(nakes=rows("nakes", *shifts)))).all_in
    day = datetime(2024, 11, 27, tzinfo=UTC)
    mine = await db.read(lambda tx: [role for role in roster.workers(tx, [1, 2], day) if role.name == "Ani"])
    assert len(mine) == 3
    on = [hour for hour in range(24) if roster.on_duty(mine, day.replace(hour=hour))]  # UTC: seven hours behind
    assert on == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 20, 21, 22]


async def test_coverage_of_nobody_is_kept_and_counted(db: Database, tmp_path: Path) -> None:
    lists = rows("kepesertaan", *([nik(n), "KPU", "JKK+JKM", date(2024, 11, 1), date(2024, 12, 31)] for n in (1, 2, 3)))
    book = save(tmp_path / "kota.xlsx", kota(petugas=rows("petugas", officer(1)), kepesertaan=lists))
    out = io.StringIO()
    assert await workbook.import_file(db, book, now=NOW, out=out, err=io.StringIO()) == 0
    assert "Kepesertaan 2 NIK yang belum ada di daftar petugas" in out.getvalue()


async def test_a_database_that_is_gone_is_a_sentence(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def gone(*_: object) -> None:
        raise Away("the server closed the connection")

    path = tmp_path / "kota.xlsx"
    write.sample(sample.rows(2), path)
    monkeypatch.setattr(load, "finish", gone)
    assert await workbook.import_file(db, path, now=NOW) == workbook.UNREADABLE
    assert "Impor lagi berkas yang sama" in capsys.readouterr().err


async def test_who_signed_under_the_table_is_told_and_refuses_nothing(db: Database, tmp_path: Path) -> None:
    crew = [*rows("petugas", officer(1, "Ani")), [""], ["", "", "", "", "", "", "Malang, 20 November 2024"], ["", "Budi Santoso"]]
    out, path = io.StringIO(), save(tmp_path / "kota.xlsx", kota(petugas=crew))
    assert await workbook.import_file(db, path, now=NOW, out=out) == 0
    assert "Di bawah tabel, dilewati: petugas baris 4, 5" in out.getvalue()
    assert "petugas: 1 baris, 1 baru" in out.getvalue()
    out = io.StringIO()
    assert await workbook.import_file(db, path, now=NOW, as_json=True, out=out) == 0
    assert json.loads(out.getvalue())["ignored_rows"] == {"petugas": [4, 5]}


async def test_the_refused_rows_of_an_import_before_are_said_to_be_outdated_once_all_is_in(db: Database, tmp_path: Path) -> None:
    async def told(number: int, **how: Any) -> tuple[str | None, str | None]:
        out, path = io.StringIO(), save(tmp_path / "kota.xlsx", kota(petugas=rows("petugas", officer(1, "Ani", number=number))))
        await workbook.import_file(db, path, now=NOW, as_json=True, out=out, **how)
        said = json.loads(out.getvalue())
        return said["refused_file"], said["old_refused_file"]

    assert await told(1) == (None, None)
    assert await told(99) == ("kota-ditolak.xlsx", None)
    assert await told(1, check=True) == (None, None), "a check writes nothing"
    assert await told(1) == (None, "kota-ditolak.xlsx")
    assert (tmp_path / "kota-ditolak.xlsx").exists(), "somebody may be mending it"
    out = io.StringIO()
    await workbook.import_file(db, tmp_path / "kota.xlsx", now=NOW, out=out)
    assert out.getvalue().splitlines()[-1].endswith("kota-ditolak.xlsx dari impor sebelumnya masih ada. Berkas ini masuk seluruhnya, jadi berkas itu boleh dihapus.")
