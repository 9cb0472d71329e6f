"""Who sends a broadcast with incidents in it: our outbox, PTB with its `AIORateLimiter`, aiogram with a token bucket.

Each runs the same scenario in a process of its own and prints when each incident was committed (the peers keep nothing:
for them it is when the message was handed over). `python -m bench.contenders NAME BASE RATE` reads the scenario as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import uvloop

TOKENS = {"ours": "4242:ours", "ptb": "4242:ptb", "aiogram": "4242:aiogram"}


class Contender(Protocol):
    """Starts, takes a broadcast without waiting for its end, and takes incidents."""

    async def start(self) -> None: ...
    async def broadcast(self, chats: list[int]) -> None: ...
    async def incident(self, number: int, chats: list[int]) -> float: ...


class Ours:
    """The outbox as the service runs it: SQLite with FULL, one transaction a post, our channel."""

    def __init__(self, base: str, rate: int) -> None:
        self._base, self._rate = base, rate
        self._folder = tempfile.TemporaryDirectory()
        self._ids: dict[int, int] = {}

    async def start(self) -> None:
        from bot.channels.telegram.speak import TelegramChannel
        from bot.outbox.sender import Sender
        from storage import migrations
        from storage.database import open_database
        from storage.vault import Vault

        url = f"sqlite+aiosqlite:///{Path(self._folder.name) / 'bench.db'}"
        await migrations.bring_up(url)
        self.db = open_database(url, Vault("a secret for benchmarks, 32 characters or more"))
        channel = TelegramChannel(TOKENS["ours"], self._base)
        await channel.start()
        self.sender = Sender(
            self.db, {"telegram": channel}, _words, after_settle=lambda *_: None,
            now=lambda: datetime.now(UTC), rate={"telegram": float(self._rate)},
        )  # fmt: skip
        self._running = asyncio.create_task(self.sender.run())

    async def know(self, chats: list[int]) -> None:
        """Addresses for these chats."""
        from storage.people import addresses

        new = [chat for chat in dict.fromkeys(chats) if chat not in self._ids]
        self._ids |= {chat: len(self._ids) + at for at, chat in enumerate(new, 1)}
        blank = {"channel": "telegram", "named": "", "state": "active", "consent": "", "consent_version": ""}
        rows = [{"id": self._ids[chat], "external": str(chat), **blank} for chat in new]
        if rows:
            await self.db.write(lambda tx: tx.execute(addresses.insert(), rows))

    async def broadcast(self, chats: list[int]) -> None:
        from storage import deliveries

        await self.know(chats)
        rows = [self._row(deliveries.BROADCAST, chat, "b") | {"bulk_id": 1} for chat in chats]
        now = datetime.now(UTC)
        await self.db.write(lambda tx: deliveries.post_many(tx, rows, now))
        self.sender.nudge()

    def _row(self, lane: int, chat: int, text: str) -> dict[str, Any]:
        return {"lane": lane, "address_id": self._ids[chat], "kind": "bench", "refs": {"text": text}}

    async def incident(self, number: int, chats: list[int]) -> float:
        """As the inbox posts it; the moment is the end of the turn, just before its commit."""
        from storage import deliveries

        rows, now = [self._row(deliveries.ALERT, chat, f"L-{number:04d}") for chat in chats], datetime.now(UTC)

        def turn(tx: Any) -> float:
            for row in rows:
                deliveries.post(tx, now=now, **row)
            return time.monotonic()

        return await self.sender.along(turn)


def _words(_tx: Any, row: Any, _now: datetime) -> Any:
    from messages.chat import Said

    return Said(text=row.refs["text"])


class _Peer(ABC):
    """A library's own sending: a task for each message, first in, first out."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    async def know(self, _chats: list[int]) -> None:  # noqa: B027 - nothing to know, on purpose
        """A peer keeps no addresses."""

    async def broadcast(self, chats: list[int]) -> None:
        for chat in chats:
            self._begin(chat, "b")

    async def incident(self, number: int, chats: list[int]) -> float:
        begun = time.monotonic()
        for chat in chats:
            self._begin(chat, f"L-{number:04d}")
        return begun

    def _begin(self, chat: int, text: str) -> None:
        task = asyncio.create_task(self._send(chat, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @abstractmethod
    async def _send(self, chat: int, text: str) -> None:
        """Send one message, in the library's own way."""


class Ptb(_Peer):
    """python-telegram-bot over its own httpx, with its `AIORateLimiter`."""

    def __init__(self, base: str, rate: int) -> None:
        super().__init__()
        from telegram.ext import AIORateLimiter, ExtBot

        limiter = AIORateLimiter(overall_max_rate=rate, max_retries=20)
        self._bot = ExtBot(TOKENS["ptb"], base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", rate_limiter=limiter)

    async def start(self) -> None:
        await self._bot.initialize()

    async def _send(self, chat: int, text: str) -> None:
        from telegram.error import TelegramError

        try:
            await self._bot.send_message(chat, text)
        except TelegramError:
            return  # counted by the server


@dataclass
class _Bucket:
    """A token bucket as tutorials have it: `rate` a second, a burst of as many."""

    rate: int

    def __post_init__(self) -> None:
        self._tokens, self._at, self._one = float(self.rate), time.monotonic(), asyncio.Lock()

    async def take(self) -> None:
        async with self._one:
            self._fill()
            if self._tokens < 1:
                await asyncio.sleep((1 - self._tokens) / self.rate)
                self._fill()
            self._tokens -= 1

    def _fill(self) -> None:
        now = time.monotonic()
        self._tokens, self._at = min(float(self.rate), self._tokens + (now - self._at) * self.rate), now


class Aiogram(_Peer):
    """aiogram with a token bucket before each call, and its advice for a 429: wait, and try again."""

    def __init__(self, base: str, rate: int) -> None:
        super().__init__()
        from aiogram import Bot
        from aiogram.client.session.aiohttp import AiohttpSession
        from aiogram.client.telegram import TelegramAPIServer

        self._bot = Bot(TOKENS["aiogram"], session=AiohttpSession(api=TelegramAPIServer.from_base(base)))
        self._bucket = _Bucket(rate)

    async def start(self) -> None:
        await self._bot.get_me()

    async def _send(self, chat: int, text: str) -> None:
        from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter

        for _ in range(20):
            await self._bucket.take()
            try:
                await self._bot.send_message(chat, text)
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
            except TelegramAPIError:
                return
            else:
                return


CONTENDERS: dict[str, Callable[[str, int], Any]] = {"ours": Ours, "ptb": Ptb, "aiogram": Aiogram}


async def run(contender: Any, scenario: dict[str, Any]) -> dict[str, Any]:
    """Idle incidents, then the broadcast with incidents in it; when each was committed, by number."""
    workers: list[list[int]] = scenario["workers"]
    await contender.know([chat for crew in workers for chat in crew] + scenario["broadcast"])
    posted: dict[int, float] = {}
    for number in range(1, scenario["idle"] + 1):
        posted[number] = await contender.incident(number, workers[number % len(workers)])
        await asyncio.sleep(0.3)
    await asyncio.sleep(1.2)
    begun = time.monotonic()
    await contender.broadcast(scenario["broadcast"])
    await _incidents(contender, scenario, posted, begun)
    return {"posted": posted, "begun": begun, "ended": time.monotonic()}


async def _incidents(contender: Any, scenario: dict[str, Any], posted: dict[int, float], begun: float) -> None:
    workers, every, number = scenario["workers"], scenario["every"], scenario["idle"]
    at = begun + every / 2
    while at < begun + scenario["seconds"]:
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        number += 1
        posted[number] = await contender.incident(number, workers[number % len(workers)])
        at += every * (0.9 + 0.2 * ((number * 0.618) % 1))  # not in step with anything
    await asyncio.sleep(max(0.0, begun + scenario["seconds"] - time.monotonic()))


async def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("name", choices=CONTENDERS)
    asked.add_argument("base")
    asked.add_argument("rate", type=int)
    args = asked.parse_args()
    logging.disable(logging.ERROR)
    contender = CONTENDERS[args.name](args.base, args.rate)
    await contender.start()
    print("ready", flush=True)
    scenario = json.loads(await asyncio.to_thread(sys.stdin.readline))
    print(json.dumps(await run(contender, scenario)), flush=True)
    await asyncio.to_thread(sys.stdin.readline)  # figures are read before we stop
    os._exit(0)


if __name__ == "__main__":
    uvloop.run(main())
