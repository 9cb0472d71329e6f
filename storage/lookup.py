"""Somebody is looked for in the roster by what is known of him: a name, a role, a place, a number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, literal, or_, select

from storage.database import Tx
from storage.elections import DAYS_ACTIVE, elections
from storage.people import people
from storage.places import kecamatan, kelurahan, puskesmas, tps
from storage.roster import COORDINATOR, OFFICER, WORKER, Role, assignments, by_ids

SEPARATORS = "-./("  # a word begins after one of them too: Al-Amin, S.Kep., Ardirejo (Kepanjen)
_PART = 4  # digits at least of a part of a telephone number; fewer are the number of a TPS
_TPS = re.compile(r"tps0*([0-9]{1,4})")
_KINDS = {
    OFFICER: ("petugas",),
    WORKER: ("nakes", "tenaga", "kesehatan", "petugas"),
    COORDINATOR: ("koordinator",),
}
_PLACES = {
    "tps": assignments.c.tps_id,
    "kelurahan": assignments.c.kelurahan_id,
    "kecamatan": assignments.c.kecamatan_id,
    "puskesmas": assignments.c.puskesmas_id,
}
_OF_PLACE = ((assignments.c.kelurahan_id, kelurahan), (assignments.c.kecamatan_id, kecamatan),
             (assignments.c.puskesmas_id, puskesmas))  # fmt: skip
# In one text: to look through each of them took twice as long.
_SAID = people.c.name + " " + assignments.c.role + " " + assignments.c.position + " " + assignments.c.institution


class Found(NamedTuple):
    """Each person with one role; `many` are there in all."""

    roles: list[Role]
    many: int


def search(tx: Tx, words: Iterable[str], now: datetime, most: int) -> Found:
    """People with a phone for whom every word holds, for picking somebody up in a rehearsal.

    A word is the beginning of one in a name, or in what and where somebody is; `tps12` and up to three digits are the
    number of his TPS, more digits a part of his own number.
    """
    running = elections.c.last_day >= now.date() - timedelta(days=DAYS_ACTIVE)
    first = (
        select(func.min(assignments.c.id).label("id"), func.count().over().label("many"))
        .join(people, people.c.id == assignments.c.person_id)
        .where(
            people.c.phone.is_not(None),
            assignments.c.election_id.in_(select(elections.c.id).where(running)),
            *(_holds(word) for word in words),
        )
        .group_by(assignments.c.person_id)
    )
    rows = tx.rows(first.order_by(func.min(assignments.c.id)).limit(most))
    return Found(by_ids(tx, [row.id for row in rows], now), rows[0].many if rows else 0)


def _holds(word: str) -> ColumnElement[bool]:
    if station := _TPS.fullmatch(word):
        return _at_tps(int(station[1]))
    digits = word.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        return _at_tps(int(digits)) if len(digits) < _PART else _telephones(digits)
    kinds = [assignments.c.kind == kind for kind, called in _KINDS.items() if any(c.startswith(word) for c in called)]
    somewhere = [place.is_not(None) for called, place in _PLACES.items() if called.startswith(word)]
    there = [place.in_(select(each.c.id).where(_begins(each.c.name, word))) for place, each in _OF_PLACE]
    return or_(*kinds, *somewhere, *there, _begins(_SAID, word))


def _at_tps(number: int) -> ColumnElement[bool]:
    return assignments.c.tps_id.in_(select(tps.c.id).where(tps.c.number == number))


def _telephones(digits: str) -> ColumnElement[bool]:
    """Numbers are kept with their country (+62…) and shown as one dials them (0…)."""
    dialled = [people.c.phone.startswith(f"+62{digits[1:]}")] if digits.startswith("0") else []
    return or_(people.c.phone.contains(digits), *dialled)


def _begins(text: ColumnElement[str], word: str) -> ColumnElement[bool]:
    parted = text
    for sign in SEPARATORS:
        parted = func.replace(parted, sign, " ")
    return (literal(" ") + parted).icontains(f" {word}", autoescape=True)
