"""The only clock. Business time may be moved by a rehearsal or a test; pace and leases use the monotonic clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Real time, plus what it was moved by."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC) + self.offset

    def move(self, by: timedelta) -> None:
        """Move ahead. Raises ValueError for the past: what happened has happened."""
        if by < timedelta():
            raise ValueError("the clock moves ahead only")
        self.offset += by
