"""A broadcast names no pair and points at no number on the ballot; what only looks like it passes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.neutral import offence

PAIRS = ("Drs. H. Wahyu Hidayat, M.M. - Ali Muthohirin, S.T.", "Heri Cahyono & Ganisa Pratiwi Rumpoko", "H. Mochamad Anton dan Dimyati Ayatullah")


@pytest.mark.parametrize(
    "text",
    ["pasangan 1", "Pasangan dua", "nomor urut 2", "no. urut 3", "nomorurut 1", "coblos 3", "Coblos 3!", "paslon nomor urut satu",
     "coblos  no. 2", "COBLOS\nnomor\n2", "paslon #1", "Paslon-1", "paslon1", "paslon 01", "paslon nol dua", "paslon ke-2", "pasangan calon nomor 1",
     "pasangan II", "mencoblos 2", "dicoblos nomor 2", "cobloslah 1", "nyoblos 2", "Pilih paslon kosong satu", "coblosan nomor 2", "coblos TPS, lalu paslon 2",
     "Mari ke TPS 3 pukul 07.00 dan coblos 1", "coblos 1 mari kita menang"],
)  # fmt: skip
def test_words_that_point_at_a_number_on_the_ballot_are_refused(text: str) -> None:
    found = offence(text, ())
    assert found is not None
    assert found[0] == "number"


@pytest.mark.parametrize(
    "text",
    ["paslon\u200b 1", "pas\u200dlon 1", "coblos\u00ad 2", "pa\u034fslon 1", "𝐏𝐚𝐬𝐥𝐨𝐧 𝟏", "ＰＡＳＬＯＮ　１", "Paslon ①", "páslön 1", "p.a.s.l.o.n 1", "c o b l o s 2",
     "paslon…1", "paslon\u00a01", "paslon_1"],
)  # fmt: skip
def test_signs_that_nobody_sees_and_letters_of_another_shape_hide_nothing(text: str) -> None:
    assert (offence(text, ()) or ("",))[0] == "number"


@pytest.mark.parametrize(
    "text",
    ["", "TPS 1", "TPS 1, 2 dan 3", "pukul 1", "Datang pukul 1 siang", "no HP 0812 3456 7890", "pasangan sepatu", "1 pasangan sarung tangan",
     "nomor urut antrean", "nomor urut antrean 5", "nomor urut DPT 123", "No. 1 Jl. Ijen", "nomor 1", "urut 2", "Kartu 12 di kotak 3", "coblos surat suara",
     "KPPS 1, coblosan dimulai pukul 07.00", "pencoblosan pukul 7", "Pencoblosan 27 November 2024", "Hari coblosan 27 November", "Mari mencoblos 27 November 2024",
     "mencoblos pukul 07.00", "pasangan ini", "pasangan ivan", "coblos via", "paslon dilarang masuk TPS 2 tanpa undangan", "satu paslon",
     "Vitamin untuk 7 orang, TPS 004"],
)  # fmt: skip
def test_numbers_of_places_hours_days_and_telephones_pass(text: str) -> None:
    assert offence(text, PAIRS) is None


@pytest.mark.parametrize(
    "text",
    ["Coblos satu kali", "surat suara dicoblos 1 kali", "Setiap pemilih mencoblos 2 surat suara", "nomor urut 5 antrean", "1. coblos, 2. celup jari"],
)  # fmt: skip
def test_a_number_right_behind_such_a_word_is_refused_even_where_it_counts(text: str) -> None:
    """The rule of the house is literal; `dicoblos sekali` and `kedua surat suara` say the same."""
    assert (offence(text, ()) or ("",))[0] == "number"


def test_the_same_said_without_a_number_passes() -> None:
    assert offence("Surat suara dicoblos sekali. Kedua surat suara dicoblos.", PAIRS) is None


@pytest.mark.parametrize(
    "text",
    ["Wahyu Hidayat", "Hidup WAHYU   HIDAYAT!", "#WahyuHidayat", "@wahyu_hidayat", "wahyu-hidayat", "Wáhyu Hïdayat", "Wah\u200byu Hidayat", "W.a.h.y.u Hidayat",
     "w a h y u  h i d a y a t", "Drs. Wahyu Hidayat, M.M.", "Ali Muthohirin", "Heri Cahyono", "Heri\nCahyono", "Ganisa Pratiwi Rumpoko", "Mochamad Anton",
     "Moch. Anton", "Muhammad Anton", "H. Mohammad  Anton", "Dimyati Ayatullah", "Dimjati atau Djimyati? Dimyati"],
)  # fmt: skip
def test_a_pairs_name_is_refused_however_it_is_written(text: str) -> None:
    assert (offence(text, PAIRS) or ("",))[0] == "name"


@pytest.mark.parametrize("text", ["Muthohirin", "pak muthohirin", "Ganisa", "Bu Rumpoko", "DIMYATI", "ayatullah,"])
def test_a_part_of_a_name_that_only_one_bears_is_refused_by_itself(text: str) -> None:
    assert (offence(text, PAIRS) or ("",))[0] == "name"


@pytest.mark.parametrize(
    "text",
    ["Pak Wahyu", "Bapak Hidayat", "Bu Pratiwi", "Hubungi Pak Anton", "Pak Cahyono, PPS", "Ali", "Heri", "Mochamad Wahyu", "Budi Santoso, S.T.", "Sri, M.M.",
     "Drs. H. Slamet", "S.T.", "M.M."],
)  # fmt: skip
def test_common_names_and_titles_are_shared_with_half_the_country(text: str) -> None:
    assert offence(text, PAIRS) is None


@pytest.mark.parametrize(
    ("pair", "text", "refused"),
    [("Ani – Budi", "Ani dan Budi", True), ("Ani – Budi", "Ani & Budi", True), ("Ani – Budi", "Bu Ani di TPS 2, Pak Budi di TPS 3", False),
     ("Heri Santoso-Budi Utomo", "Heri Santoso", True), ("Heri Santoso-Budi Utomo", "Budi Utomo", True), ("Heri Santoso-Budi Utomo", "Pak Santoso", False),
     ("Soeharto Soekarwo", "Suharto Sukarwo", True), ("Suharto Sukarwo", "Soekarwo", True), ("Sutrisno", "Sutrisno", True), ("A. B.", "a b", False),
     ("Bintang Perdana", "rapat perdana", False), ("Bintang Perdana", "Bintang Perdana", True), ("Siti Nur'aini", "Nuraini", False),
     ("Siti Nur'aini", "Siti Nur Aini", True), ("", "apa saja", False), ("dr. Hj. Rr. Ayu", "dr. Hj.", False)],
)  # fmt: skip
def test_names_are_taken_from_the_pair_as_a_workbook_writes_them(pair: str, text: str, refused: bool) -> None:
    assert (offence(text, [pair]) is not None) == refused


def test_the_number_is_told_before_the_name_and_both_in_words() -> None:
    assert offence("Paslon 2: Ganisa!", PAIRS) == ("number", "paslon 2")
    assert offence("Ibu Ganisa", PAIRS) == ("name", "ganisa")


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_stands_around_it_a_name_is_found(before: str, after: str) -> None:
    assert offence(f"{before}! Dimyati Ayatullah !{after}", PAIRS) is not None


@given(st.lists(st.sampled_from(["\u200b", "\u200d", "\u2060", "\u00ad", "\ufe0f", "\u0301", ""]), min_size=17, max_size=17))
def test_invisible_signs_between_any_letters_change_nothing(signs: list[str]) -> None:
    hidden = "".join(letter + sign for letter, sign in zip("dimyati ayatullah", signs, strict=True))
    assert offence(hidden, PAIRS) is not None
    assert unicodedata.normalize("NFC", hidden)


@given(st.text())
def test_any_text_and_any_pair_are_looked_at_without_a_fault(text: str) -> None:
    offence(text, PAIRS)
    offence("apa saja", [text])


@pytest.mark.parametrize("word", ["no urut ", "coblos nomor ", "a ", "paslon ", "dan "])
def test_a_text_as_long_as_a_message_is_no_trap_for_the_pattern(word: str) -> None:
    assert offence((word * 4096)[:4096], PAIRS) is None
