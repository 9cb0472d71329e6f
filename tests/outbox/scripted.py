"""What the outbox tests share: rows by hand, and a channel that does what a script says."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest

from messages.chat import Address, Said, Trouble
from storage.claims import Row
from storage.database import Tx
from storage.people import addresses

BOTH = pytest.mark.parametrize("db_url", ["sqlite", "postgres"], indirect=True)
NOW = datetime(2024, 11, 27, 6, 0, tzinfo=UTC)


def row(number: int = 1, lane: int = 0, chat: int = 1, **more: Any) -> Row:
    """A claimed row as the pure rules see it."""
    given = {
        "kind": "test", "refs": {}, "sealed": None, "channel": "telegram", "external": str(chat), "answers": "",
        "edits": None, "under": None, "message": None, "message_state": None, "incident_id": None, "about": "",
        "rung": None, "tries": 0, "reason": "", "bulk_id": None,
    }  # fmt: skip
    return Row(id=number, lane=lane, address_id=chat, **(given | more))


def add_addresses(tx: Tx, count: int, channel: str = "telegram", first: int = 1) -> None:
    """Addresses with the ids first, first + 1, …; each one's external id is its id as text."""
    blank = {"named": "", "state": "active", "consent": "", "consent_version": ""}
    ids = range(first, first + count)
    tx.execute(addresses.insert(), [{"id": n, "channel": channel, "external": str(n), **blank} for n in ids])


class Scripted:
    """A channel in this process. `script`: what each chat answers, message by message; then all goes well.

    An answer is an exception to raise, or a number of seconds to take. What went out is in `spoken`.
    """

    name = "telegram"

    def __init__(self, takes: float = 0.0) -> None:
        self.script: dict[str, list[Exception | float]] = defaultdict(list)
        self.takes = takes
        self.spoken: list[tuple[float, str, Said]] = []
        self.asked = 0
        self.at_once: dict[str, int] = defaultdict(int)
        self.suffix = ""  # of the ids that it gives
        self.crowded = 0  # the most messages that one chat had in flight
        self.heard = asyncio.Event()

    async def speak(self, to: Address, said: Said) -> str:
        self.asked += 1
        answer = self.script[to.id].pop(0) if self.script[to.id] else self.takes
        if isinstance(answer, Exception):
            raise answer
        if not said.answers:
            self.at_once[to.id] += 1
            self.crowded = max(self.crowded, self.at_once[to.id])
        try:
            await asyncio.sleep(answer)
        finally:
            self.at_once[to.id] -= not said.answers
        self.spoken.append((monotonic(), to.id, said))
        self.heard.set()
        return "" if said.answers else said.edits or f"m{len(self.spoken)}{self.suffix}"

    def texts(self, chat: str | None = None) -> list[str]:
        return [said.text for _, to, said in self.spoken if chat in {None, to}]


def always(trouble: Callable[[], Trouble], times: int = 50) -> list[Exception | float]:
    return [trouble() for _ in range(times)]
