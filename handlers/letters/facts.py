"""What several letters need to know: places, roles and cases in words."""

from __future__ import annotations

from typing import Any

from messages import words
from storage import elections, incidents, people, places, roster
from storage.database import Tx
from storage.incidents import Incident
from storage.places import Where


def place_words(tx: Tx, where: Where) -> str:
    """A place in words."""
    named = places.named(tx, where)
    return words.place(named.tps, named.kelurahan, named.kecamatan, named.puskesmas)


def post_words(tx: Tx, where: Where) -> str:
    """Where somebody serves, in words: a health worker's is his puskesmas."""
    named = places.named(tx, where)
    return words.centre(named.puskesmas) or words.place(named.tps, named.kelurahan, named.kecamatan)


def details(tx: Tx, incident: Incident) -> dict[str, Any]:
    """What is sealed in an incident: signs and notes."""
    return tx.vault.open_json(incident.details_sealed) or {"signs": [], "notes": []}


def name_of(tx: Tx, person_id: int | None) -> str:
    return people.names(tx, [person_id]).get(person_id, "") if person_id else ""


def role_words(tx: Tx, role: roster.Role) -> str:
    """A role and its place in words: `KPPS KPU, TPS 012, Kel. Kasin, Kec. Klojen`."""
    title = words.title(role.kind, role.role, role.position, role.institution)
    is_worker = role.kind == roster.WORKER
    where = words.centre(places.named(tx, role.where).puskesmas) if is_worker else place_words(tx, role.where)
    return ", ".join(each for each in (title, where) if each)


def case_of(tx: Tx, refs: dict[str, Any]) -> Incident | None:
    """The incident that a letter is about."""
    return incidents.by_id(tx, refs["incident"])


def emergency_number(tx: Tx, incident: Incident) -> str:
    """The number to telephone, by the incident's election."""
    election = elections.by_id(tx, incident.election_id) if incident.election_id else None
    return election.emergency_number if election else "119"
