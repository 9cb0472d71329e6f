"""One channel's line out: what it has in flight, each row a task of its own, so that a slow chat holds up nobody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from bot.outbox import failures, gates
from bot.outbox.failures import Verdict
from bot.outbox.gates import Spends
from bot.outbox.lanes import FLYING, places
from bot.outbox.pace import FAR, Pace
from bot.outbox.plan import Ask, Ended
from messages.chat import Address, Channel, Said, Unsure
from storage.claims import ANSWERS, BULK, EDITS, Row
from storage.deliveries import REPLY, SENT, WAITING

log = logging.getLogger(__name__)
SETTLE = 0.1  # what is sent in bulk is settled at least this often
LEAD = 0.01  # a spaced row is claimed a little before it leaves
_SPEAK = 60.0  # a channel that has not answered by then never will


class Line:
    """A channel, its pace, and what is in flight on it; `landed` is called with each row's end."""

    def __init__(
        self, channel: Channel, pace: Pace, landed: Callable[[Ended], None], spends: Spends = gates.spends
    ) -> None:
        self.channel = channel
        self._spends = spends
        self.pace = pace
        self.busy: set[int] = set()  # chats with something in flight
        self.flying: dict[int, asyncio.Task[None]] = {}  # by delivery
        self._landed = landed

    def launch(self, row: Row, said: Said) -> None:
        """Send a claimed row as soon as the pace lets it go; put it back if that is far away."""
        try:
            cost = self._spends(row, said)
            paced = replace(row, answers="", edits=None, lane=REPLY) if cost and row.tier >= EDITS else row
            at = self.pace.launch(paced, monotonic(), cost)
        except Exception as error:  # noqa: BLE001 - a faulty gate must not leave a claimed row in nobody's hand
            self._landed(Ended(row, failures.after(error, row)))
            return
        if at is None:
            if paced is not row:
                self.pace.rest(row, FAR, monotonic())  # what it is held by was named for replies
            self._landed(_put_back(row))
            return
        if row.tier != ANSWERS:
            self.busy.add(row.address_id)
        self.flying[row.id] = asyncio.create_task(self._fly(row, said, paced, at))

    def ask(self, now: float, had: dict[int, int]) -> Ask | None:
        """What this channel may send now; None if nothing. `had`: see `shares`."""
        room = places(self.pace.room(now), len(self.flying))
        if not any(room.values()):
            return None
        owed = self.pace.budget.owed(now)
        return Ask(self.channel.name, room, list(self.busy), self.pace.held(now), had, owed)

    def look(self, left: set[int], now: float) -> float:
        """When to ask again; `left`: the tiers of which some had to stay."""
        soonest = now + (SETTLE if len(self.flying) >= FLYING[BULK] else LEAD)
        return max(soonest, self.pace.opens(left, now) - LEAD)

    async def _fly(self, row: Row, said: Said, paced: Row, at: float) -> None:
        """`paced`: the row as the pace sees it; a change that is a message costs what a reply does."""
        at = await self._moment(paced, at)
        told = self.pace.quiet(row, monotonic())  # in the meantime
        ended = _put_back(row) if told else await self._speak(row, said)
        if not told:
            self.pace.arrived(paced, at, monotonic())
        self._land(ended)

    async def _moment(self, row: Row, at: float) -> float:
        """Wait until it may leave; when that was."""
        while True:
            if (left := at - monotonic()) > 0:
                await asyncio.sleep(left)
            now = monotonic()
            at = self.pace.leave(row, at, now)
            if at <= now:
                return at

    async def _speak(self, row: Row, said: Said) -> Ended:
        try:
            async with asyncio.timeout(_SPEAK):
                external = await self.channel.speak(Address(row.channel, row.external, row.heard_at), said)
        except TimeoutError:
            return Ended(row, failures.after(Unsure("the channel never answered"), row))
        except Exception as error:  # noqa: BLE001 - the one place where a channel's troubles arrive
            return Ended(row, failures.after(error, row))
        return Ended(row, Verdict(SENT), external)

    def _land(self, ended: Ended) -> None:
        row, verdict, now = ended.row, ended.verdict, monotonic()
        del self.flying[row.id]
        if row.tier != ANSWERS:
            self.busy.discard(row.address_id)
        if verdict.quiet:
            log.warning("%s: asked to wait %.0f s", self.channel.name, verdict.quiet)
            self.pace.throttled(row, verdict.quiet, verdict.whole, now)
        elif verdict.halt:
            log.warning("%s: no bulk for %.0f minutes: %s", self.channel.name, verdict.halt / 60, verdict.reason)
            self.pace.halt(now + verdict.halt)
        elif verdict.rest:
            self.pace.rest(row, verdict.rest, now)
        self._landed(ended)


def _put_back(row: Row) -> Ended:
    return Ended(row, Verdict(WAITING, "asked to wait", row.tries))
