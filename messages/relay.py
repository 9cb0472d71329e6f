"""What passes between who has taken a case and its reporter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from messages.chat import File, FileKind
from messages.render import Button, Rows, Words


def for_others(entry: int, cases: tuple[tuple[int, str], ...]) -> Rows:
    """Buttons that hand the same on to another case."""
    return tuple((Button("for_case", f"hand:{entry}:{case}", name=called),) for case, called in cases)


@dataclass(frozen=True)
class RelayAsk(Words):
    """For which of his cases are these words? Each by its id, with its number as people read it."""

    name = "relay_ask"
    cases: tuple[tuple[int, str], ...] = ()

    def choices(self) -> Rows:
        return tuple((Button("relay_case", f"relay:{case}", name=called),) for case, called in self.cases)


@dataclass(frozen=True)
class Relayed(Words):
    """They went to the reporter."""

    name = "relayed"
    number: int = 0
    entry: int = 0
    elsewhere: tuple[tuple[int, str], ...] = ()  # his other cases, each by its id, with its number as people read it

    def choices(self) -> Rows:
        return for_others(self.entry, self.elsewhere)


@dataclass(frozen=True)
class Relay(Words):
    """To the reporter: what who has taken his case says, or shows (`what`: photo, voice, document, "" for nothing)."""

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
