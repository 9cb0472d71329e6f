"""A sender over a migrated database and a scripted channel."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.outbox.gates import GATES, Gates
from bot.outbox.plan import Skip
from bot.outbox.sender import Sender
from messages.chat import Said
from storage import deliveries
from storage.claims import Row
from storage.database import Database, Tx
from tests.outbox.scripted import NOW, Scripted, add_addresses


@dataclass
class Desk:
    """Everything around a sender: post, look, start, kill."""

    db: Database
    channel: Scripted
    rate: float = 1000.0
    at: datetime = NOW
    lease: bool = True
    told: list[tuple[int, str, str]] = field(default_factory=list)
    words: dict[str, Any] = field(default_factory=dict)  # by kind: what compose returns or raises
    gates: Mapping[str, Gates] = field(default_factory=lambda: GATES)
    running: list[tuple[Sender, asyncio.Task[None]]] = field(default_factory=list)

    def compose(self, tx: Tx, row: Row, now: datetime) -> Said | Skip:
        given = self.words.get(row.kind)
        if isinstance(given, Exception):
            raise given
        if callable(given):
            given = given(tx)
        return given or Said(text=f"{row.kind} {row.id}")

    def after_settle(self, tx: Tx, row: Row, state: str, now: datetime) -> None:
        self.told.append((row.id, state, row.reason))

    def sender(self) -> Sender:
        return Sender(
            self.db, {self.channel.name: self.channel}, self.compose, after_settle=self.after_settle,
            now=lambda: self.at, rate={"telegram": self.rate}, fence=lambda _tx: self.lease,
            gates=self.gates,
        )  # fmt: skip

    def start(self) -> Sender:
        sender = self.sender()
        self.running.append((sender, asyncio.create_task(sender.run())))
        return sender

    async def kill(self) -> None:
        """As a process dies: nothing is finished, nothing is settled."""
        _, task = self.running.pop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def post(self, lane: int = deliveries.ALERT, chat: int = 1, **more: Any) -> int:
        given = {"lane": lane, "address_id": chat, "kind": "k", "refs": {}, "now": self.at, **more}
        found = await self.db.write(lambda tx: deliveries.post(tx, **given))
        assert found is not None
        for sender, _ in self.running:
            sender.nudge()
        return found

    async def row(self, id_: int) -> Any:
        return await self.db.read(
            lambda tx: tx.first(select(deliveries.deliveries).where(deliveries.deliveries.c.id == id_))
        )

    async def state(self, id_: int) -> str:
        return str((await self.row(id_)).state)

    async def states(self) -> Counter[str]:
        rows = await self.db.read(lambda tx: tx.rows(select(deliveries.deliveries.c.state)))
        return Counter(row.state for row in rows)

    def passes(self, **much: float) -> None:
        """Business time goes on; the pace does not notice."""
        self.at += timedelta(**much)


@pytest.fixture
def db_url(request: pytest.FixtureRequest) -> str:
    """SQLite, except where a test asks for `BOTH`: what differs between the databases is tested with the queries."""
    url: str = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    return url


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    """With forty Telegram addresses, 1 … 40, and one of a channel that is not configured, 99."""

    def fill(tx: Tx) -> None:
        add_addresses(tx, 40)
        add_addresses(tx, 1, "pigeon", first=99)

    await db.write(fill)
    made = Desk(db, Scripted())
    yield made
    for sender, task in made.running:
        await sender.stop()
        await task
