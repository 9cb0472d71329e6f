"""What a channel remembers of its own sending, for a while: who is to be left alone, and what was said by half."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from bot.channels.whatsapp.errors import FIRST_PAIR_WAIT

MOST_PEOPLE = 10_000
LONGEST_WAIT = FIRST_PAIR_WAIT**5  # 17 minutes

T = TypeVar("T")


class Recent(Generic[T]):
    """The last `most` values by their keys."""

    def __init__(self, most: int = MOST_PEOPLE) -> None:
        self._most = most
        self._held: OrderedDict[object, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def put(self, key: object, value: T) -> None:
        self._held[key] = value
        self._held.move_to_end(key)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def get(self, key: object) -> T | None:
        """The value, which is kept."""
        return self._held.get(key)

    def take(self, key: object) -> T | None:
        """The value, which is forgotten with it."""
        return self._held.pop(key, None)


class Backoff:
    """How long a person is left alone who was sent too much: 4, 16, 64 … seconds, until something reaches him."""

    def __init__(self, most: int = MOST_PEOPLE) -> None:
        self._failures: Recent[int] = Recent(most)

    def failed(self, to: str) -> float:
        count = (self._failures.take(to) or 0) + 1
        self._failures.put(to, count)
        return min(FIRST_PAIR_WAIT ** min(count, 9), LONGEST_WAIT)

    def went(self, to: str) -> None:
        self._failures.take(to)
