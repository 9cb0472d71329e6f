"""Which updates have been handled: the key that makes a repeated update do nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, LargeBinary, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.types import Instant, table


class Update(SQLModel, table=True):
    """An update that was claimed; `aside_sealed` holds one that could not be handled, for the operator."""

    __tablename__ = "handled"
    key: str = Field(primary_key=True)  # channel:update id
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    aside_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


updates = table(Update)


# Written once for each database: this statement runs in every turn.
_CLAIM = {
    dialect is sqlite: dialect.insert(updates).values(key=bindparam("key"), at=bindparam("at")).on_conflict_do_nothing()
    for dialect in (sqlite, postgresql)
}


def claim(tx: Tx, channel: str, update_id: str, now: datetime) -> bool:
    """True if this update is new; on PostgreSQL a second claim waits for the first one's transaction."""
    return tx.execute(_CLAIM[tx.is_sqlite], {"key": f"{channel}:{update_id}", "at": now}).rowcount == 1


def set_aside(tx: Tx, channel: str, update_id: str, raw: str, now: datetime) -> None:
    """Keep, sealed, an update that could not be handled."""
    sealed = tx.vault.seal(raw)
    tx.insert_new(updates, {"key": f"{channel}:{update_id}", "at": now, "aside_sealed": sealed})
