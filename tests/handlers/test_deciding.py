"""When a request to be recorded is looked at again."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.deciding import again
from handlers.turn import Rules
from storage.elections import Known

WIB = ZoneInfo("Asia/Jakarta")
DAY, LAST = date(2024, 11, 27), date(2024, 12, 7)
ELECTION = Known(1, "malang-2024", "", "", DAY, LAST, "WIB", "119", "", "", "", "")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=WIB)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (at(20, 10), at(21, 10)),  # a day later
        (at(20, 23), at(22, 4, 30)),  # not at night
        (at(25, 10), at(26, 6)),  # but before the eve has begun
        (at(26, 6), at(26, 6, 15)),  # soon
        (at(27, 2), at(27, 2, 15)),  # that night too
        (at(28, 23, 50), at(29, 0, 5)),
        (at(29, 8), at(30, 8)),  # it is over
        (at(5, 9, month=12), at(6, 6, month=12)),  # a second voting day
        (at(7, 9, month=12), at(7, 9, 15, month=12)),
        (at(9, 9, month=12), at(10, 9, month=12)),
    ],
)
def test_daily_and_soon_when_a_voting_day_is_near(now: datetime, then: datetime) -> None:
    assert again(ELECTION, now, Rules()) == then
