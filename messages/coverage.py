"""/cakupan: how many officers of an area are covered, who is not, and the workbook of their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from messages.areas import data
from messages.chat import File
from messages.render import Button, Rows, Words, called, label
from messages.sheet import xlsx

STATES = ("covered", "lapsed", "missing", "unknown", "unseen")  # how officers are counted
COLUMNS = ("name", "role", "institution", "kecamatan", "kelurahan", "tps", "state")


@dataclass(frozen=True)
class Gaps(Words):
    """The page. `institutions`: name, officers, covered, lapsed, missing, unseen (their NIK is not here), date
    of its list ("" where none is in).

    `roles` and `areas`: what is called, institution, not covered, of so many, the largest gap first.
    """

    name = "coverage"
    area: str = ""
    day: str = ""
    institutions: tuple[tuple[str, str, str, str, str, str, str], ...] = ()
    roles: tuple[tuple[str, str, str, str], ...] = ()
    areas: tuple[tuple[str, str, str, str], ...] = ()
    more: int = 0
    gaps: int = 0
    role: int = 0  # by which the reader looks, where he has several areas
    cases: int = 0  # who asked to have it looked at, and waits

    def choices(self) -> Rows:
        sheet = Button("sheet", data("gaps_sheet", self.role))
        names = ((Button("gap_names", data("gaps", self.role, 0)), sheet),) if self.gaps else ()
        return (*names, (Button("cases", data("cov_list", self.role, 0)),)) if self.cases else names


@dataclass(frozen=True)
class Names(Words):
    """Who is not covered, or not seen, by place, a page at a time; each: place, name and role, state.

    `area`: of which of his areas, where he has several.
    """

    name = "coverage_names"
    private = True
    area: str = ""
    people: tuple[tuple[str, str, str], ...] = ()
    page: int = 0
    more: bool = False
    role: int = 0

    def choices(self) -> Rows:
        back = (Button("earlier", data("gaps", self.role, self.page - 1)),) if self.page else ()
        on = (Button("later", data("gaps", self.role, self.page + 1)),) if self.more else ()
        sheet = (Button("sheet", data("gaps_sheet", self.role)),)
        return ((*back, *on), sheet) if back or on else (sheet,)


@dataclass(frozen=True)
class Sheet(Words):
    """The names as a workbook that is made when it leaves: for a coordinator's roles in an area, on a day (ISO)."""

    name = "coverage_sheet"
    area: str = ""
    roles: tuple[int, ...] = ()
    day: str = ""

    def attachment(self) -> File | None:
        made = f"coverage:{'+'.join(map(str, self.roles))}:{self.day}"
        return File("document", "", f"belum-tercakup-{self.day}.xlsx", made=made)


def workbook(rows: Iterable[tuple[str, ...]]) -> bytes:
    """The workbook of a `Sheet`."""
    return xlsx([label(f"col_{key}") for key in COLUMNS], [(*row[:-1], called("gap", row[-1])) for row in rows])
