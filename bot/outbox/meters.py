"""Counting what left: a window that is never exceeded, and a bucket that fills up again. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from typing import Protocol

_TIDY = 512
_AHEAD = 2.0  # nobody plans further ahead than this, so nothing older than this and a window is asked for again


@dataclass(frozen=True, slots=True)
class Gate:
    """At most `limit` in any `window` seconds; with `refills` it is a burst of `limit`, then one each window/limit.

    `reserve`: places that bulk lanes leave free. `key` names the chat, so that gates are recognised again.
    """

    key: str
    limit: int
    window: float
    refills: bool = False
    reserve: int = 0


class Window:
    """At most `limit` in any `span` seconds. Remembers when things left, and when they are going to."""

    __slots__ = ("limit", "span", "times")

    def __init__(self, limit: int, span: float) -> None:
        self.limit = limit
        self.span = span
        self.times: list[float] = []

    def earliest(self, at: float, ceiling: int) -> float:
        """The first moment from `at` on at which one more keeps every window that holds it within `ceiling`."""
        while (later := self._blocked(at, ceiling)) is not None:
            at = later
        return at

    def _blocked(self, at: float, ceiling: int) -> float | None:
        """None if `at` is free, else a later moment to try."""
        times, place = self.times, bisect_right(self.times, at)
        for first in range(max(0, place - ceiling), min(place, len(times) - ceiling) + 1):
            last = first + ceiling  # the place of one too many, counted with the new one among them
            end = at if last == place else times[last - 1]
            begin = at if first == place else times[first]
            if end < begin + self.span:
                return times[place] if first == place else begin + self.span
        return None

    def add(self, at: float) -> None:
        insort(self.times, at)
        old = bisect_left(self.times, at - self.span - _AHEAD)
        if old > _TIDY or old > len(self.times) // 2:
            del self.times[:old]

    def drop(self, at: float) -> None:
        if self.holds(at):
            del self.times[bisect_left(self.times, at)]

    def holds(self, at: float) -> bool:
        place = bisect_left(self.times, at)
        return place < len(self.times) and self.times[place] == at

    def since(self, at: float) -> int:
        return len(self.times) - bisect_right(self.times, at)

    def idle(self, now: float) -> bool:
        return not self.times or self.times[-1] + self.span <= now


class Bucket:
    """A burst of `limit`, then one each window/limit."""

    __slots__ = ("burst", "each", "full")

    def __init__(self, limit: int, window: float) -> None:
        self.each = window / limit
        self.burst = window - self.each
        self.full = float("-inf")  # when all of it is there again

    def earliest(self, at: float, ceiling: int) -> float:
        del ceiling
        return max(at, self.full - self.burst)

    def add(self, at: float) -> None:
        self.full = max(self.full, at) + self.each

    def idle(self, now: float) -> bool:
        return self.full <= now


class Meter(Protocol):
    def earliest(self, at: float, ceiling: int) -> float: ...
    def add(self, at: float) -> None: ...
    def idle(self, now: float) -> bool: ...
