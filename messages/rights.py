"""What somebody asks about his own data, and what who answers for it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages.render import Button, Rows, Words
from messages.schedule import QUIT
from messages.templates import Announced


@dataclass(frozen=True)
class FixAsk(Words):
    """What is wrong in what is held about him; `wrong`: what came was empty or too long."""

    name = "fix_ask"
    wrong: bool = False

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class Sent(Words):
    """His request is written down, to be answered by `due`. `what`: asked, or nobody (no coordinator is linked yet)."""

    name = "right_sent"
    what: str = "asked"
    due: datetime | None = None


@dataclass(frozen=True)
class Decide(Announced):
    """To who answers for it. `kind`: delete or correct; `said`: what he wrote; `nth`: 0, 1 (reminded), 2 (late)."""

    name = "right_decide"
    private = True
    request: int = 0
    kind: str = "correct"
    person: str = ""
    role: str = ""
    said: str = ""
    since: datetime | None = None
    due: datetime | None = None
    nth: int = 0
    state: str = "open"
    by: str = ""
    why: str = ""

    def choices(self) -> Rows:
        if self.state != "open":
            return ()
        return (
            (Button("right_done", f"right_done:{self.request}"), Button("identity_no", f"right_no:{self.request}")),
        )

    def brief(self) -> Words | None:
        return self if self.state != "open" else None


@dataclass(frozen=True)
class WhyAsk(Words):
    """Why it is refused; `wrong`: what came was empty or too long."""

    name = "right_why"
    wrong: bool = False

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class Noted(Words):
    """To who answered. `told`: whether who asked could be written to."""

    name = "right_noted"
    told: bool = True


@dataclass(frozen=True)
class Answer(Announced):
    """To who asked. `kind` as in `Decide`; `what`: done, refused, late, late_alone (and there is
    nobody of the city to ask)."""

    name = "right_answer"
    private = True
    kind: str = "correct"
    what: str = "done"
    why: str = ""


@dataclass(frozen=True)
class Listing(Words):
    """The open requests of an area, what is due first: `cases` are id and name, `lines` what and until when.

    `area`: which of his it is, where he has several.
    """

    name = "rights"
    private = True
    area: str = ""
    cases: tuple[tuple[int, str], ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    more: int = 0

    def choices(self) -> Rows:
        return tuple((Button("case_one", f"right_show:{number}", name=who),) for number, who in self.cases)
