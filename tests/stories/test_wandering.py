"""A day of ordinary people who tap and say what is before them, at random: no step fails, nobody is forgotten."""

from __future__ import annotations

import random

import pytest

from bot.commands import doctor
from bot.commands.revoke import revoke
from handlers import triage
from messages.render import labels
from storage import calls, incidents, people
from storage.database import Tx
from storage.incidents import CANCELLED, CLOSED, WAITING
from tests.stories.stage import Actor, Stage

WORDS = ["tolong bu ketua semaput di tps 12", "sudah sadar kok", "tidak pingsan", "cepat pak di bilik dua", "maaf salah, di Arjosari 2", "terima kasih",
         "RSUD Saiful Anwar", "sesak dadanya sudah hilang", "ada yang berkelahi, saya dipukul", "Slamet Widodo", "0812 3456 7890", "Arjosari 1",
         "Kasin", "L-0001", "L-2", "12", "😀", "a" * 3000, "Ketua KPPS", "ambulans ke Lavalette", "petugas kami kejang", "KPPS"]  # fmt: skip
COMMANDS = ["/start", "/menu", "/bantuan", "/darurat", "/status", "/data", "/hapus", "/jaga", "/kasus", "/berhenti", "/jadwal", "/siaran", "/cakupan",
            "/ganti", "/rekap", "/start darurat"]  # fmt: skip


async def cast(stage: Stage, chance: random.Random) -> list[Actor]:
    """Officers of two TPS, a stranger, health workers and coordinators, on either channel."""
    who = [await stage.officer(), await stage.chair(), await stage.officer(rank=2), await stage.officer(at=1)]
    who += [*(await stage.workers())[:3], await stage.coordinator("KPU"), await stage.coordinator("Bawaslu"), await stage.coordinator("KPU", "kecamatan")]
    linked = [await (each.on_whatsapp() if chance.random() < 0.4 else each).links() for each in who]
    return [*linked, stage.stranger(), stage.stranger(998).on_whatsapp()]


async def one(stage: Stage, actor: Actor, chance: random.Random) -> str:
    """One thing that somebody does; as it may be written down."""
    known = labels()
    roll = chance.random()
    seen = actor.buttons()
    if roll < 0.55 and seen:
        choice = chance.choice(seen[-12:] if roll < 0.15 else seen[-4:])
        await actor.forges(choice.data)
        return f"taps {choice.label} ({choice.data})"
    if roll < 0.62 and actor.keyboard:
        label = chance.choice(actor.keyboard)
        await actor.says(label)
        return f"presses {label}"
    if roll < 0.72:
        words = known[chance.choice([*triage.KINDS, "darurat", "darurat", "batal", "setuju"])]
    elif roll < 0.85:
        words = chance.choice(WORDS)
    elif roll < 0.92:
        words = chance.choice(COMMANDS)
    else:
        match chance.choice(["photo", "voice", "place", "video", "contact", "edit", "revoke"]):
            case "place":
                await actor.shares_place(-7.93 + chance.random() / 100, 112.65)
            case "video":
                await actor.shows()
            case "contact":
                await actor.shares_contact()
            case "edit":
                await actor.changes(chance.choice(WORDS))
            case "revoke" if chance.random() < 0.2:
                await revoke(stage.db, actor.phone, now=stage.clock.now(), rules=stage.rules)
                await stage.settled()
            case kind:
                await actor.sends("photo" if kind == "revoke" else kind)
        return "sends something"
    await actor.says(words)
    return f"says {words[:60]}"


def forgotten(tx: Tx) -> list[str]:
    """Cases that wait and of which nobody would hear any more, and those that are somebody's whom nothing reaches."""
    found = []
    for case in incidents.every(tx):
        if case.state == WAITING and case.climb_at is None:
            found.append(f"L-{case.number:04d} waits, and nothing calls anybody again")
        elif case.state not in {WAITING, CLOSED, CANCELLED} and not people.reachable(tx, [case.taken_by or 0]):
            found.append(f"L-{case.number:04d} is {case.state}, by nobody who is reached")
        if case.state == WAITING and not [each for each in calls.every(tx, case.known_id) if not each.dropped]:
            found.append(f"L-{case.number:04d} waits, and nobody was called")
    return found


async def wander(stage: Stage, steps: int, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(seed)
    actors = await cast(stage, chance)
    done: list[str] = []
    for _ in range(steps):
        actor = chance.choice(actors)
        if chance.random() < 0.08:
            minutes = chance.choice([1, 2, 3, 5, 11, 31])
            await stage.passes(minutes=minutes)
            done.append(f"{minutes} minutes pass")
        done.append(f"{actor.name or 'Tamu'} ({actor.channel}) {await one(stage, actor, chance)}")
        so_far = "\n".join(done[-25:])
        assert stage.inbox.failures == 0, so_far
        plain = await stage.db.read(lambda tx: [case.number for case in incidents.every(tx) if case.plain])
        assert plain == [], so_far
        assert await stage.db.read(forgotten) == [], so_far
    await stage.passes(minutes=90)
    assert await stage.db.read(forgotten) == [], so_far
    broken = await stage.db.read(lambda tx: [each.what for each in doctor._chains(tx) if not each.good])
    assert broken == []
    texts = [shown.said.text for phones in (stage.phones, stage.cloud) for chat in phones.shown.values() for shown in chat]
    assert not [text for text in texts if "None" in text or "{{" in text or not text.strip()]
    capsys.readouterr()


async def test_a_day_of_people_who_tap_what_is_before_them(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    await wander(stage, 30, 3, capsys)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
async def test_twenty_such_days(stage: Stage, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    await wander(stage, 300, seed, capsys)
