"""Who took whose place on the day itself, as a chair or PPS said it; the row of the workbook stays known by its key."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, UniqueConstraint, delete, insert, select, update
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.names import person_key
from storage.people import addresses, people
from storage.roster import OFFICER, Assignment, assignments
from storage.types import Instant, loaded, table


class Replacement(SQLModel, table=True):
    """`key` is the key of the officer's row: an older list that still has it, at that TPS, does not bring him back."""

    __tablename__ = "replacement"
    __table_args__ = (UniqueConstraint("election_id", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    key: str
    tps_id: int | None = Field(default=None, foreign_key="tps.id")
    old_id: int = Field(foreign_key="person.id")
    new_id: int = Field(foreign_key="person.id")
    by: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


replacements = table(Replacement)
_R = replacements.c
_PLACE = ("election_id", "role", "position", "institution", "kecamatan_id", "kelurahan_id", "tps_id", "puskesmas_id")


def post(tx: Tx, assignment_id: int) -> Assignment | None:
    """An officer's row."""
    row = tx.first(select(assignments).where(assignments.c.id == assignment_id, assignments.c.kind == OFFICER))
    return loaded(Assignment, row) if row else None


def take_place(tx: Tx, old: Assignment, name: str, phone: str, by: int, now: datetime) -> int | None:
    """The officer's row goes to the one of that name and number; his id, or None: somebody was first.

    He may be in the tables already, by name and number; coming back, he is not barred any more.
    """
    mine = (assignments.c.id == old.id) & (assignments.c.person_id == old.person_id)
    if tx.first(select(assignments.c.id).where(mine).with_for_update()) is None:
        return None
    new_id = _person(tx, name, phone)
    places = {each: getattr(old, each) for each in _PLACE}
    # Keyed by the row that it stands for: the next list, with his own NIK, adds him; the old one cannot. The new row
    # comes first: SQLite gives the id of the newest row that left to the next, and the old one's is written down as an
    # import's, to be taken back with it.
    row = {"person_id": new_id, "kind": OFFICER, "key": f"replaces {old.id}", **places}
    tx.execute(insert(assignments).values(row))
    tx.execute(delete(assignments).where(mine))
    tx.execute(delete(replacements).where(_R.election_id == old.election_id, _R.old_id == new_id))
    values = {"tps_id": old.tps_id, "old_id": old.person_id, "new_id": new_id, "by": by, "at": now}
    kept = tx.insert(replacements).values(election_id=old.election_id, key=old.key, **values)
    tx.execute(kept.on_conflict_do_update(index_elements=["election_id", "key"], set_=values))
    return new_id


class Barred(NamedTuple):
    """A row that was given to somebody else: at which TPS, the name of who has it by now, and the ids of all who took
    it, one after the other."""

    tps_id: int | None
    by: str
    ids: tuple[int, ...]


def barred(tx: Tx, election_id: int) -> dict[str, Barred]:
    """By the key of the row. Who came may be replaced himself: the next one stands in for the first row too."""
    query = select(_R.key, _R.tps_id, _R.old_id, _R.new_id, people.c.name).join(people, people.c.id == _R.new_id)
    rows = tx.rows(query.where(_R.election_id == election_id).order_by(_R.id))
    then = {(row.old_id, row.tps_id): row.new_id for row in rows}
    called = {row.new_id: row.name for row in rows}
    found = {}
    for row in rows:
        ids = [row.new_id]
        while (after := then.get((ids[-1], row.tps_id))) is not None and after not in ids:
            ids.append(after)
        found[row.key] = Barred(row.tps_id, called[ids[-1]], tuple(ids))
    return found


def _person(tx: Tx, name: str, phone: str) -> int:
    known = select(people.c.id).where(people.c.phone == phone, people.c.name_key == person_key(name))
    found = tx.scalar(known.order_by(people.c.id).limit(1))
    made: Any = insert(people).values(name=name, name_key=person_key(name), phone=phone).returning(people.c.id)
    return int(found if found is not None else tx.scalar(made))


def spoken_for(tx: Tx, phone: str) -> list[int]:
    """Chats that gave this number and speak for somebody else who has it."""
    theirs = (addresses.c.phone == phone) & addresses.c.person_id.is_not(None) & (addresses.c.state == "active")
    return [row.id for row in tx.rows(select(addresses.c.id).where(theirs).order_by(addresses.c.id))]


def link_waiting(tx: Tx, person_id: int, phone: str, now: datetime) -> list[int]:
    """Chats that gave this number, consented and speak for nobody yet speak for him from now on."""
    waits = (addresses.c.phone == phone) & addresses.c.person_id.is_(None) & (addresses.c.consent == "yes")
    change = update(addresses).where(waits).values(person_id=person_id, linked_at=now).returning(addresses.c.id)
    return sorted(row.id for row in tx.rows(change))
