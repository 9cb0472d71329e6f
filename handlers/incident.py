"""The emergency as its reporter lives it: Darurat, a kind, and everything he may add."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers import escalation, hurt, mine, offered, silence, telling, triage, twins
from handlers.letters import details
from handlers.turn import STAY, Letter, Next, Reply, Turn, emergency
from messages import incident as said
from messages import menu
from messages.words import number as number_of
from messages.words import parts
from storage import calls, denials, drafts, incidents, journal, places, roster, updates
from storage import twins as reports
from storage.incidents import ARRIVED, CANCELLED, RED, REFERRED, TAKEN, WAITING, Incident
from storage.places import Where

CALL_LIVES = timedelta(seconds=60)
NOTES_KEPT = 50
MOST = 10  # cases of which one asks, as many as a list holds anywhere


def start(turn: Turn) -> Reply:
    """Darurat: 119 first, the kinds, and a clock that files by itself; an own open case is shown instead, unless the
    group of another TPS sent him here.

    Whatever else was being asked is put aside, so that the next words belong to the emergency.
    """
    sent, tps_id, own = offered.fresh(turn), _named_tps(turn), mine.newest(turn)
    then = offered.kept(sent) if sent else None
    if own is None or not elsewhere(tps_id, own):
        then = STAY if turn.who.dialog == "incident" else then
    if own is not None and not elsewhere(tps_id, own):
        return emergency(Letter("my_case", {"incident": own.id}), then=then, tap="ok", incident=own.id)
    drafts.open_call(turn.tx, turn.who.address_id, turn.now, turn.now + CALL_LIVES, tps_id)
    return emergency(said.Call(turn.emergency_number), then=then, tap="ok")


def elsewhere(tps_id: int | None, own: Incident) -> bool:
    """Whether a call that was opened from the group of a TPS is none of this case, which is at another."""
    return tps_id is not None and tps_id != own.tps_id


def _named_tps(turn: Turn) -> int | None:
    """The TPS whose group sent him here, where it is now: `/start darurat_12`. One that does not exist is none."""
    name, _, number = turn.args[0].partition("_") if turn.args else ("", "", "")
    if name != "darurat" or not (number.isascii() and number.isdigit() and len(number) < 10):  # noqa: PLR2004 - an id
        return None
    return places.of_tps(turn.tx, int(number)).tps_id if places.exists(turn.tx, int(number)) else None


def kind(turn: Turn) -> Reply:
    """A kind was tapped: it files, completes what was filed by itself, or is added to the open case."""
    what = turn.args[0]
    drafts.end_call(turn.tx, turn.who.address_id)
    own = mine.newest(turn)
    if own is None or elsewhere(turn.who.call_tps, own):
        return file(turn, what)
    own = incidents.need(turn.tx, own.id or 0)
    if mine.is_over(own.state):  # it ended this very moment
        return file(turn, what)
    own = own if what == triage.RIOT else hurt.of(turn.tx, own)
    return _complete(turn, own, what) if own.said == (triage.UNCLEAR,) else _add_kind(turn, own, what)


def home(turn: Turn) -> tuple[Where, bool]:
    """Where the reporter's own row puts him, and whether he stands in a roster at all.

    Two people on one number that is not yet told apart: the place that they share.
    """
    if turn.roles:
        return turn.roles[0].where, True
    everybody = Where(turn.election.id) if turn.election else Where()
    if turn.who.phone and turn.who.consent == "yes":
        sharing = [
            roster.roles(turn.tx, person, turn.now)
            for person, _ in denials.sharing(turn.tx, turn.who.address_id, turn.who.phone)
        ]
        found = [roles[0].where for roles in sharing if roles]
        return (_common(found), True) if found else (everybody, False)
    return everybody, False


def _common(found: list[Where]) -> Where:
    first = found[0]
    if all(each == first for each in found):
        return first
    if first.kelurahan_id and all(each.kelurahan_id == first.kelurahan_id for each in found):
        return Where(first.election_id, first.kecamatan_id, first.kelurahan_id)
    if first.kecamatan_id and all(each.kecamatan_id == first.kecamatan_id for each in found):
        return Where(first.election_id, first.kecamatan_id)
    return Where(first.election_id)


def file(
    turn: Turn, what: str, *, by_itself: bool = False, place: Where | None = None, other_victim: bool = False
) -> Reply:
    """File the incident and its alerts: from here on it is real. `other_victim`: known to be a case of its own."""
    where, verified = home(turn)
    sent = [] if other_victim else offered.fresh(turn)
    if place is None and turn.who.call_tps is not None:
        place = places.of_tps(turn.tx, turn.who.call_tps)
    place = place or offered.place(turn, where, offered.lately(turn, where, sent)) or mine.serving(turn)
    incident = incidents.file(
        turn.tx,
        address_id=turn.who.address_id,
        where=place or where,
        now=turn.now,
        kind=what,
        severity=triage.first(what),
        verified=verified,
        reporter_id=turn.who.person_id if turn.who.linked else None,
    )
    number = incident.id or 0
    journal.add(turn.tx, "filed", turn.now, incident_id=number, who=incident.reporter_id,
                detail={"kind": what, "by_itself": by_itself, "words": turn.who.named})  # fmt: skip
    incident = _along(turn, incident, sent)
    incident = escalation.start(turn.tx, incident, turn.now, turn.rules)
    if sent:
        telling.bring(turn.tx, incident, telling.listening(turn.tx, incident), turn.now)
    filed = Letter("filed", {"incident": number, "by_itself": by_itself, "police": turn.rules.police_number})
    if incident.where.known:
        twin = () if other_victim else twins.look(turn, incident)
        return emergency(filed, Letter("questions", {"incident": number}), *twin, then=None, incident=number)
    ask = said.PlaceAsk(incident.number, unknown=True)
    return emergency(filed, ask, then=Next("incident", "place", {"incident": number}), incident=number)


def _along(turn: Turn, case: Incident, sent: list[offered.Sent]) -> Incident:
    """What he had sent before he filed stands in the case from its first alert on."""
    for each in sent:
        for plain in parts(each.words):
            case = keep_note(turn, case, plain)
            journal.add(turn.tx, "note", turn.now, incident_id=case.id, who=case.reporter_id, detail={"words": plain})
        if each.ref:
            journal.add(turn.tx, each.what, turn.now, incident_id=case.id, who=case.reporter_id, detail=each.detail)
        if each.what == offered.PLACE:
            case = incidents.change(turn.tx, case.id or 0, **each.detail)
    return case


def _complete(turn: Turn, own: Incident, what: str) -> Reply:
    """What was filed by itself gets its kind; answers raise, so it stays red."""
    number = own.id or 0
    own = incidents.change(turn.tx, number, kind=what, kinds=what)
    entry = journal.add(turn.tx, "kind", turn.now, incident_id=number, who=turn.who.person_id, detail={"codes": [what]})
    silence.look(turn, number)
    telling.refresh(turn.tx, number, turn.now)
    tell_addition(turn, own, entry)
    escalation.widen(turn.tx, own, turn.now)
    added = said.KindAdded(own.number, what, entry, own=False)
    return emergency(added, Letter("questions", {"incident": number}), *twins.look(turn, own), incident=number)


def _add_kind(turn: Turn, own: Incident, what: str) -> Reply:
    """A kind beside the first: told to everybody called. The same tap twice within a minute is one tap."""
    number = own.id or 0
    repeated = what in own.said
    twice = repeated and journal.since(turn.tx, number, ("filed", "kind"), turn.now - CALL_LIVES)
    entry = journal.add(turn.tx, "kind", turn.now, incident_id=number, who=turn.who.person_id, detail={"codes": [what]})
    if not repeated:
        own = incidents.change(turn.tx, number, kinds=",".join((*own.said, what)))
        own = raise_severity(turn, own, kinds=(what,))
        silence.look(turn, number)
        telling.refresh(turn.tx, number, turn.now)
        if own.state == WAITING:
            escalation.widen(turn.tx, own, turn.now)
    if not twice:
        tell_addition(turn, own, entry)
    added = _kind_added(turn, own, what, entry, victim=own.verified)
    return also_hurt(turn, own) or emergency(replace(added, again=twice), incident=number)


def _kind_added(turn: Turn, own: Incident, what: str, entry: int, *, victim: bool) -> said.KindAdded:
    return said.KindAdded(own.number, what, entry, victim, turn.emergency_number, turn.rules.police_number)


def also_hurt(turn: Turn, own: Incident) -> Reply | None:
    """Its reporter says that somebody is hurt in a riot that a coordinator has taken: he reads of the new case."""
    new = hurt.look(turn, own)
    if new is None:
        return None
    then = None if new.where.known else Next("incident", "place", {"incident": new.id})
    return emergency(*hurt.told(turn, new), *twins.look(turn, new), then=then, incident=new.id)


def tell_addition(turn: Turn, own: Incident, entry: int) -> None:
    letter = Letter("addition", {"incident": own.id, "entry": entry})
    everybody = {c.person_id for c in calls.every(turn.tx, own.id or 0) if not c.dropped and not c.declined_at}
    telling.tell(turn.tx, own, everybody, letter, turn.now)


def raise_severity(turn: Turn, own: Incident, kinds: tuple[str, ...] = (), signs: tuple[str, ...] = ()) -> Incident:
    """Answers raise the severity; yellow or green turned red is told anew."""
    severity = triage.raised(own.severity, kinds, signs)
    if severity == own.severity:
        return own
    if severity == RED:
        return escalation.turn_red(turn.tx, own, turn.now, turn.rules)
    return incidents.change(turn.tx, own.id or 0, severity=severity)


def other_victim(turn: Turn) -> Reply:
    """Korban lain: the kind that was added becomes a case of its own, once however often it is tapped."""
    entry = journal.entry(turn.tx, int(turn.args[0]))
    own = incidents.by_id(turn.tx, entry.incident_id) if entry is not None and entry.incident_id else None
    if own is None or not mine.is_reporter(turn, own) or not own.verified or entry.what != "kind":
        return Reply(then=STAY, tap="not_yours")
    if not updates.claim(turn.tx, "other", str(entry.id), turn.now):
        return Reply(then=STAY, tap="already")
    what = turn.tx.vault.open_json(entry.detail_sealed)["codes"][0]
    return file(turn, what, place=own.where, other_victim=True)


def cancel(turn: Turn) -> Reply:
    """Batal, typed or as a label: the clock, else an open question, else the own case; of several the one he names."""
    if drafts.end_call(turn.tx, turn.who.address_id):
        return emergency(said.CallDropped(turn.menu), tap="cancelled")
    if turn.who.step and turn.who.dialog != "incident":
        return Reply((menu.Dropped(turn.menu),))
    asked = _place_asked(turn)
    if asked is not None and asked.where.known:
        return emergency(Letter("place_set", {"incident": asked.id, "kept": True}), then=None, incident=asked.id)
    every = mine.every(turn)
    own = [case for case in every if not mine.is_forgotten(turn, case)] or every[:1]
    if not own:
        offer = (turn.who.dialog, turn.who.step) == offered.OFFER
        return Reply((menu.Dropped(turn.menu),)) if offer else Reply((menu.NothingToCancel(turn.menu),), STAY)
    if len(own) == 1:
        return _cancel(turn, own[0])
    known = tuple((case.id or 0, number_of(case.number)) for case in own[:MOST])
    return emergency(said.CancelWhich(known, tuple(case.kind for case in own[:MOST])))


def _place_asked(turn: Turn) -> Incident | None:
    """The open case of his whose place he was about to change."""
    if (turn.who.dialog, turn.who.step) != ("incident", "place"):
        return None
    asked = incidents.by_id(turn.tx, int(turn.kept.get("incident", 0)))
    return asked if asked is not None and not mine.is_over(asked.state) and mine.is_reporter(turn, asked) else None


def cancel_tapped(turn: Turn) -> Reply:
    """Batal as a button of one case."""
    own = incidents.by_id(turn.tx, int(turn.args[0]))
    if own is None or not mine.is_reporter(turn, own):
        return Reply(then=STAY, tap="not_yours")
    return _cancel(turn, own)


def _cancel(turn: Turn, own: Incident) -> Reply:
    number = own.id or 0
    own = incidents.need(turn.tx, number)  # the lock first: another report may be joining it this moment
    if reports.reports(turn.tx, number):  # others saw it too: none of them calls it off alone
        return emergency(said.TooLateToCancel(own.number, "shared"), tap="shared")
    ended = {"state": CANCELLED, "climb_at": None, "tell_at": None, "quiet_at": None, "ended_at": turn.now}
    if not incidents.move(turn.tx, number, (WAITING, TAKEN), ended):
        now = incidents.need(turn.tx, number)
        if now.state == CANCELLED:
            return emergency(
                Letter("to_reporter", {"incident": number, "what": "cancelled"}), tap="cancelled", then=None
            )
        tap = {ARRIVED: "is_arrived", REFERRED: "is_referred"}.get(now.state, "ended")
        return emergency(said.TooLateToCancel(now.number, now.state), tap=tap)
    journal.add(turn.tx, "cancelled", turn.now, incident_id=number, who=turn.who.person_id)
    telling.withdraw_alerts(turn.tx, number, turn.now, "cancelled by the reporter")
    called = {each.person_id for each in calls.every(turn.tx, number) if not each.dropped}
    telling.tell(turn.tx, own, called, Letter("false_alarm", {"incident": number}), turn.now)
    telling.refresh(turn.tx, number, turn.now)
    said_so = Letter("to_reporter", {"incident": number, "what": "cancelled"})
    elsewhere = [each for each in reports.addresses_of(turn.tx, own) if each != turn.who.address_id]
    telling.say(turn.tx, own, elsewhere, said_so, turn.now)  # reported from one phone, called off from another
    return emergency(said_so, tap="cancelled", then=None, incident=number)


def filed_by_clock(turn: Turn) -> Reply:
    """The minute is over without a kind and without Batal."""
    own = mine.newest(turn)
    if own is not None and not elsewhere(turn.who.call_tps, own):
        return Reply(then=STAY)
    return file(turn, triage.UNCLEAR, by_itself=True)


def answerable(turn: Turn) -> tuple[Incident | None, str]:
    """The reporter's case that a tap is about, locked; else what the tap is answered with."""
    found = incidents.by_id(turn.tx, int(turn.args[0]))
    if found is None or not mine.is_reporter(turn, found):
        return None, "not_yours"
    found = incidents.need(turn.tx, found.id or 0)
    if mine.is_over(found.state):
        return None, "cancelled" if found.state == CANCELLED else "ended"
    return found, "noted"


def keep_details(turn: Turn, own: Incident, **more: object) -> Incident:
    """Change the sealed details of a case, and return it as it is then."""
    sealed = turn.tx.vault.seal_json(details(turn.tx, own) | more)
    return incidents.change(turn.tx, own.id or 0, details_sealed=sealed)


def keep_note(turn: Turn, own: Incident, plain: str) -> Incident:
    """The reporter's words, among the newest of a case."""
    return keep_details(turn, own, notes=[*details(turn.tx, own)["notes"], plain][-NOTES_KEPT:])
