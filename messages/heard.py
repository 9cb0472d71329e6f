"""The words by which an emergency is recognised in what people type, and those around them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from messages.render import HERE, LANGUAGE


@dataclass(frozen=True)
class Vocabulary:
    """As `heard.toml` has them: `typed` variant → word, `strong` and `weak` word → kind, the rest sets of words."""

    typed: dict[str, str]
    strong: dict[str, str]
    weak: dict[str, str]
    very: frozenset[str]
    somebody: frozenset[str]
    aside: frozenset[str]
    where: frozenset[str]
    now: frozenset[str]
    cries: frozenset[str]
    alive: frozenset[str]
    negations: frozenset[str]
    well: tuple[str, ...]
    idioms: re.Pattern[str]


@cache
def vocabulary(language: str = LANGUAGE) -> Vocabulary:
    read = tomllib.loads((HERE / language / "heard.toml").read_text(encoding="utf-8"))
    around = read["around"]
    words = {name: frozenset(listed.split()) for name, listed in around.items() if isinstance(listed, str)}
    idioms = re.compile(rf"\b(?:{'|'.join(around['idioms'])})\b")
    turned = {name: _by_word(read[name]) for name in ("typed", "strong", "weak")}
    return Vocabulary(**turned, **words, well=tuple(around["well"]), idioms=idioms)  # type: ignore[arg-type]


def _by_word(listed: dict[str, str]) -> dict[str, str]:
    return {word: key for key, words in listed.items() for word in words.split()}
