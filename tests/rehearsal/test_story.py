"""Sehari di TPS: played, held, ended. Every act is a real one, and what it tells happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse
from playwright.async_api import Browser, expect

from bot.rehearsal import story
from storage import overview, reports

from .browsing import WIDE, opened
from .living import PATIENCE, Rehearsal


async def stories(stream: ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """What the page hears of the story."""
    async for line in stream.content:
        if line == b"event: story\n":
            yield json.loads((await stream.content.readline()).removeprefix(b"data: "))


@pytest.mark.browser
async def test_the_day_is_played_to_its_end_on_the_page(chromium: Browser, rehearsal: Rehearsal) -> None:
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=WIDE) as page:
        day = page.get_by_role("region", name="Sehari di TPS")
        await day.get_by_label("Kecepatan cerita").select_option("secepatnya")
        await day.get_by_role("button", name="Sehari di TPS").click()
        await expect(day).to_have_attribute("data-state", "done", timeout=3 * PATIENCE)
        await expect(day.get_by_role("status")).to_contain_text("Selesai. Setiap langkah tercatat")
        await expect(page.locator("#sums li", has_text="kotak sampai").locator("b")).to_have_text("1")
        await expect(page.locator(".phone")).to_have_count(7)
        await expect(page.locator(".dots .handed")).to_have_count(1)
    cases = await rehearsal.db.read(reports.incident_rows)
    assert [(case["kind"], case["state"], case["outcome"], case["verified"]) for case in cases] == [
        ("pingsan", "closed", "membaik", True), ("pingsan", "closed", "istirahat", True), ("kecelakaan", "closed", "membaik", True),
    ]  # fmt: skip
    first = [entry["what"] for entry in cases[0]["journal"]]
    assert first[:2] == ["filed", "called"]
    assert first.count("called") >= 3, "nobody answered, and it climbed"
    assert first[-3:] == ["note", "arrived", "closed"]
    assert "declined" in {entry["what"] for entry in cases[1]["journal"]}
    assert "referred" in {entry["what"] for entry in cases[2]["journal"]}
    assert len(await rehearsal.db.read(lambda tx: overview.handed(tx, 1))) == 1
    sent = await rehearsal.db.read(reports.outbox)
    assert {state for lane in sent.values() for state in lane} == {"sent", "withdrawn"}, "nothing came too late"
    assert all(sent[lane]["sent"] for lane in ("alert", "reply", "notice", "broadcast"))


async def test_it_is_held_goes_on_and_is_ended(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(story._READ, 10.0, 0.2)
    async with rehearsal.session.get(f"{rehearsal.base}/rehearsal/events?phones=") as stream, asyncio.timeout(60):
        heard = stories(stream)
        assert (await anext(heard))["state"] == "idle"
        assert (await rehearsal.post("story", do="play", speed=10))["state"] == "playing"
        while "menghubungkan" not in (told := await anext(heard))["caption"]:
            assert told["state"] == "playing"
        assert len(told["cast"]) == 7
        assert (await rehearsal.post("story", do="pause", speed=10))["state"] == "paused"
        assert (await rehearsal.post("story", do="play", speed=0))["speed"] == 0
        async for told in heard:
            if told.get("label") == "/start":
                break
        assert (await rehearsal.post("story", do="stop", speed=10))["state"] == "idle"
    assert (await rehearsal.post("story", do="stop", speed=10))["state"] == "idle"


async def test_what_it_does_not_know_is_refused(rehearsal: Rehearsal) -> None:
    for asked in ({"do": "fly", "speed": 10}, {"do": "play", "speed": 11}, {"speed": 10}, {"do": "play", "speed": "x"}):
        async with rehearsal.session.post(f"{rehearsal.base}/rehearsal/story", json=asked) as answer:
            assert answer.status == 409
