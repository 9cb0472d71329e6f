"""A case that is over and was no emergency: a coordinator of its area marks it, and may take the mark back."""

from __future__ import annotations

from handlers import ladder, telling
from handlers.mine import is_over, is_reporter
from handlers.turn import STAY, Letter, Reply, Turn, emergency
from messages import menu
from storage import calls, incidents, journal, twins
from storage.incidents import Incident


def card(turn: Turn) -> Reply:
    """`L-0007`, typed: the case as far as who asks may read it. One that is not for him reads as one there is none."""
    case = incidents.by_number(turn.tx, int(turn.args[0]))
    if case is None:
        return Reply((menu.NoSuchCase(turn.menu, int(turn.args[0])),), STAY)
    person = turn.who.person_id if turn.who.linked else None
    call = calls.one(turn.tx, case.id or 0, person) if person else None
    if person is not None and call is not None and not call.dropped:
        telling.show_again(turn.tx, case, turn.who.address_id, person, turn.now)
        return emergency(incident=case.id)
    if may_mark(turn, case) or is_reporter(turn, case):
        return emergency(Letter("red_notice", {"incident": case.id}), incident=case.id)
    return Reply((menu.NoSuchCase(turn.menu, case.number),), STAY)


def may_mark(turn: Turn, case: Incident) -> bool:
    """Whether the speaker coordinates the area of this case."""
    around = ladder.area_coordinators(turn.tx, case.where, turn.now) if turn.who.linked else []
    return turn.who.person_id in {role.person_id for role in around}


def mark(turn: Turn) -> Reply:
    """Alarm palsu: it counts against its reporter for a day; he is told, and his next report goes out all the same."""
    return _set(turn, marked=True)


def unmark(turn: Turn) -> Reply:
    return _set(turn, marked=False)


def _set(turn: Turn, *, marked: bool) -> Reply:
    case = incidents.by_id(turn.tx, int(turn.args[0]))
    if case is None or not may_mark(turn, case):
        return Reply(then=STAY, tap="not_yours")
    case = incidents.need(turn.tx, case.id or 0)
    if not case.may_be_false:
        return Reply(then=STAY, tap="stands" if is_over(case.state) else "goes_on")
    if bool(case.false_by) == marked:
        return Reply(then=STAY, tap="already")
    incidents.change(turn.tx, case.id or 0, false_by=turn.who.person_id if marked else None)
    what = "marked_false" if marked else "unmarked_false"
    journal.add(turn.tx, what, turn.now, incident_id=case.id, who=turn.who.person_id)
    telling.refresh(turn.tx, case.id or 0, turn.now)
    told = Letter("to_reporter", {"incident": case.id, "what": what})
    telling.say(turn.tx, case, twins.address_of(turn.tx, case), told, turn.now)
    return emergency(tap="noted", incident=case.id)
