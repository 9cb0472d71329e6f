"""WhatsApp beside Telegram in one `siaga run`: turns a second by each webhook, and from a report there to the alert on both."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import insert, select, update

from bench import driver
from bench.driver import percentile
from bot.installation import open_installation
from messages.welcome import CONSENT_VERSION
from storage.database import Tx
from storage.people import addresses, people
from tests.product.harness import USER, City, Product, found_city, free_port

PHONE, SECRET = "100000000000001", "a secret of the bench"
NUMBER = "15550001111"


@dataclass
class Graph:
    """Meta's side without limits: it answers at once, and remembers what arrived and when."""

    answered: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    arrived: list[tuple[str, float, str]] = field(default_factory=list)
    watched: dict[str, tuple[set[str], asyncio.Future[float]]] = field(default_factory=dict)

    def watch(self, words: str, numbers: set[str]) -> asyncio.Future[float]:
        """When the first message with these words comes to one of these numbers."""
        found: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.watched[words] = (numbers, found)
        return found

    async def send(self, request: web.Request) -> web.Response:
        body = await request.json()
        now, to = time.perf_counter(), str(body.get("to", ""))
        waiting = self.answered.pop(to, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(now)
        text = json.dumps(body)
        for words, (numbers, found) in list(self.watched.items()):
            if to in numbers and words in text:
                self.watched.pop(words)
                found.set_result(now)
        self.arrived.append((to, now, text))
        told = {"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}], "messages": [{"id": f"wamid.{len(self.arrived)}"}]}
        return web.json_response(told)

    async def number(self, _: web.Request) -> web.Response:
        return web.json_response({"id": PHONE, "verified_name": "Siaga TPS", "quality_rating": "GREEN", "messaging_limit_tier": "TIER_UNLIMITED"})


async def serve(port: int) -> tuple[Graph, web.AppRunner]:
    graph, app = Graph(), web.Application()
    app.router.add_post("/{version}/{phone}/messages", graph.send)
    app.router.add_get("/{version}/{phone}", graph.number)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    return graph, runner


class Posts:
    """Posts signed webhooks as Meta does."""

    def __init__(self, graph: Graph, webhook: str) -> None:
        self._graph, self._webhook = graph, webhook
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200))
        self._count = 0

    async def close(self) -> None:
        await self._session.close()

    def _message(self, number: str, content: dict[str, Any]) -> bytes:
        self._count += 1
        message = {"from": number, "id": f"wamid.in{self._count}", "timestamp": str(int(time.time())), **content}
        value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": NUMBER, "phone_number_id": PHONE},
                 "contacts": [{"profile": {"name": "Petugas"}, "wa_id": number}], "messages": [message]}  # fmt: skip
        change = {"field": "messages", "value": value}
        return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()

    async def post(self, number: str, text: str) -> float:
        return await self._deliver(self._message(number, {"type": "text", "text": {"body": text}}))

    async def tap(self, number: str, data: str) -> float:
        pressed = {"type": "button_reply", "button_reply": {"id": data, "title": "."}}
        return await self._deliver(self._message(number, {"type": "interactive", "interactive": pressed}))

    async def _deliver(self, body: bytes) -> float:
        sign = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        head = {"X-Hub-Signature-256": f"sha256={sign}", "Content-Type": "application/json"}
        begun = time.perf_counter()
        async with self._session.post(self._webhook, data=body, headers=head) as answer:
            assert answer.status == 200, answer.status
            await answer.read()
        return begun

    async def turn(self, user: str, text: str) -> float:
        reply: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._graph.answered[user] = reply
        begun = await self.post(user, text)
        return await asyncio.wait_for(reply, 20) - begun


async def linked(product: Product, city: City) -> dict[int, str]:
    """Everybody has WhatsApp as well; the number by the id on Telegram."""
    db = await open_installation(product.settings)
    now = datetime.now(UTC)

    def work(tx: Tx) -> dict[int, str]:
        users = [*city.officers, *city.workers]
        phones = {row.id: row.phone for row in tx.rows(select(people.c.id, people.c.phone))}
        numbers = {user: phones[user - USER].removeprefix("+") for user in users if phones[user - USER]}
        tx.execute(insert(addresses), [
            {"channel": "whatsapp", "external": number, "named": "", "person_id": user - USER, "state": "active", "linked_at": now,
             "consent": "yes", "consent_version": CONSENT_VERSION, "consent_at": now, "phone": f"+{number}", "heard_at": now}
            for user, number in numbers.items()
        ])  # fmt: skip
        tx.execute(update(addresses).values(heard_at=now))
        return numbers

    numbers = await db.write(work)
    await db.close()
    return numbers


