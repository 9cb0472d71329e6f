"""A coverage that somebody misses: what he reads of his case, and what the coordinator is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages.areas import data
from messages.render import Button, Rows, Words
from messages.schedule import QUIT
from messages.templates import Announced


@dataclass(frozen=True)
class Asked(Words):
    """To the officer. `what`: sent, or nobody (no coordinator of his is linked yet; they find it in their list)."""

    name = "coverage_asked"
    what: str = "sent"
    institution: str = ""


@dataclass(frozen=True)
class Case(Announced):
    """To the coordinator: one case as it stands. `lacks`: JKK, JKM; empty where a list has brought both meanwhile."""

    name = "coverage_case"
    private = True
    request: int = 0
    person: str = ""
    role: str = ""
    place: str = ""
    institution: str = ""
    lacks: tuple[str, ...] = ()
    since: datetime | None = None
    state: str = "open"
    by: str = ""
    why: str = ""

    def choices(self) -> Rows:
        done, no = Button("case_done", f"cov_done:{self.request}"), Button("case_no", f"cov_no:{self.request}")
        return {"open": ((done, no),), "submitted": ((no,),)}.get(self.state, ())

    def brief(self) -> Words | None:
        return self if self.state != "open" else None


@dataclass(frozen=True)
class WhyAsk(Words):
    """Why he is not entitled, in a few words; `wrong`: what came were none, or too many."""

    name = "coverage_why"
    wrong: bool = False

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class Noted(Words):
    """To the coordinator: his answer is kept. `told`: whether the officer could be written to."""

    name = "coverage_noted"
    told: bool = True


@dataclass(frozen=True)
class Answer(Announced):
    """To the officer: what the coordinator wrote down. It informs and promises nothing. `what`: submitted, refused."""

    name = "coverage_answer"
    private = True
    what: str = "submitted"
    institution: str = ""
    why: str = ""


@dataclass(frozen=True)
class Found(Announced):
    """To the officer: the list that came in has him."""

    name = "coverage_found"


@dataclass(frozen=True)
class Lost(Announced):
    """To the officer: that list was taken back."""

    name = "coverage_lost"


@dataclass(frozen=True)
class Cases(Announced):
    """Open cases of an area, the oldest first, a page at a time: `cases` are id and name, `lines` who, what, where and
    since when, with the state. `area` and `role` as in the page of names. `back`: some of them were closed by a list
    that was taken back.
    """

    name = "coverage_cases"
    private = True
    area: str = ""
    cases: tuple[tuple[int, str], ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    page: int = 0
    more: bool = False
    role: int = 0
    back: bool = False

    def choices(self) -> Rows:
        rows = tuple((Button("case_one", f"cov_show:{number}", name=who),) for number, who in self.cases)
        back = (Button("earlier", data("cov_list", self.role, self.page - 1)),) if self.page else ()
        on = (Button("later", data("cov_list", self.role, self.page + 1)),) if self.more else ()
        return (*rows, (*back, *on)) if back or on else rows
