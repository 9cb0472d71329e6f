"""Letters of /rekap: the day as it stands when it is sent. Who the ladder did not call reads number, severity, TPS and
state only, so which of the cases is an accident is not told him."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from handlers import areas, deciding, recap
from handlers.letters.registry import Writing, letter
from messages import recap as told
from messages import words
from messages.render import Words
from storage import elections, gaps, reach, requests
from storage import recap as shelf
from storage.database import Tx
from storage.places import Where
from storage.roster import Role, assignments

OPEN_SHOWN, DUE_SHOWN, LOST_SHOWN = 12, 6, 5


@letter("recap")
def _recap(w: Writing) -> Words | None:
    ground = areas.ground(w.to.roles, w.refs.get("role"))
    if ground is None or w.to.person_id is None:
        return None
    role = ground.role
    cases = shelf.cases(w.tx, role.where, w.to.person_id, recap.since(role, w.now))
    today = [case for case in cases if case.reported_at >= recap.morning(role, w.now)]
    still = sorted((case for case in cases if not recap.is_over(case)), key=recap.urgency)
    due = recap.deadlines(cases, w.now)
    mine, others = [each for each in due if each[1].may_read], [each for each in due if not each[1].may_read]
    total, lost = reach.unreached(w.tx, role.where)
    taken = recap.until_taken(today)
    zone = role.election.zone
    return told.Recap(
        role=ground.number,
        area=areas.label(w.tx, [role]),
        at=w.now,
        today=len(today),
        tally=tuple((severity, state, str(n)) for severity, state, n in recap.tally(today)),
        open=tuple((words.number(case.number), case.severity, _place(case), case.state, _since(case, role, w.now))
                   for case in still[:OPEN_SHOWN]),
        more=max(0, len(still) - OPEN_SHOWN),
        taken="" if taken is None else f"{taken:.0f}",
        due=tuple((_called(case), _until(at, zone)) for at, case in mine[:DUE_SHOWN]),
        due_more=max(0, len(mine) - DUE_SHOWN),
        due_others=len(others),
        due_first=_until(others[0][0], zone) if others else "",
        gaps=gaps.uncovered(w.tx, ground.areas, w.now.astimezone(role.election.tz).date()),
        cases=requests.count(w.tx, ground.areas, requests.COVERAGE),
        rights=requests.count(w.tx, ground.deciding, *requests.RIGHTS),
        identities=requests.to_decide(w.tx, deciding.seats(ground.roles)),
        tps=total,
        missing=len(lost),
        lost=tuple(words.place(each.number, each.kelurahan, "") for each in lost[:LOST_SHOWN]),
    )  # fmt: skip


def _place(case: Any) -> str:
    return words.place(case.tps, case.kelurahan or "", "" if case.kelurahan else case.kecamatan or "")


def _called(case: Any) -> str:
    return f"{words.number(case.number)} {_place(case)}".strip()


def _since(case: Any, role: Role, now: datetime) -> str:
    """The hour; with its day where it was not today."""
    zone = role.election.zone
    hour = words.hour_in(case.reported_at, zone)
    return hour if case.reported_at >= recap.morning(role, now) else f"{words.day_in(case.reported_at, zone)} {hour}"


def _until(at: datetime, zone: str) -> str:
    return f"{words.day_in(at, zone)} pukul {words.hour_in(at, zone)}"


@letter("recap_sheet")
def _sheet(w: Writing) -> Words | None:
    ground = areas.ground(w.to.roles, w.refs.get("role"))
    if ground is None:
        return None
    at = w.now.astimezone(ground.role.election.tz)
    return told.Sheet(ground.called(w.tx), ground.role.id, at.isoformat(timespec="minutes"), words.day(at.date()))


def sheet(tx: Tx, made: str) -> Callable[[], bytes]:
    """`ROLE:MOMENT` → the cases of that coordinator's day, read now; called, they become a workbook."""
    role_id, _, moment = made.partition(":")
    role = tx.first(select(assignments).where(assignments.c.id == int(role_id)))
    assert role is not None  # a message asked for it
    election = elections.by_id(tx, role.election_id)
    assert election is not None  # his role is of it
    day = datetime.fromisoformat(moment).replace(hour=0, minute=0)
    where = Where(role.election_id, role.kecamatan_id, role.kelurahan_id)
    rows = [_line(case, election.zone) for case in shelf.cases(tx, where, role.person_id, day)]
    return partial(told.workbook, rows)


def _line(case: Any, zone: str) -> tuple[str, ...]:
    taken = f"{(case.taken_at - case.reported_at).total_seconds() / 60:.0f}" if case.taken_at else ""
    at = f"{words.day_in(case.reported_at, zone)} {words.hour_in(case.reported_at, zone)}"
    return (words.number(case.number), case.severity, _place(case), case.state, at, taken)
