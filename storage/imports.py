"""What an import wants to be true: values as a workbook states them, places by the keys of their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, NamedTuple, TypeVar

V_co = TypeVar("V_co", covariant=True)
W = TypeVar("W")

# The nouns that an import counts by.
ELECTION, TPS, PUSKESMAS, OFFICER = "election", "tps", "puskesmas", "officer"
COVERAGE, WORKER, COORDINATOR, CANDIDATE = "coverage", "worker", "coordinator", "candidate"


class Where(NamedTuple):
    """A place by keys: a TPS (with its kelurahan and kecamatan), a kelurahan, a kecamatan, or the whole region."""

    kecamatan: str = ""
    kelurahan: str = ""
    tps: int = 0


class ElectionRow(NamedTuple):
    code: str
    name: str
    region_code: str
    voting_day: date
    zone: str
    emergency_number: str
    wage_base: str
    scheme: str
    secretariat: str


class TpsRow(NamedTuple):
    where: Where
    puskesmas: str = ""
    kind: str = "reguler"
    voting_day: date | None = None
    moved_to: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


class PuskesmasRow(NamedTuple):
    name: str
    kecamatan: str
    phone: str = ""
    serves: frozenset[Where] = frozenset()


class OfficerRow(NamedTuple):
    nik: str
    name: str
    role: str
    phone: str | None
    position: str
    institution: str
    where: Where


class CoverageRow(NamedTuple):
    nik: str
    institution: str
    programmes: tuple[str, ...]
    starts: date
    ends: date
    active: bool
    as_of: date | None
    wage: int | None
    kpj: str


class WorkerRow(NamedTuple):
    name: str
    phone: str
    puskesmas: str
    position: str
    starts_at: datetime | None
    ends_at: datetime | None
    where: Where


class CoordinatorRow(NamedTuple):
    name: str
    phone: str
    institution: str
    where: Where


class CandidateRow(NamedTuple):
    number: int
    name: str


class At(NamedTuple, Generic[V_co]):
    """A value and the row of the workbook that states it."""

    row: int
    value: V_co


@dataclass(slots=True)
class Wanted:
    """Everything that the good rows of one workbook state.

    `areas` and `wards` are names by key. `absent`: fields that a sheet has no column for, by noun; they stay as they
    are. `mentioned`: NIKs and person keys of refused rows, who are not absent although their rows do not count.
    """

    election: At[ElectionRow] | None = None
    areas: dict[str, str] = field(default_factory=dict)
    wards: dict[Where, str] = field(default_factory=dict)
    tps: list[At[TpsRow]] = field(default_factory=list)
    puskesmas: list[At[PuskesmasRow]] = field(default_factory=list)
    officers: list[At[OfficerRow]] = field(default_factory=list)
    coverages: list[At[CoverageRow]] = field(default_factory=list)
    workers: list[At[WorkerRow]] = field(default_factory=list)
    coordinators: list[At[CoordinatorRow]] = field(default_factory=list)
    candidates: list[At[CandidateRow]] = field(default_factory=list)
    absent: dict[str, frozenset[str]] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)


def settled(new: W, old: W | None, absent: Iterable[str]) -> W:
    """The wanted value, with what the sheet does not speak of left as it was."""
    if old is None or not absent:
        return new
    kept = {name: getattr(old, name) for name in absent}
    return new._replace(**kept)  # type: ignore[attr-defined, no-any-return]  # W is a NamedTuple
