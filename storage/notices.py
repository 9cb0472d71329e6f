"""The timetable of an election: notices relative to voting day, and the slots at which each is due."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Instant, table

TPS, PEOPLE = "tps", "people"
ACTIVE, PAUSED, DROPPED = "active", "paused", "dropped"
WAITING, TAKING, TAKEN, EXPIRED, WITHDRAWN = "waiting", "taking", "taken", "expired", "withdrawn"


class Notice(SQLModel, table=True):
    """One line of a timetable: what is said (`key` names the default words, `words` are a coordinator's own), to whom
    (`audience` tps or people, `roles` with a comma between, empty: all) and when.

    `day` counts from voting day (H is 0, H-7 is -7), `minute` from midnight in the election's zone. `every` minutes it
    repeats until `until_day`/`until_minute` (0: once). `lives` minutes after its time it is too late. `area` is "" for
    the whole city, else `kec:ID` or `kel:ID`: there this row stands in place of the city's row of the same key.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("election_id", "key", "area"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    key: str
    area: str = ""
    audience: str = TPS
    roles: str = ""
    day: int
    minute: int
    every: int = 0
    until_day: int = 0
    until_minute: int = 0
    lives: int = 60
    words: str = ""
    state: str = ACTIVE
    changed_by: int | None = Field(default=None, foreign_key="person.id")
    changed_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class Slot(SQLModel, table=True):
    """One time at which a notice is due, for those who vote on `voting_day`; `nth` counts its repeats from 0.

    `older`: the slot of people of 50 and over, which comes earlier. It goes waiting → taking (`cursor`: how far the
    fan-out has come) → taken, or expired or withdrawn with its `reason`. `bulk_id` numbers its deliveries.
    """

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("notice_id", "voting_day", "older", "nth"),
        Index(
            "ix_slot_due",
            "due_at",
            sqlite_where=text("state IN ('waiting', 'taking')"),
            postgresql_where=text("state IN ('waiting', 'taking')"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notice.id", index=True)
    election_id: int = Field(foreign_key="election.id")
    voting_day: date
    older: bool = False
    nth: int = 0
    due_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    state: str = WAITING
    reason: str = ""
    cursor: int = 0
    bulk_id: int | None = None
    taken_at: datetime | None = Field(default=None, sa_column=Column(Instant))


notices = table(Notice)
slots = table(Slot)
