"""Free words for 24 hours after the person's last; afterwards a template, or nothing at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.whatsapp.window import free, template_for
from messages.chat import Said, Template, WindowClosed
from tests.channels.whatsapp.conftest import NOW

APPROVED = Said("x", template=Template("alert_red"))


@pytest.mark.parametrize(
    ("ago", "is_free"),
    [
        (timedelta(0), True),
        (timedelta(hours=23, minutes=57), True),
        (timedelta(hours=23, minutes=58), False),  # the clocks may differ, and the way takes time
        (timedelta(hours=24), False),
        (timedelta(days=400), False),
        (-timedelta(seconds=30), True),
    ],
)
def test_the_window_is_open_for(ago: timedelta, is_free: bool) -> None:
    assert free(NOW - ago, NOW) is is_free


def test_who_never_wrote_has_no_window() -> None:
    assert not free(None, NOW)


def test_inside_the_window_the_words_go_as_they_are() -> None:
    assert template_for(APPROVED, NOW, NOW) is None


def test_outside_it_the_template_goes() -> None:
    assert template_for(APPROVED, None, NOW) == APPROVED.template
    with pytest.raises(WindowClosed):
        template_for(Said("x"), None, NOW)
