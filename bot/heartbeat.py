"""APScheduler is the heartbeat; what is due stands in columns. One cycle a second, by the holder of the lease only."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from handlers import escalation, plain, ticks
from handlers.turn import Rules
from storage import incidents, installation
from storage.database import Away, Database, Tx

log = logging.getLogger("siaga.heartbeat")
SECONDS = 1
TELL_EVERY = 5.0
AWAY = timedelta(seconds=150)  # how long Telegram keeps a tap; WhatsApp brings them for days


class Heartbeat:
    """Wakes what is due: each call and each incident in a transaction of its own, so that one fault stays one."""

    def __init__(self, db: Database, rules: Rules, clock: Clock, nudge: Callable[[], None]) -> None:
        self._db = db
        self._rules = rules
        self._clock = clock
        self._nudge = nudge
        self._scheduler = AsyncIOScheduler()
        self.last_cycle = time.monotonic()
        self._told = float("-inf")
        self._began = False  # the first cycle looks how long nobody was there

    def start(self) -> None:
        # No grace time: a cycle that comes late, after the loop was busy, still comes.
        self._scheduler.add_job(
            self.cycle, "interval", seconds=SECONDS, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def cycle(self) -> None:
        """Everything that is due now."""
        try:
            await self._back(self._clock.now())
            await self._emergencies(self._clock.now())
            await self._chores(self._clock.now())
        except Away:
            log.warning("the database is away; the next cycle looks again")
            return
        self.last_cycle = time.monotonic()
        await self._tell()

    async def _back(self, now: datetime) -> None:
        """We were away for longer than Telegram keeps a tap: who may have tapped gets his alerts anew."""
        if self._began and time.monotonic() - self.last_cycle < AWAY.total_seconds():
            return
        if not self._began:
            told = await self._db.read(lambda tx: installation.fact(tx, "last_cycle"))
            self._began = told is None or now - datetime.fromisoformat(told) < AWAY
            if self._began:
                return
        cases = await self._db.read(incidents.open_ones)
        log.warning("back after more than %d s away; %d open cases are shown anew", AWAY.total_seconds(), len(cases))
        for case in cases:
            await self._one(lambda tx, c=case: escalation.show_anew(tx, c, now), f"showing incident {case} anew")  # type: ignore[misc]
        self._began, self.last_cycle = True, time.monotonic()
        if cases:
            self._nudge()

    async def _tell(self) -> None:
        """Every few seconds, leave word of the last cycle where `siaga status` finds it."""
        if self.last_cycle - self._told < TELL_EVERY:
            return
        self._told, at = self.last_cycle, self._clock.now().isoformat(timespec="seconds")
        try:
            await self._db.write(lambda tx: installation.set_fact(tx, "last_cycle", at))
        except Away:
            log.warning("the database is away; the cycle was done all the same")

    async def _chores(self, now: datetime) -> None:
        """What comes in steps; between two of them, emergencies go first."""
        for chore in ticks.CHORES:
            for each in await self._db.read(lambda tx, c=chore: c.due(tx, now)):  # type: ignore[misc]
                while await self._step(chore, each, now):
                    await self._emergencies(self._clock.now())
                self._nudge()

    async def _step(self, chore: ticks.Chore, each: int, now: datetime) -> bool:
        """One step; tells whether there is more to do at once. A step that fails is tried again by the next cycle."""
        more: list[bool] = []

        def work(tx: Tx) -> None:
            more[:] = [chore.step(tx, each, now, self._rules)]

        return await self._one(work, f"{chore.name} {each}") and more == [True]

    async def _emergencies(self, now: datetime) -> None:
        calls, cases = await self._db.read(lambda tx: ticks.due(tx, now))
        for address_id in calls:
            await self._call(address_id, now)
        for case in cases:
            await self._one(lambda tx, c=case: ticks.incident(tx, c, now, self._rules), f"incident {case}")  # type: ignore[misc]
        if calls or cases:
            self._nudge()

    async def _call(self, address_id: int, now: datetime) -> None:
        """File an opened call; where that fails, plainly."""
        if not await self._one(lambda tx: ticks.call(tx, address_id, now, self._rules), "a call"):
            await self._one(lambda tx: plain.file_call(tx, address_id, now, self._rules), "filing it plainly")

    async def _one(self, work: Callable[[Tx], None], what: str) -> bool:
        """Tells whether it was done."""
        try:
            await self._db.write(work)
        except Away:
            raise
        except Exception as error:  # noqa: BLE001 - the others must not wait for this one; it is tried again
            log.error("%s failed with %s; it is tried again", what, type(error).__name__)
            return False
        return True

    async def pass_time(self, by: timedelta) -> None:
        """Move the clock ahead through every due moment in order (a rehearsal, a test)."""
        until = self._clock.now() + by
        await self.cycle()  # what an import brought is planned first
        while True:
            due = await self._db.read(ticks.next_due)
            if due is None or due > until:
                break
            step = due - self._clock.now()
            if step > timedelta():
                self._clock.move(step)
            await self.cycle()
            if await self._db.read(ticks.next_due) == due:
                break  # it could not be done now; the next cycle tries again
        left = until - self._clock.now()
        if left > timedelta():
            self._clock.move(left)
        await self.cycle()
