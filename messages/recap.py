"""/rekap: the day in an area, and the same as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from messages.areas import data
from messages.chat import File
from messages.render import Button, Rows, Words, called, label
from messages.sheet import xlsx

COLUMNS = ("number", "severity", "tps", "case", "reported", "taken_after")


@dataclass(frozen=True)
class Recap(Words):
    """The page. `today`: how many were reported since midnight; `tally`: severity, state, how many of them.

    `open`: number, severity, place, state, since when, the most urgent first, `more` beyond them. `taken`: the median
    of the minutes until somebody took it. `due`: case and until when its first report is due; `due_others` of cases
    whose kind this reader may not read, the first at `due_first`. `lost`: some of the TPS that nothing would reach.
    `role`: by which buttons name this area, where the reader has several.
    """

    name = "recap"
    area: str = ""
    role: int = 0
    at: datetime | None = None
    today: int = 0
    tally: tuple[tuple[str, str, str], ...] = ()
    open: tuple[tuple[str, str, str, str, str], ...] = ()
    more: int = 0
    taken: str = ""
    due: tuple[tuple[str, str], ...] = ()
    due_more: int = 0
    due_others: int = 0
    due_first: str = ""
    gaps: int = 0
    cases: int = 0
    identities: int = 0
    rights: int = 0
    tps: int = 0
    missing: int = 0
    lost: tuple[str, ...] = ()

    def choices(self) -> Rows:
        sheet = (Button("recap_sheet", data("recap_sheet", self.role)),) if self.today or self.open else ()
        gaps = (Button("cakupan_open", data("gaps", self.role, 0)),) if self.gaps else ()
        rights = (Button("rights", data("rights", self.role)),) if self.rights else ()
        identities = (Button("identities", "ids"),) if self.identities else ()
        return tuple(row for row in ((*sheet, *gaps), (*identities, *rights)) if row)


@dataclass(frozen=True)
class Sheet(Words):
    """The day's cases as a workbook that is made when it leaves: of one coordinator's role, at a moment (ISO);
    `area` as in the page of names."""

    name = "recap_sheet"
    area: str = ""
    role_id: int = 0
    at: str = ""
    day: str = ""

    def attachment(self) -> File | None:
        return File("document", "", f"rekap-{self.at[:10]}.xlsx", made=f"recap:{self.role_id}:{self.at}")


def workbook(rows: Iterable[tuple[str, ...]]) -> bytes:
    """The workbook of a `Sheet`."""
    made = [(number, label(f"level_{severity}"), place, called("case_state", state), at, taken)
            for number, severity, place, state, at, taken in rows]  # fmt: skip
    return xlsx([label(f"col_{key}") for key in COLUMNS], made)
