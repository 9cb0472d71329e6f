"""What happened, in order, with who and when: append only, one hash chain an incident."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.types import Instant, table


class Entry(SQLModel, table=True):
    """One thing that happened. `detail_sealed` holds what is personal; `digest` is its salted digest, so that the
    content may be purged while the chain (`previous` → `hash`) stays whole. `seq` counts within an incident from 1.
    """

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_incident", "incident_id", "seq", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    election_id: int | None = None
    seq: int | None = None
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    who: int | None = Field(default=None, foreign_key="person.id")
    what: str
    detail_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    salt: str = ""
    digest: str = ""
    previous: str = ""
    hash: str = ""


journal = table(Entry)
