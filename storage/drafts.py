"""What is kept between two turns of one address: the draft of a dialog, and the clock of an opened emergency call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.types import Instant, table


class Draft(SQLModel, table=True):
    """The step that the next words of this address belong to, and what was kept for it (sealed JSON)."""

    __tablename__ = "draft"
    address_id: int = Field(foreign_key="address.id", primary_key=True)
    dialog: str
    step: str
    kept_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    updated_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class Opened(SQLModel, table=True):
    """Darurat was tapped and no kind yet: filed by itself at `file_at`. Deleting the row decides who files."""

    __tablename__ = "opened"
    __table_args__ = (Index("ix_opened_file_at", "file_at"),)
    address_id: int = Field(foreign_key="address.id", primary_key=True)
    opened_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    file_at: datetime = Field(sa_column=Column(Instant, nullable=False))


drafts = table(Draft)
opened = table(Opened)
