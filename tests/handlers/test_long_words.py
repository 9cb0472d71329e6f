"""A text without end is read in one go: an expression that begins anew at each letter takes hours for these, not
milliseconds, and everybody waits for the one writer meanwhile."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from handlers import audience, finding, hearing
from handlers.identity import full_name
from messages.words import short
from storage.names import without_nik

LENGTH = 300_000
HANGS = 60  # seconds, hundreds of times what it takes
PARTS = ("x", "1", "x1", "_", " ", "tps ", "tps no ", "ab2", "a ", "1 ", "08.", "peran=")


@pytest.fixture(autouse=True)
def watched() -> Iterator[None]:
    def over(*_: object) -> None:
        raise AssertionError("it reads the same letters again and again")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(HANGS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("part", PARTS)
def test_a_text_without_end_is_read_in_one_go(part: str) -> None:
    text = (part * LENGTH)[:LENGTH] + "z"
    finding.station(text)
    finding._number(text)
    finding._words(text)
    audience._parts(text)
    hearing.guess(text)
    full_name(text)
    without_nik(text)
    short(text, 500)


def test_what_stands_before_a_number_is_its_whole_word() -> None:
    assert finding._number("pasar12") is None
    assert finding._number("xpasar 12") == 12
    assert finding._number("é12, rt3") == 12
