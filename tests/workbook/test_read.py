"""Files as rows: headers, synonyms, and everything that is no workbook."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol

from bot.workbook import read
from bot.workbook.read import Unreadable


def save(path: Path, **titles: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for title, rows in titles.items():
            sheet = book.add_worksheet(title)
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
    return path


def fault(path: Path, sheet: str | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read.read(path, sheet)
    return caught.value


def test_headers_in_any_case_with_synonyms_below_a_title(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["DAFTAR PETUGAS"],
        [],
        ["No", "NO. KTP", "Nama Lengkap", "PERAN", "No. WA", "Desa/Kelurahan", "No TPS", "Catatan"],
        [1, "3573010101900001", "Budi", "KPPS", "0812", "Kasin", 1, "x"],
        [],
        [2, "3573010101900002", "Ani", "KPPS", "0813", "Kasin", 1, "y"],
    ]
    book = read.read(save(tmp_path / "kota.xlsx", PETUGAS=rows, Lain=[["a"]]))
    sheet = book.sheets["petugas"]
    assert list(sheet.columns) == ["nik", "nama", "peran", "no_hp", "kelurahan", "tps"]
    assert [number for number, _ in sheet.rows] == [4, 6], "rows are numbered as Excel numbers them"
    assert book.ignored == ["Lain"]


def test_a_column_of_that_very_name_wins_over_a_synonym(tmp_path: Path) -> None:
    rows: list[list[object]] = [["nama", "HP", "no_hp", "lembaga"], ["Budi", "1", "2", "KPU"]]
    book = read.read(save(tmp_path / "k.xlsx", koordinator=rows))
    assert book.sheets["koordinator"].columns["no_hp"] == 2


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_is_one_sheet_that_is_named(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "paslon.csv"
    path.write_bytes("\ufeffnomor;nama\r\n1;Ani – Budi\r\n".replace(";", mark).encode())
    assert list(read.read(path, "paslon").sheets["paslon"].rows) == [(2, ["1", "Ani – Budi"])]
    assert fault(path).code == "csv_sheet"
    assert fault(path, "nonsense").code == "sheet_unknown"


def test_a_csv_of_an_old_excel_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "paslon.csv"
    path.write_bytes("nomor,nama\n1,José\n".encode("cp1252"))
    assert next(iter(read.read(path, "paslon").sheets["paslon"].rows))[1] == ["1", "José"]


def test_what_is_no_workbook_is_said_so(tmp_path: Path) -> None:
    assert fault(tmp_path / "none.xlsx").code == "missing"
    assert fault(tmp_path).code == "is_folder"
    for content in (b"", b"plain words", b"PK\x03\x04 broken", b"\0" * 5000):
        (tmp_path / "bad.xlsx").write_bytes(content)
        assert fault(tmp_path / "bad.xlsx").code == "not_a_workbook"
        (tmp_path / "bad.csv").write_bytes(content + b"\0")
        assert fault(tmp_path / "bad.csv", "petugas").code == "not_a_csv"
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2048)
    assert fault(tmp_path / "locked.xlsx").code == "encrypted"


def test_a_truncated_workbook_is_no_panic(tmp_path: Path) -> None:
    whole = save(tmp_path / "whole.xlsx", paslon=[["nomor", "nama"], [1, "Ani"]]).read_bytes()
    for size in range(0, len(whole), 97):
        (tmp_path / "cut.xlsx").write_bytes(whole[:size])
        assert fault(tmp_path / "cut.xlsx").code == "not_a_workbook"


def test_no_known_sheet_and_a_missing_column_are_told_apart(tmp_path: Path) -> None:
    assert fault(save(tmp_path / "a.xlsx", Data=[["x"]])).code == "no_sheet"
    found = fault(save(tmp_path / "b.xlsx", petugas=[["nik", "nama"], ["1", "Budi"]]))
    assert (found.code, found.about["columns"]) == ("columns_missing", "peran")
    twice = {"petugas": [["nik", "nama", "peran"]], "Data Petugas": [["nik", "nama", "peran"]]}
    assert fault(save(tmp_path / "c.xlsx", **twice)).code == "sheet_twice"  # type: ignore[arg-type]


NIK, NAME = "3573010101900001", "Budi"


def petugas(*rows: list[object]) -> list[tuple[int, list[object]]]:
    return [(number, [cell for cell in row if cell != ""]) for number, row in read.of_rows({"petugas": list(rows)}).sheets["petugas"].rows]  # type: ignore[arg-type]


def test_a_header_of_two_lines_with_merged_cells_is_one() -> None:
    book = read.of_rows({"petugas": [
        ["DAFTAR PETUGAS", "", "", "", "", ""], ["No", "NIK", "Nama", "Peran", "Wilayah", "", ""],
        ["", "", "", "", "Kecamatan", "Kelurahan", "TPS"], [1, NIK, NAME, "KPPS", "Klojen", "Kasin", 1]]})  # fmt: skip
    sheet = book.sheets["petugas"]
    assert sheet.columns == {"nik": 1, "nama": 2, "peran": 3, "kecamatan": 4, "kelurahan": 5, "tps": 6}
    assert [number for number, _ in sheet.rows] == [4]


def test_rows_are_gone_through_as_often_as_wanted_and_counted_before_or_after(tmp_path: Path) -> None:
    table = [["nik", "nama", "peran"], [NIK, NAME, "KPPS"], ["", "", ""], [NIK, "Ani", "PPS"], ["Jumlah", 2, ""]]
    path = save(tmp_path / "a.xlsx", petugas=table)
    once, twice = read.read(path).sheets["petugas"].rows, read.read(path).sheets["petugas"].rows
    assert len(once) == 2
    assert [number for number, _ in twice] == [2, 4]
    assert list(once) == list(once) == list(twice)
    assert len(twice) == 2


def test_a_first_row_under_the_header_is_no_second_line_of_it() -> None:
    assert petugas(["nik", "nama", "peran"], [NIK, NAME, "KPPS"]) == [(2, [NIK, NAME, "KPPS"])]


@pytest.mark.parametrize("numbers", [[1, 2, 3], ["(1)", "(2)", "(3)"], ["1", "2", "3"]])
def test_the_row_that_numbers_the_columns_is_nobodys(numbers: list[object]) -> None:
    assert petugas(["nik", "nama", "peran"], numbers, [NIK, NAME, "KPPS"]) == [(3, [NIK, NAME, "KPPS"])]


@pytest.mark.parametrize("total", [["Jumlah", "", 12], ["TOTAL", "", ""], ["", "Total petugas:", "12"], ["Jumlah keseluruhan", "", "1.188"], ["JUMLAH KPPS", "", 7], ["Total semua petugas", "", 7]])
def test_totals_and_blank_rows_are_nobodys(total: list[object]) -> None:
    found = petugas(["nik", "nama", "peran"], [NIK, NAME, "KPPS"], ["", "", ""], total)
    assert found == [(2, [NIK, NAME, "KPPS"])]


def test_somebody_called_total_stays() -> None:
    assert len(petugas(["nik", "nama", "peran"], [NIK, "Total Suharto", "KPPS"], ["", "Jumlah", "KPPS"])) == 2


def merged(path: Path, title: str, rows: list[list[object]], *ranges: str, at: str = "A1") -> list[tuple[int, list[object]]]:
    """What is read of a sheet that begins at a cell, in which ranges were merged."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(title)
        row, column = xl_cell_to_rowcol(at)
        for n, cells in enumerate(rows):
            sheet.write_row(row + n, column, cells)
        for each in ranges:
            (top, left), (bottom, right) = map(xl_cell_to_rowcol, each.split(":"))
            inside = 0 <= left - column < len(rows[top - row])
            sheet.merge_range(top, left, bottom, right, rows[top - row][left - column] if inside else "")
    return list(read.read(path).sheets[title].rows)  # type: ignore[arg-type]


