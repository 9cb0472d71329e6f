"""Requests about one's own data: what waits in an area, what is due, and what is wiped when one is carried out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from storage import former
from storage.areas import Area
from storage.database import Tx
from storage.people import addresses, people
from storage.requests import IDENTITY, OPEN, REPLACED, RIGHTS, Request, alive_in, is_alive, requests
from storage.roster import assignments
from storage.types import loaded

_P, _Q, _R = people.c, requests.c, addresses.c


def alive(tx: Tx, kind: str, person_id: int) -> Request | None:
    """The one of this kind about a person that waits, if any."""
    mine = select(requests).where(_Q.kind == kind, _Q.subject_id == person_id, is_alive)
    row = tx.first(mine.order_by(_Q.id).limit(1))
    return loaded(Request, row) if row else None


def reword(tx: Tx, request_id: int, words: str) -> bool:
    """Say it with other words, as long as it waits."""
    change = update(requests).where(_Q.id == request_id, is_alive)
    return tx.execute(change.values(words_sealed=tx.vault.seal(words))).rowcount == 1


def waiting(tx: Tx, areas: Iterable[Area], limit: int) -> list[Any]:
    """Those of these areas, what is due first: id, kind, due_at, name, subject_id."""
    query = select(_Q.id, _Q.kind, _Q.due_at, _Q.subject_id, _P.name).join(people, _P.id == _Q.subject_id)
    query = query.where(alive_in(areas, *RIGHTS))
    return list(tx.rows(query.order_by(_Q.due_at, _Q.id).limit(limit)))


_DUE = select(_Q.id).where(_Q.next_at <= bindparam("now")).order_by(_Q.next_at)
_NEXT = select(_Q.next_at).where(_Q.next_at.is_not(None)).order_by(_Q.next_at).limit(1)


def due(tx: Tx, now: datetime) -> list[int]:
    """Ids of those of which somebody is to be reminded."""
    return [row.id for row in tx.rows(_DUE, {"now": now})]


def next_due(tx: Tx) -> datetime | None:
    found: datetime | None = tx.scalar(_NEXT)
    return found


def advance(tx: Tx, case: Request, then: datetime | None) -> bool:
    """Write when to look again; False: another process was first."""
    change = update(requests).where(_Q.id == case.id, _Q.next_at == case.next_at)
    return tx.execute(change.values(next_at=then)).rowcount == 1


def overdue(tx: Tx, now: datetime, kinds: Collection[str] = RIGHTS) -> int:
    """How many wait for longer than they should."""
    late = (_Q.state == OPEN) & (_Q.due_at <= now) & _Q.kind.in_(kinds)
    return int(tx.scalar(select(func.count()).select_from(requests).where(late)) or 0)


def forget(tx: Tx, address_id: int) -> None:
    """What an address tells of who speaks from it. The address itself stays: what happened there refers to it."""
    tx.execute(update(addresses).where(_R.id == address_id).values(named="", phone=None, consent=""))


def wipe_words(tx: Tx, person_id: int) -> None:
    """What somebody wrote in requests of his, and what was answered."""
    mine = update(requests).where(_Q.subject_id == person_id)
    tx.execute(mine.values(words_sealed=None, answer_sealed=None))


def wipe_names(tx: Tx, address_ids: Collection[int]) -> list[int]:
    """The names that were given where somebody asked to be recorded; what still waits is asked no more. Its ids."""
    named = _Q.address_id.in_(list(address_ids)) & (_Q.kind == IDENTITY)
    waiting = [row.id for row in tx.rows(select(_Q.id).where(named, is_alive))]
    tx.execute(update(requests).where(named, is_alive).values(state=REPLACED, next_at=None))
    tx.execute(update(requests).where(named).values(name=""))
    return waiting


def wipe_unlisted(tx: Tx, person_id: int) -> None:
    """The numbers and NIK of somebody whom no roster needs any more; his name stays with what happened."""
    listed = select(assignments.c.id).where(assignments.c.person_id == person_id).exists()
    change = update(people).where(_P.id == person_id, ~listed)
    if tx.execute(change.values(phone=None, nik_sealed=None, nik_hash=None)).rowcount:
        former.forget(tx, person_id)
