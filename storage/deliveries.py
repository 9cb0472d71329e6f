"""The outbox: every message on its way to one address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from storage.types import Instant, table

LANES = ("alert", "reply", "reminder", "notice", "broadcast")
ALERT, REPLY, REMINDER, NOTICE, BROADCAST = range(5)
WAITING, SENDING, SENT, FAILED, EXPIRED, UNKNOWN, WITHDRAWN = (
    "waiting",
    "sending",
    "sent",
    "failed",
    "expired",
    "unknown",
    "withdrawn",
)


class Delivery(SQLModel, table=True):
    """One message to one address. `refs` are ids and numbers; what exists nowhere else is `sealed` and wiped at the end.

    `edits`: the delivery whose message this changes; at most one waiting edit a delivery. `under`: the delivery
    whose message this replies to. `answers`: the tap that this acknowledges. `due_at`: not before. `claim`: who is sending it now.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_waiting", "lane", "id", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
        Index("ix_delivery_sending", "id", sqlite_where=text("state = 'sending'"),
              postgresql_where=text("state = 'sending'")),
        Index("ix_delivery_one_edit", "edits", unique=True, sqlite_where=text("state = 'waiting' AND edits IS NOT NULL"),
              postgresql_where=text("state = 'waiting' AND edits IS NOT NULL")),
        Index("ix_delivery_incident", "incident_id"),
        Index("ix_delivery_once", "once", unique=True),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    lane: int
    address_id: int = Field(foreign_key="address.id")
    kind: str
    refs: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    about: str = ""
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    rung: int | None = None
    once: str | None = None
    edits: int | None = None
    under: int | None = None
    answers: str = ""
    state: str = WAITING
    reason: str = ""
    tries: int = 0
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    expires_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    settled_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    external: str = ""
    claim: str = ""


deliveries = table(Delivery)
