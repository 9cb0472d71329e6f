"""Whose number it is by now: who speaks from an address may deny to be whom a roster has under it."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlmodel import Field, SQLModel

from storage import people
from storage.database import Tx
from storage.types import table


class Denial(SQLModel, table=True):
    """Who speaks from an address said that he is not this person."""

    __tablename__ = "denial"
    address_id: int = Field(foreign_key="address.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)


denials = table(Denial)
_D = denials.c


def sharing(tx: Tx, address_id: int, phone: str) -> list[tuple[int, str]]:
    """Everybody in a roster whose number this is, but for those whom who speaks from this address denied to be."""
    others = {row.person_id for row in tx.rows(select(_D.person_id).where(_D.address_id == address_id))}
    return [each for each in people.with_phone(tx, phone) if each[0] not in others]


def deny(tx: Tx, address_id: int, person_id: int) -> None:
    """Bukan saya."""
    tx.insert_new(denials, {"address_id": address_id, "person_id": person_id})


def take_back(tx: Tx, address_id: int, person_id: int) -> None:
    """Somebody who knows him says that he is."""
    tx.execute(delete(denials).where(_D.address_id == address_id, _D.person_id == person_id))
