"""Which updates have been handled: the key that makes a repeated update do nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.quick import Quick
from storage.types import Instant, table


class Update(SQLModel, table=True):
    """An update that was claimed; `aside_sealed` holds one that could not be handled, for the operator."""

    __tablename__ = "handled"
    key: str = Field(primary_key=True)  # channel:update id
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    aside_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


updates = table(Update)


_CLAIM = Quick(
    sqlite.insert(updates).on_conflict_do_nothing(),
    keys=("key", "at"),
    postgres=postgresql.insert(updates).on_conflict_do_nothing(),
)


def claim(tx: Tx, channel: str, update_id: str, now: datetime) -> bool:
    """True if this update is new; on PostgreSQL a second claim waits for the first one's transaction."""
    return _CLAIM.run(tx, {"key": f"{channel}:{update_id}", "at": now}) == 1


def set_aside(tx: Tx, channel: str, update_id: str, raw: str, now: datetime) -> None:
    """Keep, sealed, an update that could not be handled."""
    sealed = tx.vault.seal(raw)
    tx.insert_new(updates, {"key": f"{channel}:{update_id}", "at": now, "aside_sealed": sealed})
