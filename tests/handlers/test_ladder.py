"""When the next rung is called: pure."""

from __future__ import annotations

import pytest

from handlers import ladder


@pytest.mark.parametrize(
    ("rung", "severity", "seconds"),
    [(0, "red", 90), (1, "red", 120), (2, "red", 180), (3, "red", 180), (9, "red", 180), (0, "yellow", 180), (2, "yellow", 360),
     (-1, "red", 90)],
)  # fmt: skip
def test_the_last_of_the_ladder_repeats_and_yellow_takes_twice_as_long(rung: int, severity: str, seconds: int) -> None:
    assert ladder.interval((90, 120, 180), rung, severity).total_seconds() == seconds


@pytest.mark.parametrize(
    ("kinds", "severity", "medical", "last"),
    [(("pingsan",), "red", True, 3), (("sakit",), "yellow", True, 2), (("kerusuhan",), "yellow", False, 2),
     (("kerusuhan",), "red", False, 2), (("kerusuhan",), "red", True, 3)],
)  # fmt: skip
def test_yellow_ends_at_dinkes_and_a_riot_at_the_city(kinds: tuple[str, ...], severity: str, medical: bool, last: int) -> None:
    assert ladder.last_rung(kinds, severity, medical) == last
