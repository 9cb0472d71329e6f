"""Who is linked and has no post any more, since an import or its undoing took it: marked until he is let go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update

from storage import elections
from storage.bulk import among
from storage.database import Tx
from storage.people import addresses
from storage.places import Where
from storage.roster import assignments
from storage.undo import steps

_A, _R, _S = assignments.c, addresses.c, steps.c
_PLACE = ("election_id", "kecamatan_id", "kelurahan_id", "tps_id", "puskesmas_id")


class Lost(NamedTuple):
    """A post that somebody had."""

    person_id: int
    institution: str
    where: Where


def taken_out(tx: Tx, run_id: int) -> list[Lost]:
    """The posts that an import took out."""
    mine = select(_S.seen_sealed).where(_S.run_id == run_id, _S.of == assignments.name)
    return [_lost(each) for row in tx.rows(mine) for each in tx.vault.open_json(row.seen_sealed)["gone"]]


def put_in(tx: Tx, step_id: int) -> list[Lost]:
    """The posts of linked people that a step of an import added: those that they lose where it is taken back."""
    row = tx.first(select(_S.seen_sealed).where(_S.id == step_id, _S.of == assignments.name))
    ids = [key[0] for key in tx.vault.open_json(row.seen_sealed)["added"]] if row else []
    if not ids:
        return []
    query = select(_A.person_id, _A.institution, *(_A[name] for name in _PLACE))
    linked = select(_R.id).where(_R.person_id == _A.person_id).exists()
    return [_lost(each._mapping) for each in tx.rows(query.where(among(tx, _A.id, ids), linked))]


def _lost(row: Any) -> Lost:
    return Lost(row["person_id"], row["institution"], Where(*(row[name] for name in _PLACE)))


def without_post(tx: Tx, lost: Iterable[int], now: datetime) -> list[int]:
    """Linked people who stand in no roster at all, or who `lost` a post and have none in an election that goes on.

    Whose posts are all of elections that are over, and who lost none now, stays as he is.
    """
    going_on = [each.id for each in elections.active(tx, now)]
    his = select(_A.id).where(_A.person_id == _R.person_id)
    serves, listed = his.where(_A.election_id.in_(going_on)).exists(), his.exists()
    linked = _R.person_id.is_not(None) & _R.leaves_at.is_(None)
    query = select(_R.person_id).where(linked, ~serves, ~listed | among(tx, _R.person_id, sorted(set(lost))))
    return [row.person_id for row in tx.rows(query.distinct().order_by(_R.person_id))]


def mark(tx: Tx, person_ids: Iterable[int], now: datetime) -> None:
    """They are to be let go."""
    theirs = among(tx, _R.person_id, list(person_ids)) & _R.leaves_at.is_(None)
    tx.execute(update(addresses).where(theirs).values(leaves_at=now))


def look_again(tx: Tx, person_id: int, at: datetime | None) -> None:
    """Not now, but then; None: he serves again."""
    tx.execute(update(addresses).where(_R.person_id == person_id).values(leaves_at=at))


def is_due(tx: Tx, person_id: int, now: datetime) -> bool:
    return tx.first(select(_R.id).where(_R.person_id == person_id, _R.leaves_at <= now)) is not None


_DUE = select(_R.person_id).where(_R.leaves_at <= bindparam("now")).order_by(_R.leaves_at, _R.person_id)
_NEXT = select(func.min(_R.leaves_at)).where(_R.leaves_at.is_not(None))


def due(tx: Tx, now: datetime) -> list[int]:
    """People who are to be let go now. Asked every second: in the order of its index, or SQLite reads every address."""
    return list(dict.fromkeys(row.person_id for row in tx.rows(_DUE, {"now": now})))


def next_due(tx: Tx) -> datetime | None:
    found: datetime | None = tx.scalar(_NEXT)
    return found
