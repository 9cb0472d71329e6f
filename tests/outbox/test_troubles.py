"""A platform and a database that fail: 500s, answers lost after the sending, storms of 429, a database that is away."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, TypeVar

import pytest
from aiohttp import web

from bot.channels.telegram.speak import TelegramChannel
from bot.outbox import failures
from bot.rehearsal.botapi import BotApi, Call
from bot.rehearsal.limits import Limits
from bot.rehearsal.wire import Json
from storage import deliveries
from storage.database import Away, Database, Tx
from storage.deliveries import ALERT, BROADCAST, SENT, UNKNOWN
from tests.outbox.conftest import Desk
from tests.product.harness import TOKEN, bot_api

T = TypeVar("T")


class Moody:
    """Between the bot and its server: 10 % answers 500, 5 % lost after the sending, and storms in which all get 429."""

    def __init__(self, seed: int, storms: tuple[tuple[float, float], ...] = (), wait: int = 1) -> None:
        self._dice, self._begun, self._wait = random.Random(seed), monotonic(), wait
        self._storms = storms
        self.lost: Counter[int] = Counter()

    async def __call__(self, request: web.Request, _name: str, params: Json, call: Call) -> web.StreamResponse:
        since = monotonic() - self._begun
        if any(begin <= since < end for begin, end in self._storms):
            told = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": self._wait}}
            return web.json_response(told, status=429)
        if self._dice.random() < 0.1:
            return web.json_response({"ok": False, "error_code": 500, "description": "Internal Server Error"}, status=500)
        answer = await call()
        if self._dice.random() < 0.05:
            self.lost[int(str(params["text"]).split()[1])] += 1
            assert request.transport is not None
            request.transport.abort()
        return answer


@asynccontextmanager
async def real(desk: Desk, limits: Limits | None = None) -> AsyncIterator[BotApi]:
    """The desk speaks to a Bot API over HTTP."""
    async with bot_api(limits) as (api, base):
        for chat in range(1, 41):
            api.add_person(chat, "Petugas")
        desk.channel = TelegramChannel(TOKEN, base)  # type: ignore[assignment]
        await desk.channel.start()
        yield api
        for sender, task in desk.running:
            await sender.stop()
            await task
        desk.running.clear()
        await desk.channel.stop()


async def _post(desk: Desk, lane: int, count: int) -> None:
    rows = [{"lane": lane, "address_id": n % 40 + 1, "kind": "k", "refs": {}} for n in range(count)]
    await desk.db.write(lambda tx: deliveries.post_many(tx, rows, desk.at))


async def _lanes(desk: Desk) -> dict[int, tuple[int, str]]:
    rows = await desk.db.read(lambda tx: tx.rows(deliveries.deliveries.select()))
    return {row.id: (row.lane, row.state) for row in rows}


async def _suffer(desk: Desk, moody: Moody, count: int, timeout: float) -> None:
    """Nobody is lost; a broadcast never comes twice; it is unknown only where the answer was lost."""
    async with real(desk) as api:
        api.meddle = moody
        await _post(desk, BROADCAST, count)
        sender = desk.start()
        for _ in range(4):
            await _post(desk, ALERT, max(1, count // 20))
            sender.nudge()
            await asyncio.sleep(0.05)
        await sender.drain(timeout)
        arrived = Counter(int(sent.text.split()[1]) for sent in api.sent)
        for id_, (lane, state) in (await _lanes(desk)).items():
            assert state == SENT or (state == UNKNOWN and moody.lost[id_]), (id_, state)
            assert arrived[id_] >= 1, "lost"
            assert arrived[id_] == 1 or (lane == ALERT and moody.lost[id_]), "doubled"


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Pauses after failures are a hundredth, gates let everything through: what is tested is the accounting."""
    pause: Callable[[Any], float] = failures.pause
    monkeypatch.setattr(failures, "pause", lambda row: pause(row) / 100)
    desk.gates = {}
    logging.getLogger("bot.outbox").setLevel(logging.CRITICAL)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.usefixtures("quickly")
async def test_errors_and_lost_answers_lose_nobody(desk: Desk, seed: int) -> None:
    desk.rate = 1000.0
    await _suffer(desk, Moody(seed), 300, 20)


@pytest.mark.usefixtures("quickly")
async def test_a_storm_of_429_loses_nobody(desk: Desk) -> None:
    desk.rate = 500.0
    await _suffer(desk, Moody(3, storms=((0.05, 0.4),)), 200, 20)


@pytest.mark.soak
async def test_storms_of_half_a_minute(desk: Desk) -> None:
    storms = tuple((begin, begin + 30.0) for begin in (2.0, 60.0))
    desk.rate = 100.0
    await _suffer(desk, Moody(4, storms, wait=5), 3000, 400)


class Absent(Database):
    """A database that can be away."""

    def __init__(self, inner: Database) -> None:
        super().__init__(inner.vault)
        self.inner, self.away = inner, False
        self.one_writer = inner.one_writer

    async def write(self, fn: Callable[[Tx], T]) -> T:
        if self.away:
            raise Away("made up")
        return await self.inner.write(fn)

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self.inner.read(fn)

    async def close(self) -> None:
        await self.inner.close()


async def _away(desk: Desk, seconds: float, count: int) -> None:
    """While it is away what is in flight lands; when it is back that is settled, not sent again."""
    absent = Absent(desk.db)
    desk.db = absent
    async with real(desk) as api:
        await _post(desk, BROADCAST, count)
        await _post(desk, ALERT, 10)
        sender = desk.start()
        async with asyncio.timeout(10):
            while len(api.sent) < 20:
                await asyncio.sleep(0.01)
        absent.away = True
        await asyncio.sleep(seconds)
        assert sender.alive
        absent.away = False
        await sender.drain(60)
        arrived = Counter(int(sent.text.split()[1]) for sent in api.sent)
        lanes = await _lanes(desk)
        assert {state for _, state in lanes.values()} == {SENT}
        assert arrived == dict.fromkeys(lanes, 1), "each once"


@pytest.mark.usefixtures("quickly")
async def test_a_database_that_was_away_loses_and_doubles_nothing(desk: Desk) -> None:
    desk.rate = 200.0
    await _away(desk, 1.2, 80)


@pytest.mark.soak
@pytest.mark.usefixtures("quickly")
async def test_a_database_that_was_away_for_twenty_seconds(desk: Desk) -> None:
    desk.rate = 100.0
    await _away(desk, 20.0, 500)
