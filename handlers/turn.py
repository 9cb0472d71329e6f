"""What a step sees and what it answers. Smaller than a framework.

A step is a plain function of a `Turn`: it may change the world through `turn.tx`, and answers with a `Reply`. It
sends nothing itself, and it cannot await.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from messages.chat import Heard
from messages.render import Words
from storage import incidents, roster, speakers
from storage.database import Tx
from storage.deliveries import ALERT, REPLY
from storage.elections import Known, active
from storage.roster import Role
from storage.speakers import Speaker

DEFAULT_ZONE = "WIB"


@dataclass(frozen=True, slots=True)
class Rules:
    """What operators may set, in seconds; `ladder` is the time until the next rung of a red incident.
    `quiet_hours` are minutes of the day, from and until: no reminder goes out between them. `rate`, `whatsapp_rate`:
    messages a second. `tier`: people whom WhatsApp lets us begin with in 24 hours, where it does not say so itself.
    """

    ladder: tuple[int, ...] = (90, 120, 180)
    quiet: int = 600
    police_number: str = "110"
    quiet_hours: tuple[int, int] = (21 * 60 + 30, 4 * 60 + 30)
    rate: float = 30.0
    whatsapp_rate: float = 80.0
    tier: int = 250


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is put into words when it is sent: `refs` are ids and codes only."""

    kind: str
    refs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Next:
    """The step that the next words belong to, and what to keep for it."""

    dialog: str
    step: str
    keep: dict[str, Any] = field(default_factory=dict)


STAY = Next("", "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a step answers: messages to the one who spoke, the draft afterwards (None: forgotten, STAY: as it was),
    and for a tap the key of its short answer."""

    says: tuple[Words | Letter, ...] = ()
    then: Next | None = None
    tap: str = "ok"
    lane: int = REPLY
    incident_id: int | None = None


@dataclass
class Turn:
    """One exchange."""

    heard: Heard
    who: Speaker
    tx: Tx
    now: datetime
    rules: Rules
    args: tuple[str, ...] = ()

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What the draft kept."""
        return self.tx.vault.open_json(self.who.kept_sealed) or {}

    @cached_property
    def person(self) -> Speaker | None:
        """The one who speaks: in a group, by the private address of his own, if he has one here."""
        if not self.heard.group:
            return self.who
        return speakers.known(self.tx, self.heard.sender.channel, self.heard.sender.id)

    @cached_property
    def roles(self) -> list[Role]:
        """All that a linked person is in active elections."""
        who = self.person
        return roster.roles(self.tx, who.person_id, self.now) if who and who.linked and who.person_id else []

    @cached_property
    def elections(self) -> list[Known]:
        return active(self.tx, self.now)

    @property
    def election(self) -> Known | None:
        """The person's nearest election, else the nearest of all."""
        if self.roles:
            return self.roles[0].election
        return self.elections[0] if self.elections else None

    @property
    def emergency_number(self) -> str:
        return self.election.emergency_number if self.election else "119"

    @property
    def menu(self) -> tuple[str, ...]:
        """The label keys of what this person may do, besides Darurat."""
        return menu_of(self.tx, self.who, self.roles)


def menu_of(tx: Tx, who: Speaker, roles: Sequence[Role]) -> tuple[str, ...]:
    """The label keys of what somebody may do. Who lost his last duty while a case is his still has its list."""
    serves = not roles and who.linked and bool(incidents.taken_by(tx, who.person_id or 0))
    return menu_keys({role.kind for role in roles}, who.linked, serves=serves)


def menu_keys(kinds: set[str], linked: bool = True, *, serves: bool = False) -> tuple[str, ...]:
    """The label keys for somebody with these kinds of roles; `serves`: who has a case."""
    keys = ["status"] if linked else []
    keys += ["jaga"] if roster.WORKER in kinds else []
    keys += ["kasus"] if serves or kinds & {roster.WORKER, roster.COORDINATOR} else []
    keys += ["jadwal", "siaran", "cakupan", "rekap"] if roster.COORDINATOR in kinds else []
    return (*keys, "data", "bantuan")


Step = Callable[[Turn], Reply]


def emergency(
    *says: Words | Letter, then: Next | None = STAY, tap: str = "noted", incident: int | None = None
) -> Reply:
    """A reply in an emergency dialog: everything said there rides in lane ALERT."""
    return Reply(says, then, tap, ALERT, incident)
