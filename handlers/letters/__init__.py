"""Messages that are put into words when they are sent. Importing the package registers every letter."""

from handlers.letters.facts import details, place_words, role_words  # isort: skip  # first: the letters need them
from handlers.letters import broadcast, called, identity, notice, reporter
from handlers.letters.registry import LETTERS, Withheld, compose

__all__ = [
    "LETTERS",
    "Withheld",
    "broadcast",
    "called",
    "compose",
    "details",
    "identity",
    "notice",
    "place_words",
    "reporter",
    "role_words",
]
