"""Coverage by BPJS Ketenagakerjaan as the institutions' lists state it: one row a NIK, institution and programme."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import table

JKK, JKM = "JKK", "JKM"


class Coverage(SQLModel, table=True):
    """One programme of one NIK: `starts` to `ends` inclusive, `as_of` the date of the data, `wage` in rupiah a month.

    It hangs on the NIK's keyed hash, not on a person, so that lists may come before or after the roster.
    """

    __tablename__ = "coverage"
    __table_args__ = (UniqueConstraint("election_id", "nik_hash", "institution", "programme"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    nik_hash: str = Field(index=True)
    institution: str
    programme: str
    starts: date
    ends: date
    active: bool = True
    as_of: date | None = None
    wage: int | None = None
    kpj_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    kpj_last4: str = ""


coverages = table(Coverage)
