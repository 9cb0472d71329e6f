"""A drawing of the city: each kelurahan is what lies nearest to its middle, and its TPS are strewn over it. Pure.

Points are metres east and south of the city's middle, whole numbers. The same names always give the same drawing.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, islice
from pathlib import Path

from storage.names import key

Point = tuple[float, float]
MIDDLE = (-7.975, 112.633)  # latitude, longitude
_METRES = 111_320.0  # a degree of latitude
REACH, CORNERS = 1_900.0, 36  # how far from its middle a kelurahan goes where no other one is nearer
EDGE = 850.0  # and how far beyond the outermost middles
_INSIDE = 0.86  # TPS keep away from the border
_STEP = (0.7548776662466927, 0.5698402909980532)  # strews evenly: the R2 sequence
_TURN = math.pi * (3 - math.sqrt(5))


@lru_cache(maxsize=1)
def _known() -> Mapping[tuple[str, str], Point]:
    with (Path(__file__).parent / "positions.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        places = [(row["level"], key(row["name"]), float(row["latitude"]), float(row["longitude"])) for row in rows]
    return {(level, name): metres(latitude, longitude) for level, name, latitude, longitude in places}


def metres(latitude: float, longitude: float) -> Point:
    """A place on the earth as a point of the drawing."""
    east = (longitude - MIDDLE[1]) * _METRES * math.cos(math.radians(MIDDLE[0]))
    return round(east), round((MIDDLE[0] - latitude) * _METRES)


def puskesmas(name: str) -> Point | None:
    """Where a puskesmas lies, where that is known."""
    return _known().get(("puskesmas", key(name)))


@dataclass(frozen=True, slots=True)
class Ward:
    """A kelurahan on the drawing: its middle, and the corners of its border."""

    name: str
    middle: Point
    border: tuple[Point, ...]

    def spots(self, many: int) -> list[Point]:
        """Places for its TPS, the first for TPS 001: where the n-th lies does not depend on how many there are."""
        return list(islice(self._strewn(), many))

    def _strewn(self) -> Iterator[Point]:
        xs, ys = zip(*self.border, strict=True)
        wide, high = max(xs) - min(xs), max(ys) - min(ys)
        for n in count(1):
            x, y = min(xs) + (n * _STEP[0] % 1) * wide, min(ys) + (n * _STEP[1] % 1) * high
            outer = tuple(m + (p - m) / _INSIDE for p, m in zip((x, y), self.middle, strict=True))
            if _holds(self.border, (outer[0], outer[1])):
                yield round(x), round(y)


@lru_cache(maxsize=4)
def wards(names: tuple[str, ...]) -> tuple[Ward, ...]:
    """All kelurahan of a city, in the order given. One that the drawing does not know is put around its middle."""
    middles = [_known().get(("kelurahan", key(name))) or _elsewhere(n) for n, name in enumerate(names)]
    beyond = _beyond(middles)
    return tuple(Ward(name, here, _border(here, middles, beyond)) for name, here in zip(names, middles, strict=True))


def _elsewhere(n: int) -> Point:
    return round(900 * math.sqrt(n + 1) * math.cos(n * _TURN)), round(900 * math.sqrt(n + 1) * math.sin(n * _TURN))


def _beyond(middles: list[Point]) -> list[tuple[Point, float]]:
    """The edge of the city: for each direction how far in it the outermost middle lies, and a little more."""
    turns = (2 * math.pi * n / CORNERS for n in range(CORNERS))
    ways = [(math.cos(turn), math.sin(turn)) for turn in turns]
    return [(way, EDGE + max(x * way[0] + y * way[1] for x, y in middles)) for way in ways]


def _border(here: Point, middles: list[Point], beyond: list[tuple[Point, float]]) -> tuple[Point, ...]:
    """A circle around its middle, cut half-way to each neighbour and at the edge of the city."""
    turns = (2 * math.pi * n / CORNERS for n in range(CORNERS))
    border: list[Point] = [(here[0] + REACH * math.cos(turn), here[1] + REACH * math.sin(turn)) for turn in turns]
    for other in middles:
        if other != here and math.dist(here, other) < 2 * REACH:
            across = (other[0] - here[0], other[1] - here[1])
            half = ((here[0] + other[0]) / 2, (here[1] + other[1]) / 2)
            border = _cut(border, across, half[0] * across[0] + half[1] * across[1])
    for way, far in beyond:
        border = _cut(border, way, far)
    return tuple((round(x), round(y)) for x, y in border)


def _cut(border: list[Point], way: Point, far: float) -> list[Point]:
    """The part of a convex border that does not go further than `far` in this direction."""

    def beyond(point: Point) -> float:
        return point[0] * way[0] + point[1] * way[1] - far

    kept: list[Point] = []
    for n, point in enumerate(border):
        before = border[n - 1]
        over, was = beyond(point), beyond(before)
        if (over > 0) != (was > 0):
            share = was / (was - over)
            kept.append((before[0] + (point[0] - before[0]) * share, before[1] + (point[1] - before[1]) * share))
        if over <= 0:
            kept.append(point)
    return kept


def _holds(border: tuple[Point, ...], point: Point) -> bool:
    """Whether a point lies inside a convex border that runs one way round."""
    pairs = zip(border, (*border[1:], border[0]), strict=True)
    sides = [(b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) for a, b in pairs]
    return all(side >= 0 for side in sides) or all(side <= 0 for side in sides)
