"""Who looked at what is held about people: one row a read, not one a person; so everybody can be told who looked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, insert, not_, or_, select
from sqlmodel import Field, SQLModel

from storage import journal
from storage.areas import placed
from storage.database import Tx
from storage.incidents import incidents
from storage.places import kelurahan
from storage.requests import requests
from storage.roster import OFFICER, assignments
from storage.types import Instant, referring, table

# What was read: names of the uncovered as a page or as a workbook, requests about coverage as a list or one of them,
# or about data or to be recorded, whose names were shown beside the last, the names of a broadcast's recipients, an
# emergency, who may be replaced, and the operator's exports.
NAMES, SHEET, CASES, CASE = "names", "sheet", "cases", "case"
RECIPIENTS, INCIDENT, CREW = "recipients", "incident", "crew"
RIGHTS, RIGHT = "rights", "right"
IDENTITIES, IDENTITY, ALIKE = "identities", "identity", "alike"
PEOPLE, COVERAGE, INCIDENTS = "people", "coverage", "incidents"


class Reading(SQLModel, table=True):
    """One read. `who`: the reader, empty for the operator (Posko); `title`: as what, in words.

    What it held: one person (`subject_id`), one emergency (`incident_id`), one request of somebody whom no roster knew
    (`request_id`), or the people of an area and institution ("" for all), as far as these are given. `rows`: how many,
    where that is known.
    """

    __tablename__ = "reading"
    __table_args__ = (
        Index("ix_reading_subject", "subject_id"),
        Index("ix_reading_incident", "incident_id"),
        Index("ix_reading_area", "election_id", "id"),
        referring("reading", "who"),
        referring("reading", "request_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    who: int | None = Field(default=None, foreign_key="person.id")
    title: str = ""
    what: str
    election_id: int | None = Field(default=None, foreign_key="election.id")
    kecamatan_id: int | None = Field(default=None, foreign_key="kecamatan.id")
    kelurahan_id: int | None = Field(default=None, foreign_key="kelurahan.id")
    institution: str = ""
    subject_id: int | None = Field(default=None, foreign_key="person.id")
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    request_id: int | None = Field(default=None, foreign_key="request.id")
    rows: int | None = None


readings = table(Reading)
_HELD = ("election_id", "kecamatan_id", "kelurahan_id", "subject_id", "incident_id", "request_id", "rows")
_A, _R = assignments.c, readings.c


def note(tx: Tx, now: datetime, who: int | None, title: str, what: str, reads: Sequence[dict[str, Any]]) -> None:
    """Write reads down, each with what it held, and once in the journal."""
    given = {"at": now, "who": who, "title": title, "what": what}
    empty = dict.fromkeys(_HELD)
    if reads:
        tx.execute(insert(readings), [{**empty, "institution": "", **each, **given} for each in reads])
        journal.add(
            tx, "names_read", now, who=who, detail={"as": title, "of": what, "held": [dict(each) for each in reads]}
        )


def _held(person_id: int) -> ColumnElement[bool]:
    """Whether a read of an area held somebody: he serves there, for that institution. Where his TPS moved, both places
    count: nobody knows any more at which of them he was when it was read."""
    here = (
        _A.person_id == person_id,
        or_(_R.election_id.is_(None), _R.election_id == _A.election_id),
        or_(_read_of(_A.kecamatan_id, _A.kelurahan_id), _read_of(kelurahan.c.kecamatan_id, kelurahan.c.id)),
        or_(_R.institution == "", _R.institution == _A.institution),
        or_(_R.what == PEOPLE, _A.kind == OFFICER),
    )
    single = or_(*(column.is_not(None) for column in (_R.subject_id, _R.incident_id, _R.request_id)))
    area = not_(single) & (_R.what != INCIDENTS)
    return area & placed(select(_A.id).select_from(assignments)).where(*here).exists()


def _read_of(kecamatan_id: ColumnElement[Any], kelurahan_id: ColumnElement[Any]) -> ColumnElement[bool]:
    same_kecamatan = _R.kecamatan_id.is_(None) | (_R.kecamatan_id == kecamatan_id)
    return same_kecamatan & (_R.kelurahan_id.is_(None) | (_R.kelurahan_id == kelurahan_id))


def of(tx: Tx, person_id: int, cases: Collection[int], offset: int, limit: int) -> list[Any]:
    """Who looked at what is held about a person, the newest first; `cases`: ids of the emergencies that are his."""
    asked = _R.request_id.in_(select(requests.c.id).where(requests.c.person_id == person_id))
    mine = or_(_R.subject_id == person_id, _R.incident_id.in_(list(cases)), asked, _held(person_id))
    if cases:  # the operator's list of emergencies held them
        mine = or_(mine, _R.what == INCIDENTS)
    query = select(readings).where(mine, _R.who.is_distinct_from(person_id))
    return list(tx.rows(query.order_by(_R.id.desc()).offset(offset).limit(limit)))


def cases_of(tx: Tx, person_id: int) -> list[int]:
    """Ids of the emergencies that a person reported, or was the casualty of."""
    his = or_(incidents.c.reporter_id == person_id, incidents.c.casualty_id == person_id)
    return [row.id for row in tx.rows(select(incidents.c.id).where(his).order_by(incidents.c.id))]


def named_in(tx: Tx, person_id: int) -> list[int]:
    """Numbers of the emergencies that others reported and of which a person is the casualty."""
    his = (incidents.c.casualty_id == person_id) & incidents.c.reporter_id.is_distinct_from(person_id)
    return [row.number for row in tx.rows(select(incidents.c.number).where(his).order_by(incidents.c.number))]
