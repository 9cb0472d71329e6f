"""Who sends faster than anybody types slows only himself. Pure: no I/O, and every time comes in as an argument.

Nobody in need is kept out: a burst of forty passes, and what may be an emergency has places of its own beyond that.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from enum import Enum

WINDOW = 20.0  # seconds
MOST = 40  # messages of one sender in a window: two a second, or forty at once
BEYOND = 5  # …and what may be an emergency, beyond them
REMEMBERED = 5_000  # senders


class Passage(Enum):
    """What becomes of a message: it is handled, he is told that he is too fast, or nothing."""

    OPEN = "open"
    TELL = "tell"
    SHUT = "shut"


class Flood:
    """How much each sender has sent lately, in memory: after a restart everybody begins anew."""

    def __init__(self, most: int = MOST, beyond: int = BEYOND, window: float = WINDOW) -> None:
        self._most, self._beyond, self._window = most, beyond, window
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()
        self._told: dict[str, float] = {}
        self.ignored = 0

    def passes(self, sender: str, now: float, *, urgent: bool) -> Passage:
        """Whether this message of `sender` is handled; `now` in monotonic seconds."""
        sent = self._sent.setdefault(sender, deque())
        self._sent.move_to_end(sender)
        while sent and sent[0] <= now - self._window:
            sent.popleft()
        if len(sent) < self._most + (self._beyond if urgent else 0):
            sent.append(now)
            self._tidy(now)
            return Passage.OPEN
        self.ignored += 1
        if now - self._told.get(sender, float("-inf")) < self._window:
            return Passage.SHUT
        self._told[sender] = now
        return Passage.TELL

    def _tidy(self, now: float) -> None:
        """Forget who was heard longest ago."""
        while len(self._sent) > REMEMBERED:
            sender, _ = self._sent.popitem(last=False)
            self._told.pop(sender, None)
        if len(self._told) > REMEMBERED:
            self._told = {who: at for who, at in self._told.items() if now - at < self._window}
