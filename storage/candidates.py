"""The candidate pairs, whom no broadcast may name."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint, select
from sqlmodel import Field, SQLModel

from storage.database import Tx
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


def names(tx: Tx, election_id: int) -> list[str]:
    """The pairs of an election as written, in the order of their numbers."""
    query = select(candidates.c.name).where(candidates.c.election_id == election_id).order_by(candidates.c.number)
    return [row.name for row in tx.rows(query)]
