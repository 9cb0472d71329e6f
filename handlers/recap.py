"""/rekap: the day in a coordinator's area in one message."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from handlers import areas, triage
from handlers.turn import STAY, Letter, Reply, Turn
from messages import menu
from storage.incidents import ARRIVED, CANCELLED, CLOSED, GREEN, RED, REFERRED, TAKEN, WAITING, YELLOW
from storage.roster import Role

REPORT_WITHIN = timedelta(hours=48)  # Permenaker 1/2025 Ps 8: laporan tahap I, 2×24 jam
SHOWN_AFTER = timedelta(hours=24)  # a deadline that has passed is still shown so long
ACCIDENT = "kecelakaan"
FALSE = "alarm_palsu"
_URGENCY = {RED: 0, YELLOW: 1, GREEN: 2}
_STATES = {WAITING: 0, TAKEN: 1, ARRIVED: 2, REFERRED: 3, CLOSED: 4, CANCELLED: 5}


def show(turn: Turn) -> Reply:
    """A message each of his areas."""
    found = areas.grounds(turn.roles)
    if not found:
        return Reply((menu.NotYours(turn.menu),), STAY)
    return Reply(tuple(Letter("recap", each.refs) for each in found), STAY)


def sheet(turn: Turn) -> Reply:
    ground = areas.named(turn, 0)
    if ground is None:
        return Reply(then=STAY, tap="not_yours")
    return Reply((Letter("recap_sheet", ground.refs),), STAY, tap="noted")


def morning(role: Role, now: datetime) -> datetime:
    """When the day began there."""
    return now.astimezone(role.election.tz).replace(hour=0, minute=0, second=0, microsecond=0)


def since(role: Role, now: datetime) -> datetime:
    """From when on cases are looked at: the day, and as long as the report of an accident may be due."""
    return min(morning(role, now), now - REPORT_WITHIN - SHOWN_AFTER)


def is_over(case: Any) -> bool:
    return case.state in {CLOSED, CANCELLED}


def urgency(case: Any) -> tuple[int, int, datetime]:
    """What is worst first; of those what nobody has taken, then the oldest."""
    return _URGENCY[case.severity], _STATES[case.state], case.reported_at


def reported(case: Any) -> bool:
    """Whether the first report to BPJS Ketenagakerjaan and Disnaker may be due for it: an accident or a death."""
    if case.state == CANCELLED or case.outcome == FALSE:
        return False
    return bool({ACCIDENT, triage.DEATH} & {*case.kinds.split(","), case.outcome})


def deadlines(cases: Iterable[Any], now: datetime) -> list[tuple[datetime, Any]]:
    """Until when the first report of each is due, the nearest first."""
    found = [(case.reported_at + REPORT_WITHIN, case) for case in cases if reported(case)]
    return sorted((each for each in found if each[0] > now - SHOWN_AFTER), key=lambda each: (each[0], each[1].id))


def until_taken(cases: Iterable[Any]) -> float | None:
    """The median of the minutes until somebody took it."""
    took = [(case.taken_at - case.reported_at).total_seconds() / 60 for case in cases if case.taken_at]
    return statistics.median(took) if took else None


def tally(cases: Iterable[Any]) -> list[tuple[str, str, int]]:
    """How many by severity and state, the worst first."""
    found: dict[tuple[str, str], int] = {}
    for case in cases:
        found[case.severity, case.state] = found.get((case.severity, case.state), 0) + 1
    ordered = sorted(found.items(), key=lambda each: (_URGENCY[each[0][0]], _STATES[each[0][1]]))
    return [(severity, state, n) for (severity, state), n in ordered]
