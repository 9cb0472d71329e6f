"""The load of the day: every KPPS member taps a receipt within a minute, on both channels, while emergencies come; and
somebody who sends a hundred messages a second. At the platforms' real limits; each figure beside the same one at rest.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from bench import cloud, driver
from bench.driver import percentile
from bench.turns import spread
from bot.installation import open_installation
from storage.broadcasts import recipients
from storage.database import Tx
from storage.people import addresses
from tests.product.harness import USER, City, Product, found_city, free_port

OFFICERS = 8316  # of 1,188 TPS, seven each
REST = 40  # reports on the idle service, before and after
EVERY = 1.0  # seconds between two reports
FLOOD, FLOODED = 100, 30.0  # messages a second, and for how long
KINDS = "Telepon"  # how the answer to Darurat begins


@dataclass
class Waits:
    """Seconds from a tap to what it brought."""

    kinds: list[float] = field(default_factory=list)
    alert: list[float] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        return {"n": len(self.alert)} | {
            name: {p: round(percentile(waits, part) * 1000, 1) for p, part in (("p50", 0.5), ("p99", 0.99))}
            for name, waits in (("darurat_to_kinds_ms", self.kinds), ("kind_to_alert_ms", self.alert))
        }


@dataclass
class Street:
    """Everybody who speaks: half of the officers on Telegram, half on WhatsApp; the health workers on Telegram."""

    product: Product
    telegram: driver.Posts
    api: driver.Api
    whatsapp: cloud.Posts
    graph: cloud.Graph
    city: City
    here: list[int]
    there: list[str]
    numbers: dict[int, str]
    turns: list[int]
    filed: int = 0

    @property
    def flooder(self) -> int:
        """Who reports nothing else."""
        return self.here[-1]

    async def report(self, waits: Waits) -> None:
        """Darurat, the kinds, a kind, the alert: by turns on each channel, all over the city."""
        user: Any = self.turns[self.filed % len(self.turns)]
        self.filed += 1
        number = self.numbers[user]
        who: tuple[Any, Any, Any] = (self.whatsapp, self.graph.watch, number)
        if user in self.here:
            who = (self.telegram, self.api.watch, user)
        posts, watch, user = who
        kinds = watch(KINDS, {user})
        begun = await posts.post(user, "/darurat" if posts is self.telegram else "darurat")
        waits.kinds.append(await asyncio.wait_for(kinds, 30) - begun)
        alert = self.api.watch(f" 0{number.removeprefix('62')}", set(self.city.workers))  # the reporter's, in the alert
        begun = await posts.post(user, "Pingsan")
        waits.alert.append(await asyncio.wait_for(alert, 30) - begun)
        await posts.post(user, "Batal")  # or a hundred cases that nobody takes climb, and call the same people again

    async def reports(self, waits: Waits, until: Callable[[], bool]) -> None:
        while not until():
            begun = time.perf_counter()
            await self.report(waits)
            await asyncio.sleep(max(0.0, begun + EVERY - time.perf_counter()))


async def _taps(street: Street, total: int, seconds: float) -> list[float]:
    """Everybody taps once, evenly over the time; the seconds until each was committed."""
    took: list[float] = []

    async def one(tap: Awaitable[float]) -> None:
        begun = await tap
        took.append(time.perf_counter() - begun)

    begun, running = time.perf_counter(), []
    for n in range(total):
        await asyncio.sleep(max(0.0, begun + n * seconds / total - time.perf_counter()))
        half = n // 2
        tap = street.telegram.tap(street.here[half], "b_got:1") if n % 2 == 0 else street.whatsapp.tap(street.there[half], "b_got:1")
        running.append(asyncio.create_task(one(tap)))
    await asyncio.gather(*running)
    return took


def _halved(tx: Tx, city: City) -> None:
    """Every second officer has WhatsApp only, the other one Telegram only; health workers have Telegram."""
    on_whatsapp = [user - USER for user in city.officers[::2]]
    on_telegram = [user - USER for user in city.officers[1::2]]
    workers = [user - USER for user in city.workers]
    for channel, ids in (("telegram", on_whatsapp), ("whatsapp", [*on_telegram, *workers])):
        for at in range(0, len(ids), 500):
            where = (addresses.c.channel == channel) & addresses.c.person_id.in_(ids[at : at + 500])
            tx.execute(delete(addresses).where(where))


async def day(taps: int, seconds: float) -> dict[str, Any]:
    """So many taps of 8,316 officers within `seconds`; the bars: Darurat → kinds and kind → alert p99 at most 1 s."""
    with tempfile.TemporaryDirectory() as folder:
        ports = free_port(), free_port()
        api, first = await driver.serve(ports[0])
        graph, second = await cloud.serve(ports[1])
        limits = cloud.account(ports[1])
        product = Product(Path(folder), f"http://127.0.0.1:{ports[0]}", webhook=True, more=cloud.UNLIMITED | limits)
        # Three weeks before the voting day, when no notice is due, at whatever hour this runs.
        city = await found_city(product, None, tps=1188, officers=OFFICERS, votes_in=20)
        numbers = await cloud.linked(product, city)
        db = await open_installation(product.settings)
        await db.write(lambda tx: _halved(tx, city))
        here = list(city.officers[1::2])
        speakers = set(here)
        there = [numbers[user] for user in city.officers[::2]]
        turns = await db.read(lambda tx: spread(tx, lambda n, user: user != here[-1] and (user in speakers) == bool(n % 2)))
        await product.start()
        telegram, whatsapp = driver.Posts(api), cloud.Posts(graph, f"http://127.0.0.1:{product.port}/whatsapp")
        street = Street(product, telegram, api, whatsapp, graph, city, here, there, numbers, turns)
        try:
            return await _measured(street, db, taps, seconds, limits)
        finally:
            await telegram.close()
            await whatsapp.close()
            await product.stop()
            await db.close()
            await first.cleanup()
            await second.cleanup()


async def _measured(street: Street, db: Any, taps: int, seconds: float, limits: dict[str, str]) -> dict[str, Any]:
    await _handed_out(street)
    await street.product.stop()
    street.product.more = limits  # from now on 30 and 80 a second, as the platforms want it
    await street.product.start()
    rest, load, after, flooded = Waits(), Waits(), Waits(), Waits()
    await street.reports(rest, lambda: len(rest.alert) >= REST)
    tapping = asyncio.create_task(_taps(street, taps, seconds))
    begun = time.perf_counter()
    await street.reports(load, tapping.done)
    took = await tapping
    drained = await _drained(street, begun, taps // 2)
    await street.reports(after, lambda: len(after.alert) >= REST)
    flood = asyncio.create_task(_flood(street, FLOODED))
    await street.reports(flooded, flood.done)
    await flood
    received = await db.read(lambda tx: tx.scalar(select(func.count()).select_from(recipients).where(recipients.c.received_at.is_not(None))))
    return {
        "taps": taps,
        "seconds": seconds,
        "received": received,
        "tap_to_commit_ms": {p: round(percentile(took, part) * 1000, 1) for p, part in (("p50", 0.5), ("p99", 0.99))},
        "backlog_drained_after_s": round(drained, 1),
        "at_rest": rest.told(),
        "under_load": load.told(),
        "p99_over_rest": _ratios(load, rest),
        "flooded_by_one": flooded.told(),
        "flooded_p99_over_rest": _ratios(flooded, rest),
        "after_the_load": after.told(),
    }


def _ratios(busy: Waits, rest: Waits) -> dict[str, float]:
    pairs = (("kinds", busy.kinds, rest.kinds), ("alert", busy.alert, rest.alert))
    return {name: round(percentile(mine, 0.99) / percentile(peer, 0.99), 2) for name, mine, peer in pairs}


async def _handed_out(street: Street) -> None:
    """A broadcast that asks for receipts has come to everybody."""
    code, out, err = await street.product.command("broadcast", "--to", "peran=KPPS", "--text", "Kartu dan vitamin sudah diterima?", "--receipt")
    assert code == 0, out + err
    async with asyncio.timeout(240):
        while len(street.api.arrived) + len(street.graph.arrived) < OFFICERS:
            await asyncio.sleep(0.2)


async def _drained(street: Street, begun: float, edits: int) -> float:
    """Seconds from the first tap until every message that was tapped on Telegram says so."""
    async with asyncio.timeout(600):
        while street.api.edits < edits:
            await asyncio.sleep(0.2)
    return time.perf_counter() - begun


async def _flood(street: Street, seconds: float) -> None:
    """One officer sends a hundred messages a second, of every kind, an emergency among them: all of it, from then on,
    are additions to his case."""
    texts, begun, running = ("/status", "halo", "Pingsan", "/data", "x" * 3000, "Kecelakaan"), time.perf_counter(), []
    for n in range(round(seconds * FLOOD)):
        await asyncio.sleep(max(0.0, begun + n / FLOOD - time.perf_counter()))
        running.append(asyncio.create_task(street.telegram.post(street.flooder, texts[n % len(texts)])))
    await asyncio.gather(*running)


