"""Numbers that are somebody's no more: a coordinator knew him by another one since, and the platform vouched for it.

A list that still has such a number does not bring it back: it may be anybody's by now.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, exists, select
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.people import people
from storage.types import table


class FormerPhone(SQLModel, table=True):
    """One number that a person had, as `person.phone` holds it."""

    __tablename__ = "former_phone"
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    phone: str = Field(primary_key=True)


former_phones = table(FormerPhone)
_F = former_phones.c


def renewed(tx: Tx, person_id: int, phone: str) -> None:
    """He is about to get this number: the one that he has is his no more, and this one is his, whatever it was."""
    had = select(people.c.id, people.c.phone).where(people.c.id == person_id, people.c.phone != phone)
    tx.execute(tx.insert(former_phones).from_select(["person_id", "phone"], had).on_conflict_do_nothing())
    tx.execute(delete(former_phones).where(_F.person_id == person_id, _F.phone == phone))


def has(phone: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a number is one of theirs no more, in a statement on persons."""
    return exists().where(_F.person_id == people.c.id, _F.phone == phone)


def everybody(tx: Tx) -> dict[int, list[str]]:
    """The former numbers of everybody who has any, by person."""
    found: dict[int, list[str]] = {}
    for row in tx.rows(select(_F.person_id, _F.phone).order_by(_F.person_id, _F.phone)):
        found.setdefault(row.person_id, []).append(row.phone)
    return found


def of(tx: Tx, person_id: int) -> list[str]:
    return [row.phone for row in tx.rows(select(_F.phone).where(_F.person_id == person_id).order_by(_F.phone))]


def forget(tx: Tx, person_id: int) -> None:
    tx.execute(delete(former_phones).where(_F.person_id == person_id))
