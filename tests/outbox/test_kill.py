"""Killed at any moment and started again: alerts and replies always arrive, nothing that goes to many arrives twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from messages.chat import Address, Said, Throttled, Unsure
from storage import deliveries
from storage.deliveries import ALERT, BROADCAST, NOTICE, REPLY, SENT, UNKNOWN
from tests.outbox.conftest import Desk
from tests.outbox.scripted import BOTH, Scripted

KILLS = 6


class Shaky(Scripted):
    """Takes its time before and after it has heard, so that a kill falls on either side; sometimes it refuses."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self.dice = dice

    async def speak(self, to: Address, said: Said) -> str:
        await asyncio.sleep(self.dice.random() * 0.01)
        if self.dice.random() < 0.05:
            raise Throttled(0.05)
        said_id = await super().speak(to, said)
        await asyncio.sleep(self.dice.random() * 0.01)
        if self.dice.random() < 0.02:
            raise Unsure("the answer was lost")
        return said_id


@BOTH
@pytest.mark.parametrize("seed", range(3))
async def test_killed_at_any_moment_nothing_is_lost_and_no_broadcast_doubled(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    desk.channel = Shaky(dice)
    lanes: dict[int, int] = {}
    for _ in range(KILLS):
        for _ in range(12):
            lane = dice.choice((ALERT, REPLY, NOTICE, BROADCAST))
            lanes[await desk.post(lane, chat=dice.randint(1, 40))] = lane
        desk.start()
        await asyncio.sleep(dice.random() * 0.08)
        await desk.kill()
    sender = desk.start()
    await sender.drain(20)
    spoken = Counter(int(text.split()[1]) for text in desk.channel.texts())
    for id_, lane in lanes.items():
        state = await desk.state(id_)
        if lane in {ALERT, REPLY}:
            assert state == SENT
            assert spoken[id_] >= 1, "lost"
        else:
            assert state in {SENT, UNKNOWN}
            assert spoken[id_] == 1 if state == SENT else spoken[id_] <= 1, "doubled"


@BOTH
async def test_killed_while_editing_the_last_word_is_the_newest(desk: Desk) -> None:
    dice = random.Random(7)
    desk.channel = Shaky(dice)
    shown = await desk.post(NOTICE, chat=1)
    sender = desk.start()
    await sender.drain()
    for number in range(KILLS):
        desk.words["k"] = Said(text=f"version {number}")
        assert await desk.db.write(lambda tx: deliveries.post_edit(tx, shown, desk.at)) or number
        await asyncio.sleep(dice.random() * 0.02)
        await desk.kill()
        sender = desk.start()
    await sender.drain(20)
    assert desk.channel.texts("1")[-1] == f"version {KILLS - 1}"
    assert set(await desk.states()) <= {SENT, "withdrawn", UNKNOWN}
