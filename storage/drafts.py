"""What is kept between two turns of one address: the draft of a dialog, and the clock of an opened emergency call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, bindparam, delete, select
from sqlmodel import Field, SQLModel

from storage.database import Tx
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
    tps_id: int | None = None  # opened from the group of a TPS: it is there, until the reporter says otherwise


drafts = table(Draft)
opened = table(Opened)
_CALLS_DUE = select(opened.c.address_id).where(opened.c.file_at <= bindparam("now")).order_by(opened.c.file_at)
_NEXT_CALL = select(opened.c.file_at).order_by(opened.c.file_at).limit(1)


def keep(tx: Tx, address_id: int, dialog: str, step: str, kept: dict[str, Any], now: datetime) -> None:
    """Remember which step the next words of this address belong to."""
    values = {
        "dialog": dialog,
        "step": step,
        "kept_sealed": tx.vault.seal_json(kept) if kept else None,
        "updated_at": now,
    }
    statement = tx.insert(drafts).values(address_id=address_id, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["address_id"], set_=values))


def drop(tx: Tx, address_id: int) -> bool:
    """Forget the draft; tells whether there was one."""
    return tx.execute(delete(drafts).where(drafts.c.address_id == address_id)).rowcount == 1


def open_call(tx: Tx, address_id: int, now: datetime, file_at: datetime, tps_id: int | None = None) -> bool:
    """Start the clock of an emergency call at a TPS, if one is known, unless it runs already."""
    values = {"address_id": address_id, "opened_at": now, "file_at": file_at, "tps_id": tps_id}
    return tx.insert_new(opened, values)


def end_call(tx: Tx, address_id: int) -> bool:
    """Stop the clock; True for the one turn that may file (or drop) the call."""
    return tx.execute(delete(opened).where(opened.c.address_id == address_id)).rowcount == 1


def calls_due(tx: Tx, now: datetime) -> list[int]:
    """Addresses whose call is to be filed by itself."""
    return [row.address_id for row in tx.rows(_CALLS_DUE, {"now": now})]


def next_call(tx: Tx) -> datetime | None:
    """When the next opened call is to be filed."""
    found: datetime | None = tx.scalar(_NEXT_CALL)
    return found
