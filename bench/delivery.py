"""The delivery engine against a strict Bot API, side by side with PTB's `AIORateLimiter` and aiogram with a token bucket."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import isnan
from typing import Any

import aiohttp

from bench.contenders import TOKENS
from bench.driver import percentile
from tests.product.harness import free_port

RECIPIENTS = 15_574
LONGEST = 548.0  # seconds: 9 min 8 s
CREWS = [[7_000_000 + crew * 10 + one for one in range(3)] for crew in range(40)]  # three health workers an incident


def uniform(count: int = RECIPIENTS) -> list[int]:
    """Everybody once, in private."""
    return [1_000_000 + n for n in range(count)]


def mixed(count: int = RECIPIENTS) -> list[int]:
    """Of ten messages six to people, two to groups that get many, two to chats that get several in a row."""
    chats = []
    for n in range(count // 10):
        chats += [1_000_000 + n * 6 + one for one in range(6)]
        chats += [-100_000 - n % 5, -200_000 - n % 40]
        chats += [3_000_000 + n // 4, 3_000_000 + n // 4]
    return chats


@asynccontextmanager
async def _process(*args: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A module of the benchmark in a process of its own, once it says `ready`."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *args, stdin=pipe, stdout=pipe, limit=2**24)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"ready\n", args
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def strict(rate: int) -> AsyncIterator[str]:
    """The Bot API's address."""
    port = free_port()
    async with _process("bench.strict", str(port), str(rate)):
        yield f"http://127.0.0.1:{port}"


async def _contend(base: str, rate: int, name: str, scenario: dict[str, Any], gate: asyncio.Barrier) -> dict[str, Any]:
    async with _process("bench.contenders", name, base, str(rate)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        await gate.wait()
        process.stdin.write(json.dumps(scenario).encode() + b"\n")
        told = json.loads(await process.stdout.readline())
        async with aiohttp.ClientSession() as session:
            answer = await session.get(f"{base}/figures", params={"token": TOKENS[name]})
            return _figures(told, await answer.json(), scenario["idle"], rate)


def _figures(told: dict[str, Any], seen: dict[str, Any], idle: int, rate: int) -> dict[str, Any]:
    """429s, the share of the limit that was used between the broadcast's first and the end, and how late alerts were."""
    first: dict[str, float] = {}
    for _, at, text in seen["came"]:
        first.setdefault(text, at)
    waits = {int(n): first.get(f"L-{int(n):04d}", float("nan")) - at for n, at in told["posted"].items()}
    alone = [wait for n, wait in waits.items() if n <= idle]
    # What never came has waited until the end at least.
    busy = [told["ended"] - told["posted"][str(n)] if isnan(wait) else wait for n, wait in waits.items() if n > idle]
    begin = first.get("b", told["begun"])
    during = sum(begin <= at < told["ended"] for _, at, _ in seen["came"])
    return {
        "429s": seen["refused"],
        "429s_by_seconds": seen["waits"],
        "of_the_limit": round(during / (rate * (told["ended"] - begin)), 4),
        "alerts": len(busy),
        "never_came": sum(isnan(wait) for wait in waits.values()),
        "idle_ms": _ms(alone),
        "busy_ms": _ms(busy),
        "over_idle_ms": {p: round(_ms(busy)[p] - _ms(alone)[p], 1) for p in ("p50", "p99")},
    }


def _ms(waits: list[float]) -> dict[str, float]:
    waits = [wait for wait in waits if not isnan(wait)] or [float("nan")]
    return {"p50": round(percentile(waits, 0.5) * 1000, 1), "p99": round(percentile(waits, 0.99) * 1000, 1)}


async def compare(roster: list[int], rate: int, seconds: float, idle: int, names: tuple[str, ...] = tuple(TOKENS)) -> dict[str, Any]:
    """All contenders at once, each a bot of its own, on one strict Bot API."""
    scenario = {"idle": idle, "broadcast": roster, "seconds": seconds, "every": 2.0, "workers": CREWS}
    async with strict(rate) as base:
        gate = asyncio.Barrier(len(names))
        found = await asyncio.gather(*(_contend(base, rate, name, scenario, gate) for name in names))
    return dict(zip(names, found, strict=True))


async def fast(seconds: float, names: tuple[str, ...] = ("ours", "aiogram")) -> dict[str, Any]:
    """At 1,000 a second, one after the other, for each wants the machine for itself.

    Without PTB: at this rate its limiter wakes every waiting message each millisecond; with 4,600 of them it used four
    minutes of one core and had not come to the end of its fifteen seconds.
    """
    found: dict[str, Any] = {}
    for name in names:
        found |= await compare(uniform(int(1000 * seconds) + 8000), 1000, seconds, 10, (name,))
    return found


async def delivery(quick: bool) -> dict[str, Any]:
    """All figures; the full form takes about a quarter of an hour."""
    seconds, idle = (12.0, 10) if quick else (210.0, 100)
    parts = {
        "uniform": lambda: compare(uniform(), 30, seconds, idle),
        "mixed": lambda: compare(mixed(), 30, seconds, idle),
        "at_1000": lambda: fast(4.0 if quick else 15.0),
    }
    found: dict[str, Any] = {}
    for name, measure in parts.items():
        found[name] = await measure()
        print(f"delivery {name}", json.dumps(found[name]), file=sys.stderr, flush=True)
    return found
