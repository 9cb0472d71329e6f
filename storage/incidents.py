"""Incidents and who was called for them. A change of state is a guarded update that tells whether it was the one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from storage import installation
from storage.database import Tx
from storage.places import Where
from storage.quick import Quick
from storage.types import Instant, loaded, referring, table

WAITING, TAKEN, ARRIVED, REFERRED, CLOSED, CANCELLED = (
    "waiting",
    "taken",
    "arrived",
    "referred",
    "closed",
    "cancelled",
)
OPEN = (WAITING, TAKEN, ARRIVED, REFERRED)
EVER = (*OPEN, CLOSED, CANCELLED)
_OPEN = "state IN ('waiting', 'taken', 'arrived', 'referred')"
RED, YELLOW, GREEN = "red", "yellow", "green"


class Incident(SQLModel, table=True):
    """One emergency. Words, signs and the casualty's name are sealed; due times are columns.

    `climb_at`: when the next rung is called. `tell_at`: when the reporter is next told that nobody has taken it.
    `quiet_at`: when the worker is next asked. `chain_*`: the head of the journal's hash chain. `merged_into`: the case
    of the same event that was reported before: this one is closed, its reporter reports that one. `riot_id`: the riot
    in which this casualty was hurt, a case of a coordinator's. `false_by`: the coordinator who marked it as a false
    alarm.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_climb_at", "climb_at"),
        Index("ix_incident_tell_at", "tell_at"),
        Index("ix_incident_quiet_at", "quiet_at"),
        Index("ix_incident_reporter", "reporter_address_id"),
        Index("ix_incident_taker", "taken_by"),
        Index("ix_incident_tps", "tps_id"),
        Index("ix_incident_merged_into", "merged_into"),
        Index("ix_incident_riot", "riot_id"),
        Index("ix_incident_reported", "election_id", "reported_at"),
        *(referring("incident", column) for column in ("reporter_id", "casualty_id", "false_by", "left_by")),
        Index("ix_incident_open", "election_id", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
    )
    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(unique=True)
    election_id: int | None = Field(default=None, foreign_key="election.id")
    state: str
    severity: str
    kind: str
    kinds: str = ""  # every kind that was said, in order, comma between
    plain: bool = False  # filed by the fallback, after a step failed
    verified: bool = False
    reporter_address_id: int = Field(foreign_key="address.id")
    reporter_id: int | None = Field(default=None, foreign_key="person.id")
    casualty: str = ""  # "", me, mate, other
    casualty_id: int | None = Field(default=None, foreign_key="person.id")
    details_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # {"signs": […], "notes": […]}
    kecamatan_id: int | None = Field(default=None, foreign_key="kecamatan.id")
    kelurahan_id: int | None = Field(default=None, foreign_key="kelurahan.id")
    tps_id: int | None = Field(default=None, foreign_key="tps.id")
    puskesmas_id: int | None = Field(default=None, foreign_key="puskesmas.id")
    latitude: float | None = None
    longitude: float | None = None
    reported_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    taken_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    taken_by: int | None = Field(default=None, foreign_key="person.id")
    arrived_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    outcome: str = ""
    false_by: int | None = Field(default=None, foreign_key="person.id")
    merged_into: int | None = Field(default=None, foreign_key="incident.id")
    riot_id: int | None = Field(default=None, foreign_key="incident.id")
    referred_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    left_by: int | None = Field(default=None, foreign_key="person.id")  # taken, then quiet: his again if he taps Tiba
    rung: int = -1
    round: int = 0  # counts the calls, repeats included
    round_here: int = 0  # the call with which the present place began
    climb_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    tell_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    told: int = 0
    quiet_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    quiet_asked: bool = False
    chain_length: int = 0
    chain_head: str = ""

    @property
    def known_id(self) -> int:
        assert self.id is not None  # what was filed has an id
        return self.id

    @property
    def where(self) -> Where:
        return Where(self.election_id, self.kecamatan_id, self.kelurahan_id, self.tps_id, self.puskesmas_id)

    @property
    def may_be_false(self) -> bool:
        """Whether a coordinator may call it a false alarm: it is over, and nobody was there who found otherwise."""
        return self.state == CANCELLED or (self.state == CLOSED and self.outcome in {"membaik", "istirahat"})

    @property
    def said(self) -> tuple[str, ...]:
        """Every kind that was said, in order."""
        return tuple(kind for kind in self.kinds.split(",") if kind)


