"""How fast a bot may speak: strict sliding windows, as a platform with no patience would count them."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """At most `count` messages in any span of `seconds`."""

    count: int
    seconds: float


PRIVATE = Window(5, 5.0)  # one a second on average, five of them at once
GROUP = Window(20, 60.0)


class Limits:
    """The windows of one bot: over all chats, and for each chat. Time is monotonic, never the rehearsal's."""

    def __init__(
        self,
        per_second: int = 30,
        private: Window = PRIVATE,
        group: Window = GROUP,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = Window(per_second, 1.0)
        self._private, self._group = private, group
        self._clock = clock
        self._all: deque[float] = deque(maxlen=per_second)
        self._chats: dict[int, deque[float]] = {}

    def spend(self, chat_id: int) -> int:
        """Spend one message to this chat, or spend nothing and tell the whole seconds to wait."""
        now = self._clock()
        window = self._group if chat_id < 0 else self._private
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = deque(maxlen=window.count)
        wait = max(left(self._all, self._bot, now), left(chat, window, now))
        if wait > 0:
            return math.ceil(wait)
        self._all.append(now)
        chat.append(now)
        return 0


def left(spent: deque[float], window: Window, now: float) -> float:
    """Seconds until the oldest of a full window has left it; the deque holds only the window's count."""
    return 0.0 if len(spent) < window.count else spent[0] + window.seconds - now
