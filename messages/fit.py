"""Text that people typed or will read, made fit: without what nobody can store, within a limit."""

from __future__ import annotations

import re
import unicodedata

LOOK_BACK = 40  # characters in which a cut looks for the end of a word
JOINER = "\u200d"
MARKS = {"Mn", "Me", "Mc"}
CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"} | {ord("\t"): " "}
SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` without control characters (but with its lines) and without half characters, which nobody can store."""
    if SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.translate(CONTROLS)


def units(text: str) -> int:
    """How long a platform finds it: UTF-16 units, so never more than it counts in characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(words: str, limit: int, look_back: int = LOOK_BACK) -> str:
    """`words` within so many UTF-16 units; what is cut ends in "…", between words and never inside a character."""
    whole = words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    encoded = whole.encode("utf-16-le")
    if len(encoded) <= 2 * limit:
        return whole
    end = len(encoded[: 2 * (limit - 1)].decode("utf-16-le", "ignore"))
    return whole[: _boundary(whole, end, look_back)].rstrip() + "…"


def _boundary(words: str, end: int, look_back: int) -> int:
    """The nearest place not after `end` where a word ends; if there is none near, where a character does."""
    near = range(end, max(end - look_back, 0), -1)
    word_ends = (at for at in near if words[at].isspace())
    character_ends = (at for at in near if not _joins(words[at]) and words[at - 1] != JOINER)
    return next(word_ends, next(character_ends, end))


def _joins(character: str) -> bool:
    """Whether it belongs to the character before it: an accent, a variation, a skin tone, a joiner."""
    skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return skin_tone or character == JOINER or unicodedata.category(character) in MARKS
