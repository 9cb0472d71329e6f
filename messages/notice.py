"""What the timetable says to a TPS group or to a person, and what is said around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages.render import Button, Rows, Words
from messages.templates import Announced


@dataclass(frozen=True)
class Notice(Announced):
    """One message with everything that is due within the hour: `items` are keys of default lines and, where a
    coordinator wrote his own, his words. `tps_id`: where the boxes of that TPS may be reported as handed over.
    `group`: for a group, where no keys lie under the text field.
    """

    name = "notice"
    items: tuple[tuple[str, str], ...] = ()
    election: str = ""
    tps_id: int = 0
    group: bool = False

    def choices(self) -> Rows:
        return ((Button("handed", f"handed:{self.tps_id}"),),) if self.tps_id else ()


@dataclass(frozen=True)
class Handed(Words):
    """The boxes of a TPS were handed over."""

    name = "handed"
    place: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Stopped(Words):
    """Reminders and broadcasts are off, or on again."""

    name = "stopped"
    stopped: bool = True

    def choices(self) -> Rows:
        return ((Button("resume", "resume"),),) if self.stopped else ()
