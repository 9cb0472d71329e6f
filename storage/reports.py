"""What leaves as an export or a summary: incidents with their journal, deliveries, counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from storage import journal as shelf
from storage import people, places
from storage.database import Tx
from storage.deliveries import LANES, WAITING, deliveries
from storage.elections import ZONES, elections
from storage.fanout import PAUSED
from storage.incidents import Incident, by_id, incidents
from storage.people import addresses
from storage.types import loaded


def _iso(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""


def _told(state: str) -> str:
    """A delivery's state as the outside knows it: what a paused broadcast holds back waits."""
    return WAITING if state == PAUSED else state


def _zones(tx: Tx) -> dict[int | None, ZoneInfo]:
    rows = tx.rows(select(elections.c.id, elections.c.zone))
    return {None: ZoneInfo(ZONES["WIB"])} | {row.id: ZoneInfo(ZONES[row.zone]) for row in rows}


def incident_rows(tx: Tx, election_id: int | None = None) -> list[dict[str, Any]]:
    """Every incident, the contract's fields first; `journal` in order, with who and when."""
    query = select(incidents).order_by(incidents.c.number)
    query = query.where(incidents.c.election_id == election_id) if election_id else query
    zones = _zones(tx)
    return [_incident(tx, loaded(Incident, row), zones) for row in tx.rows(query)]


def _incident(tx: Tx, case: Incident, zones: dict[int | None, ZoneInfo]) -> dict[str, Any]:
    zone, named = zones[case.election_id], places.named(tx, case.where)
    entries = shelf.of_incident(tx, case.id or 0)
    into = by_id(tx, case.merged_into) if case.merged_into else None
    names = people.names(tx, [who for who in (case.taken_by, case.false_by, *(e.who for e in entries)) if who])
    return {
        "number": f"L-{case.number:04d}",
        "state": case.state,
        "severity": case.severity,
        "kind": case.kind,
        "kelurahan": named.kelurahan,
        "tps": named.tps,
        "verified": case.verified,
        "reported_at": _iso(case.reported_at, zone),
        "taken_at": _iso(case.taken_at, zone),
        "taken_by": names.get(case.taken_by or 0, ""),
        "journal": [_entry(tx, each, names, zone) for each in entries],
        "kinds": list(case.said),
        "kecamatan": named.kecamatan,
        "arrived_at": _iso(case.arrived_at, zone),
        "ended_at": _iso(case.ended_at, zone),
        "outcome": case.outcome,
        "marked_false_by": names.get(case.false_by or 0, ""),
        "merged_into": f"L-{into.number:04d}" if into else "",
        "chain": case.chain_head,
    }


def _entry(tx: Tx, row: Any, names: dict[int, str], zone: ZoneInfo) -> dict[str, Any]:
    detail = tx.vault.open_json(row.detail_sealed) or {}
    fixed = {"at": _iso(row.at, zone), "what": row.what, "who": names.get(row.who, ""), "seal": row.hash}
    return fixed | {key: value for key, value in detail.items() if key not in {"people", "ref"}}


def delivery_rows(tx: Tx, election_id: int | None = None) -> list[dict[str, Any]]:
    """Every message to one address; changes of a message shown and answers to taps are no messages of their own."""
    query = (
        select(deliveries, addresses.c.channel.label("over"), addresses.c.person_id)
        .join(addresses, addresses.c.id == deliveries.c.address_id)
        .where(deliveries.c.edits.is_(None), deliveries.c.answers == "")
        .order_by(deliveries.c.id)
    )
    if election_id:
        inside = select(incidents.c.id).where(incidents.c.election_id == election_id)
        query = query.where(deliveries.c.incident_id.in_(inside))
    zone = ZoneInfo(ZONES["WIB"])
    return [
        {
            "to": recipient(tx, row.person_id, row.address_id),
            "lane": LANES[row.lane],
            "state": _told(row.state),
            "reason": row.reason,
            "about": row.about,
            "channel": row.over,
            "kind": row.kind,
            "created_at": _iso(row.created_at, zone),
            "settled_at": _iso(row.settled_at, zone),
        }
        for row in tx.rows(query)
    ]


def recipient(tx: Tx, person_id: int | None, address_id: int) -> str:
    """A stable, opaque id of who reads: the person where he is known, else the address."""
    return tx.vault.hash(f"person:{person_id}" if person_id else f"address:{address_id}")[:16]


def outbox(tx: Tx) -> dict[str, dict[str, int]]:
    """How many deliveries there are, by lane and state."""
    rows = tx.rows(
        select(deliveries.c.lane, deliveries.c.state, func.count()).group_by(deliveries.c.lane, deliveries.c.state)
    )
    found: dict[str, dict[str, int]] = {lane: {} for lane in LANES}
    for lane, state, n in rows:
        found[LANES[lane]][_told(state)] = found[LANES[lane]].get(_told(state), 0) + n
    return found


def incident_states(tx: Tx) -> dict[str, int]:
    rows = tx.rows(select(incidents.c.state, func.count()).group_by(incidents.c.state))
    return {row[0]: row[1] for row in rows}


def linked(tx: Tx) -> dict[str, int]:
    """Addresses by channel that have a person and can be reached."""
    where = addresses.c.person_id.is_not(None) & (addresses.c.state == "active")
    rows = tx.rows(select(addresses.c.channel, func.count()).where(where).group_by(addresses.c.channel))
    return {row[0]: row[1] for row in rows}
