"""What a whole bot may send. Pure: every time comes in as monotonic seconds."""

from __future__ import annotations

from bisect import insort

from bot.outbox.meters import Window
from storage.claims import ALERTS, BULK, REPLIES

SECOND = 1.007  # the window for the platform's second: sends do not travel equally fast
AHEAD = 0.1  # a claim takes what may leave within this many seconds
SHARE = 0.5  # seconds after which a broadcast is owed one place, however many replies wait
_LATE = 0.001  # what the slack of SECOND covers many times over
_SPARE = 0.37  # of a place in a second is left free by even spacing: 0.98 of the limit, and a moment for an alert
_LONGEST = 0.25  # nobody's slow answer costs more than this
_EASE = 0.001  # as much of a journey over the shortest is nothing
_DRIFT = 1.002  # the shortest journey is forgotten slowly: the way may have become longer


class Budget:
    """Alerts: whatever fits, at once, before what is only planned. Replies: a burst, then evenly. Bulk: always evenly.

    Even spacing at a little less than the limit leaves the window full for a fraction of each gap only, so that an
    alert waits for less than one gap (34 ms at 30 a second), and mostly not at all.
    """

    def __init__(self, rate: float) -> None:
        limit = max(1, int(rate))
        self.window = Window(limit, SECOND * limit / rate)
        even = limit - max(_SPARE, limit / 81) if limit > 1 else 1.0
        self._gap = self.window.span / even
        self._burst = max(1, limit // 3)
        self._next = [float("-inf")] * 3  # by tier: when its next one may leave, if it must be spaced
        self._bulk_at = float("-inf")
        self._planned: list[float] = []  # spaced ones that have not left: an alert goes before them
        self._gave_way: list[float] = []  # their places are taken back; each asks again at its moment
        self._journey = float("inf")  # the shortest of late

    def slot(self, tier: int, now: float) -> float:
        """When one of this tier may leave, from `now` on."""
        spaced = tier == BULK or (tier == REPLIES and self.window.since(now - self.window.span) >= self._burst)
        return self.window.earliest(max(now, self._next[tier]) if spaced else now, self.window.limit)

    def spend(self, tier: int, at: float, now: float) -> None:
        """Plan one of this tier to leave `at`."""
        self.window.add(at)
        self._next[tier] = at + self._gap
        if tier == BULK:
            self._bulk_at = at
        if tier != ALERTS and at > now:
            insort(self._planned, at)

    def take(self, tier: int, at: float) -> None:
        """One more place for what leaves `at`: the next that fits. Nobody gives it back."""
        extra = self.window.earliest(at, self.window.limit)
        self.window.add(extra)
        self._next[tier] = max(self._next[tier], extra) + self._gap

    def give_way(self) -> bool:
        """Take back the places of what is planned and has not left; tells whether there was anything."""
        if not self._planned:
            return False
        for at in self._planned:
            self.window.drop(at)
        self._next = [min(moment, self._planned[0]) for moment in self._next]
        self._gave_way += self._planned
        self._planned.clear()
        return True

    def leave(self, tier: int, at: float, now: float) -> float:
        """Its moment has come: not later than `now`, it leaves and is counted then; else it waits until then.

        Later where it gave way to an alert, or where the loop was so busy that one more would be one too many.
        """
        if not self._has_place(tier, at):
            again = self.slot(tier, now)
            self.spend(tier, again, now)
            return again
        if now - at < _LATE:
            return at
        self.window.drop(at)
        moved = self.window.earliest(now, self.window.limit)
        self.window.add(moved)
        return moved

    def _has_place(self, tier: int, at: float) -> bool:
        if tier != ALERTS and at in self._gave_way:
            self._gave_way.remove(at)
            return False
        if tier != ALERTS and at in self._planned:
            self._planned.remove(at)
        return self.window.holds(at)

    def arrived(self, at: float, took: float) -> None:
        """What left `at` was answered after `took` seconds: the platform may have counted it that much later than what
        travels fastest, and the window is counted there."""
        self._journey = min(took, self._journey * _DRIFT)
        late = min(took - self._journey - _EASE, _LONGEST)
        if late > 0 and self.window.holds(at):
            self.window.drop(at)
            self.window.add(at + late)

    def owed(self, now: float) -> bool:
        """Whether one broadcast message may pass the replies that wait: in a storm of them, twice a second."""
        return now - self._bulk_at >= SHARE and self.window.since(now - self.window.span) > self._burst

    def room(self, tier: int, now: float) -> int:
        """How many of this tier may leave until AHEAD; an estimate, `slot` has the last word."""
        end = now + AHEAD
        fits = max(0, self.window.limit - self.window.since(end - self.window.span))
        if tier == ALERTS:
            return fits + len(self._planned)
        spaced = int((end - max(now, self._next[tier])) / self._gap) + 1 if end >= self._next[tier] else 0
        at_once = max(0, self._burst - self.window.since(now - self.window.span)) if tier == REPLIES else 0
        return min(fits, spaced + max(0, at_once - 1))
