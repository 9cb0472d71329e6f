"""What passes between who has taken a case and its reporter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from messages.chat import File, FileKind
from messages.render import Button, Rows, Words, label


def for_others(entry: int, cases: tuple[tuple[int, str], ...]) -> Rows:
    """Buttons that hand the same on to another case."""
    return tuple((Button("for_case", f"hand:{entry}:{case}", name=called),) for case, called in cases)


def report_button(kind: str) -> Button:
    """The button that files an emergency of this kind; one that is unclear has no name."""
    named = label(kind) if kind != "belum_jelas" else ""
    return Button("report_kind" if named else "report_now", f"report:{kind}", name=named)


@dataclass(frozen=True)
class RelayAsk(Words):
    """For which of his cases are these words? Each by its id, with its number as people read it. `kind`: the kind of
    emergency that they may be themselves."""

    name = "relay_ask"
    cases: tuple[tuple[int, str], ...] = ()
    kind: str = ""
    emergency_number: str = "119"

    def choices(self) -> Rows:
        asked = tuple((Button("relay_case", f"relay:{case}", name=called),) for case, called in self.cases)
        return (*asked, (report_button(self.kind),)) if self.kind else asked


@dataclass(frozen=True)
class Relayed(Words):
    """They went to the reporter; `unheard`: to nobody, for his phone was cut off. `kind`: the kind of emergency that
    they may be themselves, of who wrote them."""

    name = "relayed"
    number: int = 0
    entry: int = 0
    elsewhere: tuple[tuple[int, str], ...] = ()  # his other cases, each by its id, with its number as people read it

    kind: str = ""
    emergency_number: str = "119"
    unheard: bool = False

    def choices(self) -> Rows:
        others = for_others(self.entry, self.elsewhere)
        return ((report_button(self.kind),), *others) if self.kind else others


@dataclass(frozen=True)
class Relay(Words):
    """To the reporter: what who has taken his case says, or shows (`what`: photo, voice, document, "" for nothing).
    `by` is the name, empty for who is not verified."""

    name = "relay"
    private = True
    number: int = 0
    by: str = ""
    centre: str = ""
    words: str = ""
    what: str = ""
    ref: str = ""

    def attachment(self) -> File | None:
        return File(cast(FileKind, self.what), self.ref) if self.what in {"photo", "voice", "document"} else None
