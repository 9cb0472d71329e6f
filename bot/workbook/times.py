"""Dates and times of a cell, in the forms that offices write: pure rules as in `rules`."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias

from bot.workbook import words
from bot.workbook.rules import Bad, Cell, need, text

_EPOCH = date(1899, 12, 30)  # the day 0 of Excel's own count of days
_SERIALS = range(36_526, 73_051)  # 2000 to 2099 in that count
_YEARS = range(2000, 2100)
_HOURS, _MINUTES, _MONTHS = 24, 60, 12
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")


@lru_cache(maxsize=4096)
def _day_of(written: str) -> date:
    """`2024-11-01`, `01/11/2024`, `1 November 2024`; a time behind midnight is left aside."""
    plain = re.sub(r"[ T]00[:.]00([:.]00)?$", "", written.casefold())
    plain = re.sub(r"^[a-z']+,\s*", "", plain)  # the weekday
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", plain):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(plain):
        day, month, year = (int(part) for part in match.groups())
        if day <= _MONTHS < month:
            _on(year, day, month)
            raise Bad("date_swapped")
    elif match := re.fullmatch(r"(\d{1,2})[ \-]([a-z]+)\.?[ \-](\d{4})", plain):
        day, month, year = int(match[1]), words.table()["month"].get(match[2], 0), int(match[3])
    else:
        raise Bad("date")
    return _on(year, month, day)


def _on(year: int, month: int, day: int) -> date:
    if year not in _YEARS:
        raise Bad("date")
    try:
        return date(year, month, day)
    except ValueError:
        raise Bad("date") from None


@lru_cache(maxsize=4096, typed=True)
def day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return _on(cell.year, cell.month, cell.day)
    if isinstance(cell, float | int) and int(cell) in _SERIALS:
        return _EPOCH + timedelta(days=int(cell))  # a date cell that lost its format
    return _day_of(need(cell))


def either_way(cell: Cell) -> bool:
    """Whether a written date is another one if its month comes first."""
    match = _DAY_FIRST.match(cell.strip()) if isinstance(cell, str) else None
    return match is not None and int(match[1]) != int(match[2]) and max(int(match[1]), int(match[2])) <= _MONTHS


def maybe_day(cell: Cell) -> date | None:
    if cell.__class__ is datetime:
        return day(cell)
    return day(cell) if text(cell) else None


Moment: TypeAlias = tuple[date | None, int]  # the day where it is written, minutes since its midnight


def moment(cell: Cell) -> Moment | None:
    """`2024-11-27 06.00`, `06.00` or `06:00`, or Excel's own date and time; None for an empty cell."""
    if isinstance(cell, datetime):
        return cell.date(), cell.hour * _MINUTES + cell.minute
    if isinstance(cell, time):
        return None, cell.hour * _MINUTES + cell.minute
    if isinstance(cell, timedelta):
        return None, _minutes(0, int(cell.total_seconds() // 60))
    if isinstance(cell, float | int):
        # 06.00 typed where the point is the decimal sign has become the number 6, and 18.30 the number 18.3.
        return None, _minutes(int(cell), round((cell - int(cell)) * 100))
    written = text(cell)
    return _moment_of(written) if written else None


def _moment_of(written: str) -> Moment:
    match = re.fullmatch(r"(?:(?P<day>.+?)[ T,]+)?(?P<hour>\d{1,2})[.:](?P<minute>\d{2})([.:]\d{2})?( ?wi[bt]a?)?",
                         written, re.IGNORECASE)  # fmt: skip
    if match is None:
        raise Bad("moment")
    on = _day_of(match["day"]) if match["day"] else None
    return on, _minutes(int(match["hour"]), int(match["minute"]))


def _minutes(hour: int, minute: int) -> int:
    total = hour * _MINUTES + minute
    if not 0 <= total <= _HOURS * _MINUTES or (hour and minute >= _MINUTES):
        raise Bad("moment")
    return total
