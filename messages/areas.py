"""Buttons of one area among several."""

from __future__ import annotations


def data(verb: str, role: int, *args: object) -> str:
    """A button's data; of one area among several it ends with the role by which it is somebody's (0: he has one)."""
    return ":".join((verb, *map(str, args), *((str(role),) if role else ())))
