"""What one cell may hold: tables of cases."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from bot.workbook import check, rules, times
from bot.workbook.rules import Bad
from storage import names


def fault(rule: Any, cell: Any) -> str:
    with pytest.raises(Bad) as caught:
        rule(cell)
    return caught.value.code


@pytest.mark.parametrize(
    "written",
    ["0812-3456-7890", "+62 812 3456 7890", "6281234567890", "81234567890", "(0812)3456.7890", "+62 (0)812 3456 7890",
     81234567890.0, 6281234567890.0, "\u202a+62 812\u00a03456 7890\u202c", "'081234567890", "0062 812 3456 7890"],
)  # fmt: skip
def test_a_mobile_number_is_understood_in_any_form(written: Any) -> None:
    assert rules.phone(written) == "+6281234567890"


@pytest.mark.parametrize(
    "written", ["0341-551234", "112", "0812", "08123456789012345", "tidak tahu", "0812 / 0813", "00"]
)
def test_what_is_no_mobile_number_is_refused(written: str) -> None:
    assert fault(rules.phone, written) == "phone"


@pytest.mark.parametrize(
    ("nik", "is_sound"),
    [("3573012802900001", True), ("3573016812900001", True), ("3573012902900001", False), ("3573010013900001", False),
     ("3573010101900000", False), ("9973010101900001", False), ("35730101019000011", False), ("357301010190001", False),
     ("٣573010101900001", False), ("3573010101900001\n", False)],
)  # fmt: skip
def test_a_nik_that_is_sound_at_a_glance_has_neither_fault_nor_doubt(nik: str, is_sound: bool) -> None:
    assert rules.is_sound_nik(nik) is is_sound
    if is_sound:
        assert rules.nik(nik) == nik
        assert rules.nik_doubt(nik) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [("dr. Siti Nur Aminah, S.Kep.", "siti nur aminah"), ("DR SITI  NUR AMINAH SKep", "siti nur aminah"),
     ("H. Budi", "budi"), ("h budi", "budi"), ("Hasan", "hasan"), ("drg Ana-Maria", "ana maria"),
     ("José", "jose"), (" budi ", "budi"), ("Dr. H.", "drh"), ("dr h", "drh"), ("Ir", "ir"),
     ("Siti Aminah, A.Md.Kep", "siti aminah"), ("Siti Aminah Amd. Kep.", "siti aminah"), ("Siti Aminah AMDKep", "siti aminah"),
     ("Ns. Siti Aminah, S.Kep., M.Biomed", "siti aminah"), ("Siti Aminah, SKM", "siti aminah"), ("Siti Aminah S. Tr. Keb", "siti aminah"),
     (", Budi", "budi"), ("Amdani Kepa", "amdani kepa"), ("Dr., Ir.", "drir")],
)  # fmt: skip
def test_a_person_is_compared_without_titles_however_they_are_written(name: str, key: str) -> None:
    assert names.person_key(name) == key


def test_an_empty_phone_is_no_fault_where_it_is_not_required() -> None:
    assert rules.phone("  ") is None
    assert fault(rules.need_phone, "") == "empty"


@pytest.mark.parametrize("written", ["3573010101900001", " 3573 0101 0190 0001 ", "'3573010101900001"])
def test_a_nik_is_sixteen_digits(written: str) -> None:
    assert rules.nik(written) == "3573010101900001"


@pytest.mark.parametrize(
    ("written", "code"),
    [(3573010101900001.0, "nik_number"), (3.573e15, "nik_number"), ("3,57301E+15", "nik_number"),
     ("3.57301e+15", "nik_number"), ("357301010190001", "nik_digits"), ("35730101019000012", "nik_digits"),
     ("3573010101900000", "nik_serial"), ("357301010190000A", "nik_digits"), ("", "empty"),
     ("٣٥٧٣٠١٠١٠١٩٠٠٠٠١", "nik_digits"), ("3573010101900001\n", None)],
)  # fmt: skip
def test_a_nik_that_cannot_be_one_is_refused(written: Any, code: str | None) -> None:
    if code is None:
        assert rules.nik(written) == "3573010101900001"
    else:
        assert fault(rules.nik, written) == code


@pytest.mark.parametrize(
    ("nik", "doubt"),
    [("3573014101900001", None), ("3573017101900001", None), ("3573012902960001", None), ("3573013113900001", "nik_date"),
     ("3573010001900001", "nik_date"), ("3573013902900001", "nik_date"), ("9973010101900001", "nik_region")],
)  # fmt: skip
def test_region_and_birth_only_warn(nik: str, doubt: str | None) -> None:
    assert rules.nik(nik) == nik
    assert rules.nik_doubt(nik) == doubt


@pytest.mark.parametrize(
    "written",
    ["2024-11-01", "01/11/2024", "1/11/2024", "01-11-2024", "1 November 2024", "1 Nov 2024", "Jumat, 1 Nopember 2024",
     "2024-11-01 00:00:00", date(2024, 11, 1), datetime(2024, 11, 1, 0, 0), 45597.0],  # noqa: DTZ001 - cells know no zone
)  # fmt: skip
def test_a_date_is_understood_in_any_usual_form(written: Any) -> None:
    assert times.day(written) == date(2024, 11, 1)


@pytest.mark.parametrize("written", ["31/11/2024", "2024-13-01", "besok", "1 Foo 2024", "01/11/24", 3.0, "1/2", True])
def test_what_is_no_date_is_refused(written: Any) -> None:
    assert fault(times.day, written) == "date"


@pytest.mark.parametrize(
    ("written", "moment"),
    [("2024-11-27 06.00", (date(2024, 11, 27), 360)), ("27/11/2024 18:30", (date(2024, 11, 27), 1110)),
     ("06.00", (None, 360)), ("6:05", (None, 365)), ("06.00 WIB", (None, 360)), ("24.00", (None, 1440)),
     (time(6, 30), (None, 390)), (datetime(2024, 11, 27, 6, 0), (date(2024, 11, 27), 360)),  # noqa: DTZ001 - cells know no zone
     (6.0, (None, 360)), (18.3, (None, 1110)), (timedelta(hours=14), (None, 840)), ("", None)],
)  # fmt: skip
def test_a_time_of_a_shift_is_understood(written: Any, moment: Any) -> None:
    assert times.moment(written) == moment


@pytest.mark.parametrize("written", ["pagi", "25.00", "06.75", "6", "2024-11-31 06.00", 6.75])
def test_what_is_no_time_is_refused(written: Any) -> None:
    assert fault(times.moment, written) in {"moment", "date"}


@pytest.mark.parametrize(
    ("written", "number"), [(12.0, 12), ("012", 12), ("TPS 012", 12), ("tps.3", 3), (12, 12), ("", 0)]
)
def test_a_tps_number_is_understood(written: Any, number: int) -> None:
    assert rules.tps(written) == number


@pytest.mark.parametrize("written", ["0", "dua", "12345", 1.5, "-3x"])
def test_what_is_no_tps_number_is_refused(written: Any) -> None:
    assert fault(rules.tps, written) == "tps_number"


@pytest.mark.parametrize(
    ("written", "rupiah"),
    [("3309144", 3309144), ("3.309.144", 3309144), ("Rp 3.309.144,00", 3309144), ("Rp850.000,-", 850000),
     (850000.0, 850000), ("850,000", 850000), ("", None)],
)  # fmt: skip
def test_rupiah_are_understood(written: Any, rupiah: int | None) -> None:
    assert rules.rupiah(written) == rupiah


@pytest.mark.parametrize(
    ("written", "role"),
    [("kpps", "KPPS"), ("Satlinmas", "Linmas"), ("Pengawas TPS", "PTPS"), ("panwaslu kecamatan", "Panwascam"),
     ("Panwaslu Kelurahan/Desa", "PKD"), ("Sekretariat PPK", "Sekretariat")],
)  # fmt: skip
def test_a_role_is_known_by_its_other_names(written: str, role: str) -> None:
    assert check.role(written) == role


def test_words_of_a_fixed_list_are_named_when_refused() -> None:
    assert fault(check.role, "KPSS") == "role"
    assert fault(check.zone, "GMT") == "zone"
    assert fault(check.programmes, "JHT") == "programme"
    assert check.programmes("JKK dan JKM") == check.programmes("jkk + jkm") == "JKK+JKM"
    assert check.status("") == "aktif"
    assert check.kind("") == "reguler"


@pytest.mark.parametrize(
    ("written", "region"), [("35.73", "35.73"), (35.73, "35.73"), (35.1, "35.10"), ("3573", "35.73")]
)
def test_a_region_code_survives_a_number_cell(written: Any, region: str) -> None:
    assert rules.region(written) == region


@pytest.mark.parametrize(("written", "code"), [("12/31/2026", "date_swapped"), ("2-28-2026", "date_swapped"), ("2/30/2026", "date"),
                                               ("13/13/2026", "date"), ("31/11/2026", "date")])  # fmt: skip
def test_a_date_with_its_month_first_is_refused_as_one(written: str, code: str) -> None:
    assert fault(times.day, written) == code


@pytest.mark.parametrize(("written", "found"), [("11/1/2026", True), (" 1-11-2026", True), ("11/1/2026 06.00", True), ("12/12/2026", False),
                                                ("31/12/2026", False), ("2026-11-01", False), ("1 November 2026", False),
                                                (date(2026, 11, 1), False), (46000.0, False)])  # fmt: skip
def test_a_date_that_may_be_two(written: Any, found: bool) -> None:
    assert times.either_way(written) is found


@pytest.mark.parametrize("written", ["-", "–", " -- ", "tidak ada", "Tdk. ada", "belum ada", "N/A", "nihil", "0", 0.0, "'-"])
def test_a_cell_that_says_that_there_is_no_number_is_empty(written: Any) -> None:
    assert rules.phone(written) is None
    assert rules.telephone(written) == ""
    assert fault(rules.need_phone, written) == "empty"
