"""What an import is to write, and what differs: the values of a plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from storage.imports import ElectionRow, PuskesmasRow, TpsRow, Where
from storage.standing import CoverageFacts, Post
from storage.who import CHANGED, NEW, SAME, Said, Who

LEAVES = "leaves"


class Placed(NamedTuple):
    """An assignment to write."""

    kind: str
    key: str
    who: Who
    post: Post
    is_new: bool = False


class Renamed(NamedTuple):
    """A post whose key says a NIK or number that is another now."""

    person: int
    kind: str
    old: str
    new: str


class Covered(NamedTuple):
    """A coverage to write."""

    nik_hash: str
    programme: str
    facts: CoverageFacts
    kpj: str
    is_new: bool


class Change(NamedTuple):
    """One field that differs."""

    field: str
    old: object
    new: object


class Difference(NamedTuple):
    """What joins, leaves or changes: `row` of the workbook (0: it stands in the tables only), and what differs."""

    noun: str
    what: str
    row: int
    name: str
    nik: str = ""
    post: Post | None = None
    programme: str = ""
    changes: tuple[Change, ...] = ()
    key: str = ""  # of a post or a coverage
    stays: bool = False  # the post that this one replaces stands on: absence takes nothing out
    person: int | None = None  # whose post it is, where he is known already

    @property
    def fields(self) -> tuple[str, ...]:
        its = tuple(change.field for change in self.changes)
        return (self.programme, *its) if self.programme else its


@dataclass(slots=True)
class Plan:
    """What to write, and how many rows of a noun turned out to be new, changed, unchanged."""

    election: ElectionRow | None = None
    areas: dict[str, str] = field(default_factory=dict)
    wards: dict[Where, str] = field(default_factory=dict)
    puskesmas: dict[str, PuskesmasRow] = field(default_factory=dict)
    tps: list[TpsRow] = field(default_factory=list)
    candidates: dict[int, str] = field(default_factory=dict)
    people: list[Who] = field(default_factory=list)
    corrected: list[Who] = field(default_factory=list)  # people whose posts are renamed along with them
    renamed: list[Renamed] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    covered: list[Covered] = field(default_factory=list)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    tell: bool = True
    refused: list[Said] = field(default_factory=list)
    doubts: list[Said] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)  # kind and key of posts to take out
    uncovered: list[tuple[str, str, str]] = field(default_factory=list)  # nik_hash, institution's key, programme


def changes_of(old: Any, new: Any) -> tuple[Change, ...]:
    """The fields in which two values of one kind differ."""
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in new._fields)
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


def area_of(where: Where) -> Where:
    """A place without its TPS."""
    return where._replace(tps=0)


def verdict_of(old: object, new: object) -> str:
    if old is None:
        return NEW
    return SAME if old == new else CHANGED
