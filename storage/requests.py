"""Requests to be recorded: who is in no roster, or whose number is not, names himself and his place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, func, insert, select, update
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.people import addresses, people
from storage.places import Where
from storage.roster import assignments
from storage.types import Instant, table

OPEN, APPROVED, REFUSED, REPLACED = "open", "approved", "refused", "replaced"


class Request(SQLModel, table=True):
    """One request. `role` as in the sheet petugas, or nakes; `person_id` whom it was decided to be."""

    __tablename__ = "identity_request"
    id: int | None = Field(default=None, primary_key=True)
    address_id: int = Field(foreign_key="address.id", index=True)
    election_id: int = Field(foreign_key="election.id")
    role: str
    name: str
    kecamatan_id: int | None = Field(default=None, foreign_key="kecamatan.id")
    kelurahan_id: int | None = Field(default=None, foreign_key="kelurahan.id")
    tps_id: int | None = Field(default=None, foreign_key="tps.id")
    puskesmas_id: int | None = Field(default=None, foreign_key="puskesmas.id")
    state: str = OPEN
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    answered_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    answered_by: int | None = Field(default=None, foreign_key="person.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")

    @property
    def where(self) -> Where:
        return Where(self.election_id, self.kecamatan_id, self.kelurahan_id, self.tps_id, self.puskesmas_id)


requests = table(Request)
_Q = requests.c


def ask(tx: Tx, values: dict[str, Any]) -> int:
    """Keep a request; an open one of the same address is replaced by it. Its id."""
    mine = (_Q.address_id == values["address_id"]) & (_Q.state == OPEN)
    tx.execute(update(requests).where(mine).values(state=REPLACED, answered_at=values["created_at"]))
    return int(tx.scalar(insert(requests).values(state=OPEN, **values).returning(_Q.id)))


def by_id(tx: Tx, request_id: int) -> Request | None:
    row = tx.first(select(requests).where(_Q.id == request_id))
    return Request(**row._mapping) if row else None


def asked_since(tx: Tx, address_id: int, since: datetime) -> int:
    """How often an address has asked since a moment."""
    where = (_Q.address_id == address_id) & (_Q.created_at > since)
    return int(tx.scalar(select(func.count()).select_from(requests).where(where)) or 0)


def settle(tx: Tx, request_id: int, state: str, by: int, now: datetime, person_id: int | None = None) -> bool:
    """open → approved or refused; False: somebody was first."""
    values = {"state": state, "answered_by": by, "answered_at": now, "person_id": person_id}
    change = update(requests).where(_Q.id == request_id, _Q.state == OPEN)
    return tx.execute(change.values(values)).rowcount == 1


def phone_of(tx: Tx, address_id: int) -> str | None:
    """The number that the platform vouched for."""
    found: str | None = tx.scalar(select(addresses.c.phone).where(addresses.c.id == address_id))
    return found


def add_person(tx: Tx, request: Request, name_key: str, phone: str | None, values: dict[str, Any]) -> int:
    """A person whom a coordinator vouched for, with his one assignment; his id."""
    person = insert(people).values(name=request.name, name_key=name_key, phone=phone)
    person_id = int(tx.scalar(person.returning(people.c.id)))
    place = {name: getattr(request, name) for name in ("kecamatan_id", "kelurahan_id", "tps_id", "puskesmas_id")}
    row = {
        "election_id": request.election_id,
        "person_id": person_id,
        "key": f"request {request.id}",
        **place,
        **values,
    }
    tx.execute(insert(assignments).values(row))
    return person_id


def renumber(tx: Tx, person_id: int, phone: str) -> None:
    """A new number, which the platform vouches for and a coordinator knows him by."""
    tx.execute(update(people).where(people.c.id == person_id).values(phone=phone))
