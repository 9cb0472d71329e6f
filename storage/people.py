"""People and the addresses they speak from. Both belong to the installation, not to an election."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    UniqueConstraint,
    bindparam,
    exists,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.quick import Quick
from storage.types import Instant, table


class Person(SQLModel, table=True):
    """Somebody in a roster. NIK is sealed beside its keyed hash; `name_key` is the name as it is compared.

    `silent_at`: since then nothing that the bot begins goes to him: he died, or was brought to a hospital.
    """

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    name_key: str
    nik_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    nik_hash: str | None = Field(default=None, unique=True)
    phone: str | None = Field(default=None, index=True)
    silent_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class Reached(SQLModel, table=True):
    """An address: a private chat on a channel.

    `state`: active or gone (blocked, deactivated). `phone` is the number that the platform vouched for;
    `person_id` is set once it is sure which person speaks. Consent is kept with its version and time.
    `stopped_at`: since then he wants no reminders and broadcasts (/berhenti). `begun_at`: when we last wrote to him
    outside WhatsApp's window, which it counts. `leaves_at`: no list names its person any more, and then he is let go.
    """

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("channel", "external"),
        Index(
            "ix_address_begun",
            "begun_at",
            sqlite_where=text("begun_at IS NOT NULL"),
            postgresql_where=text("begun_at IS NOT NULL"),
        ),
        Index(
            "ix_address_leaves",
            "leaves_at",
            sqlite_where=text("leaves_at IS NOT NULL"),
            postgresql_where=text("leaves_at IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external: str
    named: str = ""
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    phone: str | None = Field(default=None, index=True)
    state: str = "active"
    heard_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    linked_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    consent: str = ""  # "", "yes", "no"
    consent_version: str = ""
    consent_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    stopped_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    begun_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    leaves_at: datetime | None = Field(default=None, sa_column=Column(Instant))


HEARD_EVERY = timedelta(minutes=1)
people = table(Person)
addresses = table(Reached)


def befell(tx: Tx, channel: str, external: str, what: str, detail: str, now: datetime) -> None:
    """An address was blocked, came back, moved to another id, or wants no bulk (or wants it again)."""
    where = (addresses.c.channel == channel) & (addresses.c.external == external)
    if what in {"blocked", "left"}:
        tx.execute(update(addresses).where(where).values(state="gone"))
    elif what in {"returned", "joined"}:
        tx.execute(update(addresses).where(where).values(state="active"))
    elif what in {"stopped", "resumed"}:
        tx.execute(update(addresses).where(where).values(stopped_at=now if what == "stopped" else None))
    elif what == "moved":
        there = select(addresses.c.id).where(addresses.c.channel == channel, addresses.c.external == detail)
        if tx.first(there) is None:
            tx.execute(update(addresses).where(where).values(external=detail))


def consent(tx: Tx, address_id: int, answer: str, version: str, now: datetime) -> None:
    """Keep the answer (yes, no, or "" for withdrawn) with the version of the words and the time."""
    values = {"consent": answer, "consent_version": version, "consent_at": now}
    tx.execute(update(addresses).where(addresses.c.id == address_id).values(values))


def link(tx: Tx, address_id: int, person_id: int | None, phone: str, now: datetime) -> None:
    """The platform vouched for `phone`; `person_id` once it is sure who speaks."""
    values = {"person_id": person_id, "phone": phone, "linked_at": now if person_id else None, "leaves_at": None}
    tx.execute(update(addresses).where(addresses.c.id == address_id).values(values))


def unlink(tx: Tx, address_id: int) -> None:
    values = {"person_id": None, "phone": None, "linked_at": None, "leaves_at": None}
    tx.execute(update(addresses).where(addresses.c.id == address_id).values(values))


def stop(tx: Tx, address_id: int, person_id: int | None, since: datetime | None) -> None:
    """No reminders and broadcasts to this address, and to the other ones of this person, from now on; None: they go
    again."""
    his = addresses.c.id == address_id
    if person_id is not None:
        his = his | (addresses.c.person_id == person_id)
    tx.execute(update(addresses).where(his).values(stopped_at=since))


def silence(tx: Tx, person_id: int, now: datetime) -> bool:
    """Nothing that the bot begins goes to him from now on; False: it was so already."""
    change = update(people).where(people.c.id == person_id, people.c.silent_at.is_(None))
    return tx.execute(change.values(silent_at=now)).rowcount == 1


def speak_again(tx: Tx, person_id: int) -> bool:
    """It goes again; False: it did."""
    change = update(people).where(people.c.id == person_id, people.c.silent_at.is_not(None))
    return tx.execute(change.values(silent_at=None)).rowcount == 1


def silent(tx: Tx, person_ids: Iterable[int]) -> set[int]:
    """Those of them with whom nothing is begun now."""
    where = people.c.id.in_(set(person_ids)) & people.c.silent_at.is_not(None)
    return {row.id for row in tx.rows(select(people.c.id).where(where))}


def stopped(tx: Tx, address_id: int) -> bool:
    """Whether an address wants no reminders and broadcasts."""
    return tx.scalar(select(addresses.c.stopped_at).where(addresses.c.id == address_id)) is not None


def with_phone(tx: Tx, phone: str) -> list[tuple[int, str]]:
    """Everybody in a roster whose number this is: id and name."""
    listed = exists().where(text("assignment.person_id = person.id")).select_from(text("assignment"))
    query = select(people.c.id, people.c.name).where(people.c.phone == phone, listed).order_by(people.c.id)
    return [(row.id, row.name) for row in tx.rows(query)]


_PERSON = Quick(select(people).where(people.c.id == bindparam("of")))


def person(tx: Tx, person_id: int) -> Any:
    """A person's row, or None."""
    return _PERSON.first(tx, {"of": person_id})