incidents = table(Incident)


_ONE = select(incidents)
_BY_ID = Quick(_ONE.where(incidents.c.id == bindparam("of")))
_LOCKED = Quick(_ONE.where(incidents.c.id == bindparam("of")).with_for_update(key_share=True))


def _case(row: Any) -> Incident | None:
    return loaded(Incident, row) if row is not None else None


def by_id(tx: Tx, incident_id: int) -> Incident | None:
    return _case(_BY_ID.first(tx, {"of": incident_id}))


def by_number(tx: Tx, number: int) -> Incident | None:
    return _case(tx.first(_ONE.where(incidents.c.number == number)))


def need(tx: Tx, incident_id: int) -> Incident:
    """An incident that must exist, locked until the turn ends (PostgreSQL). Raises LookupError.

    The lock lets through who only refers to it: another turn's delivery need not wait for this one's end.
    """
    found = _case(_LOCKED.first(tx, {"of": incident_id}))
    if found is None:
        raise LookupError(f"no incident {incident_id}")
    return found


def file(tx: Tx, *, address_id: int, where: Where, now: datetime, kind: str, severity: str, **values: Any) -> Incident:
    """File an incident under the installation's next number."""
    row = tx.first(
        insert(incidents)
        .values(
            number=installation.count(tx, "incident"),
            state=WAITING,
            reporter_address_id=address_id,
            reported_at=now,
            kind=kind,
            kinds=kind,
            severity=severity,
            **where_values(where),
            **values,
        )
        .returning(incidents)
    )
    return loaded(Incident, row)


def where_values(where: Where) -> dict[str, int | None]:
    """The columns of a place."""
    return {
        "election_id": where.election_id,
        "kecamatan_id": where.kecamatan_id,
        "kelurahan_id": where.kelurahan_id,
        "tps_id": where.tps_id,
        "puskesmas_id": where.puskesmas_id,
    }


def change(tx: Tx, incident_id: int, **values: Any) -> Incident:
    """Set columns that no two turns compete for, and return the incident as it is then."""
    row = tx.first(update(incidents).where(incidents.c.id == incident_id).values(values).returning(incidents))
    return loaded(Incident, row)


def move(
    tx: Tx, incident_id: int, from_states: tuple[str, ...], values: Mapping[str, Any], *, by: int | None = None
) -> bool:
    """The guarded change of state: only from one of `from_states`, and, where `by` is given, only by who took it.

    Tells whether this call was the one that changed the row.
    """
    guard = (incidents.c.id == incident_id) & incidents.c.state.in_(from_states)
    if by is not None:
        guard &= incidents.c.taken_by == by
    return tx.execute(update(incidents).where(guard).values(values)).rowcount == 1


# Whoever was cut off (`siaga revoke`) speaks only from where he is linked.
_CUT_OFF = (
    exists().where(text("journal.who = incident.reporter_id AND journal.what = 'revoked'")).select_from(text("journal"))
)


def is_of(
    address_id: int | BindParameter[Any] | None, person_id: int | BindParameter[Any] | None
) -> ColumnElement[bool]:
    """The condition that an incident was reported by this person, or from this address: it stays with a chat that left
    by its own word, not with one that was cut off."""
    here = (incidents.c.reporter_address_id == address_id) & ~_CUT_OFF
    return here if person_id is None else or_(here, incidents.c.reporter_id == person_id)


def _own_open() -> Quick:
    mine = is_of(bindparam("address_id"), bindparam("person_id"))
    joined = select(incidents.c.merged_into).where(mine, incidents.c.merged_into.is_not(None))
    is_open = incidents.c.state.in_([literal_column(repr(state)) for state in OPEN])
    return Quick(_ONE.where(or_(mine, incidents.c.id.in_(joined)), is_open).order_by(incidents.c.id.desc()))


_OWN_OPEN = _own_open()


def own_open(tx: Tx, address_id: int | None, person_id: int | None) -> list[Incident]:
    """The open cases that this address, or the person behind it, reported, also as one report of several; the newest
    first."""
    rows = _OWN_OPEN.rows(tx, {"address_id": address_id, "person_id": person_id})
    return [loaded(Incident, row) for row in rows]


