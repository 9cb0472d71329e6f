"""TPS that moved to another one, or were merged into it (`pindah_ke`): where their people are to be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select, update

from storage import names
from storage.database import Tx
from storage.places import kelurahan, tps

K = TypeVar("K")


def ends(moves: Mapping[K, K]) -> dict[K, K | None]:
    """Where each move ends, through all that follow it; None: in a circle."""
    found: dict[K, K | None] = {}
    for start in moves:
        at, seen = start, {start}
        while at in moves and (at := moves[at]) not in seen:
            seen.add(at)
        found[start] = None if at in moves else at
    return found


def forget(tx: Tx, election: int) -> None:
    """Nothing is moved, until it is settled again: what moved there must not hold a TPS that leaves."""
    moved = (tps.c.election_id == election) & tps.c.moved_id.is_not(None)
    tx.execute(update(tps).where(moved).values(moved_id=None))


def settle(tx: Tx, election: int) -> None:
    """Write down where every moved TPS of an election ends; a circle, or a TPS that is none, leaves it where it is."""
    forget(tx, election)
    inside = tps.c.election_id == election
    moved = list(tx.rows(select(tps.c.id, tps.c.kelurahan_id, tps.c.moved_to).where(inside, tps.c.moved_to != "")))
    moves = {row.id: to for row in moved if (to := _target(tx, election, row)) is not None}
    for start, end in ends(moves).items():
        if end is not None:
            tx.execute(update(tps).where(tps.c.id == start).values(moved_id=end))


def _target(tx: Tx, election: int, row: Any) -> int | None:
    """The TPS that `Kasin/12` names: of the own kecamatan where that has such a kelurahan, else the only one."""
    name, _, number = row.moved_to.rpartition("/")
    wards = list(tx.rows(select(kelurahan.c.id, kelurahan.c.kecamatan_id).where(
        kelurahan.c.election_id == election, kelurahan.c.key == names.key(name))))  # fmt: skip
    own = tx.scalar(select(kelurahan.c.kecamatan_id).where(kelurahan.c.id == row.kelurahan_id))
    here = [ward.id for ward in wards if ward.kecamatan_id == own] or ([wards[0].id] if len(wards) == 1 else [])
    wanted = select(tps.c.id).where(tps.c.kelurahan_id.in_(here), tps.c.number == int(number))
    found: int | None = tx.scalar(wanted) if here else None
    return found
