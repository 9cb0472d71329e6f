"""What /jadwal shows and asks."""

from __future__ import annotations

from dataclasses import dataclass

from messages.areas import data
from messages.render import Button, Rows, Words

SHOWN = 12
TIMES = 4  # of one line
QUIT = (Button("batal", "quit"),)  # puts the open question aside


@dataclass(frozen=True)
class AreaAsk(Words):
    """Of which of his areas? Each by the role by which it is his, with what it is called."""

    name = "area_ask"
    areas: tuple[tuple[int, str], ...] = ()

    def choices(self) -> Rows:
        return tuple((Button("area_one", f"schedule:{role}", name=called),) for role, called in self.areas)


@dataclass(frozen=True)
class Schedule(Words):
    """What is next: each line's id and time in words; `says` its key and own words, in the same order.

    `paused`: ids of lines that rest; `people`: of health reminders, which go to each person. `lost`: TPS that no notice
    would reach, with the code of the reason; `missing` of `tps` TPS are lost in all. `area` and `role`: which of his
    areas it is, and his role there, by which buttons name it; empty where he has one.
    """

    name = "schedule"
    area: str = ""
    role: int = 0
    lines: tuple[tuple[int, str], ...] = ()
    says: tuple[tuple[str, str], ...] = ()
    paused: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    tps: int = 0
    missing: int = 0
    lost: tuple[tuple[str, str], ...] = ()

    def choices(self) -> Rows:
        rows = [
            Button("line_people" if number in self.people else "line", data("line", self.role, number), name=when)
            for number, when in self.lines[:SHOWN]
        ]
        pairs = tuple(tuple(rows[at : at + 2]) for at in range(0, len(rows), 2))
        return (*pairs, (Button("line_add", data("line_add", self.role)),))


@dataclass(frozen=True)
class Line(Words):
    """One line, with what may be done to it; `area` and `role` as in the schedule."""

    name = "line"
    area: str = ""
    role: int = 0
    notice: int = 0
    key: str = ""
    words: str = ""
    times: tuple[str, ...] = ()
    resting: bool = False

    def choices(self) -> Rows:
        ask = (
            Button("line_time", data("line_ask", self.role, "time", self.notice)),
            Button("line_words", data("line_ask", self.role, "words", self.notice)),
        )
        rest = Button("line_resume" if self.resting else "line_pause", data("line_pause", self.role, self.notice))
        now = Button("line_now", data("line_now", self.role, self.notice))
        return (ask, (rest,) if self.resting else (rest, now))


@dataclass(frozen=True)
class LineAsk(Words):
    """`asks`: time, words, or add."""

    name = "line_ask"
    asks: str = "time"

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class LineWrong(Words):
    """What was typed is no time, or no words that fit; the question stays open."""

    name = "line_wrong"
    asks: str = "time"

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class LineDone(Words):
    """`did`: time, words, paused, resumed, added, sent (to which area, where he has several)."""

    name = "line_done"
    did: str = "time"
    area: str = ""
