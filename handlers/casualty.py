"""Who the casualty is: said by the reporter, or by who came, and corrected by saying it again."""

from __future__ import annotations

from handlers import details, hurt, incident, mine, silence
from handlers.turn import STAY, Letter, Reply, Turn, emergency
from messages import incident as said
from messages.words import short
from storage import incidents, roster
from storage.incidents import Incident


def who(turn: Turn) -> Reply:
    """Who is the casualty: me, a crewmate by id, or someone else. Said again, it is an entry of its own."""
    case, tap = _of_reporter_or_taker(turn)
    if case is None:
        return Reply(then=STAY, tap=tap)
    what, person_id = _casualty(turn, case, turn.args[1])
    if what is None:
        return Reply(then=STAY, tap="not_yours")
    name = next((role.name for role in _crew(turn, case) if role.person_id == person_id), turn.who.name or "")
    took, reports, case = _took(turn, case), mine.is_reporter(turn, case), hurt.of(turn.tx, case)
    before, case = case.casualty_id, incidents.change(turn.tx, case.id or 0, casualty=what, casualty_id=person_id)
    details.added(turn, case, "who", {"words": short(name, 60) if person_id else what})
    silence.look(turn, case.id or 0)
    silence.corrected(turn, before, case)
    noted = emergency(said.Noted(case.number, "who", taken=took), incident=case.id)
    if reports:
        return incident.also_hurt(turn, case) or noted
    hurt.call(turn, case)
    return noted


def _took(turn: Turn, case: Incident) -> bool:
    return turn.who.linked and case.taken_by is not None and case.taken_by == turn.who.person_id


def _of_reporter_or_taker(turn: Turn) -> tuple[Incident | None, str]:
    """The case, locked: of its reporter while it is open, of who took it also when he has closed it."""
    found = incidents.by_id(turn.tx, int(turn.args[0]))
    if found is None or not _took(turn, found):
        return incident.answerable(turn)
    found = incidents.need(turn.tx, found.id or 0)
    return (found, "") if _took(turn, found) and not found.merged_into else (None, "ended")


def _casualty(turn: Turn, case: Incident, answer: str) -> tuple[str | None, int | None]:
    if answer == "me" and not _took(turn, case):
        return "me", turn.who.person_id if turn.who.linked else None
    if answer == "other":
        return "other", None
    mate = int(answer) if answer.isdigit() else 0
    return ("mate", mate) if mate in {role.person_id for role in _crew(turn, case)} else (None, None)


def _crew(turn: Turn, case: Incident) -> list[roster.Role]:
    """The officers of the reporter's own TPS; for who came, those of the TPS where it happened."""
    home = next((role.where.tps_id for role in turn.roles if role.where.tps_id), None)
    tps_id = case.tps_id if _took(turn, case) else home
    return roster.crew(turn.tx, tps_id, turn.now) if tps_id else []


def crew(turn: Turn) -> Reply:
    """Show the crew to choose from."""
    case, tap = _of_reporter_or_taker(turn)
    if case is None or not (_crew(turn, case) or _took(turn, case)):
        return Reply(then=STAY, tap=tap if case is None else "not_yours")
    return emergency(Letter("crew", {"incident": case.id}), tap="ok", incident=case.id)
