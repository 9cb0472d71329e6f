"""Sehari di TPS: played, held, ended. Every act is a real one, and what it tells happens."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientResponse
from playwright.async_api import Browser, expect

from bot.rehearsal import story
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.handsets import Handsets
from bot.rehearsal.story import Player
from bot.town.finding import FIRST_USER
from storage import denials, drafts, incidents, journal, overview, people, replacements, reports, roster
from storage.database import Tx

from .browsing import ON_ITS_LOOP, WIDE, opened
from .conftest import Hands
from .living import FILE, PATIENCE, Rehearsal, running_rehearsal

pytestmark = ON_ITS_LOOP


async def stories(stream: ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """What the page hears of the story."""
    async for line in stream.content:
        if line == b"event: story\n":
            yield json.loads((await stream.content.readline()).removeprefix(b"data: "))


async def told(stream: ClientResponse, words: str) -> dict[str, Any]:
    """The story once its caption holds these words."""
    async for found in stories(stream):
        if words in found["caption"]:
            return found
        assert found["state"] != "broken", found["caption"]
    raise AssertionError(words)


@pytest.mark.browser
async def test_the_day_is_played_to_its_end_on_the_page(chromium: Browser, rehearsal: Rehearsal) -> None:
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=WIDE) as page:
        day = page.get_by_role("region", name="Sehari di TPS")
        await day.get_by_label("Kecepatan cerita").select_option("secepatnya")
        await day.get_by_role("button", name="Sehari di TPS").click()
        await expect(day).to_have_attribute("data-state", "done", timeout=3 * PATIENCE)
        await expect(day.get_by_role("status")).to_contain_text("Selesai. Setiap langkah tercatat")
        await expect(page.locator("#sums li", has_text="kotak sampai").locator("b")).to_have_text("1")
        await expect(page.locator("#sums li", has_text="selesai").locator("b")).to_have_text("3")
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


async def test_what_a_visitor_left_on_the_phones_does_not_end_it(rehearsal: Rehearsal) -> None:
    cast = (await rehearsal.get("phones"))["cast"]
    officer, worker, other, coordinator, second, _ = (each["user_id"] - FIRST_USER for each in cast)
    async with rehearsal.session.get(f"{rehearsal.base}/rehearsal/events?phones=") as stream, asyncio.timeout(60):
        await rehearsal.post("story", do="play", speed=0)
        await told(stream, "kartu BPJS")  # all are linked
        await rehearsal.post("story", do="stop", speed=0)

        def spoil(tx: Tx) -> None:
            now = (known := people.addresses_of(tx, officer)[0]).heard_at
            case = incidents.file(tx, address_id=known.id, where=roster.roles(tx, officer, now)[0].where, now=now,
                                  kind="pingsan", severity="red", reporter_id=officer)  # fmt: skip
            journal.add(tx, "filed", now, incident_id=case.id)
            incidents.change(tx, case.id or 0, state="arrived", taken_by=other)
            mine = people.addresses_of(tx, worker)[0].id
            people.unlink(tx, mine)
            denials.deny(tx, mine, worker)
            roster.say_duty(tx, other, False, now, None)
            people.silence(tx, coordinator, now)
            people.stop(tx, people.addresses_of(tx, officer)[0].id, officer, now)
            drafts.keep(tx, known.id, "broadcast", "text", {}, now)
            drafts.open_call(tx, people.addresses_of(tx, other)[0].id, now, now + timedelta(hours=1))
            post = replacements.post(tx, roster.roles(tx, second, now)[0].id)
            assert post is not None
            replacements.take_place(tx, post, "Adi Pengganti", "+6281200009999", officer, now)

        await rehearsal.db.write(spoil)
        await rehearsal.post("act", who=cast[1]["chat"], act="block")
        await rehearsal.post("act", who=cast[5]["chat"], act="block")
        await rehearsal.post("act", who=cast[5]["chat"], act="stop")
        await rehearsal.post("story", do="play", speed=0)
        end = await told(stream, "Selesai.")
        assert "Adi Pengganti" in {each["name"] for each in end["cast"]}
        assert end["chapter"] == end["chapters"]
    cases = await rehearsal.db.read(incidents.every)
    assert [case.state for case in cases] == ["cancelled", "closed", "closed", "closed"], "no chapter was left out"
    whole = await rehearsal.db.read(lambda tx: [journal.chain_is_whole(tx, case) for case in cases])
    assert all(whole)


async def test_a_visitor_who_calls_off_a_case_of_it_spoils_one_chapter(rehearsal: Rehearsal) -> None:
    officer = (await rehearsal.get("phones"))["cast"][0]["chat"]
    async with rehearsal.session.get(f"{rehearsal.base}/rehearsal/events?phones=") as stream, asyncio.timeout(60):
        await rehearsal.post("story", do="play", speed=0)
        await told(stream, "TPS berkedip")
        await rehearsal.post("story", do="pause", speed=0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(story, "NOTICED", 0.3)
            patch.setattr(story, "PATIENCE", 1.0)
            await rehearsal.post("act", who=officer, act="say", text="Batal")
            await rehearsal.post("story", do="play", speed=0)
            await told(stream, "Menunggu ponsel")
            await told(stream, "Bab ini dilewati")
        since = asyncio.get_running_loop().time()
        await anext(stories(stream))
        assert asyncio.get_running_loop().time() - since > story.READABLE - 0.2, "long enough to be read"
        end = await told(stream, "Selesai.")
        assert end["chapter"] == end["chapters"]
    states = [case.state for case in await rehearsal.db.read(incidents.every)]
    assert states == ["cancelled", "closed", "closed"]


WIB = ZoneInfo("Asia/Jakarta")


async def captions(stream: ClientResponse) -> AsyncIterator[tuple[datetime, dict[str, Any]]]:
    """What is told, each with the clock that the page shows beside it."""
    shown = datetime.min.replace(tzinfo=UTC)
    async for line in stream.content:
        if line == b"event: clock\n":
            ms = json.loads((await stream.content.readline()).removeprefix(b"data: "))["now"]
            shown = datetime.fromtimestamp(ms / 1000, WIB)
        elif line == b"event: story\n":
            yield shown, json.loads((await stream.content.readline()).removeprefix(b"data: "))


async def test_a_caption_names_an_hour_when_the_clock_is_there(rehearsal: Rehearsal) -> None:
    heard: list[tuple[datetime, str]] = []
    async with rehearsal.session.get(f"{rehearsal.base}/rehearsal/events?phones=") as stream, asyncio.timeout(60):
        await rehearsal.post("story", do="play", speed=0)
        async for shown, found in captions(stream):
            if found["caption"] and found["caption"] not in [caption for _, caption in heard]:
                heard.append((shown, found["caption"]))
            if found["state"] == "done":
                break
    awaited, there = [], []
    for shown, caption in heard:
        if hour := re.search(r"\b(\d\d)\.(\d\d)\b", caption):
            late = shown - datetime.combine(shown, time(*map(int, hour.groups())), WIB)
            (awaited if "Menuju" in caption else there).append((late, caption))
    # An awaited hour may be one of the day after.
    assert [each for each in awaited if timedelta() <= each[0] < timedelta(hours=4)] == []
    assert [each for each in there if not timedelta() <= each[0] < timedelta(minutes=2)] == []
    assert (len(awaited), len(there)) == (11, 10)
    assert all(first <= later for (first, _), (later, _) in pairwise(heard))


async def forgets(_: bool) -> None:
    pass


async def test_that_a_restart_cut_it_off_is_said_once(living_city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(living_city, tmp_path / FILE)
    monkeypatch.chdir(tmp_path)

    async def start(*asked: str) -> str:
        """The first caption of a start, in which then this is asked of the story."""
        async with running_rehearsal() as here:
            async with here.session.get(f"{here.base}/rehearsal/events?phones=") as stream, asyncio.timeout(30):
                first = await anext(stories(stream))
                for what in asked:
                    await here.post("story", do=what, speed=10)
                    if what == "play":
                        await told(stream, "H-1")
            return str(first["caption"])

    assert await start("play") == ""
    assert await start() == "Cerita terputus: server dijalankan ulang. Ketuk ▶ untuk memutar dari awal."
    assert await start("play", "stop") == ""
    assert await start() == "", "who ended it himself knows"


async def test_the_clock_that_a_visitor_moves_is_the_one_that_is_told(
    api: BotApi, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(story._READ, 10.0, 0.1)
    monkeypatch.setattr(story, "_TICK", 0.01)

    async def move(minutes: float) -> None:
        hands.passes(minutes * 60)

    async def opens(player: Player) -> None:
        player.zone = WIB
        await player.awaits(datetime(2024, 11, 27, 7, 10, tzinfo=WIB), "TPS akan dibuka.")
        await player.tells("Pukul {hour} TPS sudah dibuka.")
        await player.awaits(datetime(2024, 11, 27, 7, 20, tzinfo=WIB), "kotak suara datang.")

    player = Player(Handsets(api, None), move, hands.now, opens, 1, keep=forgets)
    heard: list[str] = []
    with player.handsets.watchers.watch([]) as happens:
        await player.ask("play", 10)
        while (event := await asyncio.wait_for(happens.get(), 5)) and event.data["state"] != "done":
            if event.data["caption"] not in ["", *heard]:
                heard.append(event.data["caption"])
                await player.ask("pause", 10)
                hands.passes(30 * 60)
                await player.ask("play", 10)
                if len(heard) == 3:
                    break
        await player.stop()
    assert heard == ["Menuju pukul 07.10: TPS akan dibuka.", "Pukul 07.30 TPS sudah dibuka.", "Pukul 08.00 TPS sudah dibuka."]


@pytest.mark.parametrize(
    ("wrong", "caption"),
    [(story.Unanswered("Ponsel Siti: jawaban “ya” tidak muncul."), "Ponsel Siti: jawaban “ya” tidak muncul. Ketuk ▶ untuk memutar dari awal."),
     (RuntimeError(), "Ada langkah yang gagal. Ketuk ▶ untuk memutar dari awal.")],
)  # fmt: skip
async def test_where_it_ends_it_says_what_to_do(api: BotApi, hands: Hands, wrong: Exception, caption: str) -> None:
    async def fails(_: Player) -> None:
        raise wrong

    async def still(_: float) -> None:
        pass

    player = Player(Handsets(api, None), still, hands.now, fails, 1, keep=forgets)
    with player.handsets.watchers.watch([]) as happens:
        await player.ask("play", 0)
        while (event := await asyncio.wait_for(happens.get(), 5)) and event.data["state"] == "playing":
            pass
    assert event is not None
    assert (event.data["state"], event.data["caption"]) == ("broken", caption)
