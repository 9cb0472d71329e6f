"""How fast a business may speak: a number's throughput, one person's pair rate, and how many people a day.

The first two are counted in monotonic time, the third in business time, which a rehearsal moves.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.rehearsal.cloud.wire import CloudError
from bot.rehearsal.limits import Window, left

TIERS = {250: "TIER_250", 2_000: "TIER_2K", 10_000: "TIER_10K", 100_000: "TIER_100K", None: "TIER_UNLIMITED"}
_DAY = timedelta(hours=24)
_TIDY = 10_000


class Limits:
    """What Meta allows by default. `tier`: people outside their window in any 24 hours, None for unlimited."""

    def __init__(
        self,
        per_second: int = 80,
        pair_seconds: float = 6.0,
        pair_burst: int = 45,
        tier: int | None = 250,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_second, self.tier = per_second, tier
        self._window = Window(per_second, 1.0)
        self._all: deque[float] = deque(maxlen=per_second)
        self._every, self._borrowed = pair_seconds, pair_seconds * (pair_burst - 1)
        self._clock = clock
        self._paid_until: dict[str, float] = {}
        self._reached: dict[str, datetime] = {}

    @property
    def tier_name(self) -> str:
        """The tier as Graph names it."""
        return TIERS.get(self.tier, f"TIER_{self.tier}")

    def spend(self, person: str) -> None:
        """Spend one message to this person, or spend nothing and refuse it."""
        now = self._clock()
        if left(self._all, self._window, now) > 0:
            raise CloudError(130429)
        paid_until = max(now, self._paid_until.get(person, now))
        if paid_until - now > self._borrowed:
            raise CloudError(131056)
        self._all.append(now)
        self._paid_until[person] = paid_until + self._every
        if len(self._paid_until) > _TIDY:
            self._paid_until = {one: until for one, until in self._paid_until.items() if until > now}

    def reach(self, person: str, now: datetime) -> bool:
        """Reach a person outside his window; False if he is one too many in 24 hours."""
        while self._reached and now - next(iter(self._reached.values())) >= _DAY:  # the oldest stands first
            del self._reached[next(iter(self._reached))]
        if person in self._reached or self.tier is None or len(self._reached) < self.tier:
            self._reached.setdefault(person, now)
            return True
        return False
