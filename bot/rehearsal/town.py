"""What the page may ask of the city around its phones; who has one gives it to `page.add_routes`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.rehearsal.phones import CastMember
from bot.rehearsal.story import Player
from bot.rehearsal.wire import Json


class Town(Protocol):
    """The city. `chapters` is how many its story has; `cut_off`: the server was stopped in the middle of it."""

    chapters: int
    cut_off: bool

    @property
    def key(self) -> str:
        """Another one with another installation: what a browser kept of the last one is worth nothing then."""

    async def plan(self) -> Json:
        """Its map."""

    async def stand(self) -> Json:
        """How its cases and the outbox stand."""

    async def again(self, users: Sequence[int]) -> list[CastMember]:
        """Those with these ids who are in it."""

    async def ahead(self) -> float:
        """Minutes until the next thing that is planned; 0: nothing is."""

    async def story(self, player: Player) -> None:
        """Play its story."""

    async def keep_story(self, on: bool) -> None:
        """Remember whether it is being played."""
