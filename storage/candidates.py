"""The candidate pairs, whom no broadcast may name."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import table


class Candidate(SQLModel, table=True):
    """One pair: its number on the ballot and its names as written."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("election_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    number: int
    name: str


candidates = table(Candidate)
