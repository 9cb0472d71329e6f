"""Who is called answers: take, decline, arrive, close, refer, lower. Every other tap is answered with the state."""

from __future__ import annotations

import re
from datetime import timedelta

from handlers import escalation, hearing, hurt, post, reading, relay, silence, telling, triage, twins
from handlers.letters import details
from handlers.letters.called import NOTES_SHOWN
from handlers.turn import STAY, Letter, Next, Reply, Turn, emergency
from messages import menu
from messages import response as told
from messages.words import excerpt, short
from storage import calls, deliveries, incidents, journal
from storage import twins as twins_of
from storage.deliveries import ALERT
from storage.incidents import ARRIVED, CANCELLED, CLOSED, GREEN, REFERRED, TAKEN, WAITING, Incident

CASES_SHOWN = 20
WORDS_BROUGHT = 10  # the newest of what a new taker has not read; all of them stand in the journal
OUTCOMES = ("membaik", "istirahat", "meninggal", "alarm_palsu")
_FACILITY = re.compile(r"\b(?:rs\w*|rumah sakit|puskesmas|klinik|igd|ugd)\b", re.IGNORECASE)
_ON_THE_WAY = re.compile(
    r"\b(?:ambulan\w*|(?:di)?(?:bawa|antar|rujuk))\s+(?:\w+\s+){0,2}(?:ke|menuju)\s+(?!sini|tps|lokasi|jl|jalan)\w",
    re.IGNORECASE,
)
_CALLS = re.compile(r"\b(?:tolong|butuh|perlu|minta|kirim\w*|panggil\w*|segera|cepat|darurat)\b", re.IGNORECASE)
QUIET_NOW = {"climb_at": None, "tell_at": None, "quiet_asked": False}


def _called(turn: Turn) -> tuple[Incident | None, str]:
    """The case of a tap, locked, if this person was called for it and has not lost it; else the tap's answer."""
    person = turn.who.person_id if turn.who.linked else None
    found = incidents.by_id(turn.tx, int(turn.args[0])) if person else None
    if found is None or person is None:
        return None, "not_yours"
    found = incidents.need(turn.tx, found.id or 0)  # the lock first: the place may be moving away this moment
    call = calls.one(turn.tx, found.id or 0, person)
    if call is None:
        return None, "not_yours"
    if call.dropped and found.taken_by != person:
        return None, "moved"
    return found, ""


def _state(turn: Turn, case: Incident) -> Reply:
    """What a tap that changes nothing is answered with."""
    mine = case.taken_by == turn.who.person_id
    said = {WAITING: "waiting", TAKEN: "already" if mine else "taken_by_other", ARRIVED: "is_arrived",
            REFERRED: "is_referred", CLOSED: "ended", CANCELLED: "cancelled"}  # fmt: skip
    return emergency(tap=said[case.state])


def _me(turn: Turn) -> int:
    assert turn.who.person_id is not None  # `_called` let only linked people through
    return turn.who.person_id


def take(turn: Turn) -> Reply:
    """Saya tangani: first come first served."""
    case, tap = _called(turn)
    if case is None:
        return Reply(then=STAY, tap=tap)
    quiet_at = turn.now + timedelta(seconds=turn.rules.quiet)
    values = {**QUIET_NOW, "state": TAKEN, "taken_at": turn.now, "taken_by": _me(turn), "left_by": None}
    if not incidents.move(turn.tx, case.id or 0, (WAITING,), {**values, "quiet_at": quiet_at}):
        return _state(turn, case)
    reply = _now_his(turn, case, "taken")
    twins.taken(turn, incidents.need(turn.tx, case.id or 0))
    return reply


def _now_his(turn: Turn, case: Incident, what: str) -> Reply:
    number = case.id or 0
    calls.accept(turn.tx, number, _me(turn))
    journal.add(turn.tx, what, turn.now, incident_id=number, who=_me(turn))
    telling.withdraw_alerts(turn.tx, number, turn.now, "taken by somebody")
    became, case = case.state == WAITING, incidents.need(turn.tx, number)
    if became and turn.heard.sender.channel in deliveries.UNCHANGING:  # no alert of his shows what was added since
        telling.show_again(turn.tx, case, turn.who.address_id, _me(turn), turn.now)
    telling.refresh(turn.tx, number, turn.now)
    if became:
        telling.bring(turn.tx, case, {_me(turn)}, turn.now)
        _bring_words(turn, case)
    telling.tell_reporter(turn.tx, case, what, turn.now)
    hurt.call(turn, case)
    return emergency(tap=what, incident=number)


def _bring_words(turn: Turn, case: Incident) -> None:
    """What its reporters wrote so far and the alert shows cut, or no longer: as messages of their own."""
    shown = {words for words in details(turn.tx, case)["notes"][-NOTES_SHOWN:] if excerpt(words) == words}
    events = [case.id or 0, *(each.id or 0 for each in twins_of.reports(turn.tx, case.id or 0))]
    newest = journal.newest_of(turn.tx, events, "note", WORDS_BROUGHT + NOTES_SHOWN)
    said = [(entry.id, (turn.tx.vault.open_json(entry.detail_sealed) or {}).get("words", "")) for entry in newest]
    for entry in [entry for entry, words in said if words not in shown][-WORDS_BROUGHT:]:
        letter = Letter("addition", {"incident": case.id, "entry": entry})
        telling.say(turn.tx, case, [turn.who.address_id], letter, turn.now)


