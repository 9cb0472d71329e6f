"""Who stands in no list any more, and his coordinator, read of it."""

from __future__ import annotations

from dataclasses import dataclass

from messages.menu import WithMenu
from messages.templates import Announced


@dataclass(frozen=True)
class Left(WithMenu, Announced):
    """`cases`: the numbers of those that stay his until they are closed."""

    name = "left"
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftTold(Announced):
    """To a coordinator: some of the names, and how many `more` there are."""

    name = "left_told"
    private = True
    people: tuple[str, ...] = ()
    more: int = 0