@dataclass
class Both:
    telegram: driver.Posts
    api: driver.Api
    whatsapp: Posts
    graph: Graph
    city: City
    numbers: dict[int, str]


UNLIMITED = {"SIAGA_TELEGRAM_RATE": "100000", "SIAGA_WHATSAPP_RATE": "100000"}


def account(port: int) -> dict[str, str]:
    """The settings of a WhatsApp number whose Cloud API listens on this port."""
    return {"SIAGA_WHATSAPP_TOKEN": "bench", "SIAGA_WHATSAPP_PHONE_ID": PHONE, "SIAGA_WHATSAPP_APP_SECRET": SECRET,
            "SIAGA_WHATSAPP_VERIFY_TOKEN": "bench", "SIAGA_WHATSAPP_API": f"http://127.0.0.1:{port}"}  # fmt: skip


@asynccontextmanager
async def both(folder: Path, officers: int) -> AsyncIterator[Both]:
    """`siaga run` on SQLite FULL with both channels by webhook."""
    ports = free_port(), free_port()
    api, first = await driver.serve(ports[0])
    graph, second = await serve(ports[1])
    product = Product(folder, f"http://127.0.0.1:{ports[0]}", webhook=True, more=UNLIMITED | account(ports[1]))
    city = await found_city(product, None, tps=450, officers=officers)
    numbers = await linked(product, city)
    await product.start()
    telegram, whatsapp = driver.Posts(api), Posts(graph, f"http://127.0.0.1:{product.port}/whatsapp")
    try:
        yield Both(telegram, api, whatsapp, graph, city, numbers)
    finally:
        await telegram.close()
        await whatsapp.close()
        await product.stop()
        await first.cleanup()
        await second.cleanup()


async def whatsapp(pairs: int, total: int, reports: int) -> dict[str, Any]:
    """`/status` on Telegram and `status` on WhatsApp in turn, 64 at once; then reports on the idle service."""
    with tempfile.TemporaryDirectory() as folder:
        async with both(Path(folder), 3000) as there:
            users = [user for user in there.city.officers if user in there.numbers]
            here, numbers = users[::2], [there.numbers[user] for user in users[1::2]]
            await driver.rate(there.telegram, here, "/status", 64, 600)
            await driver.rate(there.whatsapp, numbers, "status", 64, 600)
            rates, ratios = [], []
            for _ in range(pairs):
                theirs, _ = await driver.rate(there.telegram, here, "/status", 64, total)
                mine, _ = await driver.rate(there.whatsapp, numbers, "status", 64, total)
                rates.append((round(mine), round(theirs)))
                ratios.append(mine / theirs)
            # All over the city, so that no health worker's chat has to wait for its own limit of one a second.
            step = len(numbers) * 5 // 13 | 1
            waits = [await _report(there, numbers[at * step % len(numbers)], at + 1) for at in range(reports)]
    return {
        "pairs": rates,
        "ratio_median": round(statistics.median(ratios), 3),
        "ratio_min_max": [round(min(ratios), 3), round(max(ratios), 3)],
        "report_to_alert_on_both_ms": {"n": len(waits), "p50": round(percentile(waits, 0.5) * 1000, 1), "p99": round(percentile(waits, 0.99) * 1000, 1)},
    }


async def _report(there: Both, number: str, nth: int) -> float:
    """From a report by WhatsApp until a worker has its alert on Telegram and one has it on WhatsApp."""
    there.api.arrived.clear()
    there.graph.arrived.clear()
    called, workers = f"L-{nth:04d}", {there.numbers[user] for user in there.city.workers if user in there.numbers}
    begun = await there.whatsapp.post(number, "Pingsan")
    async with asyncio.timeout(10):
        while True:
            first = next((at for chat, at, text in there.api.arrived if chat in there.city.workers and called in text), None)
            second = next((at for to, at, text in there.graph.arrived if to in workers and called in text), None)
            if first is not None and second is not None:
                break
            await asyncio.sleep(0.0005)
    await asyncio.sleep(0.5)
    return max(first, second) - begun
