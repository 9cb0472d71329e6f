"""TPS groups: a group chat bound to one TPS, so that its notices arrive where the crew reads them together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from storage.types import Instant, table

ACTIVE, REPLACED, LEFT, MUTED = "active", "replaced", "left", "muted"


class Group(SQLModel, table=True):
    """A group chat and the TPS that it belongs to.

    `state`: active; replaced (another group was bound to the TPS), left (the bot was removed), muted (the bot may not
    write there). At most one active group a TPS; `reason` says in a few words why it is not active any more.
    """

    __tablename__ = "tps_group"
    __table_args__ = (
        Index(
            "ix_tps_group_active",
            "tps_id",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    address_id: int = Field(foreign_key="address.id", unique=True)
    tps_id: int = Field(foreign_key="tps.id", index=True)
    bound_by: int | None = Field(default=None, foreign_key="person.id")
    bound_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    state: str = ACTIVE
    reason: str = ""
    changed_at: datetime | None = Field(default=None, sa_column=Column(Instant))


groups = table(Group)
