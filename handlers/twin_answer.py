"""The same event, or another victim: what the answer makes of the two cases."""

from __future__ import annotations

from typing import Any

from handlers import escalation, hurt, incident, mine, silence, telling
from handlers.letters import details
from handlers.turn import STAY, Letter, Reply, Turn, emergency
from messages.words import number
from storage import calls, incidents, journal, people, twins
from storage.incidents import ARRIVED, REFERRED, TAKEN, WAITING, Incident

NOTES_KEPT = 50
HOW_FAR = {WAITING: 0, TAKEN: 1, ARRIVED: 2, REFERRED: 3}


def same(turn: Turn) -> Reply:
    """One event: the later report joins the first, and whoever reported it reports that one from now on."""
    pair, tap = _pair(turn)
    if pair is None:
        return Reply(then=STAY, tap=tap)
    first, second = pair
    if first.taken_by and second.taken_by and first.taken_by != second.taken_by:
        return emergency(tap="two_takers", incident=second.id)
    _stand_as_the_further(turn, first, second)
    twins.join(turn.tx, first.id or 0, second.id or 0, turn.now)
    journal.add(turn.tx, "joined_to", turn.now, incident_id=second.id, who=turn.who.person_id,
                detail={"number": first.number})  # fmt: skip
    first = _with_what_the_other_knew(turn, incidents.need(turn.tx, first.id or 0), second)
    _tell(turn, first, second)
    hurt.call(turn, first)
    return emergency(tap="noted", incident=first.id)


def apart(turn: Turn) -> Reply:
    """Another victim: two cases, and nobody asks again."""
    pair, tap = _pair(turn)
    if pair is None:
        return Reply(then=STAY, tap=tap)
    first, second = pair
    journal.add(turn.tx, "two_cases", turn.now, incident_id=second.id, who=turn.who.person_id,
                detail={"number": first.number})  # fmt: skip
    for each in pair:
        telling.refresh(turn.tx, each.id or 0, turn.now)
    return emergency(tap="noted", incident=second.id)


def _pair(turn: Turn) -> tuple[tuple[Incident, Incident] | None, str]:
    """Both cases, locked, the first before the second, if who speaks reported or has taken one of them and the question
    is still open; else the tap's answer."""
    ids = sorted({int(arg) for arg in turn.args})
    known = [incidents.by_id(turn.tx, each) for each in ids]
    if len(known) != 2 or not any(each and _may(turn, each) for each in known):  # noqa: PLR2004 - a pair
        return None, "not_yours"
    first, second = (incidents.need(turn.tx, each) for each in ids)
    if second.merged_into or twins.apart(turn.tx, second.id or 0):
        return None, "already"
    if mine.is_over(first.state) or mine.is_over(second.state):
        return None, "ended"
    return ((first, second), "") if _alike(first, second) else (None, "not_yours")


def _alike(first: Incident, second: Incident) -> bool:
    return first.tps_id is not None and first.tps_id == second.tps_id and twins.may_be_one(first, second)


def _may(turn: Turn, case: Incident) -> bool:
    took = turn.who.linked and case.taken_by is not None and case.taken_by == turn.who.person_id
    return took or (case.verified and mine.is_reporter(turn, case))


def _stand_as_the_further(turn: Turn, first: Incident, second: Incident) -> None:
    """Where the later report is further on, by who has taken it, the first one stands there too, and is his."""
    taker = second.taken_by
    if taker is None or HOW_FAR[second.state] <= HOW_FAR[first.state]:
        return
    view = calls.one(turn.tx, second.id or 0, taker).view
    calls.call(turn.tx, first.id or 0, taker, view, first.rung, turn.now)
    if not twins.stand_as(turn.tx, first, second):
        return
    detail = {"state": second.state, "number": second.number}
    journal.add(turn.tx, "taken_with", turn.now, incident_id=first.id, who=taker, detail=detail)
    telling.withdraw_alerts(turn.tx, first.id or 0, turn.now, "taken with another report of the same event")
    case = incidents.need(turn.tx, first.id or 0)
    for address_id in people.reachable(turn.tx, [taker]).get(taker, ()):
        telling.show_again(turn.tx, case, address_id, taker, turn.now)
    telling.tell_reporter(turn.tx, case, second.state, turn.now)


def _with_what_the_other_knew(turn: Turn, first: Incident, second: Incident) -> Incident:
    """Kinds, signs, words, casualty and position; the severity while nobody is there who has seen it."""
    mine, theirs = details(turn.tx, first), details(turn.tx, second)
    signs = list(dict.fromkeys([*mine["signs"], *theirs["signs"]]))
    incident.keep_details(turn, first, signs=signs, notes=[*mine["notes"], *theirs["notes"]][-NOTES_KEPT:])
    known: dict[str, Any] = {"kinds": ",".join(dict.fromkeys([*first.said, *second.said]))}
    if not first.casualty:
        known |= {"casualty": second.casualty, "casualty_id": second.casualty_id}
    if first.latitude is None:
        known |= {"latitude": second.latitude, "longitude": second.longitude}
    first = incidents.change(turn.tx, first.id or 0, **known)
    entry = journal.add(turn.tx, "report", turn.now, incident_id=first.id, who=turn.who.person_id,
                        detail={"words": number(second.number)})  # fmt: skip
    others = telling.listening(turn.tx, first) - {turn.who.person_id or 0}
    telling.tell(turn.tx, first, others, Letter("addition", {"incident": first.id, "entry": entry}), turn.now)
    if first.state == WAITING:
        first = incident.raise_severity(turn, first, kinds=second.said, signs=tuple(signs))
    if first.state == WAITING and second.rung > first.rung:
        first = escalation.climb(turn.tx, first, second.rung, turn.now, turn.rules)
    silence.look(turn, first.id or 0)
    return first


def _tell(turn: Turn, first: Incident, second: Incident) -> None:
    telling.withdraw_alerts(turn.tx, second.id or 0, turn.now, "another report of the same event")
    for each in (first, second):
        telling.refresh(turn.tx, each.id or 0, turn.now)
    joined = Letter("joined", {"incident": first.id, "was": second.id})
    for letter in (joined, Letter("questions", {"incident": first.id})):
        telling.say(turn.tx, first, twins.address_of(turn.tx, second), letter, turn.now)
