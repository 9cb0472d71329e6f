"""Letters to those who are called for an emergency, and to the coordinators of its area."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers import ladder, triage
from handlers.facts import case_of, details, name_of, place_words
from handlers.letters.registry import Writing, letter
from messages import response as told
from messages import words
from messages.render import Words
from storage import calls, denials, incidents, journal, people, places, roster, speakers, twins
from storage.database import Tx
from storage.incidents import CANCELLED, CLOSED, WAITING, Incident


def _relation(incident: Incident, call: Any, person_id: int) -> str:
    if incident.taken_by == person_id and incident.state not in {CLOSED, CANCELLED}:
        return "mine"
    if incident.state in {CLOSED, CANCELLED}:
        return "ended"
    if call is None or call.dropped:
        return "dropped"
    if incident.state != WAITING:
        return "declined" if call.declined_at else "other"
    return "declined" if call.declined_at else "open"


def _his_over(incident: Incident, person_id: int) -> bool:
    """Closed by this person, who may still say who the casualty was."""
    return incident.state == CLOSED and incident.taken_by == person_id and not incident.merged_into


MARKED = 2  # false alarms before this one from which on the alert says so
NOTES_SHOWN = 3  # the newest; all of them stand in the journal


@letter("alert")
def _alert(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None:
        return None
    if w.to.person_id != w.refs["person"]:
        return told.Hidden()  # unlinked meanwhile: what was shown is taken back
    call = calls.one(w.tx, w.refs["incident"], w.refs["person"])
    if call is not None and call.dropped and not w.to.roles and incident.taken_by != w.to.person_id:
        return told.Hidden()  # no list names him any more
    view = call.view if call else "coordinator"
    alert = _case_facts(w.tx, incident, w.refs, w.now)
    alert = replace(alert, view=view, relation=_relation(incident, call, w.refs["person"]),
                    again=w.refs.get("again", 0), turned_red=bool(w.refs.get("red")),
                    missed=bool(w.refs.get("missed")), nobody=bool(w.refs.get("nobody")),
                    took=_his_over(incident, w.refs["person"]),
                    left=incident.left_by == w.refs["person"] and incident.state == WAITING,
                    posted=_is_posted(w.tx, incident, w.refs["person"], w.now))  # fmt: skip
    if view in ladder.MEDICAL:
        return alert
    # What is written, and whether the reporter himself is hurt, is for who serves the case.
    known = (alert.notes, alert.casualty) if incident.taken_by == w.refs["person"] else ((), "")
    alert = replace(alert, notes=known[0], casualty=known[1])
    return replace(alert, signs=(), age=None, casualty_name="", outcome="", referred_to="")


def _is_posted(tx: Tx, incident: Incident, person_id: int, now: datetime) -> bool:
    return any(role.person_id == person_id for role in roster.posted(tx, incident.where, now))


def _case_facts(tx: Tx, incident: Incident, refs: dict[str, Any], now: datetime) -> told.Alert:
    named = places.named(tx, incident.where)
    shared = incident.latitude is not None
    latitude = incident.latitude if shared else named.latitude
    longitude = incident.longitude if shared else named.longitude
    place = words.place(named.tps, named.kelurahan, named.kecamatan, named.puskesmas)
    sealed = details(tx, incident)
    alarms = incidents.false_alarms(tx, incident)
    return told.Alert(
        incident=refs["incident"],
        number=incident.number,
        state=incident.state,
        severity=incident.severity,
        kinds=incident.said,
        place=place,
        new_place=place,
        map_link=words.map_link(
            latitude, longitude, ", ".join(e for e in (place, named.election) if e) if place else ""
        ),
        exact=latitude is not None,
        casualty=incident.casualty,
        casualty_name=name_of(tx, incident.casualty_id),
        age=_age(tx, incident.casualty_id, now),
        signs=tuple(sealed["signs"]),
        notes=tuple(sealed["notes"][-NOTES_SHOWN:]),
        reporters=reporters(tx, incident),
        verified=incident.verified,
        by_itself=incident.said == (triage.UNCLEAR,) and _came_by_itself(tx, incident),
        reported_at=incident.reported_at,
        taker=name_of(tx, incident.taken_by),
        outcome=incident.outcome,
        referred_to=tx.vault.open(incident.referred_sealed) if incident.referred_sealed else "",
        alarms=alarms if alarms >= MARKED else 0,
        joined=_joined(tx, incident),
        riot=_number(tx, incident.riot_id),
        apart=_apart(tx, incident),
        seal=incident.chain_head if incident.state in {CLOSED, CANCELLED} else "",
    )


def _joined(tx: Tx, incident: Incident) -> int:
    """The number of the case that this report was joined to; 0: it is a case of its own."""
    return _number(tx, incident.merged_into)


def _number(tx: Tx, incident_id: int | None) -> int:
    found = incidents.by_id(tx, incident_id) if incident_id else None
    return found.number if found else 0


def _apart(tx: Tx, incident: Incident) -> int:
    """The number of the newest case of who was hurt in this riot; 0: there is none."""
    found = incidents.casualty_of(tx, incident.id or 0, incidents.EVER) if triage.RIOT in incident.said else None
    return found.number if found else 0


def _came_by_itself(tx: Tx, incident: Incident) -> bool:
    """Whether the minute ran out; an unclear case may also have been reported with one tap, or be filed plainly."""
    filed = journal.of_incident(tx, incident.id or 0)[:1]
    detail = tx.vault.open_json(filed[0].detail_sealed) if filed else None
    return bool(detail and detail.get("by_itself"))


def reporters(tx: Tx, incident: Incident) -> tuple[tuple[str, str], ...]:
    """Name and phone of everybody who reported this event, who did first first."""
    every = [incident, *twins.reports(tx, incident.id or 0)]
    return tuple(dict.fromkeys(one for each in every for one in _reporters(tx, each)))


def _reporters(tx: Tx, incident: Incident) -> tuple[tuple[str, str], ...]:
    """Both names where two people share the number and it is not said who speaks."""
    who = speakers.speaker_of(tx, incident.reporter_address_id)
    if incident.reporter_id:
        row = people.person(tx, incident.reporter_id)
        return ((row.name, row.phone or ""),)
    if who.phone and incident.verified:
        return tuple((name, who.phone) for _, name in denials.sharing(tx, who.address_id, who.phone))
    return ((who.named or "?", who.phone or ""),)


def _age(tx: Tx, person_id: int | None, now: datetime) -> int | None:
    """The age by the NIK's date of birth (a woman's day stands 40 higher), so that it falls between 17 and 99."""
    row = people.person(tx, person_id) if person_id else None
    if row is None or not row.nik_sealed:
        return None
    nik = tx.vault.open(row.nik_sealed)
    day, month, year = int(nik[6:8]) % 40, int(nik[8:10]), int(nik[10:12])
    century = 2000 if now.year - (2000 + year) >= 17 else 1900  # noqa: PLR2004 - the youngest officer
    return now.year - (century + year) - ((now.month, now.day) < (month, day))


@letter("red_notice")
def _red_notice(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None or not w.to.linked:
        return None
    his = any(role.kind == roster.COORDINATOR and ladder.holds(role, incident.where) for role in w.to.roles)
    return told.RedNotice(
        number=incident.number,
        severity=incident.severity,
        place=place_words(w.tx, incident.where),
        state=incident.state,
        reported_at=incident.reported_at,
        joined=_joined(w.tx, incident),
        incident=w.refs["incident"],
        mark=("set" if incident.false_by else "open") if his and incident.may_be_false else "",
    )


@letter("false_alarm")
def _false_alarm(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    return told.FalseAlarm(incident.number, place_words(w.tx, incident.where)) if incident and w.to.linked else None


@letter("long_there")
def _long_there(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None or incident.state != "arrived" or not w.to.linked:
        return None
    return told.LongThere(incident.number, place_words(w.tx, incident.where), w.refs["minutes"])


@letter("nobody_left")
def _nobody_left(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None or incident.state != WAITING or not w.to.linked:
        return None
    return told.NobodyLeft(incident.number, place_words(w.tx, incident.where), w.refs["what"])


@letter("still_ask")
def _still_ask(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if (
        incident is None
        or incident.taken_by != w.to.person_id
        or incident.state not in {"taken", "arrived", "referred"}
    ):
        return None
    return told.StillAsk(incident.number, w.refs["incident"], incident.state, incident.severity, w.refs["minutes"])


@letter("addition")
def _addition(w: Writing) -> Words | None:
    entry = journal.entry(w.tx, w.refs["entry"])
    incident = case_of(w.tx, w.refs)
    if entry is None or incident is None or not w.to.linked:
        return None
    detail = w.tx.vault.open_json(entry.detail_sealed) or {}
    return told.Addition(
        number=incident.number,
        what=entry.what,
        words=detail.get("words", ""),
        codes=tuple(detail.get("codes", ())),
        place=place_words(w.tx, incident.where),
        by=name_of(w.tx, entry.who) or detail.get("by", ""),
    )


@letter("shown")
def _shown(w: Writing) -> Words | None:
    entry = journal.entry(w.tx, w.refs["entry"])
    incident = case_of(w.tx, w.refs)
    if entry is None or incident is None or not w.to.linked:
        return None
    detail = w.tx.vault.open_json(entry.detail_sealed) or {}
    return told.Shown(
        number=incident.number,
        what=entry.what,
        by=name_of(w.tx, entry.who) or detail.get("by", ""),
        ref=detail.get("ref", ""),
        latitude=detail.get("latitude"),
        longitude=detail.get("longitude"),
    )
