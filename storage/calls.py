"""Who was called for an incident, and what each said to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.incidents import WAITING, Incident, incidents
from storage.quick import Quick
from storage.types import Instant, loaded, table


class Called(SQLModel, table=True):
    """A person was called for an incident and may answer it, until `dropped` (the place moved away from him).

    `view`: worker (reads everything), dinkes (the same, a coordinator), coordinator (never signs or age).
    """

    __tablename__ = "called"
    __table_args__ = (UniqueConstraint("incident_id", "person_id"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    view: str
    rung: int
    called_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    declined_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    dropped: bool = False


called = table(Called)
_C = called.c
_ONE = Quick(select(called).where(_C.incident_id == bindparam("of"), _C.person_id == bindparam("person_id")))
_EVERY = Quick(select(called).where(_C.incident_id == bindparam("of")).order_by(_C.id))


def _call(insert: Callable[..., Any]) -> Any:
    """Put in, or called anew; the same in both dialects."""
    keys = ("incident_id", "person_id", "view", "rung", "called_at", "dropped")
    new = insert(called).values({key: bindparam(key) for key in keys})
    again = {key: new.excluded[key] for key in ("dropped", "called_at", "view")}
    return new.on_conflict_do_update(index_elements=["incident_id", "person_id"], set_=again)


_CALL = Quick(_call(sqlite.insert), postgres=_call(postgresql.insert))


def call(tx: Tx, incident_id: int, person_id: int, view: str, rung: int, now: datetime) -> None:
    """This person is called, or called again after the place came back to him."""
    values = {"incident_id": incident_id, "person_id": person_id, "view": view, "rung": rung, "called_at": now,
              "dropped": False}  # fmt: skip
    _CALL.run(tx, values)


def one(tx: Tx, incident_id: int, person_id: int) -> Any:
    """How this person was called for this incident, or None."""
    return _ONE.first(tx, {"of": incident_id, "person_id": person_id})


def every(tx: Tx, incident_id: int) -> list[Any]:
    """How everybody was called for this incident, in the order of their first calls."""
    return list(_EVERY.rows(tx, {"of": incident_id}))


def waiting_for(tx: Tx, person_id: int) -> list[Incident]:
    """Cases that still wait and for which this person was called and has not declined."""
    open_to_him = (_C.person_id == person_id) & _C.declined_at.is_(None) & _C.dropped.is_(False)
    query = select(incidents).join(called, _C.incident_id == incidents.c.id)
    query = query.where(incidents.c.state == WAITING, open_to_him).order_by(incidents.c.id)
    return [loaded(Incident, row) for row in tx.rows(query)]


def decline(tx: Tx, incident_id: int, person_id: int, now: datetime) -> bool:
    """He cannot; False: he had said so, or was not called."""
    guard = (_C.incident_id == incident_id) & (_C.person_id == person_id) & _C.declined_at.is_(None)
    return tx.execute(update(called).where(guard).values(declined_at=now)).rowcount == 1


def accept(tx: Tx, incident_id: int, person_id: int) -> None:
    """It is his after all: who had declined before hears of it again."""
    guard = (_C.incident_id == incident_id) & (_C.person_id == person_id)
    tx.execute(update(called).where(guard, _C.declined_at.is_not(None)).values(declined_at=None))


def drop(tx: Tx, incident_id: int, person_id: int) -> None:
    """This one is not called for it any more."""
    his = (_C.incident_id == incident_id) & (_C.person_id == person_id)
    tx.execute(update(called).where(his).values(dropped=True))


def drop_others(tx: Tx, incident_id: int, keep: set[int]) -> list[int]:
    """It moved away from everybody but `keep`, who lose the case; tells whom."""
    statement = (
        update(called)
        .where(_C.incident_id == incident_id, _C.dropped.is_(False), _C.person_id.not_in(keep))
        .values(dropped=True, declined_at=None)
        .returning(_C.person_id)
    )
    return [row.person_id for row in tx.rows(statement)]
