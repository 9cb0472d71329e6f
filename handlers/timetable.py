"""What a timetable says by default, when each line is due, and for whom. Pure: no I/O, no clock.

The lines follow the course of a voting day at a TPS (07.00 to 13.00, then counting) and the advice of IDI, Kemenkes
and Dinkes to KPPS; the words and their sources stand in `messages/id/_notices.j2`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from storage.notices import ACTIVE, PEOPLE, TPS, Due, Notice, Time
from storage.nudges import Post

OLDER = 50  # years; people of this age and over are reminded earlier
EARLIER = timedelta(minutes=60)
HOUR = timedelta(minutes=60)
A_DAY = 8  # messages a person and day, notices and reminders together
_WOMEN = 40  # added to the day of birth in a NIK


class Line(NamedTuple):
    """One line of the default timetable, as `storage.notices.Notice` has it."""

    key: str
    audience: str
    day: int
    minute: int
    lives: int
    every: int = 0
    until_day: int = 0
    until_minute: int = 0


def _at(hour: int, minute: int = 0) -> int:
    return hour * 60 + minute


LINES = (
    Line("card", TPS, -7, _at(19), 180),
    Line("eve", TPS, -1, _at(20), 120),
    Line("open", TPS, 0, _at(5), 90),
    Line("morning", TPS, 0, _at(9), 60),
    Line("noon", TPS, 0, _at(12), 60),
    Line("counting", TPS, 0, _at(14), 60),
    Line("late", TPS, 0, _at(16), 60, 120, 1, _at(6)),
    Line("after", TPS, 1, _at(8), 240),
    Line("rest", PEOPLE, -1, _at(20), 120),
    Line("breakfast", PEOPLE, 0, _at(5), 90),
    Line("lunch", PEOPLE, 0, _at(12), 60),
    Line("evening", PEOPLE, 0, _at(18), 90),
    Line("complaints", PEOPLE, 1, _at(8), 240),
    Line("week", PEOPLE, 7, _at(9), 480),
)
# Who reads the first need not read the second in the same message.
COVERS = {"eve": "rest", "open": "breakfast", "noon": "lunch", "late": "evening", "after": "complaints"}


def times(lines: Iterable[Notice], days: Sequence[date], zone: ZoneInfo) -> Iterator[Time]:
    """Every due time of the active lines, for each voting day; a reminder has one more for people of 50 and over."""
    for line in lines:
        if line.state != ACTIVE:
            continue
        for day in days:
            for nth, moment in enumerate(_moments(line, day, zone)):
                yield Time(line.id or 0, day, False, nth, moment)
                if line.audience == PEOPLE:
                    yield Time(line.id or 0, day, True, nth, moment - EARLIER)


def in_time(planned: Time, now: datetime) -> Time:
    """Where the earlier time of people of 50 and over is past when it is planned, they are reminded with the others."""
    past = planned.older and planned.due_at < now <= planned.due_at + EARLIER
    return planned._replace(due_at=planned.due_at + EARLIER) if past else planned


def _moments(line: Notice, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    moment = _moment(day, line.day, line.minute, zone)
    last = _moment(day, line.until_day, line.until_minute, zone) if line.every else moment
    while moment <= last:
        yield moment
        if not line.every:
            return
        moment += timedelta(minutes=line.every)


def _moment(day: date, days: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), zone)


def areas(post: Post) -> tuple[str, ...]:
    """The areas that a place lies in, the most exact first."""
    found = [f"kel:{post.kelurahan_id}"] if post.kelurahan_id else []
    found += [f"kec:{post.kecamatan_id}"] if post.kecamatan_id else []
    return (*found, "")


Lines = Mapping[str, Mapping[str, int]]  # key → area → the line's id


def by_key(lines: Iterable[Notice]) -> Lines:
    """The lines of a timetable as `governs` looks them up: thousands of times."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        found.setdefault(line.key, {})[line.area] = line.id or 0
    return found


def governs(slot: Due, post: Post, lines: Lines) -> bool:
    """Whether this slot's line is the one that holds at a place: the most exact of those with its key."""
    mine = lines.get(slot.key, {})
    if len(mine) == 1:
        return mine.get(slot.area) == slot.notice_id and (slot.area in areas(post))
    return next((mine[area] for area in areas(post) if area in mine), None) == slot.notice_id


def for_tps(slot: Due, post: Post, lines: Lines) -> bool:
    """Whether a TPS notice is for the TPS of this post: its day, not yet done."""
    if post.tps_id is None or slot.audience != TPS or slot.voting_day != post.voting_day:
        return False
    return not (slot.every and post.handed) and governs(slot, post, lines)


def for_person(slot: Due, post: Post, older: bool, lines: Lines) -> bool:
    """Whether a slot is for the holder of this post: a reminder by role and age, a TPS notice where no group has it."""
    if slot.audience == TPS:
        return post.group is None and for_tps(slot, post, lines)
    wanted = [role for role in slot.roles.split(",") if role]
    fits = slot.older == older and slot.voting_day == post.voting_day and (not wanted or post.role in wanted)
    return fits and governs(slot, post, lines)


def age(nik: str, on: date) -> int | None:
    """The age that a NIK tells (its date of birth, a woman's day with 40 added), or None where it tells none."""
    try:
        day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
        born = date(2000 + year if 2000 + year <= on.year - 10 else 1900 + year, month, day % _WOMEN)
    except ValueError:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


class Quiet(NamedTuple):
    """Hours in which no reminder goes out, in minutes of the day: from, until."""

    since: int
    until: int

    def end(self, at: datetime, zone: ZoneInfo) -> datetime:
        """When a reminder of this moment may go: at once, or when the quiet hours end."""
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        inside = (
            self.since <= minute < self.until if self.since <= self.until else not self.until <= minute < self.since
        )
        if not inside:
            return at
        days = 1 if self.since > self.until and minute >= self.since else 0
        return datetime.combine(local.date() + timedelta(days=days), time(self.until // 60, self.until % 60), zone)


class Past(NamedTuple):
    """One slot that reached a person, or was kept from him (`skipped`)."""

    slot_id: int
    at: datetime
    skipped: str


def when(
    slot: Due, past: Sequence[Past], broadcast: datetime | None, now: datetime, quiet: Quiet, zone: ZoneInfo
) -> datetime | str:
    """When a slot may go to a person, or why it does not: one message an hour, eight a day, quiet hours.

    `past` is what slots did to him within a day, `broadcast` when one last reached him.
    """
    told = sorted({each.at for each in past if not each.skipped})
    at = max([now, *(each + HOUR for each in told if each > now - HOUR)])
    if slot.audience == PEOPLE:
        at = max(at, broadcast + HOUR) if broadcast and broadcast > now - HOUR else at
        at = quiet.end(at, zone)
    if at > slot.ends_at:
        return _reason(slot, told, broadcast, now)
    today = at.astimezone(zone).date()
    if sum(each.astimezone(zone).date() == today for each in told) >= A_DAY:
        return "eight messages on one day already"
    return at


def _reason(slot: Due, told: Sequence[datetime], broadcast: datetime | None, now: datetime) -> str:
    if slot.audience == PEOPLE and broadcast and broadcast > now - HOUR:
        return "a broadcast came within the hour before"
    return "another message came within the hour before" if told and told[-1] > now - HOUR else "quiet hours"
