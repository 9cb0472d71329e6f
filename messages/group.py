"""What is said in the group of a TPS, and about it. Never anything personal."""

from __future__ import annotations

from dataclasses import dataclass

from messages.menu import WithMenu
from messages.render import Button, Rows, Words


@dataclass(frozen=True)
class GroupBound(Words):
    """The group belongs to a TPS from now on."""

    name = "group_bound"
    place: str = ""


@dataclass(frozen=True)
class GroupRefused(Words):
    """`why`: unlinked, not_yours, outside, which (kelurahan and number are missing), unknown."""

    name = "group_refused"
    why: str = "unlinked"


@dataclass(frozen=True)
class GroupReplaced(Words):
    """Another group speaks for the TPS now."""

    name = "group_replaced"
    place: str = ""


@dataclass(frozen=True)
class GroupEmergency(Words):
    """The one answer to an emergency in a group: the way to the private chat, the TPS already filled in."""

    name = "group_emergency"
    emergency_number: str = "119"
    tps_id: int = 0

    def choices(self) -> Rows:
        return ((Button("report", start=f"darurat_{self.tps_id}" if self.tps_id else "darurat"),),)


@dataclass(frozen=True)
class GroupNews(Words):
    """To a coordinator: `did` is replaced, left, muted or back."""

    name = "group_news"
    place: str = ""
    did: str = "left"


@dataclass(frozen=True)
class GroupOnly(WithMenu):
    """/tps belongs into a group."""

    name = "group_only"
