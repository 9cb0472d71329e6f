"""From typed words to a place."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
