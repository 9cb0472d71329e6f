"""Messages that are put into words when they are sent. Importing the package registers every letter."""

from handlers.letters import called, identity, notice, reporter
from handlers.letters.facts import details, place_words, role_words
from handlers.letters.registry import LETTERS, Withheld, compose

__all__ = [
    "LETTERS",
    "Withheld",
    "called",
    "compose",
    "details",
    "identity",
    "notice",
    "place_words",
    "reporter",
    "role_words",
]