def decline(turn: Turn) -> Reply:
    """Tidak bisa: while it waits he steps back; after taking it waits again and climbs at once."""
    case, tap = _called(turn)
    if case is None:
        return Reply(then=STAY, tap=tap)
    number = case.id or 0
    if case.state == WAITING:
        return _step_back(turn, case)
    back = {**QUIET_NOW, "state": WAITING, "taken_by": None, "taken_at": None, "quiet_at": None}
    if not incidents.move(turn.tx, number, (TAKEN,), back, by=_me(turn)):
        return _state(turn, case)
    calls.decline(turn.tx, number, _me(turn), turn.now)
    journal.add(turn.tx, "handed_back", turn.now, incident_id=number, who=_me(turn))
    escalation.hand_back(turn.tx, incidents.need(turn.tx, number), turn.now, turn.rules)
    asked_again = calls.one(turn.tx, number, _me(turn)).declined_at is None  # nobody else is left
    return emergency(tap="declined" if asked_again else "handed_back", incident=number)


def _step_back(turn: Turn, case: Incident) -> Reply:
    number = case.id or 0
    if not calls.decline(turn.tx, number, _me(turn), turn.now):
        return emergency(tap="already")
    journal.add(turn.tx, "declined", turn.now, incident_id=number, who=_me(turn))
    telling.refresh(turn.tx, number, turn.now)
    escalation.call_on(turn.tx, incidents.need(turn.tx, number), turn.now, turn.rules)
    return emergency(tap="declined", incident=number)


def arrive(turn: Turn) -> Reply:
    """Tiba: of who took it, or of who took it first, was quiet, and comes before another."""
    case, tap = _called(turn)
    if case is None:
        return Reply(then=STAY, tap=tap)
    number = case.id or 0
    there = {**QUIET_NOW, "state": ARRIVED, "arrived_at": turn.now, "quiet_at": turn.now + escalation.AFTER_ARRIVAL}
    if incidents.move(turn.tx, number, (TAKEN,), there, by=_me(turn)):
        return _now_his(turn, case, "arrived")
    again = {**there, "taken_by": _me(turn), "taken_at": turn.now, "left_by": None}
    if case.left_by == _me(turn) and incidents.move(turn.tx, number, (WAITING,), again):
        return _now_his(turn, case, "arrived")
    return _state(turn, case)


def _mine(turn: Turn, *states: str) -> tuple[Incident | None, Reply]:
    """The case if it is this person's and in one of `states`; else what he is answered."""
    case, tap = _called(turn)
    if case is None:
        return None, Reply(then=STAY, tap=tap)
    if case.taken_by != turn.who.person_id or case.state not in states:
        return None, _state(turn, case)
    return case, emergency()


def close(turn: Turn) -> Reply:
    """Selesai asks for the outcome first."""
    case, answer = _mine(turn, TAKEN, ARRIVED, REFERRED)
    if case is None:
        return answer
    escalation.heard_of(turn.tx, case, turn.now, turn.rules)
    return emergency(told.Outcome(case.number, case.id or 0), tap="choose", incident=case.id)


def end(turn: Turn) -> Reply:
    """The outcome closes the case for good."""
    case, answer = _mine(turn, TAKEN, ARRIVED, REFERRED)
    outcome = turn.args[1]
    if case is None or outcome not in OUTCOMES:
        return answer if case is None else Reply(then=STAY, tap="unknown")
    number = case.id or 0
    values = {**QUIET_NOW, "quiet_at": None, "state": CLOSED, "outcome": outcome, "ended_at": turn.now}
    if not incidents.move(turn.tx, number, (TAKEN, ARRIVED, REFERRED), values, by=_me(turn)):
        return _state(turn, incidents.need(turn.tx, number))
    journal.add(turn.tx, "closed", turn.now, incident_id=number, who=_me(turn), detail={"outcome": outcome})
    silence.look(turn, number)
    telling.refresh(turn.tx, number, turn.now)
    telling.tell_reporter(turn.tx, case, "closed", turn.now)
    # A question that was open, where the casualty is brought or why lower, is none any more.
    return emergency(tap="closed", incident=number, then=None if turn.who.dialog == "response" else STAY)


def refer(turn: Turn) -> Reply:
    """Rujuk asks where to; once more, to correct it."""
    case, answer = _mine(turn, TAKEN, ARRIVED, REFERRED)
    if case is None:
        return answer
    escalation.heard_of(turn.tx, case, turn.now, turn.rules)
    then = Next("response", "referred", {"incident": case.id})
    return emergency(_refer_ask(turn, case), then=then, tap="ok", incident=case.id)


