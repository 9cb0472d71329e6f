"""What /jadwal shows and asks."""

from __future__ import annotations

from dataclasses import dataclass

from messages.render import Button, Rows, Words

SHOWN = 12
TIMES = 4  # of one line
QUIT = (Button("batal", "quit"),)  # puts the open question aside


@dataclass(frozen=True)
class Schedule(Words):
    """What is next: each line's id and time in words; `says` its key and own words, in the same order.

    `paused`: ids of lines that rest; `people`: of health reminders, which go to each person. `lost`: TPS that no notice
    would reach, with the code of the reason; `missing` of `tps` TPS are lost in all.
    """

    name = "schedule"
    lines: tuple[tuple[int, str], ...] = ()
    says: tuple[tuple[str, str], ...] = ()
    paused: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    tps: int = 0
    missing: int = 0
    lost: tuple[tuple[str, str], ...] = ()

    def choices(self) -> Rows:
        rows = [
            Button("line_people" if number in self.people else "line", f"line:{number}", name=when)
            for number, when in self.lines[:SHOWN]
        ]
        pairs = tuple(tuple(rows[at : at + 2]) for at in range(0, len(rows), 2))
        return (*pairs, (Button("line_add", "line_add"),))


@dataclass(frozen=True)
class Line(Words):
    """One line, with what may be done to it."""

    name = "line"
    notice: int = 0
    key: str = ""
    words: str = ""
    times: tuple[str, ...] = ()
    resting: bool = False

    def choices(self) -> Rows:
        ask = (
            Button("line_time", f"line_ask:time:{self.notice}"),
            Button("line_words", f"line_ask:words:{self.notice}"),
        )
        rest = Button("line_resume" if self.resting else "line_pause", f"line_pause:{self.notice}")
        return (ask, (rest,) if self.resting else (rest, Button("line_now", f"line_now:{self.notice}")))


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
    """`did`: time, words, paused, resumed, added, sent."""

    name = "line_done"
    did: str = "time"
