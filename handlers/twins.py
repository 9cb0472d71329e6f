"""Is it the same event? Two reports of one kind from one TPS within a quarter of an hour may be one, or two victims.

Both are real cases from the start; the question only decides between one and two, and unanswered it stays at two.
"""

from __future__ import annotations

from handlers import escalation, telling
from handlers.ladder import Callee
from handlers.turn import Letter, Turn
from storage import calls, incidents, twins, updates
from storage.incidents import Incident


def look(turn: Turn, case: Incident) -> tuple[Letter, ...]:
    """A report was filed, or its kind or place became known: bring it to who has taken the other one, at once, and
    return the question for who speaks."""
    found = _twins(turn, case)
    if not found:
        return ()
    for other in found:  # each may have a taker of its own
        _ask_takers(turn, *_in_order(other, case))
    first, second = _in_order(found[0], case)
    asked = case.verified and _once(turn, first, second, f"a{turn.who.address_id}")
    return (question(first, second),) if asked else ()


def taken(turn: Turn, case: Incident) -> None:
    """Somebody has taken a case: he is asked about its twins, which no taker could be asked about before."""
    for other in _twins(turn, case):
        _ask_takers(turn, *_in_order(case, other))


def question(first: Incident, second: Incident) -> Letter:
    return Letter("twin_ask", {"incident": second.id, "with": first.id})


def _twins(turn: Turn, case: Incident) -> list[Incident]:
    found = twins.suspected(turn.tx, case)
    return [each for each in found if not twins.apart(turn.tx, max(each.id or 0, case.id or 0))]


def _in_order(a: Incident, b: Incident) -> tuple[Incident, Incident]:
    return (a, b) if (a.id or 0) < (b.id or 0) else (b, a)


def _once(turn: Turn, first: Incident, second: Incident, who: str) -> bool:
    return updates.claim(turn.tx, "twin", f"{first.id}:{second.id}:{who}", turn.now)


def _ask_takers(turn: Turn, first: Incident, second: Incident) -> None:
    """Who has taken one of the two has the other as well: called for it, and asked."""
    for mine, other in ((first, second), (second, first)):
        taker = mine.taken_by
        if taker is None or other.taken_by == taker or not _once(turn, first, second, f"p{taker}"):
            continue
        call = calls.one(turn.tx, other.id or 0, taker)
        if other.state == incidents.WAITING and (call is None or call.dropped):
            own = calls.one(turn.tx, mine.id or 0, taker)
            escalation.call(turn.tx, other, [Callee(taker, own.view if own else "worker")], other.rung, turn.now)
        telling.tell(turn.tx, second, {taker}, question(first, second), turn.now)
