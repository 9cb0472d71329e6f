"""Who has taken a case writes to its reporter: words, a photo or a voice note, while the case is open.

The other way needs no step of its own: what a reporter adds to his case goes to who has taken it (`details`).
"""

from __future__ import annotations

from handlers import escalation
from handlers.turn import STAY, Letter, Next, Reply, Turn, emergency
from messages import relay as told
from messages.words import number, parts
from storage import incidents, journal, twins
from storage.incidents import Incident

CAPTION = 700  # characters that stand under a picture with room for who says them


def from_worker(turn: Turn) -> Reply | None:
    """Words of somebody who has a case: they are for its reporter; with several he is asked which. None: no case."""
    cases = _cases(turn)
    if not cases or turn.heard.edited:
        return None
    sent = turn.heard.file
    kept = {
        "words": turn.heard.text,
        "kind": sent.kind if sent else "",
        "ref": sent.ref if sent else "",
    }
    if not (kept["words"] or kept["ref"]):  # a video, a sticker: he is told (`details.words`)
        return emergency(incident=cases[0].id)
    if len(cases) == 1:
        return _send(turn, cases[0], kept)
    asks = told.RelayAsk(tuple((case.id or 0, number(case.number)) for case in cases))
    return emergency(asks, then=Next("relay", "which", kept), tap="ok")


def _cases(turn: Turn) -> list[Incident]:
    """Open cases that are the speaker's by taking them, and somebody else's by reporting."""
    if not turn.who.linked or turn.who.person_id is None:
        return []
    mine = incidents.taken_by(turn.tx, turn.who.person_id)
    return [case for case in mine if turn.who.address_id not in twins.addresses_of(turn.tx, case)]


def which(turn: Turn) -> Reply:
    """The case was chosen."""
    if (turn.who.dialog, turn.who.step) != ("relay", "which"):
        return Reply(then=STAY, tap="unknown")
    case = next((each for each in _cases(turn) if each.id == int(turn.args[0])), None)
    return _send(turn, case, turn.kept) if case is not None else Reply(then=STAY, tap="not_yours")


def which_again(turn: Turn) -> Reply:
    """More words instead of a choice: the newest are asked about."""
    found = from_worker(turn)
    return found if found is not None else Reply(then=None)


def _send(turn: Turn, case: Incident, kept: dict[str, str]) -> Reply:
    said = parts(kept["words"])
    if kept["ref"]:
        under = said.pop() if len(said) == 1 and len(said[0]) <= CAPTION else ""
        _pass_on(turn, case, {**kept, "words": under})
    for each in said:
        _pass_on(turn, case, {"words": each, "kind": "", "ref": ""})
    return emergency(told.Relayed(case.number), then=None, incident=case.id)


def _pass_on(turn: Turn, case: Incident, what: dict[str, str]) -> None:
    case_id = case.id or 0
    entry = journal.add(turn.tx, "relayed", turn.now, incident_id=case_id, who=turn.who.person_id, detail=what)
    letter = Letter("relay", {"incident": case_id, "entry": entry})
    escalation.say(turn.tx, case, twins.addresses_of(turn.tx, case), letter, turn.now)
