"""What only a rehearsal may do: its whole election moves to another day, so that a voting day can be played again, and
what people said of themselves is forgotten."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import delete, or_, select, update

from storage.coverages import coverages
from storage.database import Tx
from storage.denials import denials
from storage.drafts import drafts, opened
from storage.elections import elections
from storage.people import addresses, people
from storage.places import tps
from storage.roster import assignments, duties


def move_day(tx: Tx, election_id: int, day: date) -> None:
    """The voting day is `day`: shifts and single TPS' days move along, coverage lasts, no box is handed over."""
    known = tx.first(select(elections.c.voting_day, elections.c.last_day).where(elections.c.id == election_id))
    by = day - known.voting_day
    mine = elections.c.id == election_id
    tx.execute(update(elections).where(mine).values(voting_day=day, last_day=known.last_day + by))
    _move_shifts(tx, election_id, by)
    own = select(tps.c.id, tps.c.voting_day).where(tps.c.election_id == election_id, tps.c.voting_day.is_not(None))
    for row in tx.rows(own):
        tx.execute(update(tps).where(tps.c.id == row.id).values(voting_day=row.voting_day + by))
    delivered = (tps.c.election_id == election_id) & tps.c.handed_at.is_not(None)
    tx.execute(update(tps).where(delivered).values(handed_at=None, handed_by=None))
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    short = (coverages.c.election_id == election_id) & (coverages.c.ends < day) & (coverages.c.ends >= known.voting_day)
    tx.execute(update(coverages).where(short).values(ends=last))


def _move_shifts(tx: Tx, election_id: int, by: timedelta) -> None:
    timed = or_(assignments.c.starts_at.is_not(None), assignments.c.ends_at.is_not(None))
    query = select(assignments.c.id, assignments.c.starts_at, assignments.c.ends_at)
    for row in tx.rows(query.where(assignments.c.election_id == election_id, timed)):
        moved = {"starts_at": row.starts_at and row.starts_at + by, "ends_at": row.ends_at and row.ends_at + by}
        tx.execute(update(assignments).where(assignments.c.id == row.id).values(moved))


def forget(tx: Tx, person_ids: Collection[int]) -> None:
    """Bukan saya, /berhenti, silence and /jaga of these people; and everybody's opened calls and open questions, for a
    clock that leaps to another day would answer them by itself."""
    his = select(people.c.phone).where(people.c.id.in_(person_ids), people.c.phone.is_not(None))
    theirs = addresses.c.person_id.in_(person_ids) | addresses.c.phone.in_(his)
    tx.execute(delete(denials).where(denials.c.person_id.in_(person_ids)))
    tx.execute(delete(duties).where(duties.c.person_id.in_(person_ids)))
    tx.execute(update(people).where(people.c.id.in_(person_ids)).values(silent_at=None))
    tx.execute(update(addresses).where(theirs).values(stopped_at=None))
    tx.execute(delete(opened))
    tx.execute(delete(drafts))
