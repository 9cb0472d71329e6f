"""`make bench`: each figure against a peer in the same run, pairs interleaved; ratios printed and written as JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench import cloud, confirming, day, delivery, driver, importing, longest, million
from bench.driver import percentile
from tests.product.harness import TOKEN, City, Product, found_city, free_port

RESULTS = Path("bench-results.json")


async def _started(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while (await process.stdout.readline()) != b"ready\n":
            assert process.returncode is None, "the bot ended before it was ready"


@asynccontextmanager
async def echo_bot() -> AsyncIterator[tuple[driver.Posts, driver.Api, float]]:
    """The aiogram echo bot in a process of its own; its posts, and how long it took to be ready."""
    api_port, port = free_port(), free_port()
    api, runner = await driver.serve(api_port)
    begun = time.perf_counter()
    env = {**os.environ, "ECHO_PORT": str(port), "ECHO_API": f"http://127.0.0.1:{api_port}"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.echo", env=env, stdout=asyncio.subprocess.PIPE)
    await _started(process)
    took = time.perf_counter() - begun
    await api.ready.wait()
    await asyncio.sleep(0.5)  # aiohttp opens the port just after its startup hooks
    posts = driver.Posts(api)
    try:
        yield posts, api, took
    finally:
        await posts.close()
        process.terminate()
        await process.wait()
        await runner.cleanup()


@asynccontextmanager
async def siaga(folder: Path, people: int) -> AsyncIterator[tuple[driver.Posts, driver.Api, float, City, Product]]:
    """`siaga run` on SQLite FULL with so many linked officers."""
    api_port = free_port()
    api, runner = await driver.serve(api_port)
    product = Product(folder, f"http://127.0.0.1:{api_port}", webhook=True, more={"SIAGA_TELEGRAM_RATE": "100000"})
    city = await found_city(product, None, tps=300, officers=people)
    begun = time.perf_counter()
    await product.start()
    took = time.perf_counter() - begun
    posts = driver.Posts(api)
    try:
        yield posts, api, took, city, product
    finally:
        await posts.close()
        await product.stop()
        await runner.cleanup()


async def turns(pairs: int, total: int) -> dict[str, Any]:
    """`/status` by webhook, 64 at once, against the echo bot; then one at a time."""
    with tempfile.TemporaryDirectory() as folder:
        async with echo_bot() as (echo, _, _), siaga(Path(folder), 1500) as (ours, _, _, city, _):
            users = city.officers
            await driver.rate(echo, users, "/status", 64, 600)
            await driver.rate(ours, users, "/status", 64, 600)
            ratios, rates = [], []
            for _ in range(pairs):
                theirs, _ = await driver.rate(echo, users, "/status", 64, total)
                mine, _ = await driver.rate(ours, users, "/status", 64, total)
                ratios.append(mine / theirs)
                rates.append((round(mine), round(theirs)))
            _, alone_echo = await driver.rate(echo, users, "/status", 1, 200)
            _, alone = await driver.rate(ours, users, "/status", 1, 200)
    return {
        "people": len(users),
        "pairs": rates,
        "ratio_median": round(statistics.median(ratios), 3),
        "ratio_min_max": [round(min(ratios), 3), round(max(ratios), 3)],
        "alone_p50_ms": [round(percentile(alone, 0.5) * 1000, 2), round(percentile(alone_echo, 0.5) * 1000, 2)],
        "alone_p50_more_ms": round((percentile(alone, 0.5) - percentile(alone_echo, 0.5)) * 1000, 2),
    }


async def ready(times: int) -> dict[str, Any]:
    """How long until `ready`, in turn with the echo bot."""
    ours, theirs = [], []
    for _ in range(times):
        async with echo_bot() as (_, _, took):
            theirs.append(took)
        with tempfile.TemporaryDirectory() as folder:
            async with siaga(Path(folder), 10) as (_, _, took, _, _):
                ours.append(took)
    mine, peer = statistics.median(ours), statistics.median(theirs)
    return {"siaga_s": round(mine, 2), "echo_s": round(peer, 2), "more_s": round(mine - peer, 2)}


async def alerts(count: int) -> dict[str, Any]:
    """First tap of a kind to its first alert at the Bot API, one at a time on an idle bot.

    Reports go around the kelurahan, so that no health worker's chat has to wait for its own limit of one a second.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with siaga(Path(folder), 2100) as (posts, api, _, city, _):
            workers = set(city.workers)
            times = []
            for number, user in enumerate(city.officers[:: len(city.officers) // count][:count], 1):
                api.arrived.clear()
                begun = await posts.post(user, "Pingsan")
                times.append(await _alerted(api, workers, f"L-{number:04d}") - begun)
                await asyncio.sleep(0.25)
    return {"n": len(times), "p50_ms": round(percentile(times, 0.5) * 1000, 1), "p99_ms": round(percentile(times, 0.99) * 1000, 1),
            "max_ms": round(max(times) * 1000, 1)}  # fmt: skip


async def _alerted(api: driver.Api, workers: set[int], number: str) -> float:
    async with asyncio.timeout(10):
        while True:
            for chat, at, text in api.arrived:
                if chat in workers and number in text:
                    return at
            await asyncio.sleep(0.0005)


BENCHES = {
    "turns": lambda quick: turns(3 if quick else 9, 1200 if quick else 3000),
    "alert": lambda quick: alerts(100 if quick else 150),
    "ready": lambda quick: ready(1 if quick else 5),
    "import": lambda quick: importing.imports(1 if quick else 3),
    "whatsapp": lambda quick: cloud.whatsapp(3 if quick else 9, 1200 if quick else 3000, 100 if quick else 150),
    "confirm": lambda quick: confirming.confirms(3 if quick else 7),
    "day": lambda quick: day.day(2000 if quick else day.OFFICERS, 15.0 if quick else 60.0),
    "delivery": delivery.delivery,
    "longest": lambda quick: longest.longest(3 if quick else 9),
    "million": lambda quick: million.million(100_000 if quick else 1_000_000),
}


async def main() -> None:
    asked = argparse.ArgumentParser(prog="bench", description=__doc__)
    asked.add_argument("which", nargs="*", choices=[*BENCHES, []], help="default: all")
    asked.add_argument("--quick", action="store_true")
    args = asked.parse_args()
    results: dict[str, Any] = {}
    for name in args.which or BENCHES:
        results[name] = await BENCHES[name](args.quick)
        print(name, json.dumps(results[name]), flush=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


assert TOKEN == "4242:made-up-for-tests"
if __name__ == "__main__":
    asyncio.run(main())
