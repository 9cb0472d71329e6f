"""Free words that may be an emergency, measured on labelled sentences: of officers under stress, and of every other day."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import triage
from handlers.hearing import guess, takes_back

DATA = Path(__file__).parent / "data"
RECALL, PRECISION = 0.95, 0.8


def sentences(name: str) -> list[str]:
    return [line for line in (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line.strip()]


EMERGENCIES, ORDINARY = sentences("darurat"), sentences("biasa")


def measured(yes: list[str], no: list[str]) -> tuple[float, float]:
    """Recall and precision."""
    right = sum(guess(each) is not None for each in yes)
    wrong = sum(guess(each) is not None for each in no)
    return right / len(yes), right / (right + wrong)


def test_there_are_enough_of_them_and_none_twice() -> None:
    assert len(EMERGENCIES) + len(ORDINARY) >= 300
    assert len(set(EMERGENCIES + ORDINARY)) == len(EMERGENCIES) + len(ORDINARY)


def test_recall_and_precision() -> None:
    recall, precision = measured(EMERGENCIES, ORDINARY)
    assert recall >= RECALL
    assert precision >= PRECISION


@pytest.mark.parametrize(
    ("words", "kind"),
    [("tolong bu ketua semaput di tps 12", "pingsan"), ("sesek dadaku", "sesak"), ("dada saya sakit", "sesak"), ("ketabrak motor", "kecelakaan"),
     ("pak RT meninggal mendadak", "meninggal"), ("rusuh di tps 9", "kerusuhan"), ("muntah2 terus", "sakit"), ("butuh ambulans", "belum_jelas"),
     ("bu ketua gak sadar", "pingsan"), ("tidak pingsan", None), ("tidak ada yang pingsan", None), ("kalau pingsan bagaimana", None),
     ("sirahku ngelu", "sakit"), ("kesamber petir", "kecelakaan"), ("gak tahan pusing", "sakit"), ("tidak pusing", None), ("pandangan saya gelap", "pingsan"),
     ("ruangan gelap", None), ("pak ketua gabisa ngomong", "sakit"), ("kalau tidak bisa bicara bagaimana", None), ("ketua meninggalkan tps", None), ("napas tinggal satu satu", "sesak"),
     ("kena air panas", "kecelakaan"), ("air panas habis", None), ("tekanan darah 190", "sakit"), ("tekanan darah 120", None), ("panggilin dokter", "belum_jelas"),
     ("sudah ga ada pak, meninggal barusan", "meninggal"), ("tidak ada yang meninggal barusan", None), ("darahnya ga berhenti", "kecelakaan"),
     ("matanya mendelik", "pingsan"), ("pingzan", "pingsan"), ("darah saya golongan O", None), ("rawan rusuh?", None), ("jantung hatiku", None)],
)  # fmt: skip
def test_the_kind_that_is_offered(words: str, kind: str | None) -> None:
    assert guess(words) == kind


@pytest.mark.parametrize(
    ("words", "back"),
    [("oh sudah sadar, gak jadi", True), ("udah sehat kok", True), ("sudah sadar tapi masih sesak napas", False), ("cepat pak", False)],
)  # fmt: skip
def test_what_is_taken_back(words: str, back: bool) -> None:
    assert takes_back(words) is back


@pytest.mark.parametrize(
    "name",
    ["Sayati", "Iris Wulandari", "Guntur Pamungkas", "Siti Rahayu", "Tri Handayani", "Sukati", "Kusuma Hati", "Muhammad Ayani", "Endang Lestari", "Wati"],
)  # fmt: skip
def test_a_name_is_no_emergency(name: str) -> None:
    assert guess(name) is None


@given(st.text(max_size=300))
def test_whatever_is_typed_it_answers(text: str) -> None:
    assert guess(text) in {None, *triage.KINDS}
