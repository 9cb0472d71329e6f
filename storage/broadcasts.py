"""Broadcasts: what a coordinator sends to many, to whom, who agreed, and who said that he has it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from storage.types import Instant, table

DRAFT, ASKING, SCHEDULED, SENDING, PAUSED = "draft", "asking", "scheduled", "sending", "paused"
STOPPED, DONE, LAPSED, DROPPED = "stopped", "done", "lapsed", "dropped"
ALIVE = (ASKING, SCHEDULED, SENDING, PAUSED)


class Broadcast(SQLModel, table=True):
    """One broadcast. Words and file are sealed and frozen at confirmation, as are its recipients.

    `sender_id` is empty for the operator's. `chosen` is the audience as a filter (see `handlers.audience`). `due_at` is
    when it goes, or lapses if it is still `asking` for another coordinator's agreement (`lapses_at`). `bulk_id` numbers
    its deliveries. `told`, `told_at`: the counts that the progress message showed last, and when. `repeats` is the
    broadcast that this one repeats to those it did not reach; `repeated` says which of its own rest was repeated.
    """

    __tablename__ = "broadcast"
    __table_args__ = (
        Index(
            "ix_broadcast_alive",
            "state",
            sqlite_where=text("state IN ('asking', 'scheduled', 'sending', 'paused')"),
            postgresql_where=text("state IN ('asking', 'scheduled', 'sending', 'paused')"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(unique=True)
    election_id: int = Field(foreign_key="election.id")
    sender_id: int | None = Field(default=None, foreign_key="person.id")
    sender_address_id: int | None = Field(default=None, foreign_key="address.id")
    institution: str = ""
    chosen: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    words_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    file_kind: str = ""
    receipt: bool = False
    state: str = DRAFT
    reason: str = ""
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    due_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    lapses_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    bulk_id: int | None = Field(default=None, unique=True)
    progress_id: int | None = None
    approved_by: int | None = Field(default=None, foreign_key="person.id")
    told: str = ""
    told_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    repeated: str = ""
    repeats: int | None = Field(default=None, foreign_key="broadcast.id")


class Recipient(SQLModel, table=True):
    """One person whom a broadcast is for; without an address `why` says why he cannot be reached.

    `received_at`: "Sudah saya terima", by himself or by his chair (`received_by`).
    """

    __tablename__ = "recipient"
    broadcast_id: int = Field(foreign_key="broadcast.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    address_id: int | None = Field(default=None, foreign_key="address.id")
    tps_id: int | None = Field(default=None, foreign_key="tps.id")
    why: str = ""
    received_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    received_by: int | None = Field(default=None, foreign_key="person.id")


class Approval(SQLModel, table=True):
    """A coordinator who was asked to agree to a broadcast; `answer`: "", yes, no."""

    __tablename__ = "approval"
    broadcast_id: int = Field(foreign_key="broadcast.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    answer: str = ""
    answered_at: datetime | None = Field(default=None, sa_column=Column(Instant))


broadcasts = table(Broadcast)
recipients = table(Recipient)
approvals = table(Approval)
