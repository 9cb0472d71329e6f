"""Am I covered: JKK and JKM each."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from handlers import cover
from messages.render import text
from messages.welcome import Status

TODAY = date(2024, 11, 27)


def row(programme: str = "JKK", starts: str = "2024-11-01", ends: str = "2024-12-31", active: bool = True) -> SimpleNamespace:
    return SimpleNamespace(programme=programme, starts=date.fromisoformat(starts), ends=date.fromisoformat(ends), active=active,
                           as_of=date(2024, 11, 20), kpj_last4="4321")  # fmt: skip


@pytest.mark.parametrize(
    ("starts", "ends", "active", "state"),
    [("2024-11-01", "2024-12-31", True, "active"), ("2024-11-27", "2024-11-27", True, "active"), ("2024-11-28", "2024-12-31", True, "future"),
     ("2024-10-01", "2024-11-26", True, "ended"), ("2024-11-01", "2024-12-31", False, "inactive")],
)  # fmt: skip
def test_a_programme_stands_by_its_days_both_inclusive(starts: str, ends: str, active: bool, state: str) -> None:
    assert cover.state(date.fromisoformat(starts), date.fromisoformat(ends), active, TODAY) == state


def said(rows: list[SimpleNamespace], list_in: tuple[bool, date | None] = (True, TODAY)) -> str:
    found = cover.cover("Pilkada 2024", "KPU", rows, list_in, TODAY, "0341-123456")
    return text(Status(("status",), "Siti Aminah", (found,)), "WIB")


def test_a_covered_officer_reads_both_programmes_the_period_and_four_digits_of_the_kpj() -> None:
    words = said([row("JKK"), row("JKM")])
    assert "JKK (kecelakaan kerja): aktif, masa perlindungan 1 Nov 2024 – 31 Des 2024" in words
    assert "JKM (kematian): aktif" in words
    assert "4321" in words
    assert "Data per 20 Nov 2024 dari KPU" in words
    assert "175" in words
    assert "0341-123456" in words


def test_only_one_of_the_two_says_which_is_missing() -> None:
    words = said([row("JKM")])
    assert "JKK (kecelakaan kerja): belum terdaftar" in words
    assert "JKM (kematian): aktif" in words


def test_not_on_the_list_differs_from_no_list_yet() -> None:
    assert "belum terdaftar" in said([])
    assert "Belum ada data" in said([], (False, None))
    assert "belum terdaftar" not in said([], (False, None))


def test_without_a_nik_nobody_can_say_that_he_is_not_on_the_list() -> None:
    found = cover.cover("Pilkada 2024", "KPU", [], (True, TODAY), TODAY, "0341-123456", has_nik=False)
    words = text(Status(("status",), "Siti Aminah", (found,)), "WIB")
    assert "NIK Anda belum ada di sini" in words
    assert "belum terdaftar" not in words
    waits = cover.cover("Pilkada 2024", "KPU", [], (False, None), TODAY, "0341-123456", has_nik=False)
    assert waits.state == "unknown"


@pytest.mark.parametrize("words", [said([row("JKK"), row("JKM")]), said([]), said([], (False, None)), said([row(active=False)])])
def test_it_never_promises_a_claim(words: str) -> None:
    assert "bukan keputusan klaim" in words
    for promise in ("akan dibayar", "dijamin", "pasti", "berhak menerima"):
        assert promise not in words.lower()


def test_only_who_is_covered_reads_the_word_for_active() -> None:
    for words in (said([]), said([], (False, None)), said([row("JKK", active=False)]), said([row("JKK", ends="2024-11-02")])):
        assert "aktif" not in words.lower()
