"""TPS groups: a group chat bound to one TPS, so that its notices arrive where the crew reads them together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, select, text, update
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.people import addresses
from storage.places import tps
from storage.types import Instant, loaded, table

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
_G = groups.c


def of_address(tx: Tx, address_id: int) -> Group | None:
    row = tx.first(select(groups).where(_G.address_id == address_id))
    return loaded(Group, row) if row else None


def of_chat(tx: Tx, channel: str, external: str) -> Group | None:
    """The group of a chat by the platform's id."""
    here = (addresses.c.channel == channel) & (addresses.c.external == external)
    row = tx.first(select(groups).join(addresses, addresses.c.id == _G.address_id).where(here))
    return loaded(Group, row) if row else None


def bind(tx: Tx, address_id: int, tps_id: int, by: int, now: datetime) -> Group | None:
    """Have a group speak for a TPS; the group that did so before, which does not any more. The newest wins."""
    if not tx.is_sqlite:  # two groups at once: one after the other
        tx.execute(select(tps.c.id).where(tps.c.id == tps_id).with_for_update(key_share=True))
    row = tx.first(select(groups).where(_G.tps_id == tps_id, _G.state == ACTIVE, _G.address_id != address_id))
    if row is not None:
        settle(tx, row.id, REPLACED, now)
    values = {"tps_id": tps_id, "bound_by": by, "bound_at": now, "state": ACTIVE, "reason": "", "changed_at": now}
    statement = tx.insert(groups).values(address_id=address_id, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["address_id"], set_=values))
    return loaded(Group, row) if row is not None else None


def settle(tx: Tx, group_id: int, state: str, now: datetime) -> bool:
    """Say that a group is `state` from now on; False: it was so already."""
    change = update(groups).where(_G.id == group_id, _G.state != state)
    return tx.execute(change.values(state=state, changed_at=now)).rowcount == 1


def restore(tx: Tx, group_id: int, tps_id: int, now: datetime) -> bool:
    """Active again, unless another group speaks for the TPS by now."""
    if tx.first(select(_G.id).where(_G.tps_id == tps_id, _G.state == ACTIVE)) is not None:
        return False
    return settle(tx, group_id, ACTIVE, now)


def move(tx: Tx, group_id: int, channel: str, external: str) -> None:
    """The chat lives on under an id that spoke to us already: the binding goes there, unless it has its own."""
    there = select(addresses.c.id).where(addresses.c.channel == channel, addresses.c.external == external)
    address_id = tx.scalar(there)
    if address_id is not None and of_address(tx, address_id) is None:
        tx.execute(update(groups).where(_G.id == group_id).values(address_id=address_id))
