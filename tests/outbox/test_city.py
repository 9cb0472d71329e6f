"""15,574 officers at 30 a second: by a clock that is moved, against the strict server's own limits; and all accounted for."""

from __future__ import annotations

import heapq

import pytest

from bot.outbox import gates
from bot.outbox.lanes import places
from bot.outbox.pace import Pace
from bot.rehearsal.limits import Limits
from storage import deliveries
from storage.claims import BULK
from storage.deliveries import ALERT, BROADCAST, SENT
from tests.outbox.conftest import Desk
from tests.outbox.scripted import row

OFFICERS, LONGEST = 15_574, 9 * 60 + 8
JOURNEY = 0.003  # seconds to the platform


class City:
    """The pace over a made-up clock; the strict server counts what arrives."""

    def __init__(self, rate: int) -> None:
        self.now = 0.0
        self.pace, self.server = Pace(float(rate), gates.telegram), Limits(rate, clock=lambda: self.now)
        self.hands: list[tuple[float, int]] = []
        self.refused = self.arrived = 0
        self.ended = 0.0

    def launch(self, number: int, lane: int, now: float) -> bool:
        at = self.pace.launch(row(number, lane, number), now)
        if at is not None:
            heapq.heappush(self.hands, (at, number))
        return at is not None

    def leave(self, until: float) -> None:
        while self.hands and self.hands[0][0] <= until:
            now, number = heapq.heappop(self.hands)
            each = row(number, BROADCAST if number <= OFFICERS else ALERT, number)
            at = self.pace.leave(each, now, now)
            if at > now:
                heapq.heappush(self.hands, (at, number))
                continue
            self.now = self.ended = at + JOURNEY
            self.refused += self.server.spend(number) > 0
            self.arrived += 1
            self.pace.arrived(each, at, at + 2 * JOURNEY)


def test_a_city_at_thirty_a_second_is_done_in_nine_minutes_with_alerts_in_between() -> None:
    city, waiting, now, alert = City(30), iter(range(1, OFFICERS + 1)), 0.0, OFFICERS
    more = True
    while more or city.hands:
        city.leave(now)
        for _ in range(places(city.pace.room(now), len(city.hands))[BULK]):
            number = next(waiting, None)
            more = number is not None
            if number is None:
                break
            assert city.launch(number, BROADCAST, now)
        if more and int(now * 20) % 200 == 0:  # every ten seconds an alert
            alert += 1
            assert city.launch(alert, ALERT, now)
        city.pace.held(now)
        now += 0.05
    assert city.arrived == alert
    assert city.refused == 0
    assert city.ended <= LONGEST


@pytest.mark.parametrize("officers", [OFFICERS // 20, pytest.param(OFFICERS, marks=pytest.mark.soak)])
async def test_a_city_is_accounted_for_to_the_last_officer(desk: Desk, officers: int) -> None:
    """Through the whole outbox, at a limit that is scaled to what the machine can do."""
    rows = [{"lane": BROADCAST, "address_id": n % 40 + 1, "kind": "k", "refs": {}, "bulk_id": 1} for n in range(officers)]
    await desk.db.write(lambda tx: deliveries.post_many(tx, rows, desk.at))
    desk.rate, desk.gates = 100_000.0, {}
    await desk.sender().drain(120)
    assert await desk.states() == {SENT: officers}
    assert sorted(int(text.split()[1]) for text in desk.channel.texts()) == list(range(1, officers + 1))
