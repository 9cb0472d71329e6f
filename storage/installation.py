"""What an installation knows of itself: its mode, its secret's fingerprint, its counters, its leases."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.quick import Quick
from storage.types import table


class Fact(SQLModel, table=True):
    """One fact by name: mode, fingerprint, clock_offset, …"""

    __tablename__ = "fact"
    name: str = Field(primary_key=True)
    value: str


class Counter(SQLModel, table=True):
    """A counter that never skips and never repeats; its row is the lock."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int = 0


class Lease(SQLModel, table=True):
    """Who speaks for a bot. `beat` grows while the holder lives; who sees it stand still takes over."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    holder: str
    beat: int = 0


facts = table(Fact)
counters = table(Counter)
leases = table(Lease)


_FACT = Quick(select(facts.c.value).where(facts.c.name == bindparam("of")))


def fact(tx: Tx, name: str) -> str | None:
    found = _FACT.first(tx, {"of": name})
    return found.value if found else None


def set_fact(tx: Tx, name: str, value: str) -> None:
    statement = tx.insert(facts).values(name=name, value=value)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def count(tx: Tx, name: str) -> int:
    """The next number of a counter, from 1."""
    statement = tx.insert(counters).values(name=name, value=1)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    return int(tx.scalar(statement.returning(counters.c.value)))


def counted(tx: Tx, name: str) -> int:
    """How far a counter has come; 0 where nothing was counted."""
    return int(tx.scalar(select(counters.c.value).where(counters.c.name == name)) or 0)


def lease(tx: Tx, name: str) -> tuple[str, int] | None:
    """Holder and beat of a lease."""
    row = tx.first(select(leases.c.holder, leases.c.beat).where(leases.c.name == name))
    return (row.holder, row.beat) if row else None


def take_lease(tx: Tx, name: str, holder: str, seen: tuple[str, int] | None) -> bool:
    """Take a lease that is free, or whose holder and beat still are what was `seen`."""
    if seen is None:
        return tx.insert_new(leases, {"name": name, "holder": holder, "beat": 1})
    where = (leases.c.name == name) & (leases.c.holder == seen[0]) & (leases.c.beat == seen[1])
    return tx.execute(update(leases).where(where).values(holder=holder, beat=seen[1] + 1)).rowcount == 1


def beat(tx: Tx, name: str, holder: str) -> bool:
    """Say that the holder lives; False: the lease is somebody else's now."""
    where = (leases.c.name == name) & (leases.c.holder == holder)
    return tx.execute(update(leases).where(where).values(beat=leases.c.beat + 1)).rowcount == 1


def release(tx: Tx, name: str, holder: str) -> None:
    tx.execute(leases.delete().where((leases.c.name == name) & (leases.c.holder == holder)))