_HURT = select(func.coalesce(incidents.c.merged_into, incidents.c.id)).where(incidents.c.riot_id == bindparam("riot"))
_CASUALTY = _ONE.where(incidents.c.id.in_(_HURT), incidents.c.state.in_(bindparam("states", expanding=True)))
_CASUALTY = _CASUALTY.order_by(incidents.c.id.desc()).limit(1)


def casualty_of(tx: Tx, riot_id: int, states: tuple[str, ...] = OPEN) -> Incident | None:
    """The newest case of who was hurt in a riot, open ones only by default; where it was joined to another report of
    the same, that one."""
    return _case(tx.first(_CASUALTY, {"riot": riot_id, "states": list(states)}))


def own(tx: Tx, address_id: int, person_id: int | None) -> list[int]:
    """Numbers of all cases that this address or person reported."""
    mine = is_of(address_id, person_id)
    return [row.number for row in tx.rows(select(incidents.c.number).where(mine).order_by(incidents.c.number))]


def adopt(tx: Tx, address_id: int, person_id: int) -> None:
    """Open cases that this address reported as nobody's are this person's."""
    here = (incidents.c.reporter_address_id == address_id) & incidents.c.reporter_id.is_(None)
    tx.execute(update(incidents).where(here, incidents.c.state.in_(OPEN)).values(reporter_id=person_id))


def taken_by(tx: Tx, person_id: int) -> list[Incident]:
    """The open cases that are this person's."""
    where = (incidents.c.taken_by == person_id) & incidents.c.state.in_((TAKEN, ARRIVED, REFERRED))
    return [loaded(Incident, row) for row in tx.rows(_ONE.where(where).order_by(incidents.c.id))]


_CLOCKS = (incidents.c.climb_at, incidents.c.tell_at, incidents.c.quiet_at)
_DUE = _ONE.where(or_(*(column <= bindparam("now") for column in _CLOCKS))).order_by(incidents.c.id)
_NEXT_DUE = select(
    *(select(func.min(column)).where(column.is_not(None)).scalar_subquery().label(column.key) for column in _CLOCKS)
)


def due(tx: Tx, now: datetime) -> list[Incident]:
    """Open cases with something to do: climb, tell the reporter, ask the worker."""
    return [loaded(Incident, row) for row in tx.rows(_DUE, {"now": now})]


def next_due(tx: Tx) -> datetime | None:
    """The earliest due time of any case."""
    return min((time for time in tx.first(_NEXT_DUE) if time is not None), default=None)


def _false_alarms() -> Quick:
    """Counts the cases of one reporter in a time, before a given one, that were false alarms."""
    false = (incidents.c.outcome == "alarm_palsu") | incidents.c.false_by.is_not(None)
    event = incidents.alias()  # of which his report was one of several
    was = (event.c.outcome == "alarm_palsu") | event.c.false_by.is_not(None)
    joined = incidents.c.merged_into.in_(select(event.c.id).where(event.c.id == incidents.c.merged_into, was))
    mine = (incidents.c.reporter_address_id == bindparam("address_id")) | (
        incidents.c.reporter_id == bindparam("person_id")
    )
    lately = (incidents.c.reported_at > bindparam("since")) & (incidents.c.id < bindparam("before"))
    return Quick(select(func.count().label("alarms")).select_from(incidents).where(mine, lately, false | joined))


_FALSE_ALARMS = _false_alarms()


def false_alarms(tx: Tx, incident: Incident) -> int:
    """How many cases of the same reporter, in the 24 hours before this one was reported, were false alarms: as who came
    found, or as a coordinator marked them."""
    of = {
        "address_id": incident.reporter_address_id,
        "person_id": incident.reporter_id,
        "since": incident.reported_at - timedelta(hours=24),
        "before": incident.id or 0,
    }
    return int(_FALSE_ALARMS.first(tx, of).alarms)


def open_ones(tx: Tx) -> list[int]:
    """Ids of the cases that are not over."""
    over = incidents.c.state.in_((CLOSED, CANCELLED))
    return [row.id for row in tx.rows(select(incidents.c.id).where(~over).order_by(incidents.c.id))]


def every(tx: Tx) -> list[Incident]:
    """All incidents, in order."""
    return [loaded(Incident, row) for row in tx.rows(_ONE.order_by(incidents.c.id))]
