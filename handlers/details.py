"""Everything that makes an alert better, each optional: which signs, where, a photo, a voice note, words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers import escalation, finding, hearing, hurt, incident, ladder, mine, offered, relay, telling, triage, twins
from handlers.facts import place_words
from handlers.letters import details
from handlers.turn import STAY, Letter, Next, Reply, Turn, emergency
from messages import incident as said
from messages import menu, welcome
from messages.chat import Place
from messages.render import label
from messages.words import map_link, parts
from storage import calls, deliveries, drafts, incidents, journal, places, updates
from storage.incidents import RED, WAITING, Incident
from storage.places import Where

SPOKEN = (*journal.FILES, "note", "relayed")
SAID_APART, RUSH = 20, timedelta(minutes=1)  # additions that are messages of their own, and within how long


def signs(turn: Turn) -> Reply:
    """Show the signs to choose from."""
    own, tap = _casualty(turn)
    if own is None:
        return Reply(then=STAY, tap=tap)
    return emergency(Letter("signs", {"incident": own.id}), tap="ok", incident=own.id)


def sign(turn: Turn) -> Reply:
    """One sign tapped on or off; the list is edited in place, the alerts too."""
    own, tap = _casualty(turn)
    code = turn.args[1]
    if own is None or code not in triage.SIGNS:
        return Reply(then=STAY, tap=tap if own is None else "unknown")
    was_red = own.severity == RED
    own = _mark(turn, own, code, on=code not in details(turn.tx, own)["signs"])
    filed = incident.also_hurt(turn, own)
    if filed is not None:
        return filed
    if own.severity == RED and not was_red:
        return emergency(said.Noted(own.number, "signs", True, turn.emergency_number), incident=own.id)
    return emergency(tap="noted", incident=own.id)


def _casualty(turn: Turn) -> tuple[Incident | None, str]:
    """The reporter's case that a tap is about, or the one of who was hurt in it; else what the tap is answered with."""
    own, tap = incident.answerable(turn)
    return (hurt.of(turn.tx, own), tap) if own is not None else (None, tap)


def _mark(turn: Turn, own: Incident, code: str, *, on: bool) -> Incident:
    others = [each for each in details(turn.tx, own)["signs"] if each != code]
    after = [*others, code] if on else others
    incident.keep_details(turn, own, signs=after)
    added(turn, own, "signs", {"codes": after})
    own = incident.raise_severity(turn, own, signs=(code,) if on else ())  # taking one back raises nothing
    if own.state == WAITING:
        escalation.widen(turn.tx, own, turn.now)
    for each in (own.id, own.riot_id):
        for delivery_id in deliveries.shown(turn.tx, incident_id=each or 0, kinds=("signs",)):
            deliveries.post_edit(turn.tx, delivery_id, turn.now)
    return own


def signed(turn: Turn) -> Reply:
    """Done choosing."""
    own, tap = _casualty(turn)
    if own is None:
        return Reply(then=STAY, tap=tap)
    red = any(triage.SIGNS[each] == RED for each in details(turn.tx, own)["signs"])
    return emergency(said.Noted(own.number, "signs", red, turn.emergency_number), incident=own.id)


def added(turn: Turn, own: Incident, what: str, detail: dict[str, Any]) -> int:
    """Write an addition down, show it in the alerts, and tell the taker by a message."""
    number = own.id or 0
    if not turn.who.linked and turn.who.named:
        detail = {**detail, "by": turn.who.named}  # as he calls himself: nobody of the roster stands for it
    entry = journal.add(turn.tx, what, turn.now, incident_id=number, who=turn.who.person_id, detail=detail)
    telling.refresh(turn.tx, number, turn.now)
    if own.taken_by and what in {"who", "signs", "note"} and not _in_a_rush(turn, own, what):
        letter = Letter("addition", {"incident": number, "entry": entry})
        speaks = {turn.who.person_id} if turn.who.linked else set()
        telling.tell(turn.tx, own, _hears_of(turn, own, what) - speaks, letter, turn.now)
    if own.state == WAITING and what == "who":
        escalation.widen(turn.tx, own, turn.now)
    return entry


