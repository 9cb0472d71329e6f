"""The whole city at a glance: its stations and health centres, the cases that are open or just over, who was called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from storage.calls import called
from storage.database import Tx
from storage.incidents import CANCELLED, CLOSED, Incident, incidents
from storage.people import addresses, people
from storage.places import kecamatan, kelurahan, puskesmas, tps
from storage.types import loaded


def wards(tx: Tx, election_id: int) -> list[Any]:
    """Every kelurahan of an election with its kecamatan's name: id, name, kecamatan."""
    query = select(kelurahan.c.id, kelurahan.c.name, kecamatan.c.name.label("kecamatan"))
    joined = query.join(kecamatan, kecamatan.c.id == kelurahan.c.kecamatan_id)
    return list(tx.rows(joined.where(kelurahan.c.election_id == election_id).order_by(kelurahan.c.id)))


def stations(tx: Tx, election_id: int) -> list[Any]:
    """Every TPS of an election: id, number, kelurahan_id, latitude, longitude."""
    query = select(tps.c.id, tps.c.number, tps.c.kelurahan_id, tps.c.latitude, tps.c.longitude)
    return list(tx.rows(query.where(tps.c.election_id == election_id).order_by(tps.c.kelurahan_id, tps.c.number)))


def centres(tx: Tx, election_id: int) -> list[str]:
    """The names of the puskesmas of an election."""
    rows = tx.rows(select(puskesmas.c.name).where(puskesmas.c.election_id == election_id).order_by(puskesmas.c.id))
    return [row.name for row in rows]


def handed(tx: Tx, election_id: int) -> list[int]:
    """The TPS whose boxes are handed over."""
    query = select(tps.c.id).where(tps.c.election_id == election_id, tps.c.handed_at.is_not(None))
    return [row.id for row in tx.rows(query.order_by(tps.c.id))]


def cases(tx: Tx, since: datetime, most: int) -> list[Incident]:
    """The cases that are open, and those that ended after a moment; of many the newest."""
    over = incidents.c.state.in_((CLOSED, CANCELLED))
    query = select(incidents).where(or_(~over, incidents.c.ended_at > since))
    return [loaded(Incident, row) for row in tx.rows(query.order_by(incidents.c.id.desc()).limit(most))]


def calls(tx: Tx, incident_ids: Iterable[int]) -> list[Any]:
    """Who was called for these cases, in order: incident_id, person_id, rung, declined_at, name, reached."""
    wanted = set(incident_ids)
    if not wanted:
        return []
    reached = select(addresses.c.id).where(addresses.c.person_id == called.c.person_id, addresses.c.state == "active")
    query = select(
        called.c.incident_id, called.c.person_id, called.c.rung, called.c.declined_at, people.c.name,
        reached.exists().label("reached"),
    )  # fmt: skip
    query = query.join(people, people.c.id == called.c.person_id)
    where = called.c.incident_id.in_(wanted) & called.c.dropped.is_(False)
    return list(tx.rows(query.where(where).order_by(called.c.id)))


def ended(tx: Tx, since: datetime) -> int:
    """How many cases were closed since a moment; of several reports of one event only the one they became."""
    over = (incidents.c.state == CLOSED) & incidents.c.merged_into.is_(None) & (incidents.c.ended_at >= since)
    return int(tx.scalar(select(func.count()).select_from(incidents).where(over)) or 0)


def any_case(tx: Tx) -> bool:
    """Whether there ever was one."""
    return tx.first(select(incidents.c.id).limit(1)) is not None
