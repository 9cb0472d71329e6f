"""Nothing that the bot begins goes to somebody who died or was brought to a hospital, until a coordinator says so."""

from __future__ import annotations

from handlers import ladder, post, triage
from handlers.turn import STAY, Letter, Reply, Turn
from storage import deliveries, incidents, journal, people, roster
from storage.incidents import Incident
from storage.roster import COORDINATOR, Role

DIED = "meninggal"
WHY = "nothing is begun with this person now"


def look(turn: Turn, incident_id: int) -> None:
    """In the same commit as what was said of a case: reminders, notices and broadcasts to its casualty end."""
    case = incidents.need(turn.tx, incident_id)
    person_id = case.casualty_id
    if person_id is None or not _grave(case) or not people.silence(turn.tx, person_id, turn.now):
        return
    for addresses in people.reachable(turn.tx, [person_id]).values():
        for address_id in addresses:
            deliveries.withdraw_bulk(turn.tx, address_id, WHY, turn.now)
    journal.add(
        turn.tx, "silenced", turn.now, incident_id=incident_id, who=turn.who.person_id, detail={"person": person_id}
    )
    _tell(turn, person_id)


def corrected(turn: Turn, before: int | None, case: Incident) -> None:
    """Somebody else is the casualty after all: whoever was silenced for it stays so until a coordinator says
    otherwise, and the coordinator is told."""
    if before is not None and before != case.casualty_id and _grave(case) and people.silent(turn.tx, [before]):
        _tell(turn, before, corrected=True)


def _tell(turn: Turn, person_id: int, **more: bool) -> None:
    told = ladder.nearest_coordinators(turn.tx, roster.roles(turn.tx, person_id, turn.now), turn.now, but=person_id)
    for addresses in people.latest(turn.tx, told).values():
        for address_id in addresses:
            post.say(turn.tx, address_id, Letter("silenced", {"person": person_id, **more}), turn.now)


def _grave(case: Incident) -> bool:
    """Also where he is named only after a referral was closed."""
    return case.outcome == DIED or triage.DEATH in case.said or case.referred_sealed is not None


def _around(turn: Turn, roles: list[Role]) -> list[Role]:
    return [each for role in roles for each in ladder.area_coordinators(turn.tx, role.where, turn.now)]


def may(turn: Turn, person_id: int) -> bool:
    """Whether the speaker coordinates a place where this person serves."""
    if not any(role.kind == COORDINATOR for role in turn.roles):
        return False
    around = _around(turn, roster.roles(turn.tx, person_id, turn.now))
    return turn.who.person_id in {each.person_id for each in around}


def resume(turn: Turn) -> Reply:
    person_id = int(turn.args[0])
    if not turn.who.linked or not may(turn, person_id):
        return Reply(then=STAY, tap="not_yours")
    if not people.speak_again(turn.tx, person_id):
        return Reply(then=STAY, tap="already")
    journal.add(turn.tx, "unsilenced", turn.now, who=turn.who.person_id, detail={"person": person_id})
    for delivery_id in deliveries.of_kind(turn.tx, "silenced", turn.who.address_id):
        deliveries.post_edit(turn.tx, delivery_id, turn.now)
    return Reply(then=STAY, tap="noted")