def _in_a_rush(turn: Turn, own: Incident, what: str) -> bool:
    """So much was added lately that it is not said apart any more: the alert shows the newest, and he is told."""
    return journal.count_since(turn.tx, own.id or 0, what, turn.now - RUSH) > SAID_APART


def _hears_of(turn: Turn, own: Incident, what: str) -> set[int]:
    """Who has taken the case; of signs and of who was hurt only if he is a health worker or of Dinkes."""
    taker = own.taken_by or 0
    call = calls.one(turn.tx, own.id or 0, taker)
    return {taker} if what == "note" or (call is not None and call.view in ladder.MEDICAL) else set()


# --- where ---


def place_ask(turn: Turn) -> Reply:
    own, tap = incident.answerable(turn)
    if own is None:
        return Reply(then=STAY, tap=tap)
    then = Next("incident", "place", {"incident": own.id})
    return emergency(said.PlaceAsk(own.number), then=then, tap="ok", incident=own.id)


def place_typed(turn: Turn) -> Reply:
    """Kelurahan and TPS in words. What is not understood is asked again, and goes to the called as words."""
    own = incidents.by_id(turn.tx, int(turn.kept.get("incident", 0)))
    if own is None or mine.is_over(own.state) or not mine.is_reporter(turn, own):
        return words(turn)
    return _place(turn, incidents.need(turn.tx, own.id or 0))


def _place(turn: Turn, own: Incident) -> Reply:
    rows = places.all_kelurahan(turn.tx, [each.id for each in turn.elections])
    found = finding.place(turn.heard.text, rows, landmarks=not own.where.known)
    if found.kelurahan is None and found.kecamatan is None:
        return _not_understood(turn, own, found)
    where, exact = _where(turn, found)
    for each in hurt.together(turn.tx, own):
        escalation.move(turn.tx, each, where, turn.now, turn.rules, turn.who.person_id)
    own = escalation.move(turn.tx, own, where, turn.now, turn.rules, turn.who.person_id)
    if not exact or finding.is_more(turn.heard.text, found):
        note(turn, own, turn.heard.text)
    if not exact:
        wrong = said.PlaceWrong(own.number, "tps", (found.kelurahan.name,))
        return emergency(wrong, incident=own.id)
    questions = Letter("questions", {"incident": own.id})
    twin = twins.look(turn, own)
    return emergency(Letter("place_set", {"incident": own.id}), questions, *twin, then=None, incident=own.id)


def _where(turn: Turn, found: finding.Found) -> tuple[Where, bool]:
    """The place, and whether the TPS that was said exists (no number said: nothing is missing)."""
    if found.kelurahan is None:
        return Where(found.kecamatan.election_id, found.kecamatan.kecamatan_id), True
    row = found.kelurahan
    tps_id = places.tps_by_number(turn.tx, row.id, found.number) if found.number is not None else None
    if tps_id is not None:
        return places.of_tps(turn.tx, tps_id), True
    return Where(row.election_id, row.kecamatan_id, row.id), found.number is None


def _not_understood(turn: Turn, own: Incident, found: finding.Found) -> Reply:
    note(turn, own, turn.heard.text)
    reason, near = ("several", found.several) if found.several else ("kelurahan", found.near)
    return emergency(said.PlaceWrong(own.number, reason, near), incident=own.id)


def position(turn: Turn) -> Reply:
    """A shared location: it makes the map exact; a live one only moves it."""
    own, opened = _own_or_opened(turn)
    shared = turn.heard.place
    if own is None and shared is not None and not turn.heard.edited:
        return _position_of_no_case(turn, shared)
    if own is None or shared is None:
        return _no_case(turn)
    at = {"latitude": shared.latitude, "longitude": shared.longitude}
    for each in (own, *hurt.together(turn.tx, own)):
        changed = incidents.change(turn.tx, each.id or 0, **at)
        if turn.heard.edited:
            telling.refresh(turn.tx, each.id or 0, turn.now)
        else:
            show(turn, changed, "place", at)
    if turn.heard.edited:
        return Reply(then=STAY)
    return opened or _noted(turn, own, "place")


