"""What several letters need to know: places, roles and cases in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from messages import words
from messages.render import label
from storage import elections, incidents, people, places, roster
from storage.database import Tx
from storage.incidents import Incident
from storage.places import Where

SHIFTS = 3  # of one duty, as they are told


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
    """A role and its place in words: `KPPS KPU, TPS 012, Kel. Kasin, Kec. Klojen`; of a health worker the puskesmas,
    and where he is posted."""
    title = words.title(role.kind, role.role, role.position, role.institution)
    named = places.named(tx, role.where)
    where = [words.place(named.tps, named.kelurahan, named.kecamatan, named.puskesmas)]
    if role.kind == roster.WORKER:
        where = [words.centre(named.puskesmas), words.place(named.tps, named.kelurahan, "")]
    return ", ".join(each for each in (title, *where) if each)


def duties(tx: Tx, roles: Iterable[roster.Role], now: datetime) -> tuple[str, ...]:
    """What somebody is, each once, of a health worker with the shifts that are not over."""
    found: dict[str, list[str]] = {}
    for role in roles:
        shifts = found.setdefault(role_words(tx, role), [])
        if role.starts_at and role.ends_at and role.ends_at > now and len(shifts) <= SHIFTS:
            whole = words.span(role.starts_at, role.ends_at, role.election.zone)
            shifts.append(whole if len(shifts) < SHIFTS else "…")
    return tuple(f"{what}; {label('shift')} {', '.join(shifts)}" if shifts else what for what, shifts in found.items())


def case_of(tx: Tx, refs: dict[str, Any]) -> Incident | None:
    """The incident that a letter is about."""
    return incidents.by_id(tx, refs["incident"])


def emergency_number(tx: Tx, incident: Incident) -> str:
    """The number to telephone, by the incident's election."""
    election = elections.by_id(tx, incident.election_id) if incident.election_id else None
    return election.emergency_number if election else "119"
