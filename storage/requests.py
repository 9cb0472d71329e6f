"""Requests that a coordinator decides: to be recorded, to have one's coverage looked at, to delete or correct data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    and_,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    true,
    update,
)
from sqlmodel import Field, SQLModel

from storage import former
from storage.areas import Area, within
from storage.database import Tx
from storage.people import addresses, people
from storage.places import Where
from storage.roster import assignments
from storage.types import Instant, loaded, table

IDENTITY, COVERAGE, DELETE, CORRECT = "identity", "coverage", "delete", "correct"
RIGHTS = (DELETE, CORRECT)
OPEN, SUBMITTED, APPROVED, REFUSED, REPLACED, COVERED, DONE = (
    "open",
    "submitted",
    "approved",
    "refused",
    "replaced",
    "covered",
    "done",
)
ALIVE_STATES = (OPEN, SUBMITTED)
ALIVE = "state IN ('open', 'submitted')"
_NEXT = "next_at IS NOT NULL"
_ONE = ALIVE + " AND subject_id IS NOT NULL"


class Request(SQLModel, table=True):
    """One request. `kind`: identity (who is in no roster, or whose number is not, names himself and his place),
    coverage (an officer of the roster misses his JKK or JKM), delete or correct (what is held about him).

    `role` as in the sheet petugas, or nakes; `person_id` whom it was decided to be. `subject_id`: whom of the roster it
    is about, with `institution`: of each kind, election, person and institution only one is alive. `name` is empty
    where there is a subject. `words_sealed`: what he wrote; `answer_sealed`: why it was answered so. `due_at`: until
    when it should be answered; `next_at`: when somebody is next reminded.
    """

    __tablename__ = "request"
    __table_args__ = (
        Index("ix_request_alive", "election_id", "kind", "id", sqlite_where=text(ALIVE), postgresql_where=text(ALIVE)),
        Index("ix_request_next", "next_at", sqlite_where=text(_NEXT), postgresql_where=text(_NEXT)),
        Index("ix_request_one_alive", "kind", "election_id", "subject_id", "institution", unique=True,
              sqlite_where=text(_ONE), postgresql_where=text(_ONE)),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    kind: str = IDENTITY
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
    subject_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    institution: str = ""
    words_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    answer_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    due_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    next_at: datetime | None = Field(default=None, sa_column=Column(Instant))

    @property
    def where(self) -> Where:
        return Where(self.election_id, self.kecamatan_id, self.kelurahan_id, self.tps_id, self.puskesmas_id)


requests = table(Request)
_Q = requests.c
# Written into the statement, not bound: only then do both databases know that the partial indexes hold these rows.
is_alive = _Q.state.in_((literal_column("'open'"), literal_column("'submitted'")))


def alive_in(areas: Iterable[Area], *kinds: str) -> ColumnElement[bool]:
    """The condition on those of these areas that wait."""
    return _Q.kind.in_(kinds) & is_alive & within(areas, _Q)


def count(tx: Tx, areas: Iterable[Area], *kinds: str) -> int:
    """How many of these areas wait."""
    return int(tx.scalar(select(func.count()).select_from(requests).where(alive_in(areas, *kinds))) or 0)


def ask(tx: Tx, values: dict[str, Any]) -> int:
    """Keep a request to be recorded; an open one of the same address is replaced by it. Its id."""
    take_back(tx, values["address_id"], values["created_at"])
    return int(tx.scalar(insert(requests).values(state=OPEN, **values).returning(_Q.id)))


def take_back(tx: Tx, address_id: int, now: datetime) -> None:
    """Whoever waits at this address to be recorded is asked about no more."""
    mine = (_Q.address_id == address_id) & (_Q.state == OPEN) & (_Q.kind == IDENTITY)
    tx.execute(update(requests).where(mine).values(state=REPLACED, answered_at=now, next_at=None))


def open_of(tx: Tx, address_id: int) -> list[Request]:
    """The requests to be recorded that wait of an address."""
    where = (_Q.address_id == address_id) & (_Q.state == OPEN) & (_Q.kind == IDENTITY)
    return [loaded(Request, row) for row in tx.rows(select(requests).where(where).order_by(_Q.id))]


def held(tx: Tx, address_id: int) -> list[Request]:
    """What is kept of what an address asked: where it still waits, or a name was given; the oldest first."""
    where = (_Q.address_id == address_id) & (is_alive | (_Q.name != ""))
    return [loaded(Request, row) for row in tx.rows(select(requests).where(where).order_by(_Q.id))]


def _waiting_at(seats: Sequence[tuple[Where, Sequence[str]]]) -> tuple[ColumnElement[bool], ...]:
    """The conditions on requests to be recorded that wait in these places, each for one of its roles."""
    nearer = ("puskesmas_id", "kelurahan_id", "kecamatan_id")
    found = []
    for where, roles in seats:
        exact = next((_Q[name] == getattr(where, name) for name in nearer if getattr(where, name)), true())
        found.append(and_(_Q.election_id == where.election_id, exact, _Q.role.in_(roles)))
    of = {where.election_id for where, _ in seats}  # said apart, so that the index of those alive is seen
    return _Q.election_id.in_(of), _Q.kind == IDENTITY, is_alive, or_(false(), *found)


def to_decide(tx: Tx, seats: Sequence[tuple[Where, Sequence[str]]]) -> int:
    """How many requests to be recorded wait in these places, each for one of its roles."""
    return int(tx.scalar(select(func.count()).select_from(requests).where(*_waiting_at(seats))) or 0)


def oldest(tx: Tx, seats: Sequence[tuple[Where, Sequence[str]]], limit: int) -> list[Request]:
    """Those, the oldest first."""
    query = select(requests).where(*_waiting_at(seats)).order_by(_Q.id).limit(limit)
    return [loaded(Request, row) for row in tx.rows(query)]


def ask_once(tx: Tx, kind: str, subject_id: int, values: dict[str, Any]) -> int | None:
    """Keep a request about somebody of the roster, unless one like it is alive; its id."""
    row = {"kind": kind, "subject_id": subject_id, "state": OPEN, "name": "", **values}
    kept = tx.insert(requests).values(row).on_conflict_do_nothing().returning(_Q.id)
    found: int | None = tx.scalar(kept)
    return found


def of_subject(tx: Tx, kind: str, subject_id: int) -> list[Request]:
    """All of one kind about a person, the oldest first."""
    where = (_Q.kind == kind) & (_Q.subject_id == subject_id)
    return [loaded(Request, row) for row in tx.rows(select(requests).where(where).order_by(_Q.id))]


def by_id(tx: Tx, request_id: int) -> Request | None:
    row = tx.first(select(requests).where(_Q.id == request_id))
    return loaded(Request, row) if row else None


def asked_since(tx: Tx, address_id: int, since: datetime) -> int:
    """How often an address has asked to be recorded since a moment."""
    where = (_Q.address_id == address_id) & (_Q.created_at > since) & (_Q.kind == IDENTITY)
    return int(tx.scalar(select(func.count()).select_from(requests).where(where)) or 0)


def settle(
    tx: Tx,
    request_id: int,
    state: str,
    by: int | None,
    now: datetime,
    person_id: int | None = None,
    *,
    before: Sequence[str] = (OPEN,),
    why: str = "",
) -> bool:
    """`before` → answered, with the reason that was given; False: somebody was first."""
    values = {"state": state, "answered_by": by, "answered_at": now, "person_id": person_id,
              "answer_sealed": tx.vault.seal(why) if why else None, "next_at": None}  # fmt: skip
    change = update(requests).where(_Q.id == request_id, _Q.state.in_(before))
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
    """A new number, which the platform vouches for and a coordinator knows him by; the one before is his no more."""
    former.renewed(tx, person_id, phone)
    tx.execute(update(people).where(people.c.id == person_id).values(phone=phone))