def _position_of_no_case(turn: Turn, shared: Place) -> Reply:
    """Of who has taken a case it goes to its reporter, as a link; of anybody else it is offered. Neither answers what
    was being asked."""
    heard = turn.heard
    turn.heard = replace(heard, text=f"{label('position')} {map_link(shared.latitude, shared.longitude, '')}")
    if (to_reporter := relay.from_worker(turn)) is not None:
        return replace(to_reporter, then=STAY) if to_reporter.then is None else to_reporter
    turn.heard = heard
    offer = offered.offer(turn, triage.UNCLEAR)
    return replace(offer, then=offered.along(turn, STAY, triage.UNCLEAR))


# --- photo, voice, words ---


def file(turn: Turn) -> Reply:
    """A photo, a voice note or a document: it goes to the called as a reply to their alert."""
    own, opened = _own_or_opened(turn)
    sent = turn.heard.file
    if own is None and (to_reporter := relay.from_worker(turn)) is not None:
        return to_reporter
    if own is None and sent is not None:
        return offered.offer(turn, hearing.guess(turn.heard.text) or triage.UNCLEAR)
    if own is None or sent is None:
        return _no_case(turn)
    show(turn, own, sent.kind, {"ref": sent.ref})
    if turn.heard.text:
        note(turn, own, turn.heard.text)
    return opened or _noted(turn, own, sent.kind)


def _noted(turn: Turn, own: Incident, what: str, *, rush: bool = False) -> Reply:
    """It is written down and handed on; to another case of his, too, where he says so. What is sent hours after
    somebody came, or names another place, may be a new emergency, and words in a riot may be of somebody hurt."""
    entry, others = journal.newest(turn.tx, own.id or 0), relay.elsewhere(turn, own)
    noted = said.Noted(own.number, what, rush=rush, entry=entry, elsewhere=others)
    kind = hearing.guess(turn.heard.text) or (triage.UNCLEAR if turn.heard.file or turn.heard.place else None)
    there = offered.elsewhere(turn, own.where, offered.with_this(turn)[-1:])
    if there is not None and hearing.guess(turn.heard.text):
        offer = offered.offer(turn, kind or triage.UNCLEAR, place_words(turn.tx, there))
        return replace(offer, says=(noted, *offer.says), incident_id=own.id)
    if (
        kind and kind not in {triage.UNCLEAR, triage.RIOT} and not hurt.is_medical(turn.tx, own)
    ):  # a riot: does it hurt somebody?
        return emergency(noted, said.Maybe(kind, turn.emergency_number), incident=own.id)
    if not (kind and mine.is_forgotten(turn, own)):
        return emergency(noted, incident=own.id)
    offer = offered.offer(turn, kind)
    return replace(offer, says=(noted, *offer.says), incident_id=own.id)


def hand_on(turn: Turn) -> Reply:
    """The same for another case of his: as its reporter's words, or from who has taken it."""
    entry, case = journal.entry(turn.tx, int(turn.args[0])), incidents.by_id(turn.tx, int(turn.args[1]))
    source = incidents.by_id(turn.tx, entry.incident_id) if entry is not None and entry.incident_id else None
    if case is None or source is None or not (_has_part(turn, source) and _has_part(turn, case)):
        return Reply(then=STAY, tap="not_yours")
    case = incidents.need(turn.tx, case.id or 0)
    if mine.is_over(case.state):
        return Reply(then=STAY, tap="ended")
    if not updates.claim(turn.tx, "hand", f"{entry.id}:{case.id}", turn.now):
        return Reply(then=STAY, tap="already")
    for each in journal.said_with(turn.tx, entry, SPOKEN):
        _say_for(turn, case, each.what, turn.tx.vault.open_json(each.detail_sealed) or {})
    noted = said.Noted(case.number) if mine.is_reporter(turn, case) else relay.passed_on(turn, case)
    return emergency(noted, incident=case.id)


