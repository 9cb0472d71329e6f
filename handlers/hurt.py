"""Somebody is hurt in a riot that a coordinator has taken: it stays his, and the casualty becomes a case of its own.

It makes no difference whether that was said before the coordinator took it or after: a health worker who was called
reads that the riot is handled, and would stay where he is. What is of the casualty goes with him, so that the riot is a
riot again; what is said of him later goes to his case, whichever of the two it is said of.
"""

from __future__ import annotations

from handlers import escalation, ladder, mine, silence, telling, triage, twins
from handlers.letters import details
from handlers.turn import Letter, Turn
from messages import incident as said
from messages.render import Words
from storage import calls, incidents, journal
from storage import twins as twins_of
from storage.database import Tx
from storage.incidents import OPEN, Incident

BROUGHT = ("filed", "note", *journal.FILES)  # what was told of the riot, and the puskesmas needs


def is_medical(tx: Tx, case: Incident) -> bool:
    """Whether anybody is sick or hurt, as far as said; if not, it is a riot and nothing else."""
    return triage.needs_medicine(case.said, details(tx, case)["signs"], case.casualty)


def of(tx: Tx, own: Incident) -> Incident:
    """The case that what is said of a casualty belongs to, locked: his own, where the riot has one that is open."""
    there = incidents.casualty_of(tx, own.id or 0) if triage.RIOT in own.said else None
    return incidents.need(tx, there.id or 0) if there is not None else own


def together(tx: Tx, own: Incident) -> list[Incident]:
    """The riot of this casualty or the casualty of this riot, locked, while it is open and at the same place."""
    there = incidents.by_id(tx, own.riot_id) if own.riot_id else incidents.casualty_of(tx, own.id or 0)
    found = there is not None and there.state in OPEN and there.where == own.where
    return [incidents.need(tx, there.id or 0)] if there is not None and found else []


def look(turn: Turn, own: Incident) -> Incident | None:
    """Part the casualty from the riot, locked by the turn, if a coordinator has taken it; the casualty's case."""
    if not _is_needed(turn.tx, own):
        return None
    kinds = tuple(kind for kind in own.said if kind != triage.RIOT) or (triage.UNCLEAR,)
    speaks = mine.is_reporter(turn, own)
    new = incidents.file(
        turn.tx,
        address_id=turn.who.address_id if speaks else own.reporter_address_id,
        where=own.where,
        now=turn.now,
        kind=kinds[0],
        severity=triage.raised(triage.first(kinds[0]), kinds, details(turn.tx, own)["signs"]),
        verified=own.verified,
        reporter_id=(turn.who.person_id if turn.who.linked else None) if speaks else own.reporter_id,
        riot_id=own.id,
        casualty=own.casualty,
        casualty_id=own.casualty_id,
        latitude=own.latitude,
        longitude=own.longitude,
        details_sealed=own.details_sealed,
    )
    new = incidents.change(turn.tx, new.id or 0, kinds=",".join(kinds))
    _bring(turn, own, new)
    _leave_the_riot(turn, own)
    silence.look(turn, new.id or 0)
    new = escalation.start(turn.tx, new, turn.now, turn.rules)
    telling.bring(turn.tx, new, telling.listening(turn.tx, new), turn.now)
    return new


def _is_needed(tx: Tx, own: Incident) -> bool:
    if own.taken_by is None or triage.RIOT not in own.said or not is_medical(tx, own):
        return False
    call = calls.one(tx, own.id or 0, own.taken_by)
    return call is None or call.view not in ladder.MEDICAL


def _bring(turn: Turn, own: Incident, new: Incident) -> None:
    """The words, the files and the name of who reported, under whoever said them, also in reports of the same riot."""
    for each in (own, *twins_of.reports(turn.tx, own.id or 0)):
        for entry in journal.of_incident(turn.tx, each.id or 0):
            if entry.what not in BROUGHT or (entry.what == "filed" and each is not own):
                continue
            detail = turn.tx.vault.open_json(entry.detail_sealed) or {}
            more = {"kind": new.kind, "riot": own.number} if entry.what == "filed" else {}
            journal.add(turn.tx, entry.what, turn.now, incident_id=new.id, who=entry.who, detail=detail | more)


def _leave_the_riot(turn: Turn, own: Incident) -> None:
    """A riot again: the health workers who were called for it are called for the casualty."""
    everybody = calls.every(turn.tx, own.id or 0)
    calls.drop_others(turn.tx, own.id or 0, {each.person_id for each in everybody if each.view != ladder.WORKER})
    sealed = turn.tx.vault.seal_json(details(turn.tx, own) | {"signs": []})
    incidents.change(turn.tx, own.id or 0, kinds=triage.RIOT, casualty="", casualty_id=None, details_sealed=sealed)
    telling.refresh(turn.tx, own.id or 0, turn.now)


def told(turn: Turn, new: Incident) -> tuple[Letter | Words, ...]:
    """What its reporter reads of it."""
    refs = {"incident": new.id, "by_itself": False, "police": turn.rules.police_number}
    asks = Letter("questions", {"incident": new.id}) if new.where.known else said.PlaceAsk(new.number, unknown=True)
    return Letter("filed", refs), asks


def call(turn: Turn, own: Incident) -> None:
    """Not its reporter's words brought it about: he is told, and who has another report of the casualty is asked."""
    new = look(turn, own)
    if new is None:
        return
    for what in told(turn, new):
        telling.say(turn.tx, new, twins_of.address_of(turn.tx, new), what, turn.now)
    twins.look(turn, new)
