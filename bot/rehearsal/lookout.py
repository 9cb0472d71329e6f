"""Looks how the city stands while a page is open, and tells the pages what changed. Nobody there: nothing is asked."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from bot.rehearsal.bell import Bell
from bot.rehearsal.watching import Event, Watchers
from bot.rehearsal.wire import Json

log = logging.getLogger("siaga.rehearsal")
EVERY = 1.0  # seconds between two looks at least
SHARE, LONGEST = (
    10,
    4.0,
)  # a look that took long is followed by a longer pause, up to so many seconds: the bot comes first


class Lookout:
    """`look` gives how things stand; the last of it greets a page that comes later."""

    def __init__(self, look: Callable[[], Awaitable[Json]], watchers: Watchers) -> None:
        self._look, self._watchers = look, watchers
        self._last: Json | None = None
        self._open = 0
        self._task: asyncio.Task[None] | None = None
        self._bell = Bell()

    @property
    def greeting(self) -> list[Event]:
        """What a page that was just opened is told."""
        return [Event("city", self._last)] if self._last is not None else []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """A page is open meanwhile."""
        self._open += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="lookout")
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._bell.ring()

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while self._open:
            began = time.monotonic()
            try:
                self._tell(await self._look())
            except Exception as error:  # noqa: BLE001 - the page is a guest: its trouble ends nothing
                log.warning("how the city stands could not be read: %s", type(error).__name__)
            await self._bell.wait(max(EVERY, min(SHARE * (time.monotonic() - began), LONGEST)))
        self._last = None  # the next page is not greeted with what is long past

    def _tell(self, found: Json) -> None:
        if found != self._last:
            self._last = found
            self._watchers.announce_all("city", found)
