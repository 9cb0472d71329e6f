"""Whom a slot reaches: groups and people, with what decides whether it is for them, and what reached them lately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from storage import fanout
from storage.broadcasts import broadcasts
from storage.database import Tx
from storage.deliveries import SENT, deliveries
from storage.elections import elections
from storage.groups import ACTIVE, groups
from storage.notices import nudges
from storage.people import addresses, people
from storage.places import kelurahan, tps
from storage.roster import OFFICER, assignments
from storage.types import Instant

_A, _T, _R, _D, _B = assignments.c, tps.c, addresses.c, deliveries.c, broadcasts.c
_OWN, _W = tps.alias("own"), kelurahan.c


@dataclass(frozen=True, slots=True)
class Post:
    """One duty of an officer as a timetable sees it; `group` is the group chat of his TPS, if it has one."""

    person_id: int
    role: str
    position: str
    tps_id: int | None
    kelurahan_id: int | None
    kecamatan_id: int | None
    voting_day: date
    handed: bool
    group: int | None


_PLACED = (
    select(
        _A.person_id, _A.role, _A.position, _T.id.label("tps_id"),
        func.coalesce(_W.id, _A.kelurahan_id).label("kelurahan_id"),
        func.coalesce(_W.kecamatan_id, _A.kecamatan_id).label("kecamatan_id"),
        func.coalesce(_T.voting_day, elections.c.voting_day).label("voting_day"), _T.handed_at, groups.c.address_id,
    )
    .join(elections, elections.c.id == _A.election_id)
    .outerjoin(_OWN, _OWN.c.id == _A.tps_id)
    .outerjoin(tps, _T.id == func.coalesce(_OWN.c.moved_id, _OWN.c.id))  # where a moved one is now
    .outerjoin(kelurahan, _W.id == _T.kelurahan_id)
    .outerjoin(groups, (groups.c.tps_id == _T.id) & (groups.c.state == ACTIVE))
)  # fmt: skip


def _post(row: Any) -> Post:
    day = row.voting_day if isinstance(row.voting_day, date) else date.fromisoformat(row.voting_day)
    return Post(row.person_id, row.role, row.position, row.tps_id, row.kelurahan_id, row.kecamatan_id, day,
                row.handed_at is not None, row.address_id)  # fmt: skip


def posts(tx: Tx, election_id: int, person_ids: Sequence[int]) -> dict[int, list[Post]]:
    """The officers' duties of these people in one election."""
    where = (_A.election_id == election_id) & (_A.kind == OFFICER) & _A.person_id.in_(person_ids)
    found: dict[int, list[Post]] = {}
    for row in tx.rows(_PLACED.where(where).order_by(_A.id)):
        found.setdefault(row.person_id, []).append(_post(row))
    return found


def bound(tx: Tx, election_id: int) -> list[Post]:
    """Every TPS of an election that has a group, as a post of nobody; not one that moved, whose people read it where it
    is now."""
    query = (
        select(
            _T.id, _T.kelurahan_id, kelurahan.c.kecamatan_id, _T.handed_at, groups.c.address_id,
            func.coalesce(_T.voting_day, elections.c.voting_day).label("voting_day"),
        )
        .join(groups, (groups.c.tps_id == _T.id) & (groups.c.state == ACTIVE))
        .join(kelurahan, kelurahan.c.id == _T.kelurahan_id)
        .join(elections, elections.c.id == _T.election_id)
        .where(_T.election_id == election_id, _T.moved_id.is_(None))
        .order_by(_T.id)
    )  # fmt: skip
    found = []
    for row in tx.rows(query):
        day = row.voting_day if isinstance(row.voting_day, date) else date.fromisoformat(row.voting_day)
        found.append(Post(0, "", "", row.id, row.kelurahan_id, row.kecamatan_id, day, row.handed_at is not None,
                          row.address_id))  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Linked:
    """Somebody who can be reached: the address that he used last, and the NIK that tells his age (sealed)."""

    person_id: int
    address_id: int
    stopped: bool
    nik_sealed: bytes | None


def linked(tx: Tx, after: int, limit: int) -> list[Linked]:
    """The next people, by their id, who agreed and can be reached."""
    reached = (_R.state == "active") & (_R.consent == "yes")
    ids = select(_R.person_id).where(reached, _R.person_id > after).distinct().order_by(_R.person_id).limit(limit)
    query = (
        select(
            _R.person_id,
            _R.id,
            func.coalesce(_R.stopped_at, people.c.silent_at, type_=Instant).label("stopped_at"),
            people.c.nik_sealed,
        )
        .join(people, people.c.id == _R.person_id)
        .where(reached, _R.person_id.in_(ids.scalar_subquery()))
        .order_by(_R.person_id, _R.heard_at, _R.id)
    )
    rows = {row.person_id: row for row in tx.rows(query)}  # of several addresses the one used last
    return [Linked(row.person_id, row.id, row.stopped_at is not None, row.nik_sealed) for row in rows.values()]


def lately(tx: Tx, person_ids: Iterable[int], since: datetime) -> dict[int, list[tuple[int, datetime, str]]]:
    """What slots reached each person, or will, since a moment: slot, when, and why not."""
    query = select(nudges).where(nudges.c.person_id.in_(list(person_ids)), nudges.c.at >= since)
    found: dict[int, list[tuple[int, datetime, str]]] = {}
    for row in tx.rows(query):
        found.setdefault(row.person_id, []).append((row.slot_id, row.at, row.skipped))
    return found


def last_broadcast(tx: Tx, address_ids: Iterable[int], since: datetime) -> dict[int, datetime]:
    """When the newest broadcast reached each address; found by the keys of the few that ran since then, so that a day's
    deliveries are not looked through."""
    ran = _B.bulk_id.is_not(None) & (_B.ended_at.is_(None) | (_B.ended_at >= since) | (_B.reminded_at >= since))
    running = tx.rows(select(_B.id, _B.reminders).where(ran))
    keys = [key for each in running for of in address_ids for key in fanout.keys(each.id, of, each.reminders)]
    if not keys:
        return {}
    where = _D.once.in_(keys) & (_D.state == SENT) & (_D.settled_at >= since)
    query = select(_D.address_id, func.max(_D.settled_at)).where(where).group_by(_D.address_id)
    return {row[0]: row[1] for row in tx.rows(query)}


def note(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Write down that slots go to people at a moment, or do not (`skipped`); what is known already stays."""
    if rows:
        tx.execute(tx.insert(nudges).on_conflict_do_nothing(), rows)


def skips(tx: Tx, slot_id: int) -> dict[str, int]:
    """How many people a slot was kept from, by reason."""
    query = select(nudges.c.skipped, func.count()).where(nudges.c.slot_id == slot_id, nudges.c.skipped != "")
    return {row[0]: row[1] for row in tx.rows(query.group_by(nudges.c.skipped))}
