"""Coverage that somebody misses: cases of an area, and how a list that comes in later closes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, Integer, String, cast, func, literal, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage import elections, journal
from storage.areas import Area
from storage.coverages import JKK, JKM, coverages
from storage.database import Tx
from storage.deliveries import NOTICE, WAITING, deliveries
from storage.people import addresses, people
from storage.places import kecamatan, kelurahan, tps
from storage.requests import COVERAGE, COVERED, alive_in, is_alive, requests
from storage.types import Instant

_C, _P, _Q, _R = coverages.c, people.c, requests.c, addresses.c
A_STEP = 500  # cases a transaction: some milliseconds
LIVES = timedelta(days=3)  # of the word that a list has come


def lately(tx: Tx, election_id: int, institution: str, since: datetime) -> int:
    """How many cases of an institution were opened since a moment and wait."""
    where = (_Q.election_id == election_id) & (_Q.kind == COVERAGE) & is_alive & (_Q.created_at > since)
    return int(tx.scalar(select(func.count()).select_from(requests).where(where, _Q.institution == institution)) or 0)


def page(tx: Tx, areas: Iterable[Area], offset: int, limit: int) -> list[Any]:
    """Cases of these areas, the oldest first: id, name, role, institution, kelurahan, kecamatan, number (of the TPS),
    state, created_at."""
    query = (
        select(_Q.id, _P.name, _Q.role, _Q.institution, kelurahan.c.name.label("kelurahan"),
               kecamatan.c.name.label("kecamatan"), tps.c.number, _Q.state, _Q.created_at)
        .select_from(requests)
        .join(people, _P.id == _Q.subject_id)
        .outerjoin(kelurahan, kelurahan.c.id == _Q.kelurahan_id)
        .outerjoin(kecamatan, kecamatan.c.id == _Q.kecamatan_id)
        .outerjoin(tps, tps.c.id == _Q.tps_id)
        .where(alive_in(areas, COVERAGE))
    )  # fmt: skip
    return list(tx.rows(query.order_by(_Q.id).offset(offset).limit(limit)))


def lacking(tx: Tx, person_id: int, election_id: int, institution: str, day: date) -> tuple[str, ...]:
    """The programmes for which no row of his holds, now or later."""
    holds = (_C.election_id == election_id) & (_C.institution == institution) & _C.active & (_C.ends >= day)
    query = select(_C.programme).join(people, _P.nik_hash == _C.nik_hash).where(_P.id == person_id, holds)
    found = {row.programme for row in tx.rows(query)}
    return tuple(each for each in (JKK, JKM) if each not in found)


def _listed(day: date) -> ColumnElement[bool]:
    """Both programmes of a case's person and institution hold, now or later."""
    its = (_C.nik_hash == _P.nik_hash) & (_C.election_id == _Q.election_id) & (_C.institution == _Q.institution)
    holds = its & _C.active & (_C.ends >= day)
    return select(func.count(_C.programme.distinct())).where(holds).scalar_subquery() >= len((JKK, JKM))


def close(tx: Tx, election_id: int, after: int, now: datetime) -> int | None:
    """Close the cases with an id beyond `after` whose coverage has come, and tell whose they are; where to go on, None
    at the end. The same again finds nothing: what was closed is no longer looked at, and its message has a key.
    """
    here = (_Q.election_id == election_id) & (_Q.kind == COVERAGE) & is_alive & (_Q.id > after)
    ids = [row.id for row in tx.rows(select(_Q.id).where(here).order_by(_Q.id).limit(A_STEP))]
    if not ids:
        return None
    known = elections.by_id(tx, election_id)
    assert known is not None  # cases hang on it
    day = now.astimezone(known.tz).date()
    covered = select(_Q.id).join(people, _P.id == _Q.subject_id).where(_Q.id.in_(ids), _listed(day))
    found = [row.id for row in tx.rows(covered)]
    if found:
        change = update(requests).where(_Q.id.in_(found), is_alive).returning(_Q.id)
        closed = [row.id for row in tx.rows(change.values(state=COVERED, answered_at=now, answered_by=null()))]
        journal.add(tx, "coverage_closed", now, detail={"requests": closed})
        _tell(tx, closed, known.zone, now)
    return ids[-1] if len(ids) == A_STEP else None


def _tell(tx: Tx, closed: list[int], zone: str, now: datetime) -> None:
    """One insert-select: a message to the address that each of them used last."""
    his = addresses.alias("his").c
    newest = (
        select(his.id)
        .where(his.person_id == _Q.subject_id, his.state == "active", his.consent == "yes")
        .order_by(his.heard_at.is_(None), his.heard_at.desc(), his.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    quiet = select(_P.id).where(_P.id == _Q.subject_id, _P.silent_at.is_not(None)).exists()
    values: dict[str, Any] = {
        "channel": _R.channel, "lane": literal(NOTICE, Integer), "address_id": _R.id, "kind": literal("coverage_found"),
        "refs": literal({"values": {}, "zone": zone}, JSON), "about": literal("coverage"),
        "once": literal("covered:") + cast(_Q.id, String), "answers": literal(""), "state": literal(WAITING),
        "reason": literal(""), "line": literal(""), "tries": literal(0, Integer), "external": literal(""),
        "claim": literal(""), "created_at": literal(now, Instant), "expires_at": literal(now + LIVES, Instant),
    }  # fmt: skip
    source = select(*values.values()).join_from(requests, addresses, _R.id == newest)
    source = source.where(_Q.id.in_(closed), ~quiet).order_by(_Q.id)
    dialect: Any = sqlite if tx.is_sqlite else postgresql
    tx.execute(dialect.insert(deliveries).from_select(list(values), source).on_conflict_do_nothing())
