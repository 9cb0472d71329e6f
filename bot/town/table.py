"""The table before the story: what a visitor left open is over, and its cast may be spoken to again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from handlers import telling
from storage import incidents, journal, rehearsing
from storage.database import Tx
from storage.incidents import CANCELLED, OPEN


def clear(tx: Tx, person_ids: Collection[int], now: datetime) -> None:
    """Every open case ends, and what was said on these people's phones stands in nobody's way."""
    for case in incidents.open_ones(tx):
        _end(tx, case, now)
    rehearsing.forget(tx, person_ids)


def _end(tx: Tx, case: int, now: datetime) -> None:
    """As its reporter's Batal does, but also where somebody has arrived; nobody said it, so nobody is written down."""
    ended = {"state": CANCELLED, "climb_at": None, "tell_at": None, "quiet_at": None, "ended_at": now}
    if not incidents.move(tx, case, OPEN, ended):
        return
    journal.add(tx, "cancelled", now, incident_id=case)
    telling.withdraw_alerts(tx, case, now, "the table is set again")
    telling.refresh(tx, case, now)
    telling.tell_reporter(tx, incidents.need(tx, case), "cancelled", now)