KOORDINATOR: list[object] = ["nama", "no_hp", "lembaga", "kecamatan", "kelurahan"]


def test_a_cell_merged_down_holds_for_each_of_its_rows_and_not_for_the_next(tmp_path: Path) -> None:
    rows = [KOORDINATOR, ["Ani", "1", "KPU", "Klojen", "Kasin"], ["Budi", "2", "", "", ""], ["Cici", "3", "KPU", "", ""]]
    found = merged(tmp_path / "a.xlsx", "koordinator", rows, "C2:C3", "D2:D3", "E2:E3")
    assert found == [(2, ["Ani", "1", "KPU", "Klojen", "Kasin"]), (3, ["Budi", "2", "KPU", "Klojen", "Kasin"]), (4, ["Cici", "3", "KPU", "", ""])]


def test_merged_cells_are_found_in_a_table_that_begins_further_in_and_gone_through_twice(tmp_path: Path) -> None:
    rows = [KOORDINATOR, ["Ani", "1", "KPU", "Klojen", ""], ["Budi", "2", "KPU", "", ""], ["Cici", "3", "KPU", "Sukun", ""], ["Dodi", "4", "KPU", "", ""]]
    path = tmp_path / "a.xlsx"
    found = merged(path, "koordinator", rows, "E4:E5", "E6:E7", at="B3")
    assert [(number, cells[3]) for number, cells in found] == [(4, "Klojen"), (5, "Klojen"), (6, "Sukun"), (7, "Sukun")]
    again = read.read(path).sheets["koordinator"].rows
    assert list(again) == list(again) == found


