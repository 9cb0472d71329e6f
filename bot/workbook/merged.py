"""Cells that are merged over several rows of a sheet: the uppermost has the value, the others are empty."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from bot.workbook.rules import Cell


class Down(NamedTuple):
    """Cells of one column merged over several rows, by their numbers: the uppermost holds the value of all."""

    top: int
    bottom: int
    column: int


class Merged:
    """Gives each row what is merged down over it. Asked in the order of the rows, and only of those that somebody has
    filled: a merged cell alone makes nobody. Side by side the first cell keeps the value, as it stands."""

    def __init__(self, ranges: Sequence[Down]) -> None:
        self._coming = deque(ranges)
        self._open: list[tuple[Down, Cell]] = []

    def __bool__(self) -> bool:
        return bool(self._coming or self._open)

    def filled(self, number: int, cells: list[Cell]) -> list[Cell]:
        self._open = [each for each in self._open if each[0].bottom >= number]
        for down, value in self._open:
            cells[down.column] = value
        while self._coming and self._coming[0].top <= number:
            down = self._coming.popleft()
            if down.top == number:  # else it is a title's, or a header's
                self._open.append((down, cells[down.column]))
        return cells
