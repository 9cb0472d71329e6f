"""Several reports of what may be one event: which they may be, and how they become one case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from storage import whereabouts
from storage.database import Tx
from storage.incidents import CLOSED, OPEN, Incident, incidents, is_of
from storage.journal import journal
from storage.quick import Quick
from storage.types import loaded

WITHIN = timedelta(minutes=15)
JOINED = "digabung"  # the outcome of a report that was joined to another


def suspected(tx: Tx, case: Incident) -> list[Incident]:
    """Open cases of the same TPS, with a kind in common, reported within 15 minutes of this one by somebody else, the
    oldest first. Two casualties that are both known, and not the same, are two cases."""
    if case.tps_id is None:
        return []
    near = incidents.c.reported_at.between(case.reported_at - WITHIN, case.reported_at + WITHIN)
    others = (incidents.c.tps_id == case.tps_id) & (incidents.c.id != case.id) & incidents.c.state.in_(OPEN)
    found = [loaded(Incident, row) for row in tx.rows(select(incidents).where(others, near).order_by(incidents.c.id))]
    return [each for each in found if may_be_one(each, case)]


def may_be_one(a: Incident, b: Incident) -> bool:
    """Whether two reports may be of one event, as far as their rows tell."""
    same_reporter = a.reporter_address_id == b.reporter_address_id or (
        a.reporter_id is not None and a.reporter_id == b.reporter_id
    )
    two_known = a.casualty_id is not None and b.casualty_id is not None and a.casualty_id != b.casualty_id
    return bool(set(a.said) & set(b.said)) and not same_reporter and not two_known


def join(tx: Tx, into: int, joined: int, now: datetime) -> bool:
    """Close a case as a report of another one; what had been joined to it goes along. False: it is over already."""
    over: dict[str, Any] = {"climb_at": None, "tell_at": None, "quiet_at": None, "ended_at": now}
    values = {"state": CLOSED, "outcome": JOINED, "merged_into": into, **over}
    guard = (incidents.c.id == joined) & incidents.c.state.in_(OPEN)
    if tx.execute(update(incidents).where(guard).values(values)).rowcount != 1:
        return False
    tx.execute(update(incidents).where(incidents.c.merged_into == joined).values(merged_into=into))
    return True


def stand_as(tx: Tx, first: Incident, later: Incident) -> bool:
    """Who has taken the later report has taken the event: the first stands as the later one stood. False: it moved."""
    columns = ("state", "taken_by", "taken_at", "arrived_at", "referred_sealed", "quiet_at", "quiet_asked")
    values = {name: getattr(later, name) for name in columns} | {"climb_at": None, "tell_at": None, "left_by": None}
    guard = (incidents.c.id == first.id) & (incidents.c.state == first.state)
    return tx.execute(update(incidents).where(guard).values(values)).rowcount == 1


def apart(tx: Tx, later: int) -> bool:
    """Whether somebody said that this report is of another victim."""
    said = (journal.c.incident_id == later) & (journal.c.what == "two_cases")
    return tx.first(select(journal.c.id).where(said).limit(1)) is not None


_JOINED = Quick(select(incidents).where(incidents.c.merged_into == bindparam("of")).order_by(incidents.c.id))


def reports(tx: Tx, incident_id: int) -> list[Incident]:
    """The reports that were joined to this case."""
    return [loaded(Incident, row) for row in _JOINED.rows(tx, {"of": incident_id})]


def reported_by(tx: Tx, incident_id: int, address_id: int, person_id: int | None) -> bool:
    """Whether this report, or one that was joined to it, is of this address, or of the person behind it."""
    event = or_(incidents.c.id == incident_id, incidents.c.merged_into == incident_id)
    return tx.first(select(incidents.c.id).where(event, is_of(address_id, person_id)).limit(1)) is not None


def addresses_of(tx: Tx, case: Incident) -> list[int]:
    """Where everybody who reported this event is told of it, who did first first."""
    return list(dict.fromkeys(at for each in (case, *reports(tx, case.id or 0)) for at in address_of(tx, each)))


def address_of(tx: Tx, case: Incident) -> list[int]:
    """Where who made this one report is told of it: one address, or none."""
    return whereabouts.told_at(tx, case.reporter_id, case.reporter_address_id)
