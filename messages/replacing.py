"""A chair or PPS names who takes an officer's place."""

from __future__ import annotations

from dataclasses import dataclass

from messages.menu import WithMenu
from messages.render import Button, Rows, Words
from messages.schedule import QUIT


@dataclass(frozen=True)
class TpsAsk(Words):
    """Of which TPS of his kelurahan; `wrong`: there is none of that number."""

    name = "replace_tps"
    place: str = ""
    wrong: bool = False

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class CrewAsk(Words):
    """Whom; `people` are assignments by id, with what each is."""

    name = "replace_crew"
    place: str = ""
    people: tuple[tuple[int, str], ...] = ()

    def choices(self) -> Rows:
        return (*((Button("korban_nama", f"swap:{post}", name=name),) for post, name in self.people), QUIT)


@dataclass(frozen=True)
class NameAsk(Words):
    """The full name of who comes instead; `wrong`: what was typed is none."""

    name = "replace_name"
    old: str = ""
    wrong: bool = False

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class PhoneAsk(Words):
    """His mobile number; `wrong`: what was typed is none, or (`own`) is that of who speaks."""

    name = "replace_phone"
    private = True
    new: str = ""
    wrong: bool = False
    own: bool = False

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class Confirm(Words):
    """Both names, the role and the number, before anything changes."""

    name = "replace_confirm"
    private = True
    post: int = 0
    old: str = ""
    new: str = ""
    phone: str = ""
    role: str = ""

    def choices(self) -> Rows:
        return ((Button("ganti_ya", f"swap_yes:{self.post}"),), QUIT)


@dataclass(frozen=True)
class Replaced(WithMenu):
    """To who said so. `linked`: the new one is reached already."""

    name = "replaced"
    private = True
    new: str = ""
    role: str = ""
    linked: bool = False


@dataclass(frozen=True)
class NoLonger(WithMenu):
    """To the one who was replaced. `left`: he has other duties here still."""

    name = "replaced_old"
    role: str = ""
    by: str = ""
    left: bool = False


@dataclass(frozen=True)
class Told(Words):
    """To the nearest coordinator: who took whose place, by whose word; `nik`: the new one's is here."""

    name = "replaced_told"
    private = True
    old: str = ""
    new: str = ""
    role: str = ""
    by: str = ""
    nik: bool = False
