"""When a line is due and when it may go to a person: pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import timetable
from handlers.timetable import A_DAY, HOUR, Past, Quiet
from storage.notices import PEOPLE, TPS, Due, Notice

JAKARTA, JAYAPURA = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")
DAY = date(2024, 11, 27)
QUIET = Quiet(21 * 60 + 30, 4 * 60 + 30)


def slot(due_at: datetime, audience: str = PEOPLE, lives: int = 90) -> Due:
    return Due(1, DAY, False, 0, due_at, "taking", 0, 1, 1, 1, "lunch", "", audience, "", lives, "", 0, "active")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2024, 11, 27, hour, minute, tzinfo=JAKARTA)


def test_a_line_is_due_in_the_elections_own_zone() -> None:
    line = Notice(id=1, election_id=1, key="open", day=0, minute=300)
    (west,), (east,) = (list(timetable.times([line], [DAY], zone)) for zone in (JAKARTA, JAYAPURA))
    assert west.due_at == datetime(2024, 11, 26, 22, tzinfo=UTC)
    assert west.due_at - east.due_at == timedelta(hours=2)


def test_a_repeating_line_ends_with_its_last_time() -> None:
    line = next(each for each in timetable.LINES if each.key == "late")
    made = [each.due_at.astimezone(JAKARTA).hour
            for each in timetable.times([Notice(id=1, election_id=1, **line._asdict())], [DAY], JAKARTA)]  # fmt: skip
    assert made == [16, 18, 20, 22, 0, 2, 4, 6]


@pytest.mark.parametrize(
    ("nik", "years"),
    [("3573060101740001", 50), ("3573062811740001", 49), ("3573066711740001", 50), ("3573060101050001", 19), ("3573060113740001", None)],
)
def test_age_is_read_from_a_nik(nik: str, years: int | None) -> None:
    assert timetable.age(nik, DAY) == years


def test_who_would_be_reminded_in_the_past_is_reminded_with_the_others() -> None:
    planned = timetable.Time(1, DAY, True, 0, at(11))
    assert timetable.in_time(planned, at(10)).due_at == at(11)
    assert timetable.in_time(planned, at(11, 30)).due_at == at(12)
    assert timetable.in_time(planned, at(12, 30)).due_at == at(11)


@pytest.mark.parametrize(
    ("moment", "goes"), [(at(12), at(12)), (at(4), at(4, 30)), (at(21, 29), at(21, 29)), (at(22), at(4, 30) + timedelta(days=1))]
)
def test_quiet_hours_end_in_the_morning(moment: datetime, goes: datetime) -> None:
    assert QUIET.end(moment, JAKARTA) == goes


def test_a_reminder_waits_an_hour_after_a_broadcast_and_a_notice_does_not() -> None:
    assert timetable.when(slot(at(12)), [], at(11, 30), at(12), QUIET, JAKARTA) == at(12, 30)
    assert timetable.when(slot(at(12), TPS), [], at(11, 30), at(12), QUIET, JAKARTA) == at(12)
    assert timetable.when(slot(at(12), lives=10), [], at(11, 30), at(12), QUIET, JAKARTA) == "a broadcast came within the hour before"


def test_the_ninth_message_of_a_day_does_not_go() -> None:
    past = [Past(n, at(4 + n), "") for n in range(A_DAY)]
    assert timetable.when(slot(at(20)), past, None, at(20), QUIET, JAKARTA) == "eight messages on one day already"
    skipped = [each._replace(skipped="he stopped reminders") for each in past]
    assert timetable.when(slot(at(20)), skipped, None, at(20), QUIET, JAKARTA) == at(20)


@given(st.lists(st.tuples(st.integers(0, 24 * 60), st.booleans()), max_size=60))
def test_whatever_is_due_nobody_gets_more_than_one_an_hour_and_eight_a_day(dues: list[tuple[int, bool]]) -> None:
    past: list[Past] = []
    for number, (minute, notice) in enumerate(sorted(dues)):
        due_at = at(0) + timedelta(minutes=minute)
        goes = timetable.when(slot(due_at, TPS if notice else PEOPLE), past, None, due_at, QUIET, JAKARTA)
        if isinstance(goes, datetime):
            assert due_at <= goes <= due_at + timedelta(minutes=90)
            past.append(Past(number, goes, ""))
    told = sorted(each.at for each in past)
    assert all(later - earlier >= HOUR for earlier, later in zip(told, told[1:], strict=False))
    days = [each.astimezone(JAKARTA).date() for each in told]
    assert all(days.count(day) <= A_DAY for day in days)