def _has_part(turn: Turn, case: Incident) -> bool:
    took = turn.who.linked and case.taken_by is not None and case.taken_by == turn.who.person_id
    return took or mine.is_reporter(turn, case)


def _say_for(turn: Turn, case: Incident, what: str, detail: dict[str, Any]) -> None:
    ref, kind = detail.get("ref", ""), detail.get("kind") or (what if what in journal.FILES else "")
    if not mine.is_reporter(turn, case):
        relay.pass_on(turn, case, {"words": detail.get("words", ""), "kind": kind, "ref": ref})
        return
    if ref:
        show(turn, case, kind, {"ref": ref})
    note(turn, incidents.need(turn.tx, case.id or 0), detail.get("words", ""))


def show(turn: Turn, own: Incident, what: str, detail: dict[str, Any]) -> None:
    """Under the newest alert of all who hear it; a picture may show health, so not every coordinator sees it."""
    entry = added(turn, own, what, detail)
    hears = telling.listening(turn.tx, own)
    readers = hears if what == "place" else hears & telling.may_read(turn.tx, own)
    telling.show(turn.tx, own, entry, readers, turn.now)


def words(turn: Turn) -> Reply:
    """Free words: they belong to the own open case, or file the call that was opened; else they are not understood."""
    reply = _words(turn)
    if not turn.heard.unread or not reply.incident_id:
        return reply
    known = incidents.by_id(turn.tx, reply.incident_id)
    return replace(reply, says=(*reply.says, said.NotHandedOn(known.number if known else 0)))


def _words(turn: Turn) -> Reply:
    own, opened = _own_or_opened(turn)
    if own is None:
        return relay.from_worker(turn) or _of_no_case(turn)
    if not turn.heard.text:
        return opened or emergency(incident=own.id)
    if opened is None and not own.where.known:
        return _place(turn, own)
    note(turn, own, turn.heard.text)
    rush = bool(own.taken_by) and _in_a_rush(turn, own, "note")
    return opened or _noted(turn, own, "note", rush=rush)


def _of_no_case(turn: Turn) -> Reply:
    if kind := hearing.guess(turn.heard.text):
        return offered.offer(turn, kind)
    if turn.heard.text and offered.fresh(turn):  # no consent is asked for between an offer and its button
        return emergency(said.OfferKept(turn.menu), then=offered.along(turn, STAY, ""))
    if not turn.who.consent:  # his first words, where no button says /start
        return Reply((welcome.Consent(),), Next("welcome", "consent"))
    return Reply((menu.Lost(turn.menu),), STAY)


def note(turn: Turn, own: Incident, text: str) -> None:
    """Keep words, sealed, and bring them to the called."""
    for plain in parts(text):
        own = incident.keep_note(turn, own, plain)
        added(turn, own, "note", {"words": plain})


def _own_or_opened(turn: Turn) -> tuple[Incident | None, Reply | None]:
    """The own open case, locked; where only a call was opened, what arrives now files it as it stands."""
    own = mine.spoken_of(turn)
    new = own is None or incident.elsewhere(turn.who.call_tps, own)
    if new and not turn.heard.edited and drafts.end_call(turn.tx, turn.who.address_id):
        return _opened(turn)
    serves = turn.who.linked and turn.who.person_id and incidents.taken_by(turn.tx, turn.who.person_id)
    own = own or (None if serves else mine.answered(turn))  # his words are for the case that he has taken
    return (incidents.need(turn.tx, own.id or 0), None) if own is not None else (None, None)


def _opened(turn: Turn) -> tuple[Incident | None, Reply | None]:
    reply = incident.file(turn, triage.UNCLEAR)
    return mine.newest(turn), reply


def _no_case(turn: Turn) -> Reply:
    return Reply(then=STAY) if turn.heard.edited else Reply((menu.Lost(turn.menu),), STAY)
