"""People and the addresses they speak from. Both belong to the installation, not to an election."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, table


class Person(SQLModel, table=True):
    """Somebody in a roster. NIK is sealed beside its keyed hash; `name_key` is the name as it is compared."""

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    name_key: str
    nik_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    nik_hash: str | None = Field(default=None, unique=True)
    phone: str | None = Field(default=None, index=True)


class Reached(SQLModel, table=True):
    """An address: a private chat on a channel.

    `state`: active or gone (blocked, deactivated). `phone` is the number that the platform vouched for;
    `person_id` is set once it is sure which person speaks. Consent is kept with its version and time.
    """

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("channel", "external"),)
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


people = table(Person)
addresses = table(Reached)
