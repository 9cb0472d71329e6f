"""What a channel remembers is little, and forgotten."""

from __future__ import annotations

from bot.channels.whatsapp.memory import Backoff, Recent


def test_who_was_sent_too_much_is_left_alone_longer_each_time() -> None:
    backoff = Backoff()
    assert [backoff.failed("a") for _ in range(7)] == [4, 16, 64, 256, 1024, 1024, 1024]
    assert backoff.failed("b") == 4


def test_what_reaches_him_ends_it() -> None:
    backoff = Backoff()
    backoff.failed("a")
    backoff.went("a")
    assert backoff.failed("a") == 4


def test_the_oldest_is_forgotten() -> None:
    recent: Recent[int] = Recent(2)
    for at, key in enumerate("abac"):
        recent.put(key, at)
    assert (len(recent), recent.take("b"), recent.take("a"), recent.take("c"), len(recent)) == (2, None, 2, 3, 0)
