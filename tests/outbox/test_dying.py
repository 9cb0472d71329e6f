"""The outbox as a process that is killed while it sends, and what it weighs while 100,000 deliveries wait."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from storage import deliveries
from storage.database import Database
from storage.deliveries import ALERT, BROADCAST, SENDING, SENT, UNKNOWN, WAITING
from tests.outbox.scripted import NOW, add_addresses
from tests.product.harness import bot_api
from tests.product.warm import Process, Warm

CHATS = 400
_D = deliveries.deliveries.c


@asynccontextmanager
async def victim(warm: Warm, url: str, base: str, rate: float) -> AsyncIterator[Process]:
    """A process that sends; killed at the end."""
    args = (url, base, str(rate))
    process = await warm.begin("tests.outbox.victim:main", args, env={**os.environ}, folder=Path.cwd(), err=sys.__stderr__)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(40):
            assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@dataclass
class Toll:
    """What was posted, and what was in flight at each death."""

    db: Database
    lanes: dict[int, int] = field(default_factory=dict)
    in_flight: list[set[int]] = field(default_factory=list)

    async def post(self, lane: int, chats: list[int]) -> None:
        rows = [{"lane": lane, "address_id": chat, "kind": "k", "refs": {}} for chat in chats]
        await self.db.write(lambda tx: deliveries.post_many(tx, rows, NOW))
        known = await self.db.read(lambda tx: tx.rows(select(_D.id, _D.lane)))
        self.lanes = {row.id: row.lane for row in known}

    async def died(self) -> None:
        query = select(_D.id).where(_D.state == SENDING)
        self.in_flight.append({row.id for row in await self.db.read(lambda tx: tx.rows(query))})

    async def states(self) -> dict[int, str]:
        rows = await self.db.read(lambda tx: tx.rows(select(_D.id, _D.state)))
        return {row.id: row.state for row in rows}

    async def ended(self) -> dict[int, str]:
        async with asyncio.timeout(60):
            while set((states := await self.states()).values()) & {WAITING, SENDING}:
                await asyncio.sleep(0.1)
        return states

    def check(self, states: dict[int, str], arrived: Counter[int]) -> None:
        bulk = {id_ for id_, lane in self.lanes.items() if lane == BROADCAST}
        flying = set().union(*self.in_flight)
        unknown = {id_ for id_, state in states.items() if state == UNKNOWN}
        doubled = {id_ for id_, times in arrived.items() if times > 1}
        assert set(states.values()) <= {SENT, UNKNOWN}
        assert all(arrived[id_] for id_, state in states.items() if state == SENT), "lost"
        assert unknown <= bulk & flying
        assert doubled <= flying - bulk, "doubled, and no alert that was in flight"
        assert sum(arrived[id_] - 1 for id_ in doubled) <= sum(len(each - bulk) for each in self.in_flight)


async def killed(db: Database, warm: Warm, url: str, kills: int, seed: int, rate: float) -> Toll:
    """A broadcast with alerts in it, and a death at a random moment, again and again."""
    dice, toll = random.Random(seed), Toll(db)
    await db.write(lambda tx: add_addresses(tx, CHATS))
    async with bot_api() as (api, base):
        for chat in range(1, CHATS + 1):
            api.add_person(chat, "Petugas")
        for _ in range(kills):
            await toll.post(BROADCAST, dice.sample(range(1, CHATS + 1), 120))
            async with victim(warm, url, base, rate) as process:
                await asyncio.sleep(dice.uniform(0, 0.2))
                await toll.post(ALERT, dice.sample(range(1, CHATS + 1), 6))
                await asyncio.sleep(dice.uniform(0, 0.5))
                process.kill()
                await process.wait()
            await toll.died()
        async with victim(warm, url, base, 100_000):
            states = await toll.ended()
        toll.check(states, Counter(int(sent.text.split()[1]) for sent in api.sent))
    return toll


async def test_killed_while_it_sends_nobody_is_lost_and_only_alerts_may_come_twice(db: Database, db_url: str, warm: Warm) -> None:
    await killed(db, warm, db_url, kills=2, seed=3, rate=200)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_at_fifty_moments(db: Database, db_url: str, warm: Warm, seed: int) -> None:
    toll = await killed(db, warm, db_url, kills=50, seed=seed, rate=200)
    assert any(toll.in_flight), "it was never killed with anything in hand"


async def weight(db: Database, warm: Warm, url: str, waiting: int) -> float:
    """Resident memory with so many waiting, over idle."""
    await db.write(lambda tx: add_addresses(tx, CHATS))
    async with bot_api() as (api, base):
        for chat in range(1, CHATS + 1):
            api.add_person(chat, "Petugas")
        async with victim(warm, url, base, 30) as process:
            toll, scale = Toll(db), psutil.Process(process.pid)
            await toll.post(BROADCAST, list(range(1, 31)))
            async with asyncio.timeout(30):
                while len(api.sent) < 30:
                    await asyncio.sleep(0.05)
            idle, mark = scale.memory_info().rss, len(api.sent)
            rows = [{"lane": BROADCAST, "address_id": n % CHATS + 1, "kind": "k", "refs": {}, "bulk_id": 1 + n % 2} for n in range(waiting)]
            await db.write(lambda tx: deliveries.post_many(tx, rows, NOW))
            async with asyncio.timeout(30):
                while len(api.sent) < mark + 45:
                    await asyncio.sleep(0.05)
            left = await db.read(lambda tx: tx.scalar(select(func.count()).where(_D.state == WAITING)))
            assert left > waiting * 0.99
            return scale.memory_info().rss / idle


@pytest.mark.soak
async def test_a_hundred_thousand_that_wait_weigh_nothing(db: Database, db_url: str, warm: Warm) -> None:
    assert await weight(db, warm, db_url, 100_000) <= 1.3
