"""The words by which an emergency is recognised in what people type, and those around them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property

from messages.render import HERE, LANGUAGE


@dataclass(frozen=True)
class Vocabulary:
    """As `heard.toml` has them: `typed` variant → word, `strong`, `weak` and `body` word → kind, `phrases`
    with their kind, the rest sets of words."""

    typed: dict[str, str]
    strong: dict[str, str]
    weak: dict[str, str]
    body: dict[str, str]
    very: frozenset[str]
    somebody: frozenset[str]
    aside: frozenset[str]
    where: frozenset[str]
    ails: frozenset[str]
    now: frozenset[str]
    cries: frozenset[str]
    needed: frozenset[str]
    alive: frozenset[str]
    able: frozenset[str]
    negations: frozenset[str]
    well: tuple[str, ...]
    taken_back: tuple[str, ...]
    wrong: tuple[str, ...]
    idioms: re.Pattern[str]
    phrases: tuple[tuple[re.Pattern[str], str], ...]

    @cached_property
    def every(self) -> frozenset[str]:
        """Every word that means something here."""
        sets = (
            self.very,
            self.somebody,
            self.aside,
            self.where,
            self.now,
            self.cries,
            self.alive,
            self.able,
            self.negations,
        )
        return frozenset(self.typed.values()).union(self.strong, self.weak, self.body, *sets)


@cache
def vocabulary(language: str = LANGUAGE) -> Vocabulary:
    read = tomllib.loads((HERE / language / "heard.toml").read_text(encoding="utf-8"))
    around = read["around"]
    words = {name: frozenset(listed.split()) for name, listed in around.items() if isinstance(listed, str)}
    idioms = _any_of(around["idioms"])
    phrases = tuple((_any_of(listed), kind) for kind, listed in read["phrases"].items())
    turned = {name: _by_word(read[name]) for name in ("typed", "strong", "weak", "body")}
    lists = {name: tuple(around[name]) for name in ("well", "taken_back", "wrong")}
    return Vocabulary(**turned, **words, **lists, idioms=idioms, phrases=phrases)  # type: ignore[arg-type]


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


def _by_word(listed: dict[str, str]) -> dict[str, str]:
    return {word: key for key, words in listed.items() for word in words.split()}
