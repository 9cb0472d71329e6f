"""Coverage by BPJS Ketenagakerjaan as the institutions' lists state it: one row a NIK, institution and programme."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Column, LargeBinary, UniqueConstraint, bindparam, func, select
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.people import people
from storage.quick import Quick
from storage.types import table

JKK, JKM = "JKK", "JKM"


class Coverage(SQLModel, table=True):
    """One programme of one NIK: `starts` to `ends` inclusive, `as_of` the date of the data, `wage` in rupiah a month.

    It hangs on the NIK's keyed hash, not on a person, so that lists may come before or after the roster.
    """

    __tablename__ = "coverage"
    __table_args__ = (UniqueConstraint("nik_hash", "election_id", "institution", "programme"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int  # an election's id, and no foreign key: see migration 0014
    nik_hash: str  # first in the unique index, so that it needs none of its own
    institution: str
    programme: str
    starts: date
    ends: date
    active: bool = True
    as_of: date | None = None
    wage: int | None = None
    kpj_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    kpj_hash: str = ""  # keyed: an import compares by it and opens nothing
    kpj_last4: str = ""


coverages = table(Coverage)


_OF_NIK = Quick(select(coverages).where(coverages.c.nik_hash == bindparam("nik_hash")).order_by(coverages.c.id))


def of_nik(tx: Tx, nik_hash: str) -> list[Any]:
    """Every row about a NIK, in all elections."""
    return list(_OF_NIK.rows(tx, {"nik_hash": nik_hash}))


def of_strangers(tx: Tx, election_id: int) -> int:
    """How many NIKs of an election's lists are in no roster: kept, for the roster may come later, and told."""
    listed = select(coverages.c.nik_hash).where(coverages.c.election_id == election_id)
    # As a set: one look-up for each of a million rows takes three times as long.
    strangers = listed.except_(select(people.c.nik_hash).where(people.c.nik_hash.is_not(None))).subquery()
    return int(tx.scalar(select(func.count()).select_from(strangers)) or 0)


def list_as_of(tx: Tx, election_id: int, institution: str) -> tuple[bool, date | None]:
    """Whether an institution's list is in, and the newest date of its data."""
    where = (coverages.c.election_id == election_id) & (coverages.c.institution == institution)
    row = tx.first(select(func.count(), func.max(coverages.c.as_of)).where(where))
    return bool(row[0]), row[1]
