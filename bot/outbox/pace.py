"""How fast: what a bot and a chat may take. Pure: no I/O, and every time comes in as an argument.

All times here are monotonic seconds. Business time, which a rehearsal moves, is never asked: a wait that a platform
told us, the pause after a failure and the spacing of a broadcast live in memory only, because the platform's clock
does not move with ours and because after a restart it tells us again. `due_at` in the database is for what the
business decided, and nobody else writes it.

A place is taken when a row is launched, and taken again when it leaves (`leave`): in between an alert may have come,
or the platform may have told us to wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from bot.outbox.budget import Budget
from bot.outbox.meters import Bucket, Gate, Meter, Window
from storage.claims import ALERTS, ANSWERS, BULK, EDITS, REPLIES, TIERS, Row, chat_tier

FAR = 1.0  # further ahead nothing is held in hand
_STORM_CHATS, _STORM_SECONDS = 3, 3.0
_TIDY = 512  # meters of chats
_QUIET = len(TIERS)  # beside the tiers: the platform itself told this chat to wait


class Pace:
    """One channel's budget, its chats' gates, and whom the platform told to wait. Bounded by what a minute can hold."""

    def __init__(self, rate: float, gates: Callable[[Row], tuple[Gate, ...]]) -> None:
        self.budget = Budget(rate)
        self._changes = Window(self.budget.window.limit, self.budget.window.span)  # edits: no budget, but no flood
        self._gates = gates
        self._meters: dict[str, Meter] = {}
        self._tidy_at = _TIDY
        self._held: dict[int, float] = {}  # chat_tier → until when
        self._until = float("-inf")  # the whole bot was told to wait
        self._no_bulk = float("-inf")  # …its broadcasts and notices
        self._told: deque[tuple[float, int]] = deque(maxlen=16)

    def room(self, now: float) -> dict[int, int]:
        """How many may leave until AHEAD, by tier."""
        if now < self._until:
            return dict.fromkeys(TIERS, 0)
        room = {tier: self.budget.room(tier, now) for tier in (ALERTS, REPLIES, BULK)}
        room[BULK] = 0 if now < self._no_bulk else room[BULK]
        left = self._changes.limit - self._changes.since(now - self._changes.span)
        return room | {EDITS: max(0, left), ANSWERS: 1_000_000}

    def launch(self, row: Row, now: float, cost: int = 1) -> float | None:
        """When a claimed row leaves: from then on it counts. None if that is too far away to hold it in hand.

        `cost`: so many requests it is; they leave one behind the other, and the places of the others are taken with it.
        """
        if self.quiet(row, now):
            return None
        if row.tier >= EDITS:
            if row.tier == EDITS:
                self._changes.add(now)
            return now
        meters = [(gate, self._meter(gate)) for gate in self._gates(row)]
        at = self._moment(row, meters, now)
        if row.tier == ALERTS and at > now and self.budget.give_way():
            at = self._moment(row, meters, now)
        if at > now + FAR:
            self._hold(row.address_id, range(row.tier, EDITS), at)
            return None
        self.budget.spend(row.tier, at, now)
        for _ in range(cost - 1):
            self.budget.take(row.tier, at)
        for gate, meter in meters:
            for _ in range(cost):
                meter.add(at)
            self._shut(row, gate, meter, at)
        return at

    def leave(self, row: Row, at: float, now: float) -> float:
        """Its moment has come: it leaves if this is not later than `now`, else it waits until then."""
        return at if row.tier >= EDITS else self.budget.leave(row.tier, at, now)

    def arrived(self, row: Row, at: float, now: float) -> None:
        """What left `at` was answered."""
        if row.tier < EDITS:
            self.budget.arrived(at, now - at)

    def _moment(self, row: Row, meters: list[tuple[Gate, Meter]], now: float) -> float:
        at = self.budget.slot(row.tier, now)
        for _ in range(4):  # a gate may push it to where the budget is full; rarely, and never for long
            pushed = max([at, *(m.earliest(at, _ceiling(g, row.tier)) for g, m in meters)])
            if pushed == at or pushed > now + FAR:
                return pushed
            at = self.budget.slot(row.tier, pushed)
        return now + 2 * FAR

    def _meter(self, gate: Gate) -> Meter:
        meter = self._meters.get(gate.key)
        if meter is None:
            made: Meter = (Bucket if gate.refills else Window)(gate.limit, gate.window)
            meter = self._meters[gate.key] = made
        return meter

    def _shut(self, row: Row, gate: Gate, meter: Meter, at: float) -> None:
        """Keep a chat whose gate closed behind this one out of the next claims."""
        for tier in (ALERTS, REPLIES, BULK):
            opens = meter.earliest(at, _ceiling(gate, tier))
            if opens > at:
                self._hold(row.address_id, (tier,), opens)

    def _hold(self, address_id: int, tiers: range | tuple[int, ...], until: float) -> None:
        for tier in tiers:
            key = chat_tier(address_id, tier)
            self._held[key] = max(until, self._held.get(key, until))

    def halt(self, until: float) -> None:
        """The platform wants our campaign to stop: nothing in bulk until then."""
        self._no_bulk = max(self._no_bulk, until)

    def rest(self, row: Row, wait: float, now: float) -> None:
        """A send failed: this chat pauses, but nothing more urgent than what failed waits for it."""
        self._hold(row.address_id, range(row.tier, EDITS) if row.tier < EDITS else (row.tier,), now + wait)

    def throttled(self, row: Row, wait: float, whole: bool, now: float) -> None:
        """The platform told this chat to wait; when it told several chats within seconds, it means the whole bot."""
        self._told.append((now, row.address_id))
        several = {chat for at, chat in self._told if now - at < _STORM_SECONDS}
        if whole or len(several) >= _STORM_CHATS:
            self._until = max(self._until, now + wait)
        else:
            self._hold(row.address_id, (*TIERS, _QUIET), now + wait)

    def quiet(self, row: Row, now: float) -> bool:
        """Was this chat, or the bot, told to wait in the meantime?"""
        return now < self._until or now < self._held.get(chat_tier(row.address_id, _QUIET), now)

    def held(self, now: float) -> list[int]:
        """The `chat_tier`s that must wait; forgets those that need not any more."""
        self._held = {key: until for key, until in self._held.items() if until > now}
        if len(self._meters) > self._tidy_at:
            self._meters = {key: meter for key, meter in self._meters.items() if not meter.idle(now)}
            self._tidy_at = max(_TIDY, 2 * len(self._meters))
        return list(self._held)

    def opens(self, left: set[int], now: float) -> float:
        """When to look again: the bot, a tier for which there was no room, or a chat may go."""
        if now < self._until:
            return self._until
        moments = [self.budget.slot(tier, now) for tier in left if tier < BULK]
        moments += [max(self.budget.slot(BULK, now), self._no_bulk)] if BULK in left else []
        moments += [self._changes.earliest(now, self._changes.limit)] if EDITS in left else []
        return min([*moments, *self._held.values()], default=float("inf"))


def _ceiling(gate: Gate, tier: int) -> int:
    return gate.limit - gate.reserve if tier == BULK else gate.limit
