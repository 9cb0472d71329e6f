"""The loop that empties the outbox: claim and render in one transaction, speak, settle in the next.

Rows are claimed when they may leave, not before, so what arrives a moment later and is more urgent still goes first.
Claims gather by themselves: what is posted or ends while a transaction runs is taken by the next one. Settling rides
in the same transaction as the next claim. What is in memory is only pace (see `pace`) and what is in flight; whatever
is killed here is found again in the table by the next process.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import TypeVar

from bot.metrics import Metrics
from bot.outbox.gates import GATES, SPENDS, Gates, none, spends
from bot.outbox.ledger import Ledger, shout
from bot.outbox.line import LEAD, SETTLE, Line
from bot.outbox.pace import Pace
from bot.outbox.plan import AfterSettle, Compose, Done, Ended, Fence, Plan
from bot.outbox.shares import Shares
from messages.chat import Channel
from storage import exits
from storage.database import Away, Database, Tx
from storage.deliveries import REPLY

log = logging.getLogger(__name__)
T = TypeVar("T")
RATE = 30.0
_TICK = 1.0  # what other processes post is seen within a second
_GATHER = 0.02  # between two transactions of a busy outbox; a quiet one hurries
_BUSY = 16  # rows claimed or settled in one transaction


class Sender:
    """Sends what waits, most urgent first. `run` it as a task; `nudge` it after each commit; `stop` it at the end."""

    def __init__(
        self,
        db: Database,
        channels: Mapping[str, Channel],
        compose: Compose,
        *,
        after_settle: AfterSettle,
        now: Callable[[], datetime],
        rate: Mapping[str, float],
        fence: Fence = lambda _tx: True,
        gates: Mapping[str, Gates] = GATES,
    ) -> None:
        self._db = db
        self._now = now
        self._ledger = Ledger(compose, after_settle, fence)
        self._lines = {
            name: Line(
                channel, Pace(rate.get(name, RATE), gates.get(name, none)), self._landed, SPENDS.get(name, spends)
            )
            for name, channel in channels.items()
        }
        self._shares, self.metrics = Shares(), Metrics()
        self._claim = uuid.uuid4().hex
        self._ended: list[Ended] = []
        self._wake, self._over = asyncio.Event(), asyncio.Event()
        self._one = asyncio.Lock()  # cycles never overlap, whoever runs them
        self._stopping = self._recovered = self._careful = self._full = False
        self._began = self._look = self._housed = float("-inf")
        self._gather = 0.0
        self.alive = False
        self.last_cycle = float("-inf")  # monotonic: when a cycle last came to its end

    def nudge(self) -> None:
        """Something was posted: look at once."""
        self._wake.set()

    async def run(self) -> None:
        """Send until stopped. A cycle that fails is logged and tried again; only cancelling ends it otherwise."""
        self.alive = True
        self._over.clear()
        try:
            while not self._stopping:
                await self._wait()
                await self._turn()
        finally:
            self.alive = False
            self._over.set()
            if not self._stopping:  # killed: what is in flight dies with us, as it would with the process
                self._cancel()

    async def _turn(self) -> None:
        try:
            async with self._one:
                await self._with_ledger(lambda _tx: None)
        except Away:
            log.warning("the database is away; trying again")
            await asyncio.sleep(_TICK)
        except Exception as error:  # noqa: BLE001 - the loop must live on
            shout("a cycle of the outbox failed", error)
            await asyncio.sleep(_TICK / 10)

    async def _wait(self) -> None:
        """Until nudged, or until there is something to look at; and a moment more while there is much to do."""
        left = self._look - monotonic()
        if left > 0 and not self._full:
            try:
                async with asyncio.timeout(left):
                    await self._wake.wait()
            except TimeoutError:
                pass
        pause = self._began + self._gather - monotonic()
        if pause > 0 and not self._full:
            await asyncio.sleep(pause)
        self._wake.clear()

    async def along(self, turn: Callable[[Tx], T]) -> T:
        """Write a turn; where the outbox is at rest, what it posts is claimed and worded in the same transaction.

        One commit and one thread hop less between a tap and its answer. Raises what the turn raises.
        """
        if not (self._db.one_writer and self.alive and self._recovered) or self._stopping or self._one.locked():
            value = await self._db.write(turn)
            self.nudge()
            return value
        async with self._one:
            return await self._with_ledger(turn, gently=True)

    async def _with_ledger(self, turn: Callable[[Tx], T], *, gently: bool = False) -> T:
        """One transaction: the turn, then the ledger's; `gently`, a fault of the ledger does not undo the turn."""
        self._began = monotonic()
        plan = self._plan()

        def work(tx: Tx) -> tuple[T, Done | None]:
            value = turn(tx)
            return value, self._ledger.gently(tx, plan) if gently else self._ledger.turn(tx, plan)

        try:
            value, done = await self._db.write(work)
        except BaseException as error:
            self._careful = not gently and not isinstance(error, Away)
            self._recovered = False  # the commit may have held: what it claimed is in nobody's hand
            raise
        self._careful = done is None
        if done is None:
            self.nudge()
        else:
            self._follow(plan, done)
        return value

    def _plan(self) -> Plan:
        now = self._began
        plan = Plan(self._claim, self._now(), self._ended[:], [], frozenset(self._lines), careful=self._careful)
        if self._stopping:
            return plan
        plan.house = now - self._housed >= _TICK
        if plan.house or not self._recovered:
            plan.recover = self._in_hand()
        had = self._shares.compete()
        plan.asks += [ask for line in self._lines.values() if (ask := line.ask(now, had)) is not None]
        return plan

    def _follow(self, plan: Plan, done: Done) -> None:
        """After the commit: launch, count, log, and decide when to look again."""
        del self._ended[: len(plan.ended)]
        for row, said in done.said:
            self._lines[row.channel].launch(row, said)
        self._shares.spent(row for row, _ in done.said)
        if done.running is not None:
            self._shares.running(done.running)
        self.metrics.note(plan, done)
        for loud in done.loud:
            log.error("delivery %d (%s): %s", *loud)
        if done.recovered != (0, 0):
            log.warning("taken up from a process that ended: %d sent again, %d unknown", *done.recovered)
        self._gather = _GATHER * min(1.0, (len(plan.ended) + len(done.said)) / _BUSY)
        self._recovered = done.ours and (self._recovered or plan.recover is not None)
        self._full = done.full
        self._plan_look(plan, done)
        self.last_cycle = monotonic()

    def _plan_look(self, plan: Plan, done: Done) -> None:
        now = monotonic()
        if plan.house and done.ours and not done.full:
            self._housed = self._began
        looks = [now + _TICK]
        if done.due is not None:
            looks.append(now + max(0.0, (done.due - plan.now).total_seconds()))
        if done.ours:
            looks += [line.look(done.left.get(name, set()), now) for name, line in self._lines.items()]
        self._look = min(looks)

    def _landed(self, ended: Ended) -> None:
        self._ended.append(ended)
        if ended.row.lane <= REPLY or not self._flies():
            self._wake.set()
        elif len(self._ended) == 1:
            asyncio.get_running_loop().call_later(SETTLE, self._wake.set)

    def _flies(self) -> bool:
        return any(line.flying for line in self._lines.values())

    def _in_hand(self) -> list[int]:
        return [ended.row.id for ended in self._ended] + [id_ for line in self._lines.values() for id_ in line.flying]

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [task for line in self._lines.values() for task in line.flying.values() if not task.done()]

    def _cancel(self) -> None:
        for task in self._tasks():
            task.cancel()

    async def stop(self, seconds: float = 5.0) -> None:
        """Claim no more, let what is in flight land, settle it. The rest is found at the next start."""
        self._stopping = True
        self._wake.set()
        try:
            async with asyncio.timeout(seconds):
                if self.alive:
                    await self._over.wait()
                while tasks := self._tasks():
                    await asyncio.wait(tasks)
        except TimeoutError:
            self._cancel()
        if self._ended:
            await self._turn()

    async def drain(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109 - for tests: how long a story may take
        """Until nothing is in flight and nothing waits that could go. Runs the cycles itself if nobody else does."""
        async with asyncio.timeout(timeout):
            while not await self._empty():
                await asyncio.sleep(LEAD if self.alive or self._flies() else 0)
                if self.alive:
                    self.nudge()
                else:
                    await self._turn()

    async def metrics_page(self) -> bytes:
        """The page for Prometheus. Raises what the database raises while it is away."""
        now = self._now()
        return self.metrics.page(await self._db.read(lambda tx: exits.depth(tx, now)))

    async def _empty(self) -> bool:
        async with self._one:  # between two cycles: a look while one runs would see work where there is none
            if not self._recovered or self._ended or self._flies():
                return False
            now = self._now()
            return not await self._db.read(lambda tx: exits.anything_left(tx, now)) and not self._flies()
