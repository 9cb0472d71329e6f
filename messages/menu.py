"""The keyboard under everybody's text field, and what is said about the menu."""

from __future__ import annotations

from dataclasses import dataclass

from messages.render import Button, Rows, Words

KINDS = ("pingsan", "sesak", "kecelakaan", "sakit", "kerusuhan", "meninggal", "lainnya")


def main_keyboard(menu: tuple[str, ...]) -> Rows:
    """Darurat for everybody, then what this person may do; `menu` holds label keys."""
    rest = [Button(key) for key in menu]
    return ((Button("darurat"),), *(tuple(rest[i : i + 2]) for i in range(0, len(rest), 2)))


@dataclass(frozen=True)
class WithMenu(Words):
    """A message that brings the main keyboard along."""

    menu: tuple[str, ...] = ()

    def keyboard(self) -> Rows:
        return main_keyboard(tuple(self.menu))


@dataclass(frozen=True)
class Menu(WithMenu):
    name = "menu"


@dataclass(frozen=True)
class Help(WithMenu):
    name = "help"
    emergency_number: str = "119"
    ganti: bool = False  # he may name who replaces an officer


@dataclass(frozen=True)
class NotYours(WithMenu):
    """Something that this person may not do."""

    name = "not_yours"


@dataclass(frozen=True)
class Lost(WithMenu):
    """Words that fit nowhere."""

    name = "lost"


@dataclass(frozen=True)
class NoSuchCase(WithMenu):
    """A case's number was typed that is not, or is not his to read."""

    name = "no_such_case"
    number: int = 0


@dataclass(frozen=True)
class NothingToCancel(WithMenu):
    name = "nothing_to_cancel"


@dataclass(frozen=True)
class Dropped(WithMenu):
    """A question was put aside at the person's wish."""

    name = "dropped"


@dataclass(frozen=True)
class Sorry(WithMenu):
    """A step failed; it is being looked at."""

    name = "sorry"


@dataclass(frozen=True)
class TooFast(Words):
    """More came from this sender than anybody types; some of it was not read."""

    name = "too_fast"
    emergency_number: str = "119"


@dataclass(frozen=True)
class InGroup(Words):
    """A group is answered with the way to the private chat only."""

    name = "in_group"


# Each of these is followed by a message, or by a change of one, that says as much.
SHOWN_ANYWAY = frozenset(
    {"ok", "noted", "choose", "taken", "arrived", "referred", "closed"},
)


@dataclass(frozen=True)
class Tap(Words):
    """The short answer to a tap; `what` names its words."""

    name = "tap"
    what: str = "ok"
    shown: bool = False  # a message follows

    def aloud(self) -> bool:
        return not self.shown and self.what not in SHOWN_ANYWAY
