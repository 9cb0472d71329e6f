"""What the bot has not taken yet: updates with their lifetimes, and long polling over them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rehearsal.bell import Bell
from bot.rehearsal.wire import ApiError, Json

LIFETIME = timedelta(hours=24)
TAP_LIFETIME = timedelta(seconds=150)
MOST_AT_ONCE, LONGEST_POLL = 100, 50


@dataclass(frozen=True, slots=True)
class Pending:
    """An update on its way. `serial` is our own: an injected update may repeat the id of another."""

    serial: int
    chat_id: int
    update: Json
    born: datetime
    lifetime: timedelta


class Updates:
    """The updates of one bot, oldest first. Ids grow over restarts too: the bot's database outlives us."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ids = itertools.count(time.time_ns() // 1000)
        self._serials = itertools.count()
        self._pending: dict[int, Pending] = {}
        self._bell = Bell()
        self._poller = 0
        self._closed = False
        self.kinds: frozenset[str] = frozenset()  # empty: every kind
        self.push: Callable[[Pending], None] | None = None  # set while a webhook is

    def __len__(self) -> int:
        return len(self.alive())

    def add(self, kind: str, body: Json, chat_id: int) -> int:
        """Queue an update of this kind and return its id; a kind that nobody asked for is dropped here."""
        update_id = next(self._ids)
        if not self.kinds or kind in self.kinds:
            lifetime = TAP_LIFETIME if kind == "callback_query" else LIFETIME
            self._queue({"update_id": update_id, kind: body}, chat_id, lifetime)
        return update_id

    def inject(self, update: Json) -> int:
        """Queue a raw update as it is; without an id it is given one."""
        whole = update if "update_id" in update else {"update_id": next(self._ids), **update}
        self._queue(whole, _chat_of(whole), LIFETIME)
        return int(whole["update_id"])

    def _queue(self, update: Json, chat_id: int, lifetime: timedelta) -> None:
        pending = Pending(next(self._serials), chat_id, update, self._now(), lifetime)
        self._pending[pending.serial] = pending
        if self.push:
            self.push(pending)
        self._bell.ring()

    def alive(self) -> list[Pending]:
        """Those that wait and are not too old; the others are forgotten, as the platform forgets them."""
        now = self._now()
        old = [serial for serial, one in self._pending.items() if now - one.born > one.lifetime]
        for serial in old:
            del self._pending[serial]
        return list(self._pending.values())

    def waits(self, pending: Pending) -> bool:
        """Whether this one is still to be delivered."""
        return pending.serial in self._pending and self._now() - pending.born <= pending.lifetime

    def done(self, pendings: Iterable[Pending]) -> None:
        """The bot has them."""
        for pending in pendings:
            self._pending.pop(pending.serial, None)
        self._bell.ring()

    def interrupt(self) -> None:
        """End a poll that is waiting: another request took its place."""
        self._poller += 1
        self._bell.ring()

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closed = True
        self._bell.ring()

    async def drained(self, seconds: float = 5.0) -> None:
        """Wait until the bot has taken every update (when polling: confirmed it)."""
        until = time.monotonic() + seconds
        while self.alive():
            if not await self._bell.wait(until - time.monotonic()):
                raise TimeoutError(f"{len(self._pending)} updates were not taken in {seconds:g} s")

    async def poll(self, offset: int, limit: int, seconds: int) -> list[Json]:
        """getUpdates: confirm everything below the offset, then wait for what is there or comes."""
        self.interrupt()
        mine = self._poller
        self.done([one for one in self.alive() if one.update["update_id"] < offset])
        until = time.monotonic() + min(max(seconds, 0), LONGEST_POLL)
        while not (ready := self._ready(offset, limit)) and not self._closed:
            if not await self._bell.wait(until - time.monotonic()):
                break
            if mine != self._poller:
                raise _replaced(by_webhook=self.push is not None)
        return ready

    def _ready(self, offset: int, limit: int) -> list[Json]:
        updates = [one.update for one in self.alive()]
        return (updates[offset:] if offset < 0 else updates)[: min(max(limit, 1), MOST_AT_ONCE)]


def _replaced(*, by_webhook: bool) -> ApiError:
    if by_webhook:
        return ApiError(409, "Conflict: terminated by setWebhook request")
    return ApiError(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )


def _chat_of(update: Json) -> int:
    """The chat by which an update keeps its place in the order."""
    for body in update.values():
        if isinstance(body, dict):
            chat = body.get("chat") or body.get("message", {}).get("chat") or body.get("from") or {}
            return int(chat.get("id", 0))
    return 0
