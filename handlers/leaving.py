"""A chat is not somebody's any more: by his own word, or cut off by the operator because the phone is lost."""

from __future__ import annotations

from datetime import datetime

from handlers import deciding, escalation
from handlers.turn import Rules
from storage import calls, deliveries, drafts, incidents, journal, people, requests, rights, speakers
from storage.database import Tx
from storage.incidents import ARRIVED, REFERRED, TAKEN, WAITING


def leave(tx: Tx, address_id: int, person_id: int | None, now: datetime, rules: Rules) -> None:
    """Unlink an address; what still waits for it is withdrawn, what it shows is taken back, and cases of his wait for
    others again, whatever the roster still says of him. Where he alone was called, the next rung is, at once."""
    if person_id is not None:
        _hand_back(tx, person_id, now, rules)
    deliveries.withdraw(tx, reason="unlinked", now=now, address_id=address_id)
    for delivery_id in deliveries.shown_at(tx, address_id, ("alert", "linked")):
        deliveries.post_edit(tx, delivery_id, now)
    people.unlink(tx, address_id)
    if person_id is not None and not people.reachable(tx, [person_id]):
        for case in calls.waiting_for(tx, person_id):
            escalation.call_on(tx, incidents.need(tx, case.id or 0), now, rules)


def _hand_back(tx: Tx, person_id: int, now: datetime, rules: Rules) -> None:
    if len(people.reachable(tx, [person_id]).get(person_id, [])) > 1:
        return  # he still hears us on another address
    for case in incidents.taken_by(tx, person_id):
        number = case.id or 0
        values = {"state": WAITING, "taken_by": None, "taken_at": None, "quiet_at": None, "quiet_asked": False}
        if incidents.move(tx, number, (TAKEN, ARRIVED, REFERRED), values, by=person_id):
            calls.decline(tx, number, person_id, now)
            journal.add(tx, "handed_back", now, incident_id=number, who=person_id)
            escalation.hand_back(tx, incidents.need(tx, number), now, rules)


def cut_off(tx: Tx, phone: str, now: datetime, rules: Rules) -> list[str]:
    """Cut every chat that speaks for this number, or for whoever has it in a roster; the channels of those.

    What was half said there goes, and nobody is linked there by a request of before; the emergencies that he reported
    there before he was linked are his, wherever he links anew.
    """
    cut = []
    for row in people.speaking_for(tx, phone):
        drafts.drop(tx, row.id)
        waiting = requests.open_of(tx, row.id)
        requests.take_back(tx, row.id, now)
        for request in waiting:
            deciding.shown(tx, request.id or 0, now)
        incidents.adopt(tx, row.id, row.person_id)
        leave(tx, row.id, row.person_id, now, rules)
        people.consent(tx, row.id, "", "", now)
        journal.add(tx, "revoked", now, who=row.person_id, detail={"address": row.id})
        for delivery_id in deliveries.shown_at(tx, row.id, ("questions", "signs")):
            deliveries.post_edit(tx, delivery_id, now)
        cut.append(row.channel)
    return cut


def erase(tx: Tx, person_id: int | None, address_id: int, now: datetime, rules: Rules) -> list[int]:
    """Carry out what can be carried out of a deletion: every chat of his is unlinked; names, numbers, drafts and words
    that stand beside them go. Emergencies, the journal and the roster stay: they are evidence, or the organisers'. The
    addresses of which that is so."""
    asked = speakers.speaker_of(tx, address_id)
    mine = {row.id for row in people.addresses_of(tx, person_id)} if person_id else set()
    for each in sorted(mine):
        leave(tx, each, person_id, now, rules)
    if asked.person_id in {None, person_id}:
        mine.add(address_id)
    for each in sorted(mine):
        rights.forget(tx, each)
        drafts.drop(tx, each)
    for number in rights.wipe_names(tx, mine):
        deciding.shown(tx, number, now)
    if person_id:
        rights.wipe_words(tx, person_id)
        rights.wipe_unlisted(tx, person_id)
    journal.add(tx, "erased", now, who=person_id, detail={"addresses": sorted(mine)})
    return sorted(mine)
