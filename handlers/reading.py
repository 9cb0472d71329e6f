"""That somebody looked at names, coverage or a case is written down, where he asked to see it; never while an alert is
put into words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict

from handlers import senders
from handlers.areas import area
from handlers.facts import role_words
from handlers.turn import STAY, Letter, Reply, Turn
from storage import readings
from storage.broadcasts import Broadcast
from storage.incidents import Incident
from storage.requests import Request
from storage.roster import OFFICER, Role

A_PAGE = 10


def areas(turn: Turn, roles: Iterable[Role], what: str) -> None:
    """People of a coordinator's areas, each of one institution or of all."""
    for role in roles:
        held = asdict(area(role))
        readings.note(turn.tx, turn.now, turn.who.person_id, role_words(turn.tx, role), what, [held])


def recipients(turn: Turn, sent: Broadcast) -> None:
    """Who steers a broadcast looks at the names of its recipients."""
    sender = senders.steering(turn.tx, sent, senders.of(turn.tx, turn.roles))
    assert sender is not None  # nobody else steers one
    areas(turn, sender.roles, readings.RECIPIENTS)


def person(turn: Turn, role: Role, what: str, person_id: int | None) -> None:
    """One person."""
    held = {"election_id": role.election.id, "subject_id": person_id}
    readings.note(turn.tx, turn.now, turn.who.person_id, role_words(turn.tx, role), what, [held])


def people(turn: Turn, role: Role, what: str, person_ids: Iterable[int]) -> None:
    """Several people, each by himself."""
    held = [{"election_id": role.election.id, "subject_id": person_id} for person_id in person_ids]
    readings.note(turn.tx, turn.now, turn.who.person_id, role_words(turn.tx, role), what, held)


def asked(turn: Turn, found: Iterable[tuple[Role, Request]], what: str) -> None:
    """Requests to be recorded, each with the role that lets him decide it."""
    by_role: defaultdict[Role, list[dict[str, int | None]]] = defaultdict(list)
    for role, request in found:
        by_role[role].append({"election_id": request.election_id, "request_id": request.id})
    for role, held in by_role.items():
        readings.note(turn.tx, turn.now, turn.who.person_id, role_words(turn.tx, role), what, held)


def cases(turn: Turn, shown: Iterable[Incident]) -> None:
    """Emergencies with their details."""
    held = [{"election_id": case.election_id, "incident_id": case.id} for case in shown]
    # Officers are called for nothing, and whose case outlasts his duty is nothing by now.
    called_as = next((role_words(turn.tx, role) for role in turn.roles if role.kind != OFFICER), "")
    readings.note(turn.tx, turn.now, turn.who.person_id, called_as, readings.INCIDENT, held)


def mine(turn: Turn) -> Reply:
    """Siapa yang melihat: who looked at what is held about who asks."""
    if not turn.who.linked:
        return Reply(then=STAY, tap="not_yours")
    return Reply((Letter("my_readings", {"page": int(turn.args[0])}),), STAY, tap="noted")
