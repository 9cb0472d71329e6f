"""Names that are a slip of the pen apart: one letter left out, added, replaced, or two swapped. Pure.

How alike two names are is no measure here: `Arjosari` and `Balearjosari` are neighbours, and so are `Pasar I` and
`Pasar II`. Each name is looked at once, whatever their number.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple

_NUMBERS = re.compile(r"\d+|\b(?:[ivx]+|\w)\b")
_SHORTEST = 4
_OFTENER = 3  # times: a name that stands so much more often is the one that was meant


class Name(NamedTuple):
    """A name in the group (a kecamatan) whose other names it may be confused with; `rows`: how many say so, None where
    it stands in the tables."""

    group: str
    key: str
    written: str
    rows: int | None


def meant(named: Iterable[Name]) -> dict[tuple[str, str], str]:
    """Which name was meant, by group and key of those that are not new names but slips."""
    near: dict[Hashable, list[Name]] = {}
    named = list(named)
    for each in named:
        for like in _likes(each):
            near.setdefault(like, []).append(each)
    found = {}
    for each in named:
        better = (other for like in _likes(each) for other in near[like] if _outweighs(other, each))
        if first := next(better, None):
            found[each.group, each.key] = first.written
    return found


def _likes(name: Name) -> Iterator[Hashable]:
    """Names with one of these in common are at most a letter apart."""
    numbers = tuple(_NUMBERS.findall(name.written.casefold()))
    for at in range(len(name.key) if len(name.key) >= _SHORTEST else 0):
        yield name.group, numbers, name.key[:at] + name.key[at + 1 :]
    yield name.group, numbers, name.key


def _outweighs(other: Name, name: Name) -> bool:
    if name.rows is None or other.key == name.key:
        return False
    return other.rows is None or other.rows >= _OFTENER * name.rows
