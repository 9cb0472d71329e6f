"""Somebody is looked for in the roster by what is known of him: a name, a role, a place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from storage.database import Tx
from storage.people import people
from storage.places import kecamatan, kelurahan, puskesmas, tps
from storage.roster import COORDINATOR, OFFICER, WORKER, Role, assignments, by_ids

_LONGEST_NUMBER = 4  # digits of the number of a TPS
_KINDS = {OFFICER: "petugas", WORKER: "nakes", COORDINATOR: "koordinator"}


def search(tx: Tx, words: Iterable[str], now: datetime, most: int) -> list[Role]:
    """People with a phone for whom every word holds, each with one role, for picking somebody up in a rehearsal.

    A word is part of a name, or of what and where somebody is; digits are the number of his TPS.
    """
    conditions = [people.c.phone.is_not(None), *(_holds(word) for word in words)]
    first = (
        select(func.min(assignments.c.id).label("id"))
        .join(people, people.c.id == assignments.c.person_id)
        .outerjoin(kecamatan, kecamatan.c.id == assignments.c.kecamatan_id)
        .outerjoin(kelurahan, kelurahan.c.id == assignments.c.kelurahan_id)
        .outerjoin(tps, tps.c.id == assignments.c.tps_id)
        .outerjoin(puskesmas, puskesmas.c.id == assignments.c.puskesmas_id)
        .where(*conditions)
        .group_by(assignments.c.person_id)
    )
    ids = [row.id for row in tx.rows(first.order_by(func.min(assignments.c.id)).limit(most))]
    return by_ids(tx, ids, now)


def _holds(word: str) -> ColumnElement[bool]:
    if word.isascii() and word.isdigit() and len(word) <= _LONGEST_NUMBER:
        return tps.c.number == int(word)
    kinds = [assignments.c.kind == kind for kind, called in _KINDS.items() if word in called]
    texts = (people.c.name, assignments.c.role, assignments.c.position, assignments.c.institution, kecamatan.c.name,
             kelurahan.c.name, puskesmas.c.name)  # fmt: skip
    return or_(*kinds, *(text.icontains(word, autoescape=True) for text in texts))
