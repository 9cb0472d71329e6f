"""What the clock wakes: calls that file themselves, incidents that climb, people who are asked. Plain functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import broadcast_clock, deciding, dispatch, escalation, ladder, leavers, notice, telling
from handlers import rights as rights_dialog
from handlers.turn import Letter, Rules
from storage import broadcasts, drafts, incidents, journal, notices, requests, rights
from storage import leavers as leavers_of
from storage.database import Tx
from storage.incidents import ARRIVED, GREEN, REFERRED, TAKEN, WAITING, Incident


@dataclass(frozen=True, slots=True)
class Chore:
    """Work that the clock begins and that comes in steps, so that nothing holds the one writer for long.

    `due` gives the ids of what is due, `next_due` the next moment at which anything is. `step` does a part of one of
    them under a guard of its own and tells whether there is more to do at once.
    """

    name: str
    due: Callable[[Tx, datetime], Sequence[int]]
    next_due: Callable[[Tx], datetime | None]
    step: Callable[[Tx, int, datetime, Rules], bool]


def _request(tx: Tx, request_id: int, now: datetime, rules: Rules) -> bool:
    case = requests.by_id(tx, request_id)
    step = deciding.step if case and case.kind == requests.IDENTITY else rights_dialog.step
    return step(tx, request_id, now, rules)


CHORES: tuple[Chore, ...] = (
    Chore("timetable", notice.unplanned, lambda _tx: None, notice.plan),
    Chore("notice", notices.due, notices.next_due, notice.step),
    Chore("request", rights.due, rights.next_due, _request),
    Chore("leaver", leavers_of.due, leavers_of.next_due, leavers.step),
    Chore("broadcast", broadcasts.due, broadcasts.next_due, broadcast_clock.step),
)


def due(tx: Tx, now: datetime) -> tuple[list[int], list[int]]:
    """Addresses whose call is to be filed, and ids of incidents with something to do."""
    return drafts.calls_due(tx, now), [case.id or 0 for case in incidents.due(tx, now)]


def next_due(tx: Tx) -> datetime | None:
    """The earliest moment at which the clock has anything to do."""
    moments = [drafts.next_call(tx), incidents.next_due(tx), *(chore.next_due(tx) for chore in CHORES)]
    return min((t for t in moments if t is not None), default=None)


def call(tx: Tx, address_id: int, now: datetime, rules: Rules) -> None:
    """File an opened call by itself."""
    dispatch.file_call(tx, address_id, now, rules)


def incident(tx: Tx, incident_id: int, now: datetime, rules: Rules) -> None:
    """Everything that is due for one incident, looked at again under its lock."""
    case = incidents.need(tx, incident_id)
    if case.state == WAITING:
        _tell(tx, case, now)
        case = incidents.need(tx, incident_id)
        if case.climb_at is not None and case.climb_at <= now:
            _climb(tx, case, now, rules)
    elif case.quiet_at is not None and case.quiet_at <= now:
        _quiet(tx, case, now, rules)
    else:
        incidents.change(tx, incident_id, climb_at=None, tell_at=None)


def _climb(tx: Tx, case: Incident, now: datetime, rules: Rules) -> None:
    if case.severity == GREEN:
        incidents.change(tx, case.id or 0, climb_at=None)
        return
    escalation.climb(tx, case, case.rung + 1, now, rules)


def _tell(tx: Tx, case: Incident, now: datetime) -> None:
    """At two and at five minutes: nobody has taken it yet."""
    if case.tell_at is None or case.tell_at > now:
        return
    after = escalation.TELL_AFTER
    told = case.told + 1
    following = case.tell_at + (after[told] - after[case.told]) if told < len(after) else None
    incidents.change(tx, case.id or 0, told=told, tell_at=following)
    minutes = int(after[case.told].total_seconds() // 60)
    journal.add(tx, "told_nobody", now, incident_id=case.id, detail={"minutes": minutes})
    telling.tell_reporter(tx, case, "nobody", now, minutes=minutes)


def _quiet(tx: Tx, case: Incident, now: datetime, rules: Rules) -> None:
    if case.severity == GREEN:
        incidents.change(tx, case.id or 0, quiet_at=None)  # his, in peace
    elif case.state in {ARRIVED, REFERRED}:
        _long_there(tx, case, now)
    elif case.state == TAKEN and not case.quiet_asked:
        _ask(tx, case, now, rules)
    elif case.state == TAKEN:
        _give_up(tx, case, now, rules)
    else:
        incidents.change(tx, case.id or 0, quiet_at=None)


def _ask(tx: Tx, case: Incident, now: datetime, rules: Rules) -> None:
    number = case.id or 0
    incidents.change(tx, number, quiet_asked=True, quiet_at=now + timedelta(seconds=rules.quiet))
    journal.add(tx, "asked", now, incident_id=number, who=case.taken_by)
    asked = Letter("still_ask", {"incident": number, "minutes": round(rules.quiet / 60)})
    telling.tell(tx, case, {case.taken_by or 0}, asked, now)


def _give_up(tx: Tx, case: Incident, now: datetime, rules: Rules) -> None:
    """Asked and quiet for as long again: it waits and climbs; if he taps Tiba before another takes it, it is his."""
    number = case.id or 0
    values = {"state": WAITING, "left_by": case.taken_by, "taken_by": None, "taken_at": None, "quiet_at": None,
              "quiet_asked": False}  # fmt: skip
    if incidents.move(tx, number, (TAKEN,), values, by=case.taken_by):
        journal.add(tx, "quiet", now, incident_id=number, who=case.taken_by)
        escalation.hand_back(tx, incidents.need(tx, number), now, rules, "quiet")


def _long_there(tx: Tx, case: Incident, now: datetime) -> None:
    """Half an hour after Tiba, then every hour, the worker is asked; the coordinators told once; never climbed."""
    number = case.id or 0
    first = not case.quiet_asked
    incidents.change(tx, number, quiet_at=now + escalation.ASK_AGAIN, quiet_asked=True)
    minutes = round((now - (case.arrived_at or case.taken_at or now)).total_seconds() / 60)
    journal.add(tx, "long_there", now, incident_id=number, who=case.taken_by)
    telling.tell(tx, case, {case.taken_by or 0}, Letter("still_ask", {"incident": number, "minutes": minutes}), now)
    if not first or case.state != ARRIVED:
        return
    area = {role.person_id for role in ladder.area_coordinators(tx, case.where, now)} - {case.taken_by}
    telling.tell(
        tx, case, {each for each in area if each}, Letter("long_there", {"incident": number, "minutes": minutes}), now
    )
