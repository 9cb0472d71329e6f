"""Hostile and malformed updates, whole: no step raises, nothing is asked again, nobody gets what is not his."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.listen import hear
from bot.channels.telegram.prune import NotAnUpdate
from handlers import tables, triage
from messages.render import labels
from tests.stories.stage import Stage

RECORDED = json.loads((Path(__file__).parents[1] / "channels/telegram/updates.json").read_text(encoding="utf-8"))
JUNK: list[Any] = [None, True, -1, 0, 2**63, 10**30, 1.5, "", "\x00", "\ud83d", chr(0x202E) * 50, "😀" * 3000, "a" * 70_000, [], {}, [[[]]], {"id": {}},
                   "'; DROP TABLE incident; --", "{{ 7*7 }}", "/start " + "x" * 64, "L-0001", "take:1"]  # fmt: skip
THIEF = 66_666


def taps(chance: random.Random) -> str:
    verb = chance.choice([*tables.TAPS, "drop", ""])
    args = [str(chance.choice([0, 1, 2, 3, 10**9, 10**12, -1, "me", "yes", "no", "on", "off", "kejang", "membaik", "٣", "1e3"]))
            for _ in range(chance.randint(0, 3))]  # fmt: skip
    return ":".join([verb, *args])


def texts(chance: random.Random) -> str:
    known = [*labels().values(), *(f"/{name}" for name in tables.COMMANDS), *triage.KINDS, "Kasin 12", "tps 999", "/siaran", "/start darurat"]
    return chance.choice([chance.choice(known), chance.choice(known) + chance.choice(["", "!", "\n", "  "]), str(chance.choice(JUNK))])


def raw_update(chance: random.Random, number: int) -> dict[str, Any]:
    """A recorded update, its person made the thief, its words replaced, and up to three of its parts damaged."""
    raw: dict[str, Any] = json.loads(json.dumps(RECORDED[chance.choice(sorted(RECORDED))]))
    raw["update_id"] = number
    for inner in (value for value in raw.values() if isinstance(value, dict)):
        for key in ("from", "chat"):
            if isinstance(inner.get(key), dict) and (key == "from" or inner[key].get("type") == "private"):
                inner[key]["id"] = THIEF
        if isinstance(inner.get("message"), dict) and isinstance(inner["message"].get("chat"), dict):
            inner["message"]["chat"]["id"] = THIEF
        if "data" in inner:
            inner["data"] = taps(chance)
        if "text" in inner:
            inner["text"] = texts(chance)
        if isinstance(inner.get("contact"), dict) and chance.random() < 0.5:
            inner["contact"]["user_id"] = chance.choice([THIEF, 1, None])
            inner["contact"]["phone_number"] = chance.choice(["081234567890", "+6285", "", "x" * 500])
    for _ in range(chance.choice([0, 0, 1, 2, 3])):
        _damage(chance, raw)
    return raw


def _damage(chance: random.Random, raw: dict[str, Any]) -> None:
    where: Any = raw
    while isinstance(where, dict) and where and chance.random() < 0.7:
        key = chance.choice([*where])
        if not isinstance(where[key], dict):
            where[key] = chance.choice(JUNK)
            return
        where = where[key]
    if isinstance(where, dict) and where is not raw:
        where[chance.choice(["text", "date", "from", "data", "photo", "contact", "location"])] = chance.choice(JUNK)


async def throw(stage: Stage, count: int, seed: int) -> None:
    """Throw so many updates at the inbox, some twice and some at once; then see what the thief got."""
    chance = random.Random(seed)
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await officer.says("rahasia: korban punya riwayat jantung")
    for start in range(0, count, 8):
        await asyncio.gather(*(_one(stage, raw_update(chance, 100_000 + start + i)) for i in range(min(8, count - start))))
        if start % 800 == 0:
            await stage.passes(seconds=5)
    await stage.settled()
    assert stage.inbox.failures == 0, "no step may raise, whatever was said"
    got = "\n".join(each.said.text for chat, shown in stage.phones.shown.items() if chat not in {officer.id, worker.id} for each in shown)
    for secret in (officer.name, worker.name, "riwayat jantung", officer.phone.replace("+62", "0")):
        assert secret not in got, f"the thief read {secret!r}"
    assert (await stage.cases())[0].state == "waiting", "nobody but who was called changed the first case"


async def _one(stage: Stage, raw: dict[str, Any]) -> None:
    try:
        found = hear(raw, "siaga_bot", stage.clock.now())
    except NotAnUpdate:
        return
    if found is not None:
        await stage.inbox.receive(found)


async def test_hostile_updates_get_nothing_and_break_nothing(stage: Stage) -> None:
    await throw(stage, 400, 1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
async def test_ten_thousand_hostile_updates(stage: Stage, seed: int) -> None:
    await throw(stage, 2000, seed)
