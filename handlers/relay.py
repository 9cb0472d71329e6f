"""Who has taken a case writes to its reporter: words, a photo or a voice note, while the case is open.

The other way needs no step of its own: what a reporter adds to his case goes to who has taken it (`details`).
"""

from __future__ import annotations

from dataclasses import replace

from handlers import escalation, hearing, mine, offered, telling
from handlers.turn import STAY, Letter, Next, Reply, Turn, emergency
from messages import incident as said
from messages import relay as told
from messages.render import Words
from messages.words import number, parts
from storage import incidents, journal, twins
from storage.incidents import TAKEN, Incident

WHICH = ("relay", "which")
MOST = 10  # messages that wait for his choice
OTHERS = 3  # cases that are offered beside the one that words went to: so many buttons stand under a message anywhere
CAPTION = 700  # characters that stand under a picture with room for who says them


def from_worker(turn: Turn) -> Reply | None:
    """Words of somebody who has a case: they are for its reporter; with several he is asked which. None: no case.

    A photo in the midst of a question about one of them, where to or why lower, belongs to that one.
    """
    cases = _cases(turn)
    if turn.who.dialog == "response":
        cases = [case for case in cases if case.id == turn.kept.get("incident")] or cases
    if not cases or turn.heard.edited:
        return None
    sent = turn.heard.file
    now = {"words": turn.heard.text, "kind": sent.kind if sent else "", "ref": sent.ref if sent else ""}
    if not (now["words"] or now["ref"]):  # a video, a sticker: he is told so
        if len(cases) == 1:
            _not_quiet(turn, cases[0])
        return emergency(said.NotHandedOn(cases[0].number))
    cry = hearing.guess(turn.heard.text) or ""  # of the casualty most often, but it may be his own
    reply = _send(turn, cases[0], [now], cry) if len(cases) == 1 else _ask(turn, cases, now, cry)
    return replace(reply, then=offered.along(turn, reply.then, cry)) if cry else reply


def _ask(turn: Turn, cases: list[Incident], now: dict[str, str], cry: str) -> Reply:
    asked = (turn.who.dialog, turn.who.step) == WHICH
    before = turn.kept.get("sent", []) if asked else []
    known = tuple((case.id or 0, number(case.number)) for case in cases)
    asks = told.RelayAsk(known, cry, turn.emergency_number)
    return emergency(asks, then=Next(*WHICH, {"sent": [*before, now][-MOST:]}), tap="ok")


def _cases(turn: Turn) -> list[Incident]:
    """Open cases that are the speaker's by taking them, and somebody else's by reporting."""
    if not turn.who.linked or turn.who.person_id is None:
        return []
    taken = incidents.taken_by(turn.tx, turn.who.person_id)
    return [case for case in taken if not mine.is_reporter(turn, case)]


def elsewhere(turn: Turn, case: Incident) -> tuple[tuple[int, str], ...]:
    """The other open cases of who speaks, reported or taken by him: what he says may be meant for one of them."""
    every = {each.id or 0: each for each in (*mine.every(turn), *_cases(turn)) if each.id != case.id}
    return tuple((case_id, number(every[case_id].number)) for case_id in sorted(every)[-OTHERS:])


def which(turn: Turn) -> Reply:
    """The case was chosen."""
    if (turn.who.dialog, turn.who.step) != WHICH:
        return Reply(then=STAY, tap="unknown")
    case = next((each for each in _cases(turn) if each.id == int(turn.args[0])), None)
    if case is None:
        return Reply(then=STAY, tap="not_yours")
    reply, cried = _send(turn, case, turn.kept["sent"]), offered.fresh(turn)
    return replace(reply, then=offered.kept(cried)) if cried else reply  # the button still stands under the question


def which_again(turn: Turn) -> Reply:
    """More words instead of a choice: they go along."""
    found = from_worker(turn)
    return found if found is not None else Reply(then=None)


def _send(turn: Turn, case: Incident, sent: list[dict[str, str]], cry: str = "") -> Reply:
    for each in sent:
        pass_on(turn, case, each)
    entry = journal.newest(turn.tx, case.id or 0)
    others = elsewhere(turn, case)
    said_so = told.Relayed(case.number, entry, others[1 - OTHERS :] if cry else others, cry, turn.emergency_number)
    said_so = replace(said_so, unheard=_unheard(turn, case))
    then = STAY if turn.who.dialog == "response" else None  # the question stays open
    return emergency(said_so, then=then, incident=case.id)


def passed_on(turn: Turn, case: Incident) -> Words:
    return told.Relayed(case.number, unheard=_unheard(turn, case))


def _unheard(turn: Turn, case: Incident) -> bool:
    """Whether it reaches nobody: the phone that reported was cut off, and its owner has not linked anew."""
    return not twins.addresses_of(turn.tx, case)


def pass_on(turn: Turn, case: Incident, sent: dict[str, str]) -> None:
    """What who has taken the case says, whole, to everybody who reported it; long words apart from their picture."""
    words = parts(sent["words"])
    if sent["ref"]:
        under = words.pop() if len(words) == 1 and len(words[0]) <= CAPTION else ""
        _post(turn, case, {**sent, "words": under})
    for each in words:
        _post(turn, case, {"words": each, "kind": "", "ref": ""})
    _not_quiet(turn, case)


def _not_quiet(turn: Turn, case: Incident) -> None:
    """Who writes on his way is not quiet; once he is there, words alone say nothing of how long it takes."""
    case = incidents.need(turn.tx, case.id or 0)
    if case.state == TAKEN and case.taken_by == turn.who.person_id:
        escalation.heard_of(turn.tx, case, turn.now, turn.rules)


def _post(turn: Turn, case: Incident, what: dict[str, str]) -> None:
    case_id = case.id or 0
    entry = journal.add(turn.tx, "relayed", turn.now, incident_id=case_id, who=turn.who.person_id, detail=what)
    letter = Letter("relay", {"incident": case_id, "entry": entry})
    telling.say(turn.tx, case, twins.addresses_of(turn.tx, case), letter, turn.now)
