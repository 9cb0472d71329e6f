"""Am I covered: the pure reading of coverage rows, and the query that brings them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from messages.welcome import Cover, Programme
from storage import coverages as shelf
from storage.coverages import JKK, JKM
from storage.database import Tx
from storage.roster import OFFICER, Role


def state(starts: date, ends: date, active: bool, today: date) -> str:
    """How one programme stands today: active, future, ended, inactive. Both days are inclusive."""
    if ends < today:
        return "ended"
    if not active:
        return "inactive"
    return "future" if today < starts else "active"


def cover(
    election: str,
    institution: str,
    rows: Iterable[Any],
    list_in: tuple[bool, date | None],
    today: date,
    secretariat: str,
) -> Cover:
    """One institution's list for one person: listed, unlisted, or unknown while its list is not in.

    `list_in`: whether the institution's list is in, and the date of its data.
    """
    mine = {row.programme: row for row in rows}
    if not mine:
        listed = "unlisted" if list_in[0] else "unknown"
        return Cover(election, institution, listed, as_of=list_in[1], secretariat=secretariat)
    programmes = tuple(_programme(name, mine.get(name), today) for name in (JKK, JKM))
    newest = max(mine.values(), key=lambda row: row.as_of or date.min)
    last4 = next((row.kpj_last4 for row in mine.values() if row.kpj_last4), "")
    return Cover(election, institution, "listed", programmes, last4, newest.as_of, secretariat)


def _programme(name: str, row: Any, today: date) -> Programme:
    if row is None:
        return Programme(name, "missing")
    return Programme(name, state(row.starts, row.ends, row.active, today), row.starts, row.ends)


def covers(tx: Tx, roles: Iterable[Role], nik_hash: str | None, now: datetime) -> tuple[Cover, ...]:
    """Every institution that somebody with these roles is an officer of, in every active election."""
    wanted = {(role.election.id, role.institution): role.election for role in roles if role.kind == OFFICER}
    rows = shelf.of_nik(tx, nik_hash) if nik_hash and wanted else []
    found = []
    for (election_id, institution), election in wanted.items():
        mine = [row for row in rows if row.election_id == election_id and row.institution == institution]
        list_in = (True, None) if mine else shelf.list_as_of(tx, election_id, institution)
        today = now.astimezone(election.tz).date()
        found.append(cover(election.name, institution, mine, list_in, today, election.secretariat))
    return tuple(found)


def count(tx: Tx, nik_hash: str) -> int:
    """How many coverage rows are held about a NIK."""
    return len(shelf.of_nik(tx, nik_hash))
