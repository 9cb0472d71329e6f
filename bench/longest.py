"""What a long message costs, over a short one from the same person: whoever writes one word of four thousand letters
must not keep everybody else waiting."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from storage import migrations
from storage.database import open_database
from storage.vault import Vault
from tests.product.harness import SECRET
from tests.stories.stage import Actor, Stage, found_city, set_up

LENGTH = 4096  # the longest that either platform brings
SHORT = "dia di lantai 2"
PARTS = ("x", "kasinx", "1", "08123", "a1", "x ", "1 ", "tps ", "tps no ", "kasin ", "rs ", "tidak ", "pingsan ", "a-b ", "08:30 ",
         "peran=", "_", "😀", "ñ ", "<b>&", " ", "\n")  # fmt: skip


async def _costs(stage: Stage, who: Actor, text: str) -> float:
    """Seconds of the processor until all that this brought is shown."""
    begun = time.process_time()
    await who.says(text)
    await stage.settled()
    return time.process_time() - begun


async def longest(rounds: int) -> dict[str, Any]:
    """Each text is added to an open case, and named as the audience of a broadcast."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite+aiosqlite:///{Path(name)}/siaga.db"
        await migrations.bring_up(url)
        db = open_database(url, Vault(SECRET))
        await found_city(db)
        stage = await set_up(db)
        await stage.starts()
        officer = await (await stage.officer()).links()
        for worker in await stage.workers():
            await worker.links()
        coordinator = await (await stage.coordinator("KPU")).links()
        await officer.says("Pingsan")
        told = {
            "added_to_a_case": await _measured(stage, officer, rounds),
            "audience_of_a_broadcast": await _measured(stage, coordinator, rounds, first="/siaran"),
        }
        await stage.stops()
        await db.close()
    return told


async def _measured(stage: Stage, who: Actor, rounds: int, first: str = "") -> dict[str, Any]:
    took: dict[str, list[float]] = {part: [] for part in (SHORT, *PARTS)}
    for _ in range(rounds):
        for part, times in took.items():
            if first:
                await who.says(first)
            times.append(await _costs(stage, who, part if part == SHORT else (part * LENGTH)[:LENGTH]))
            await stage.passes(seconds=30)  # or he is too fast
    middle = {part: statistics.median(times) for part, times in took.items()}
    short = middle.pop(SHORT)
    worst = max(middle, key=lambda part: middle[part])
    return {"short_ms": round(short * 1000, 1), "worst": worst, "worst_ms": round(middle[worst] * 1000, 1),
            "worst_over_short": round(middle[worst] / short, 2)}  # fmt: skip
