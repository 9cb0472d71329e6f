"""Messages that are put into words when they are sent. Importing the package registers every letter."""

from collections.abc import Callable

from handlers.facts import details, place_words, role_words
from handlers.letters import broadcast, called, coverage, identity, notice, recap, reporter, rights
from handlers.letters.registry import LETTERS, Withheld, compose
from storage.database import Tx


def file(tx: Tx, made: str) -> Callable[[], bytes]:
    """What a file of our own is made of (`File.made`), read now; called, it becomes the file. It takes its time: away
    from the writer and from the loop."""
    kind, _, what = made.partition(":")
    if kind == "recap":
        return recap.sheet(tx, what)
    return coverage.sheet(tx, what) if kind == "coverage" else broadcast.sheet(tx, int(what))


__all__ = [
    "LETTERS",
    "Withheld",
    "broadcast",
    "called",
    "compose",
    "coverage",
    "details",
    "file",
    "identity",
    "notice",
    "place_words",
    "recap",
    "reporter",
    "rights",
    "role_words",
]