def test_a_merged_cell_alone_makes_nobody_and_a_title_none_either(tmp_path: Path) -> None:
    rows = [["DAFTAR KOORDINATOR"], [], ["nama", "no_hp", "lembaga", "Wilayah", ""], ["", "", "", "kecamatan", "kelurahan"],
            ["Ani", "1", "KPU", "Klojen", "Kasin"], [], ["Budi", "2", "KPU", "", "Bareng"]]  # fmt: skip
    found = merged(tmp_path / "a.xlsx", "koordinator", rows, "A1:E2", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "D5:D7", "H5:H7")
    assert found == [(5, ["Ani", "1", "KPU", "Klojen", "Kasin"]), (7, ["Budi", "2", "KPU", "Klojen", "Bareng"])]


SIGNED: list[list[object]] = [["", "", "", "Malang, 20 November 2024"], ["", "Ketua KPU", ""], [], ["", "Budi Santoso", ""]]


@pytest.mark.parametrize("gap", [[], ["Jumlah", "", 1]])
def test_what_stands_under_the_table_behind_a_gap_is_no_row_of_it(gap: list[object]) -> None:
    book = read.of_rows({"petugas": [["nik", "nama", "peran"], [NIK, NAME, "KPPS"], gap, *SIGNED]})  # type: ignore[list-item]
    rows = book.sheets["petugas"].rows
    assert [number for number, _ in rows] == [2]
    assert isinstance(rows, read.Rows)
    assert rows.below == [4, 5, 7]


def test_a_poor_row_is_the_tables_where_it_adjoins_or_the_table_goes_on() -> None:
    adjoins = petugas(["nik", "nama", "peran"], [NIK, NAME, "KPPS"], ["", "Ani", ""])
    assert [number for number, _ in adjoins] == [2, 3]
    goes_on = petugas(["nik", "nama", "peran"], [NIK, NAME, "KPPS"], [], ["", "Kasin", ""], ["", "Ani", "KPPS"])
    assert [number for number, _ in goes_on] == [2, 4, 5]
    apart = petugas(["nik", "nama", "peran"], [NIK, NAME, "KPPS"], [], ["", "Ani", "KPPS"])
    assert [number for number, _ in apart] == [2, 4], "two of three: somebody whose NIK was forgotten"
