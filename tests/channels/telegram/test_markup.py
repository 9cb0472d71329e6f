"""Telegram's limits, and what fits them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram import markup
from messages.chat import Ask, Choice, File, Place, Refused, Said
from messages.fit import cut


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.text(st.characters(), max_size=300), st.integers(1, 120))
def test_a_cut_text_fits_and_can_be_sent(text: str, limit: int) -> None:
    shortened = cut(text, limit)
    assert units(shortened) <= limit
    shortened.encode()
    if units(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")) > limit:
        assert shortened.endswith("…")


@pytest.mark.parametrize(
    ("text", "limit", "shortened"),
    [
        ("pas", 3, "pas"),
        ("Pak Budi pingsan di TPS", 15, "Pak Budi…"),
        ("Pak Budi pingsan di TPS", 17, "Pak Budi pingsan…"),
        ("baris\nkedua", 8, "baris…"),
        ("aaaaaaaaaa", 5, "aaaa…"),
        ("aaa👩‍⚕️bbb", 7, "aaa…"),  # not into the joined parts of a person with a profession
        ("aaa👍🏽bbb", 7, "aaa…"),  # nor between a hand and its colour
        ("😀😀😀", 4, "😀…"),  # nor into one character of two units
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
    ],
)
def test_a_cut_is_made_between_words_and_never_inside_a_character(text: str, limit: int, shortened: str) -> None:
    assert cut(text, limit) == shortened


def test_lengths_are_those_of_telegram() -> None:
    said = Said("😀" * 3000)
    assert units(markup.text(said)) == 4095  # 2047 faces and the sign of the cut
    assert units(markup.caption(said) or "") == 1023
    assert units(markup.answer(said) or "") == 199


def test_the_place_of_a_long_text_is_never_cut_away() -> None:
    said = Said("kata " * 2000, place=Place(-7.98, 112.63))
    assert units(markup.text(said)) <= 4096
    assert markup.text(said).endswith("…\nhttps://maps.google.com/?q=-7.980000,112.630000")
    assert (
        markup.caption(Said(file=File("photo", "x"), place=Place(1, 2)))
        == "https://maps.google.com/?q=1.000000,2.000000"
    )


@pytest.mark.parametrize(("data", "fits"), [("", False), ("a" * 64, True), ("a" * 65, False), ("é" * 33, False)])
def test_a_button_carries_1_to_64_bytes(data: str, fits: bool) -> None:
    said = Said("x", choices=((Choice("Ya", data),),))
    if fits:
        assert markup.inline(said) is not None
    else:
        with pytest.raises(Refused, match="Ya"):
            markup.inline(said)


def test_buttons_under_the_message_win_over_the_keyboard() -> None:
    said = Said("x", choices=((Choice("Ya", "y"),),), keyboard=((Choice("Menu"), Ask("contact", "Nomor")),))
    assert markup.buttons(said) == markup.inline(said)
    assert markup.buttons(Said("x")) is None


@pytest.mark.parametrize("name", ["", "x1", "-5", "٣", "1.0"])
def test_an_id_that_is_no_number_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        markup.number(name)
