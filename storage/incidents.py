"""Incidents and who was called for them. A change of state is a guarded update that tells whether it was the one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, table

WAITING, TAKEN, ARRIVED, REFERRED, CLOSED, CANCELLED = (
    "waiting",
    "taken",
    "arrived",
    "referred",
    "closed",
    "cancelled",
)
OPEN = (WAITING, TAKEN, ARRIVED, REFERRED)
RED, YELLOW, GREEN = "red", "yellow", "green"


class Incident(SQLModel, table=True):
    """One emergency. Words, signs and the casualty's name are sealed; due times are columns.

    `climb_at`: when the next rung is called. `tell_at`: when the reporter is next told that nobody has taken it.
    `quiet_at`: when the worker is next asked. `chain_*`: the head of the journal's hash chain.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_climb_at", "climb_at"),
        Index("ix_incident_tell_at", "tell_at"),
        Index("ix_incident_quiet_at", "quiet_at"),
        Index("ix_incident_reporter", "reporter_address_id"),
        Index("ix_incident_taker", "taken_by"),
    )
    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(unique=True)
    election_id: int | None = Field(default=None, foreign_key="election.id")
    state: str
    severity: str
    kind: str
    kinds: str = ""  # every kind that was said, in order, comma between
    plain: bool = False  # filed by the fallback, after a step failed
    verified: bool = False
    reporter_address_id: int = Field(foreign_key="address.id")
    reporter_id: int | None = Field(default=None, foreign_key="person.id")
    casualty: str = ""  # "", me, mate, other
    casualty_id: int | None = Field(default=None, foreign_key="person.id")
    details_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # {"signs": […], "notes": […]}
    kecamatan_id: int | None = Field(default=None, foreign_key="kecamatan.id")
    kelurahan_id: int | None = Field(default=None, foreign_key="kelurahan.id")
    tps_id: int | None = Field(default=None, foreign_key="tps.id")
    puskesmas_id: int | None = Field(default=None, foreign_key="puskesmas.id")
    latitude: float | None = None
    longitude: float | None = None
    reported_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    taken_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    taken_by: int | None = Field(default=None, foreign_key="person.id")
    arrived_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    outcome: str = ""
    referred_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    rung: int = -1
    round: int = 0
    climb_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    tell_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    told: int = 0
    quiet_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    quiet_asked: bool = False
    chain_length: int = 0
    chain_head: str = ""


class Called(SQLModel, table=True):
    """A person was called for an incident and may answer it, until `dropped` (the place moved away from him).

    `view`: worker (reads everything), dinkes (the same, a coordinator), coordinator (never signs or age).
    """

    __tablename__ = "called"
    __table_args__ = (UniqueConstraint("incident_id", "person_id"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    view: str
    rung: int
    called_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    declined_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    dropped: bool = False


incidents = table(Incident)
called = table(Called)
