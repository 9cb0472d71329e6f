"""Am I covered: the pure reading of coverage rows, and the query that brings them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from messages.welcome import Cover, Programme
from storage import coverages as shelf
from storage import requests
from storage.coverages import JKK, JKM
from storage.database import Tx
from storage.requests import Request
from storage.roster import OFFICER, Role

AGAIN = timedelta(days=1)  # after a refusal, until he may ask once more


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
    *,
    has_nik: bool = True,
) -> Cover:
    """One institution's list for one person: listed, unlisted, unknown while its list is not in, or unseen.

    `list_in`: whether the institution's list is in, and the date of its data. `has_nik`: whether it can be looked at.
    """
    mine = {row.programme: row for row in rows}
    if not mine:
        listed = "unknown" if not list_in[0] else "unlisted" if has_nik else "unseen"
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
    wanted: dict[tuple[int, str], Role] = {}
    for role in roles:
        if role.kind == OFFICER:
            wanted.setdefault((role.election.id, role.institution), role)
    rows = shelf.of_nik(tx, nik_hash) if nik_hash and wanted else []
    found = []
    for (election_id, institution), role in wanted.items():
        election = role.election
        mine = [row for row in rows if row.election_id == election_id and row.institution == institution]
        list_in = (True, None) if mine else shelf.list_as_of(tx, election_id, institution)
        today = now.astimezone(election.tz).date()
        one = cover(election.name, institution, mine, list_in, today, election.secretariat, has_nik=bool(nik_hash))
        found.append(replace(one, role_id=role.id))
    return tuple(found)


def with_cases(
    tx: Tx, found: Iterable[Cover], roles: Iterable[Role], person_id: int, now: datetime
) -> tuple[Cover, ...]:
    """The same, each with how its owner's request to have it looked at stands, and whether he may ask."""
    asked = {
        (each.election_id, each.institution): each for each in requests.of_subject(tx, requests.COVERAGE, person_id)
    }
    by = {role.id: role for role in roles}
    return tuple(_with_case(tx, each, by[each.role_id], asked, now) if each.lacks else each for each in found)


def _with_case(tx: Tx, found: Cover, role: Role, asked: dict[tuple[int, str], Request], now: datetime) -> Cover:
    last = asked.get((role.election.id, role.institution))
    if last is None or last.state == requests.COVERED:
        return replace(found, may_ask=True)
    may_ask = last.state == requests.REFUSED and now - (last.answered_at or now) >= AGAIN
    why = tx.vault.open(last.answer_sealed) if last.answer_sealed else ""
    return replace(found, may_ask=may_ask, asked=last.state, asked_at=last.created_at, why=why)


def count(tx: Tx, nik_hash: str) -> int:
    """How many coverage rows are held about a NIK."""
    return len(shelf.of_nik(tx, nik_hash))
