"""The cases of who speaks: which he reported, and which of them what he says now is for."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import ladder
from handlers.turn import Letter, Turn
from storage import calls, incidents, journal, twins
from storage.database import Tx
from storage.incidents import ARRIVED, CANCELLED, CLOSED, REFERRED, Incident
from storage.places import Where
from storage.roster import COORDINATOR, WORKER

FORGOTTEN = timedelta(hours=3)
ANSWERS = timedelta(minutes=30)  # so long what a reporter says may be the answer to what he was asked


def newest(turn: Turn) -> Incident | None:
    """The reporter's newest open case. One that somebody reached hours ago and nobody closed does not count any more: a
    new emergency must not be swallowed by it."""
    return next((case for case in every(turn) if not is_forgotten(turn, case)), None)


def every(turn: Turn) -> list[Incident]:
    return incidents.own_open(turn.tx, turn.who.address_id, turn.who.person_id)


def of_person(tx: Tx, person_id: int) -> tuple[Letter, ...]:
    """The newest open case that somebody reported, for a phone that is his from now on."""
    return tuple(Letter("my_case", {"incident": case.id}) for case in incidents.own_open(tx, None, person_id)[:1])


def spoken_of(turn: Turn) -> Incident | None:
    """The own case for which words are: of several the one that was reported last, or whose health worker wrote to him
    since. What a coordinator wrote of a riot draws nobody's words away from a casualty."""
    own = [case for case in every(turn) if not is_forgotten(turn, case)]
    return max(own, key=lambda case: _spoke(turn, case)) if len(own) > 1 else next(iter(own), None)


def serving(turn: Turn) -> Where | None:
    """Where somebody is who serves others: at the one case that he has taken, or on the way to it."""
    if not any(role.kind in {WORKER, COORDINATOR} for role in turn.roles):
        return None
    there = [case.where for case in incidents.taken_by(turn.tx, turn.who.person_id or 0) if case.state != REFERRED]
    return there[0] if len(there) == 1 and there[0].known else None


def answered(turn: Turn) -> Incident | None:
    """A case that does not count any more, whose worker has just written to him: what he says now is the answer."""
    since = turn.now - ANSWERS
    spoken = ((case, journal.last(turn.tx, case.id or 0, "relayed")) for case in every(turn))
    return next((case for case, wrote in spoken if wrote is not None and wrote > since), None)


def is_forgotten(turn: Turn, case: Incident) -> bool:
    return case.state in {ARRIVED, REFERRED} and case.reported_at < turn.now - FORGOTTEN


def _spoke(turn: Turn, case: Incident) -> datetime:
    """When a case was last spoken of to its reporter."""
    call = calls.one(turn.tx, case.id or 0, case.taken_by) if case.taken_by else None
    wrote = journal.last(turn.tx, case.id or 0, "relayed") if call is not None and call.view in ladder.MEDICAL else None
    return max(case.reported_at, wrote or case.reported_at)


def is_reporter(turn: Turn, incident: Incident) -> bool:
    """Whether who speaks reported this case, as the first or with a report that was joined to it, or the riot in which
    its casualty was hurt."""
    who, reporter = turn.who.person_id if turn.who.linked else None, incident.reporter_id
    if reporter == who if reporter is not None else incident.reporter_address_id == turn.who.address_id:
        return True
    if twins.reported_by(turn.tx, incident.id or 0, turn.who.address_id, who):
        return True
    riot = incidents.by_id(turn.tx, incident.riot_id) if incident.riot_id else None
    return riot is not None and is_reporter(turn, riot)


def is_over(state: str) -> bool:
    return state in {CLOSED, CANCELLED}
