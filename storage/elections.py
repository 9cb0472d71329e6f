"""Elections: everything in the roster belongs to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.quick import Quick
from storage.types import table

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
DAYS_ACTIVE = 60  # days after the last voting day


class Election(SQLModel, table=True):
    """One election of one region, e.g. code `malang-2024`; `last_day` is its last voting day (PSU and PSL included)."""

    __tablename__ = "election"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    region_code: str
    voting_day: date
    last_day: date
    zone: str
    emergency_number: str = "119"
    wage_base: str = ""
    scheme: str = ""
    secretariat: str = ""
    ladder: str = ""


elections = table(Election)


@dataclass(frozen=True, slots=True)
class Known:
    """What a turn needs of an election."""

    id: int
    code: str
    name: str
    region_code: str
    voting_day: date
    last_day: date
    zone: str
    emergency_number: str
    wage_base: str
    scheme: str
    secretariat: str
    ladder: str

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(ZONES[self.zone])


_ALL = select(*(elections.c[name] for name in Known.__dataclass_fields__))


_BY_ID = Quick(_ALL.where(elections.c.id == bindparam("of")))
_ACTIVE = Quick(_ALL.where(elections.c.last_day >= bindparam("since")))


def by_id(tx: Tx, election_id: int) -> Known | None:
    row = _BY_ID.first(tx, {"of": election_id})
    return Known(*row) if row else None


def by_code(tx: Tx, code: str) -> Known | None:
    row = tx.first(_ALL.where(elections.c.code == code))
    return Known(*row) if row else None


def active(tx: Tx, now: datetime) -> list[Known]:
    """Elections from their import until 60 days after their last voting day, the nearest voting day first."""
    since = now.date() - timedelta(days=DAYS_ACTIVE)
    found = [Known(*row) for row in _ACTIVE.rows(tx, {"since": since})]
    return sorted(found, key=lambda each: (abs((each.voting_day - now.date()).days), each.id))
