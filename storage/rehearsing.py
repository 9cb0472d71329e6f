"""What only a rehearsal may do: its whole election moves to another day, so that a voting day can be played again."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from sqlalchemy import or_, select, update

from storage.coverages import coverages
from storage.database import Tx
from storage.elections import elections
from storage.places import tps
from storage.roster import assignments


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