def names(tx: Tx, ids: Iterable[int]) -> dict[int, str]:
    wanted = set(ids)
    if not wanted:
        return {}
    rows = tx.rows(select(people.c.id, people.c.name).where(people.c.id.in_(wanted)))
    return {r.id: r.name for r in rows}


_REACHABLE = (
    select(addresses.c.person_id, addresses.c.id)
    .where(addresses.c.person_id.in_(bindparam("people", expanding=True)), addresses.c.state == "active")
    .order_by(addresses.c.id)
)


def reachable(tx: Tx, person_ids: Iterable[int]) -> dict[int, list[int]]:
    """The active addresses of each person that has any."""
    wanted = set(person_ids)
    found: dict[int, list[int]] = {}
    if wanted:
        for row in tx.rows(_REACHABLE, {"people": list(wanted)}):
            found.setdefault(row.person_id, []).append(row.id)
    return found


def on_channel(tx: Tx, channel: str, person_ids: Iterable[int]) -> list[tuple[int, int]]:
    """The active addresses of these people on one channel: address and person."""
    wanted = set(person_ids)
    where = addresses.c.person_id.in_(wanted) & (addresses.c.state == "active") & (addresses.c.channel == channel)
    query = select(addresses.c.id, addresses.c.person_id).where(where).order_by(addresses.c.id)
    return [(row.id, row.person_id) for row in tx.rows(query)] if wanted else []


def speaking_for(tx: Tx, phone: str) -> list[Any]:
    """The linked addresses that a number vouches for, or of whoever has it in a roster: id, channel, person_id."""
    his = select(people.c.id).where(people.c.phone == phone)
    where = (addresses.c.phone == phone) | addresses.c.person_id.in_(his)
    query = select(addresses.c.id, addresses.c.channel, addresses.c.person_id)
    return list(tx.rows(query.where(where, addresses.c.person_id.is_not(None)).order_by(addresses.c.id)))


def latest(tx: Tx, person_ids: Iterable[int]) -> dict[int, list[int]]:
    """Of each person the one active address that he used last: what is no alarm is said once."""
    wanted = set(person_ids)
    found: dict[int, list[int]] = {}
    if wanted:
        where = addresses.c.person_id.in_(wanted) & (addresses.c.state == "active")
        query = select(addresses.c.person_id, addresses.c.id).where(where)
        for row in tx.rows(query.order_by(addresses.c.heard_at.is_not(None), addresses.c.heard_at, addresses.c.id)):
            found[row.person_id] = [row.id]
    return found


def close_window(tx: Tx, channel: str, external: str) -> None:
    """The platform says that free words may not go there now, whatever we thought."""
    where = (addresses.c.channel == channel) & (addresses.c.external == external)
    tx.execute(update(addresses).where(where).values(heard_at=None))


def last_words(tx: Tx, channel: str) -> dict[str, datetime]:
    """When each address of a channel was last heard."""
    where = (addresses.c.channel == channel) & addresses.c.heard_at.is_not(None)
    return {
        row.external: row.heard_at for row in tx.rows(select(addresses.c.external, addresses.c.heard_at).where(where))
    }


def addresses_of(tx: Tx, person_id: int) -> list[Any]:
    return list(tx.rows(select(addresses).where(addresses.c.person_id == person_id)))
