"""One row on its way through the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from bot.workbook.rules import Bad, Cell

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    column: str
    code: str
    about: dict[str, object]


@dataclass(slots=True)
class Row:
    """The cells of one row by column, and what was found wrong (`faults`) or doubtful (`doubts`) with them."""

    number: int
    cells: dict[str, Cell]
    faults: tuple[Fault, ...] = ()  # nearly every row has none, and a list of its own would cost as much as a rule
    doubts: tuple[Fault, ...] = ()

    def take(self, column: str, rule: Callable[[Cell], T]) -> T:
        """The cell's value. After a fault there is none: a value is made of a row without faults only."""
        try:
            return rule(self.cells.get(column, ""))
        except Bad as bad:
            self.refuse(column, bad.code, **bad.about)
            return cast(T, None)

    def check(self, column: str, rule: Callable[[], T]) -> T:
        try:
            return rule()
        except Bad as bad:
            self.refuse(column, bad.code, **bad.about)
            return cast(T, None)

    def refuse(self, column: str, code: str, **about: object) -> None:
        self.faults += (Fault(column, code, about),)

    def doubt(self, column: str, code: str, **about: object) -> None:
        self.doubts += (Fault(column, code, about),)
