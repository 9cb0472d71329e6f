"""Severity by pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import triage
from messages.render import labels

RED = {"pingsan", "sesak", "kecelakaan", "meninggal", "belum_jelas"}


@pytest.mark.parametrize("kind", sorted(triage.KINDS))
def test_the_first_tap_has_its_severity(kind: str) -> None:
    assert triage.first(kind) == ("red" if kind in RED else "yellow")


@given(
    st.sampled_from(["green", "yellow", "red"]),
    st.lists(st.sampled_from(sorted(triage.KINDS))),
    st.lists(st.sampled_from(sorted(triage.SIGNS))),
)
def test_answers_raise_and_never_lower(now: str, kinds: list[str], signs: list[str]) -> None:
    order = ["green", "yellow", "red"]
    assert order.index(triage.raised(now, kinds, signs)) >= order.index(now)


def test_lowering_goes_one_step_and_ends() -> None:
    assert (triage.one_lower("red"), triage.one_lower("yellow"), triage.one_lower("green")) == ("yellow", "green", None)


@pytest.mark.parametrize(
    ("kinds", "signs", "casualty", "needed"),
    [(("kerusuhan",), (), "", False), (("kerusuhan",), ("perdarahan",), "", True), (("kerusuhan",), (), "mate", True),
     (("kerusuhan", "pingsan"), (), "", True), (("pingsan",), (), "", True)],
)  # fmt: skip
def test_a_riot_needs_the_puskesmas_when_somebody_is_hurt(kinds: tuple[str, ...], signs: tuple[str, ...], casualty: str, needed: bool) -> None:
    assert triage.needs_medicine(kinds, signs, casualty) is needed


def test_every_kind_and_sign_has_words_that_fit_a_button() -> None:
    for key in (*triage.KINDS, *triage.SIGNS):
        assert 0 < len(labels()[key]) <= 40
