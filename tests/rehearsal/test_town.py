"""The city on the page, over HTTP: who is found, what was held, what the next thing is, and that nobody looks in vain."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.rehearsal import lookout
from bot.rehearsal.lookout import Lookout
from bot.rehearsal.watching import Watchers

from .browsing import ON_ITS_LOOP
from .living import Rehearsal

pytestmark = ON_ITS_LOOP


async def test_anybody_is_found_with_a_chat_in_each_app_and_held_over_a_reload(rehearsal: Rehearsal) -> None:
    (chair,) = (await rehearsal.get("people?q=ketua tps 1 kasin"))["people"]
    assert chair["chats"] == {"telegram": chair["user_id"], "whatsapp": f"ID.{chair['user_id']}"}
    whose = chair["user_id"]
    asked = f"phones?held=whatsapp.{whose},telegram.{whose},telegram.7,fax.{whose},whatsapp.x,"
    shown = await rehearsal.get(asked)
    assert [one["chat"] for one in shown["held"]] == [f"ID.{whose}", whose]
    assert shown["town"]
    assert len(shown["cast"]) == 6


async def test_the_clock_goes_to_the_next_thing(rehearsal: Rehearsal) -> None:
    before = (await rehearsal.post("clock", minutes=0.1))["now"]
    after = (await rehearsal.post("clock", next=True))["now"]
    minutes = after / 60_000 % 1440
    assert after > before
    assert minutes % 30 < 1, "a notice or a reminder of the timetable"


async def stands(rehearsal: Rehearsal, phones: str = "") -> Any:
    """The first word of the city on a page that was just opened."""
    async with rehearsal.session.get(f"{rehearsal.base}/rehearsal/events?phones={phones}") as stream:
        async for line in stream.content:
            if line == b"event: city\n":
                return json.loads((await stream.content.readline()).removeprefix(b"data: "))
    raise AssertionError("the stream ended")


async def test_a_page_without_phones_sees_the_city_and_another_sees_it_too(rehearsal: Rehearsal) -> None:
    async with asyncio.timeout(60):
        first, second = await asyncio.gather(stands(rehearsal), stands(rehearsal))
    assert first == second
    assert (first["cases"], first["linked"]) == ([], 0)
    assert set(first["lanes"]) == {"alert", "reply", "reminder", "notice", "broadcast"}


async def test_nobody_looks_where_no_page_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "EVERY", 0.01)
    looks: list[int] = []
    seen = asyncio.Event()

    async def look() -> dict[str, Any]:
        looks.append(1)
        if len(looks) > 2:
            seen.set()
        return {"n": min(len(looks), 2)}

    watchers = Watchers()
    out = Lookout(look, watchers)
    assert looks == []
    with watchers.watch([]) as told, out.watched():
        await asyncio.wait_for(seen.wait(), 5)
        assert told.qsize() == 2, "only what changed is told"
        assert out.greeting[0].data == {"n": 2}
    await out.close()
    many = len(looks)
    await asyncio.sleep(0.05)
    assert len(looks) == many


async def test_a_look_that_fails_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "EVERY", 0.01)
    looks: list[int] = []

    async def look() -> dict[str, Any]:
        looks.append(1)
        if len(looks) == 1:
            raise RuntimeError("the database is away")
        return {}

    watchers = Watchers()
    out = Lookout(look, watchers)
    with watchers.watch([]) as told, out.watched():
        assert (await asyncio.wait_for(told.get(), 5)).kind == "city"  # type: ignore[union-attr]
    await out.close()