def _refer_ask(turn: Turn, case: Incident) -> told.ReferAsk:
    before = case.referred_sealed if case.state == REFERRED else None
    return told.ReferAsk(case.number, turn.tx.vault.open(before) if before else "")


def referred(turn: Turn) -> Reply:
    """Where the casualty is brought. A cry that names no facility is no answer: it goes to the reporter as words do."""
    turn.args = (str(turn.kept.get("incident", 0)),)
    case, answer = _mine(turn, TAKEN, ARRIVED, REFERRED)
    if case is None:
        return _typed_answer(turn, answer)
    number, to = case.id or 0, short(turn.heard.text, 200)
    if not to:
        return emergency(_refer_ask(turn, case), incident=case.id)
    if hearing.guess(to) and not _names_facility(to):
        relay.pass_on(turn, case, {"words": turn.heard.text, "kind": "", "ref": ""})
        return emergency(relay.passed_on(turn, case), _refer_ask(turn, case), incident=case.id)
    again = turn.now + escalation.ASK_AGAIN
    values = {**QUIET_NOW, "quiet_at": again, "state": REFERRED, "referred_sealed": turn.tx.vault.seal(to)}
    incidents.move(turn.tx, number, (TAKEN, ARRIVED, REFERRED), values, by=_me(turn))
    journal.add(turn.tx, "referred", turn.now, incident_id=number, who=_me(turn), detail={"words": to})
    silence.look(turn, number)
    telling.refresh(turn.tx, number, turn.now)
    if case.state != REFERRED:
        telling.tell_reporter(turn.tx, case, "referred", turn.now)
    return emergency(told.Done(turn.menu, case.number, "referred", to=to), then=None, incident=number)


def _names_facility(words: str) -> bool:
    """A kind of facility, or where somebody is on the way to: "ambulans ke Saiful Anwar"."""
    return bool(_FACILITY.search(words) or (_ON_THE_WAY.search(words) and not _CALLS.search(words)))


def _typed_answer(turn: Turn, answer: Reply) -> Reply:
    """A typed answer that came too late: the state in words, and the draft is over."""
    return Reply((told.Late(turn.menu, answer.tap),), None)


def lower(turn: Turn) -> Reply:
    """Turunkan asks for the reason."""
    case, answer = _mine(turn, TAKEN, ARRIVED)
    if case is None:
        return answer
    to = triage.one_lower(case.severity)
    if to is None:
        return emergency(tap="lowest")
    escalation.heard_of(turn.tx, case, turn.now, turn.rules)
    then = Next("response", "lowered", {"incident": case.id, "from": case.severity})
    return emergency(told.LowerAsk(case.number, case.severity, to), then=then, tap="ok", incident=case.id)


def lowered(turn: Turn) -> Reply:
    """One step down, with a reason; the case stays his and is not climbed."""
    turn.args = (str(turn.kept.get("incident", 0)),)
    case, answer = _mine(turn, TAKEN, ARRIVED)
    if case is None:
        return _typed_answer(turn, answer)
    to = triage.one_lower(case.severity)
    if to is None or case.severity != turn.kept.get("from"):
        return _typed_answer(turn, emergency(tap="already"))
    number, why = case.id or 0, short(turn.heard.text, 300)
    if not why:
        return emergency(told.LowerAsk(case.number, case.severity, to), incident=case.id)
    quiet = {"quiet_at": None, "quiet_asked": False} if to == GREEN else {}
    incidents.change(turn.tx, number, severity=to, **quiet)
    detail = {"from": case.severity, "to": to, "words": why}
    journal.add(turn.tx, "lowered", turn.now, incident_id=number, who=_me(turn), detail=detail)
    telling.refresh(turn.tx, number, turn.now)
    return emergency(told.Done(turn.menu, case.number, "lowered", to), then=None, incident=number)


def still(turn: Turn) -> Reply:
    """Still on it: the quiet time begins anew."""
    case, answer = _mine(turn, TAKEN, ARRIVED, REFERRED)
    if case is None:
        return answer
    escalation.heard_of(turn.tx, case, turn.now, turn.rules)
    journal.add(turn.tx, "still", turn.now, incident_id=case.id, who=_me(turn))
    return emergency(tap="still", incident=case.id)


def cases(turn: Turn) -> Reply:
    """/kasus: mine and those waiting, each as a fresh message with its buttons."""
    if not turn.who.linked or not {"kasus"} & set(turn.menu):
        return Reply((menu.NotYours(turn.menu),), STAY)
    mine = incidents.taken_by(turn.tx, _me(turn))
    waiting = calls.waiting_for(turn.tx, _me(turn))
    post.say(turn.tx, turn.who.address_id, told.Cases(turn.menu, len(mine), len(waiting)), turn.now, lane=ALERT)
    shown = (*mine, *waiting)[:CASES_SHOWN]
    reading.cases(turn, shown)
    for case in shown:
        telling.show_again(turn.tx, case, turn.who.address_id, _me(turn), turn.now)
    return emergency()
