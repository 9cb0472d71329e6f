"""kill -9 at random moments while officers report: nothing acknowledged is lost, nothing doubled, all alerted."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path

import pytest

from bot.rehearsal.botapi import BotApi
from tests.product.harness import City, Product, bot_api, found_city
from tests.product.warm import Warm

REPORTERS = 3  # officers who report between two kills
SILENCE = 30  # seconds without a word, after which nothing more is awaited


async def _rounds(
    product: Product, api: BotApi, city: City, kills: int, seed: int, words: tuple[str, ...]
) -> list[int]:
    """Officers report, each once; the process dies at random moments. Who reported."""
    chance = random.Random(seed)
    reporters = iter(city.officers)
    reported: list[int] = []
    for _ in range(kills):
        await product.start()
        for _ in range(REPORTERS):
            await asyncio.sleep(chance.uniform(0, 0.12))
            user = next(reporters)
            reported.append(user)
            api.say(user, chance.choice(words))
        await asyncio.sleep(chance.uniform(0, 0.25))
        await product.kill()
    return reported


def _alerted(api: BotApi, called: set[int]) -> set[str]:
    return {word for sent in api.sent if sent.chat_id in called for word in sent.text.replace(":", " ").split()}


async def _check(product: Product, api: BotApi, city: City, reported: list[int]) -> None:
    await product.start()
    called = set(city.workers) | set(city.coordinators)
    expected = {f"L-{n:04d}" for n in range(1, len(reported) + 1)}
    said = -1
    async with asyncio.timeout(None) as patience:
        while not expected <= _alerted(api, called):
            if len(api.sent) > said:  # what waits leaves at its pace: the more there is, the longer it takes
                said = len(api.sent)
                patience.reschedule(asyncio.get_running_loop().time() + SILENCE)
            await asyncio.sleep(0.2)
    _, out, _ = await product.command("export", "incidents")
    cases = json.loads(out)
    assert len(cases) == len(reported)
    numbers = Counter(case["number"] for case in cases)
    assert max(numbers.values()) == 1
    assert numbers.keys() == expected
    code, out, _ = await product.command("doctor")
    assert "0 with a broken chain" in out, code


KINDS = ("Pingsan", "Kecelakaan")


async def kill(folder: Path, warm: Warm, *, webhook: bool, kills: int, seed: int, words: tuple[str, ...] = KINDS) -> None:
    async with bot_api() as (api, base):
        product = Product(folder, base, webhook=webhook, more={"SIAGA_LADDER": "3600"}, warm=warm)
        city = await found_city(product, api, officers=kills * REPORTERS)
        try:
            reported = await _rounds(product, api, city, kills, seed, words)
            await _check(product, api, city, reported)
        finally:
            await product.kill()


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_killed_at_random_moments_no_report_is_lost_or_doubled(tmp_path: Path, warm: Warm, webhook: bool) -> None:
    await kill(tmp_path, warm, webhook=webhook, kills=1, seed=7)


@pytest.mark.soak
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_two_hundred_kills(tmp_path: Path, warm: Warm, webhook: bool) -> None:
    await kill(tmp_path, warm, webhook=webhook, kills=100, seed=11, words=(*KINDS, "Darurat"))
