"""The way out when a step raises: an emergency is filed plainly and alerted all the same.

It leans on as little as it can. What it does beyond filing is tried in savepoints, so that a second fault cannot
undo the first rescue.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from handlers import escalation, post, routing, telling, triage
from handlers.turn import Letter, Rules
from messages import menu
from messages.chat import Address, Heard
from messages.words import short
from storage import calls, drafts, elections, incidents, journal, people, places, roster, speakers, updates
from storage.database import Tx
from storage.deliveries import ALERT, REPLY
from storage.incidents import RED, Incident
from storage.places import Where
from storage.speakers import Speaker

AGAIN = timedelta(seconds=90)  # until the ladder is tried again


def rescue(tx: Tx, what: Heard, now: datetime, rules: Rules) -> None:
    """In a fresh transaction after a step raised: file if it may be an emergency, and say sorry."""
    if not updates.claim(tx, what.chat.channel, what.update_id, now):
        return
    who = speakers.speaker(tx, what.chat.channel, what.chat.id, what.named, now)
    urgent = routing.may_be_emergency(what) and not _as_taker(tx, who, what)
    if not what.group and (urgent or who.file_at is not None or _own(tx, who) is not None):
        file(tx, who, what, now, rules)
    elif not what.group:
        post.say(tx, who.address_id, menu.Sorry(("data", "bantuan")), now, lane=REPLY)
    if what.tap:
        post.answer_tap(tx, who.address_id, what.tap, "noted", now, REPLY)


def too_fast(tx: Tx, what: Heard, now: datetime) -> None:
    """Some of what he sent was not read; an emergency is."""
    who = speakers.speaker(tx, what.chat.channel, what.chat.id, what.named, now)
    post.say(tx, who.address_id, menu.TooFast(), now, lane=REPLY)


def file_call(tx: Tx, address_id: int, now: datetime, rules: Rules) -> None:
    """The minute of an opened call is over and filing it failed: file it plainly."""
    who = speakers.speaker_of(tx, address_id, lock=True)
    if who.file_at is not None and who.file_at <= now:
        chat = Address(who.channel, who.external)
        file(tx, who, Heard("", chat, chat, now), now, rules)


def _as_taker(tx: Tx, who: Speaker, what: Heard) -> bool:
    """Whether it is a button under a case that he took: who came may tap some that are the reporter's too."""
    number = routing.number_in(what)
    case = incidents.by_id(tx, number) if number is not None else None
    return case is not None and case.taken_by is not None and case.taken_by == who.person_id


def _own(tx: Tx, who: Speaker) -> Incident | None:
    return next(iter(incidents.own_open(tx, who.address_id, who.person_id)), None)


def file(tx: Tx, who: Speaker, what: Heard, now: datetime, rules: Rules) -> Incident:
    """File, or add to the own open case, with the raw words; then alert."""
    drafts.end_call(tx, who.address_id)
    own = _own(tx, who)
    raw = what.text or what.choice or (what.file.kind if what.file else "")
    incident = own or _new(tx, who, what, now)
    number = incident.id or 0
    kept = tx.vault.open_json(incident.details_sealed) or {"signs": [], "notes": []}
    kept["notes"] = [*kept["notes"], short(raw, 1000)] if raw else kept["notes"]
    incident = incidents.change(tx, number, details_sealed=tx.vault.seal_json(kept))
    journal.add(tx, "plain", now, incident_id=number, who=who.person_id, detail={"words": short(raw, 1000)})
    if own is None:
        started = _try(tx, lambda: escalation.start(tx, incident, now, rules))
        if not started:
            _call_simply(tx, incident, now)
    else:
        _try(tx, lambda: telling.refresh(tx, number, now))
    letter = Letter("filed", {"incident": number, "by_itself": False, "police": rules.police_number})
    post.say(tx, who.address_id, letter, now, lane=ALERT, incident=(number, incident.number))
    return incident


def _new(tx: Tx, who: Speaker, what: Heard, now: datetime) -> Incident:
    roles = roster.roles(tx, who.person_id, now) if who.linked and who.person_id else []
    known = elections.active(tx, now)
    where = roles[0].where if roles else Where(known[0].id if known else None)
    where = places.of_tps(tx, who.call_tps) if who.call_tps is not None else where
    key = routing.label_of(what.text)
    return incidents.file(
        tx,
        address_id=who.address_id,
        where=where,
        now=now,
        kind=key if key in triage.KINDS and key else triage.UNCLEAR,
        severity=RED,
        plain=True,
        verified=bool(roles),
        reporter_id=who.person_id if who.linked else None,
    )


def _try(tx: Tx, work: Callable[[], object]) -> bool:
    """Do `work` all or nothing; a fault in it costs only itself."""
    try:
        with tx.conn.begin_nested():
            work()
    except Exception:  # noqa: BLE001 - the case is filed; whatever else fails must not undo that
        return False
    return True


def _call_simply(tx: Tx, incident: Incident, now: datetime) -> None:
    """The ladder itself failed: call every health worker of the place's puskesmas and every coordinator, at once."""
    number = incident.id or 0
    everybody = roster.coordinators(tx, [each.id for each in elections.active(tx, now)], now)
    everybody += roster.workers_of_kecamatan(tx, incident.kecamatan_id, now) if incident.kecamatan_id else []
    everybody = [role for role in everybody if role.person_id != incident.reporter_id]
    reachable = people.reachable(tx, [role.person_id for role in everybody])
    # The clock goes on from here: it repeats, and tells the reporter, as with any case.
    incidents.change(tx, number, rung=0, round=1, climb_at=now + AGAIN, tell_at=now + escalation.TELL_AFTER[0])
    for role in {role.person_id: role for role in everybody if role.institution != "BPJS"}.values():
        view = "worker" if role.kind == roster.WORKER else "dinkes" if role.institution == "Dinkes" else "coordinator"
        calls.call(tx, number, role.person_id, view, 0, now)
        for address_id in reachable.get(role.person_id, ()):
            refs = {"incident": number, "person": role.person_id, "again": 0, "red": False}
            post.say(tx, address_id, Letter("alert", refs), now, lane=ALERT,
                     incident=(number, incident.number), rung=0)  # fmt: skip
