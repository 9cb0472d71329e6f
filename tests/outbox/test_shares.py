"""Broadcasts in turn, and a storm of replies that leaves them a little."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.outbox.shares import Shares, in_turn, one_ahead
from storage import deliveries
from storage.claims import BULK
from storage.deliveries import ALERT, BROADCAST, LANES, NOTICE, REPLY
from storage.exits import depth, running
from tests.outbox.conftest import Desk
from tests.outbox.scripted import BOTH, row


@given(
    had=st.dictionaries(st.integers(1, 4), st.integers(0, 50), min_size=2),
    drawn=st.lists(st.tuples(st.integers(0, len(LANES) - 1), st.integers(0, 5)), max_size=60),
)
def test_lanes_stay_strict_and_a_broadcast_keeps_its_own_order(had: dict[int, int], drawn: list[tuple[int, int]]) -> None:
    rows = [row(n, lane, n, bulk_id=bulk or None) for n, (lane, bulk) in enumerate(drawn)]
    ordered = in_turn(rows, had)
    assert sorted(each.id for each in ordered) == [each.id for each in rows]
    assert [each.lane for each in ordered] == sorted(each.lane for each in rows)
    for lane in range(len(LANES)):
        for bulk in (None, 1, 2, 3, 4, 5):
            own = [each.id for each in ordered if (each.lane, each.bulk_id) == (lane, bulk)]
            assert own == sorted(own)


def test_whoever_had_least_is_next_and_a_new_one_catches_nothing_up() -> None:
    shares = Shares()
    shares.running([1])
    first = [row(n, BROADCAST, n, bulk_id=1) for n in range(100)]
    shares.spent(first[:40])
    assert shares.compete() == {}
    shares.running([1, 2])
    assert shares.compete() == {1: 40, 2: 40}
    rows = [*first[40:], *(row(200 + n, BROADCAST, 200 + n, bulk_id=2) for n in range(10))]
    assert [each.bulk_id for each in in_turn(rows, shares.compete())[:8]] == [1, 2] * 4
    shares.spent([row(1, BROADCAST, bulk_id=1), row(2, BROADCAST, bulk_id=1, edits=5), row(3, BROADCAST)])
    assert [each.bulk_id for each in in_turn(rows, shares.compete())[:3]] == [2, 1, 2]
    shares.running([2])
    assert shares.compete() == {}


def test_one_goes_ahead_of_the_replies_and_behind_the_alerts() -> None:
    rows = [row(1, ALERT), row(2, REPLY), row(3, REPLY), row(4, NOTICE), row(5, BROADCAST)]
    assert [each.id for each in one_ahead(rows)] == [1, 4, 2, 3, 5]
    assert one_ahead(rows[:3]) == rows[:3]
    assert rows[3].tier == BULK


@BOTH
async def test_a_second_broadcast_does_not_wait_behind_the_first(desk: Desk) -> None:
    desk.rate = 60.0
    first = [{"lane": BROADCAST, "address_id": n % 20 + 1, "kind": "first", "refs": {}, "bulk_id": 1} for n in range(300)]
    second = [{"lane": BROADCAST, "address_id": n + 21, "kind": "second", "refs": {}, "bulk_id": 2} for n in range(12)]
    await desk.db.write(lambda tx: deliveries.post_many(tx, [*first, *second], desk.at))
    assert await desk.db.read(running) == [1, 2]
    assert await desk.db.read(lambda tx: depth(tx, desk.at)) == {"broadcast": (312, 0.0)}
    desk.start()
    async with asyncio.timeout(10):
        while sum(text.startswith("second") for text in desk.channel.texts()) < 12:
            await asyncio.sleep(0.01)
    assert sum(text.startswith("first") for text in desk.channel.texts()) < 60


async def test_a_storm_of_replies_leaves_a_broadcast_a_little(desk: Desk) -> None:
    desk.rate = 60.0
    replies = [{"lane": REPLY, "address_id": n % 30 + 1, "kind": "reply", "refs": {}} for n in range(150)]
    bulk = [{"lane": BROADCAST, "address_id": n + 31, "kind": "bulk", "refs": {}} for n in range(8)]
    await desk.db.write(lambda tx: deliveries.post_many(tx, [*replies, *bulk], desk.at))
    desk.start()
    async with asyncio.timeout(10):
        while not any(text.startswith("bulk") for text in desk.channel.texts()):
            await asyncio.sleep(0.01)
    assert len(desk.channel.spoken) < 110, "it waited until the storm was over"
