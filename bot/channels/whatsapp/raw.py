"""Reading JSON of which nothing is certain: what is not of the kind asked for is not there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from messages.fit import clean

Part = Mapping[str, Any]


def at(part: Part, *way: str) -> Part:
    """The object at the end of `way`, or an empty one."""
    for step in way:
        inner = part.get(step)
        part = inner if isinstance(inner, Mapping) else {}
    return part


def text(part: Part, *way: str) -> str:
    """The text at the end of `way`, fit to be stored, or ""."""
    told = at(part, *way[:-1]).get(way[-1])
    return clean(told) if isinstance(told, str) else ""


def word(part: Part, *way: str) -> str:
    """As `text`, of what may also come as a whole number."""
    told = at(part, *way[:-1]).get(way[-1])
    number = isinstance(told, int) and not isinstance(told, bool) and abs(told) < 10**18
    return str(told) if number else text(part, *way)


def parts(holder: Part, name: str) -> Iterator[Part]:
    """The objects in the list `name`."""
    inner = holder.get(name)
    return (part for part in inner if isinstance(part, Mapping)) if isinstance(inner, list) else iter(())
