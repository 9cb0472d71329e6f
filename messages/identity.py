"""What is asked of somebody whom no roster knows, and what is shown to who decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages.render import Button, Rows, Words
from messages.schedule import QUIT
from messages.templates import Announced

ROLES = ("kpps", "linmas", "ptps", "pps", "pkd", "ppk", "panwascam", "nakes")


@dataclass(frozen=True)
class RoleAsk(Words):
    """In which role he serves; `again`: words where a button was expected."""

    name = "identity_role"

    def choices(self) -> Rows:
        rows = [Button(f"role_{role}", f"id_role:{role}") for role in ROLES]
        return (*(tuple(rows[at : at + 3]) for at in range(0, len(rows), 3)), QUIT)


@dataclass(frozen=True)
class NameAsk(Words):
    """His full name; `wrong`: what was typed is none."""

    name = "identity_name"
    wrong: bool = False

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class PlaceAsk(Words):
    """Where he serves: a TPS, a kelurahan or a puskesmas. `wrong`: tps (no such number), which (several), unknown."""

    name = "identity_place"
    role: str = "kpps"
    wrong: str = ""
    near: tuple[str, ...] = ()

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class Sent(Announced):
    """What became of it. `what`: sent, nobody (no one to decide is linked), often (asked too often today), refused; not
    decided in time: late (who was asked is reminded), wider (others are asked too), late_alone (there is nobody)."""

    name = "identity_sent"
    what: str = "sent"
    place: str = ""

    def keyboard(self) -> Rows:
        return ((Button("darurat"),),)


@dataclass(frozen=True)
class Decide(Announced):
    """To who may decide. `people`: who is in the roster there and is called alike, by id; `state` as of the request;
    `nth`: 0, 1 (reminded), 2 (those further in could not be waited for)."""

    name = "identity_decide"
    private = True
    request: int = 0
    person: str = ""
    role: str = ""
    place: str = ""
    phone: str = ""
    people: tuple[tuple[int, str], ...] = ()
    since: datetime | None = None
    nth: int = 0
    state: str = "open"
    by: str = ""
    became: str = ""

    def brief(self) -> Words | None:
        return self if self.state != "open" else None

    def choices(self) -> Rows:
        if self.state != "open":
            return ()
        known = tuple((Button("identity_as", f"id_as:{self.request}:{who}", name=name),) for who, name in self.people)
        new = (Button("identity_new", f"id_new:{self.request}"), Button("identity_no", f"id_no:{self.request}"))
        return (*known, new)


@dataclass(frozen=True)
class AlsoLinked(Words):
    """To whoever is linked as that person already: another chat was linked as him."""

    name = "identity_also"
    by: str = ""

    def choices(self) -> Rows:
        return ((Button("bukan_saya", "notme"),),)


@dataclass(frozen=True)
class Listing(Words):
    """The open ones that are the reader's to decide, the oldest first: `cases` are id and name, `lines` who, and since
    when."""

    name = "identities"
    private = True
    cases: tuple[tuple[int, str], ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    more: int = 0

    def choices(self) -> Rows:
        return tuple((Button("case_one", f"id_show:{number}", name=who),) for number, who in self.cases)
