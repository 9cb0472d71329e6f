"""Who does what where in an election: officers, health workers and coordinators, one row an assignment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, table

OFFICER, WORKER, COORDINATOR = "officer", "worker", "coordinator"


class Assignment(SQLModel, table=True):
    """One row of the sheets petugas, nakes or koordinator.

    `kind`: officer, worker, coordinator. `role` is the workbook's own word (KPPS, PKD, …; empty for workers and
    coordinators), `position` its jabatan. A worker's shift is `starts_at` to `ends_at`, empty: always. `key` is what
    makes the same row the same again at the next import.
    """

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("election_id", "kind", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str
    key: str
    role: str = ""
    position: str = ""
    institution: str = ""
    kecamatan_id: int | None = Field(default=None, foreign_key="kecamatan.id")
    kelurahan_id: int | None = Field(default=None, foreign_key="kelurahan.id", index=True)
    tps_id: int | None = Field(default=None, foreign_key="tps.id", index=True)
    puskesmas_id: int | None = Field(default=None, foreign_key="puskesmas.id", index=True)
    starts_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ends_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class Duty(SQLModel, table=True):
    """What a worker said himself with /jaga; holds until the next start or end of a shift of his (`until`)."""

    __tablename__ = "duty"
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    on_duty: bool
    since: datetime = Field(sa_column=Column(Instant, nullable=False))
    until: datetime | None = Field(default=None, sa_column=Column(Instant))


assignments = table(Assignment)
duties = table(Duty)
