"""From typed words to a place."""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import workbook as malang
from handlers import finding
from storage.names import key

NAMES = [("Kasin", "Klojen"), ("Klojen", "Klojen"), ("Oro-oro Dowo", "Klojen"), ("Tasik Madu", "Lowokwaru"), ("Kotalama", "Kedungkandang"),
         ("Tanjung Agung", "Semende"), ("Tanjung Agung", "Tanjung Agung"), ("Agung", "Lain"), ("Kauman", "Klojen")]  # fmt: skip
ROWS = [SimpleNamespace(id=i, name=k, key=key(k), kecamatan_name=c, kecamatan_key=key(c), kecamatan_id=i, election_id=1)
        for i, (k, c) in enumerate(NAMES)]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [("Kasin 12", "Kasin", 12), ("tps 012 kelurahan KASIN", "Kasin", 12), ("oro oro dowo tps3", "Oro-oro Dowo", 3),
     ("Kel. Tasikmadu / 7", "Tasik Madu", 7), ("di kota lama, tps no 5", "Kotalama", 5), ("kasin", "Kasin", None),
     ("kelurahan klojen 4", "Klojen", 4), ("tanjung agung semende 2", "Tanjung Agung", 2)],
)  # fmt: skip
def test_a_kelurahan_and_its_tps_are_understood(text: str, name: str, number: int | None) -> None:
    found = finding.place(text, ROWS)
    assert found.kelurahan is not None
    assert (found.kelurahan.name, found.number) == (name, number)


LIST = (Path(malang.__file__).parent / "malang.csv").read_text(encoding="utf-8")
CITY = list(csv.DictReader(line for line in LIST.splitlines() if not line.startswith("#")))
WHOLE = [SimpleNamespace(id=i, name=row["kelurahan"], key=key(row["kelurahan"]), kecamatan_name=row["kecamatan"], election_id=1,
                         kecamatan_key=key(row["kecamatan"]), kecamatan_id=row["kecamatan"]) for i, row in enumerate(CITY)]  # fmt: skip


@pytest.mark.parametrize("form", ["TPS 7 {k}, {c}", "{k} {c} 7", "kelurahan {k} kecamatan {c} tps 7", "kec {c} kel {k} tps 7", "tps no. 7 kel. {k}",
                                  "{k} kecamatan {c}, TPS 007", "TPS 7 {k} RT 01 RW 3", "tps 7 kel. {k} (dekat SDN Bareng 3)",
                                  "TPS 7 Kelurahan {k}, Jalan Bareng 12", "{k} 7"])  # fmt: skip
def test_every_kelurahan_of_the_city_is_itself_however_it_is_written(form: str) -> None:
    for row in WHOLE:
        found = finding.place(form.format(k=row.name, c=row.kecamatan_name), WHOLE)
        assert (found.kelurahan and found.kelurahan.name, found.number) == (row.name, 7), (form, row.name)


def test_what_may_be_two_places_is_asked() -> None:
    found = finding.place("Kasin Kedungkandang 3", WHOLE)
    assert found.kelurahan is None
    assert set(found.several) == {"Kasin, Klojen", "Kedungkandang, Kedungkandang"}


def test_a_house_number_is_no_station() -> None:
    assert finding.place("Kasin RT 01", WHOLE).number is None
    assert finding.place("Kasin gang 4 RT 2, tps 12", WHOLE).number == 12
    assert finding.place("Kasin 12345", WHOLE).number is None


def test_a_landmark_is_a_place_only_where_a_place_was_asked_for() -> None:
    assert finding.place("dekat pasar Kasin", WHOLE).kelurahan.name == "Kasin"
    assert finding.place("ada yang pingsan dekat pasar Kasin", WHOLE, landmarks=False).kelurahan is None
    assert finding.place("ada yang pingsan di Kasin dekat Bareng", WHOLE, landmarks=False).kelurahan.name == "Kasin"


def test_one_name_in_two_kecamatan_is_asked() -> None:
    found = finding.place("tanjung agung 3", ROWS)
    assert found.kelurahan is None
    assert len(found.several) == 2


def test_a_kecamatan_alone_is_a_place() -> None:
    assert finding.place("kecamatan klojen", ROWS).kecamatan.kecamatan_name == "Klojen"
    assert finding.place("lowokwaru", ROWS).kecamatan.kecamatan_name == "Lowokwaru"


def test_a_near_match_is_proposed_never_taken() -> None:
    found = finding.place("Kaasin 12", ROWS)
    assert found.kelurahan is None
    assert "Kasin" in found.near


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    finding.place(text, ROWS)


def test_what_it_is_not_is_no_place() -> None:
    assert finding.place("bukan di kelurahan Bareng, di Kasin 3", WHOLE).kelurahan.name == "Kasin"
    assert finding.place("eh bukan tps 1, tps 2 Kasin", WHOLE).number == 2
    assert finding.place("bukan di Bareng", WHOLE).kelurahan is None
    assert finding.place("bukan kecamatan Lowokwaru", WHOLE).kecamatan is None
    assert finding.place("ke rumah sakit arah Lowokwaru", WHOLE, landmarks=False).kecamatan is None


@pytest.mark.parametrize(
    ("text", "more"),
    [("Kasin 12", False), ("di TPS 7 Kel. Kasin, Kecamatan Klojen", False), ("kecamatan klojen", False), ("Kasin 12 lantai 2", True),
     ("Kasin tps 1, dia hamil", True), ("Kasin gang mawar", True)],
)  # fmt: skip
def test_what_is_said_beside_a_place_is_told_from_it(text: str, more: bool) -> None:
    assert finding.is_more(text, finding.place(text, WHOLE)) is more
