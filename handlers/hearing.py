"""Whether free words may be an emergency, and which kind: pure, from Indonesian and Javanese words as people type them.

It offers, and files nothing. What it misses costs more than what it offers in vain, so doubt is an offer.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import lru_cache

from handlers.triage import UNCLEAR
from messages import heard

_V = heard.vocabulary()

_TOKENS = re.compile(r"[a-z0-9]+")
_LONG = re.compile(r"([a-z])\1{2,}")
_REACH = 4  # tokens back in which a "tidak" still holds
_CLOSE, _LENGTH = 0.86, 6
_SHORT = 6  # words of a cry
_LONGEST = 400  # characters: who calls for help says so at the beginning


def guess(text: str) -> str | None:
    """The kind of emergency that these words may be, `belum_jelas` for a call for help without one; None for none."""
    tokens = _read(text)
    if not tokens:
        return None
    line = " ".join(tokens)
    silent = _lifeless(tokens)
    found = silent or _strong(tokens) or _weak(tokens)
    if found is None:
        return UNCLEAR if _cries(tokens) else None
    if not silent and (_is_aside(tokens, line) or any(said in line for said in _V.well)):
        return None
    return found


def _read(text: str) -> list[str]:
    """Lower case, without accents and drawn-out letters, typing variants as one word, idioms taken out."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold().replace("-", "").replace("'", "")
    plain = _LONG.sub(r"\1", plain)
    plain = re.sub(r"\b(\w{3,})2\b", r"\1", plain)  # muntah2
    tokens = [_V.typed.get(token, token) for token in _TOKENS.findall(plain)]
    return _V.idioms.sub(" ", " ".join(tokens)).split()


@lru_cache(maxsize=8192)  # the same words come again and again, and likeness is the dear part
def _kind_of(token: str) -> str | None:
    """A strong word, also with a letter wrong or the ending of a colloquial form."""
    kinds = _V.strong
    for form in (token, token.removesuffix("nya"), token.removesuffix("an"), token.removesuffix("i")):
        if form in kinds:
            return kinds[form]
    if len(token) < _LENGTH or token in _V.weak:
        return None
    near = difflib.get_close_matches(token, kinds, n=1, cutoff=_CLOSE)
    return kinds[near[0]] if near and near[0][0] == token[0] else None


def _negated(tokens: list[str], at: int) -> bool:
    before = tokens[max(0, at - _REACH) : at]
    return any(token in _V.negations for token in before) and "tapi" not in before and "malah" not in before


def _lifeless(tokens: list[str]) -> str | None:
    """`tidak sadar`, `belum bangun`, `tidak ada nadinya`: here it is the negation that alarms."""
    for at, token in enumerate(tokens):
        if token in {"tidak", "belum", "susah", "sulit"}:
            near = tokens[at + 1 : at + 4]
            hit = next((word for word in near if word.removesuffix("nya") in _V.alive), None)
            if hit is not None and not {"jam", "pagi", "siang", "kalau"} & {*near, *tokens[max(0, at - 3) : at]}:
                return "sesak" if hit.startswith("napas") and token in {"susah", "sulit"} else "pingsan"
    return None


def _strong(tokens: list[str]) -> str | None:
    for at, token in enumerate(tokens):
        kind = _kind_of(token)
        if kind and not _negated(tokens, at):
            return kind
    return _chest(tokens) or _pressure(tokens)


def _pressure(tokens: list[str]) -> str | None:
    """`tensi 200`: 180 and more is an emergency in any first-aid text; less is a question."""
    for at, token in enumerate(tokens):
        if token.removesuffix("nya") in {"tensi", "tekanan"}:
            high = [int(near) for near in tokens[at + 1 : at + 4] if near.isdigit()]
            return "sakit" if any(180 <= number < 300 for number in high) else None  # noqa: PLR2004 - millimetres
    return None


def _chest(tokens: list[str]) -> str | None:
    """`sakit dada`, `dadanya nyeri`."""
    for at, word in enumerate(tokens):
        hurts = {"sakit", "nyeri", "panas", "tertekan", "berat", "sesak"} & set(tokens[max(0, at - 2) : at + 4])
        if word == "dada" and hurts and not _negated(tokens, at):
            return "sesak"
    return None


def _weak(tokens: list[str]) -> str | None:
    words = set(tokens)
    for at, word in enumerate(tokens):
        kind = _V.weak.get(word) or _V.weak.get(word.removesuffix("nya"))
        if not kind or _negated(tokens, at):
            continue
        if word == "tiba" and not {"ambruk", "seko", "saka", "motor", "tangga"} & words:
            continue
        close = set(tokens[max(0, at - 5) : at + 4]) - {word}
        if {"tolong", "darurat", "cepat", "ambulans"} & words or _V.very & close or _V.somebody & close:
            return kind
    return None


def _is_aside(tokens: list[str], line: str) -> bool:
    words = set(tokens)
    if ("kalau" in words and not words & {"sekarang", "ambulans"}) or "diganti" in words:
        return True
    return bool(words & _V.aside) and not (words & _V.now and "?" not in line)


def _cries(tokens: list[str]) -> bool:
    """A call for help that names nothing: `tolong!`, `darurat di tps 12`, `butuh ambulans`."""
    words = set(tokens)
    if words & {"kalau", "tidak", "bukan", "belum"} or words & _V.aside:
        return False
    if words & {"ambulans", "darurat"}:
        return not words & _V.where
    alone = len(tokens) == tokens.count("tolong")
    return "tolong" in words and len(tokens) <= _SHORT and (alone or bool(words & _V.cries))
