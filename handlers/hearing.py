"""Whether free words may be an emergency, and which kind: pure, from Indonesian and Javanese words as people type them.

It offers, and files nothing. What it misses costs more than what it offers in vain, so doubt is an offer.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from handlers.triage import UNCLEAR
from messages import heard

_V = heard.vocabulary()

_TOKENS = re.compile(r"[a-z0-9]+")
_LONG = re.compile(r"([a-z])\1{2,}")
_REACH = 4  # tokens back in which a "tidak" still holds
_CLOSE, _LENGTH = 0.86, 6
_SHORT = 6  # words of a cry
_ENDINGS = ("nya", "ku", "mu", "ne", "kan", "an", "en", "in", "e")
_BEGINNINGS = ("di", "ke", "ka", "ter", "meng", "men", "mem", "me", "nge", "ng", "ber", "per", "pe")
_STEM = 4  # letters that must be left
_ABLE = frozenset({"bisa", "kuat", "tahan", "sanggup"})
_LONGEST = 400  # characters: who calls for help says so at the beginning


def guess(text: str) -> str | None:
    """The kind of emergency that these words may be, `belum_jelas` for a call for help without one; None for none."""
    tokens = _read(text)
    if not tokens:
        return None
    line = " ".join(tokens)
    silent = _lifeless(tokens)
    found = silent or _phrase(line) or _strong(tokens) or _unable(tokens) or _weak(tokens)
    if found is None:
        return UNCLEAR if _cries(tokens) else None
    if not silent and (_is_aside(tokens, line) or any(said in line for said in _V.well)):
        return None
    return found


def takes_back(text: str) -> bool:
    """`oh sudah sadar, tidak jadi`: what was said before it is over, or was nothing."""
    return guess(text) is None and _says(text, _V.taken_back + _V.well)


def corrects(text: str) -> bool:
    """`eh maaf salah, di Kasin`: what was said before it was not right."""
    return _says(text, _V.wrong)


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    line = f" {' '.join(_read(text))} "
    return any(f" {each} " in line for each in phrases)


def _read(text: str) -> list[str]:
    """Lower case, without accents and drawn-out letters, typing variants as one word, idioms taken out."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold().replace("-", "").replace("'", "")
    plain = _LONG.sub(r"\1", plain)
    plain = re.sub(r"\b([^\W\d]{3,})2(nya|an|e)?\b", r"\1", plain)  # muntah2, deg2an
    tokens = [_word(token) for token in _TOKENS.findall(plain)]
    return _V.idioms.sub(" ", " ".join(tokens)).split()


@lru_cache(maxsize=8192)  # the same words come again and again
def _word(token: str) -> str:
    """The word that is meant: a typing variant, or what a known word is with an ending or a beginning (`sirahku`)."""
    for form in _forms(token):
        if form in _V.typed:
            return _V.typed[form]
        if form in _V.every:
            return form
    return token


def _forms(token: str) -> Iterator[str]:
    yield token
    ended = [token.removesuffix(each) for each in _ENDINGS if token.endswith(each)]
    ended += [token[:-1]] if token.endswith("i") and len(token) > _STEM + 1 else []  # Ayani is a name
    begun = [stem.removeprefix(each) for stem in (token, *ended) for each in _BEGINNINGS if stem.startswith(each)]
    nasal = ["s" + stem[2:] for stem in (token, *ended) if stem.startswith("ny")]  # nyetrum
    yield from (stem for stem in (*ended, *begun, *nasal) if len(stem) >= _STEM)


@lru_cache(maxsize=8192)  # likeness is the dear part
def _kind_of(token: str) -> str | None:
    """A strong word, also with a letter wrong."""
    kinds = _V.strong
    if token in kinds:
        return kinds[token]
    if len(token) < _LENGTH or token in _V.every:
        return None
    near = difflib.get_close_matches(token, kinds, n=1, cutoff=_CLOSE)
    return kinds[near[0]] if near and near[0][0] == token[0] else None


def _negated(tokens: list[str], at: int) -> bool:
    """`tidak ada yang pingsan`; but `tidak kuat pusing`, where what he cannot do is the trouble."""
    start = max(0, at - _REACH)
    denied = any(word in _V.negations and tokens[n + 1] not in _ABLE for n, word in enumerate(tokens[start:at], start))
    return denied and not {"tapi", "malah"} & set(tokens[start:at])


def _lifeless(tokens: list[str]) -> str | None:
    """`tidak sadar`, `belum bangun`, `tidak ada nadinya`: here it is the negation that alarms."""
    for at, token in enumerate(tokens):
        if token in {"tidak", "belum", "susah", "sulit"}:
            near = tokens[at + 1 : at + 4]
            hit = next((word for word in near if word in _V.alive), None)
            if hit is not None and not {"jam", "pagi", "siang", "kalau"} & {*near, *tokens[max(0, at - 3) : at]}:
                return "sesak" if hit == "napas" and token in {"susah", "sulit"} else "pingsan"
    return None


def _unable(tokens: list[str]) -> str | None:
    """`tidak bisa bicara`."""
    for at, word in enumerate(tokens[:-1]):
        if word == "tidak" and tokens[at + 1] in _ABLE and _V.able & set(tokens[at + 2 : at + 4]):
            return "sakit"
    return None


def _strong(tokens: list[str]) -> str | None:
    """The first kind that is named; what is graver than sickness before it: `dada saya sakit` is the chest."""
    kinds = [kind for at, token in enumerate(tokens) if (kind := _kind_of(token)) and not _negated(tokens, at)]
    graver = next((kind for kind in kinds if kind != "sakit"), None)
    return graver or _body(tokens) or next(iter(kinds), None) or _pressure(tokens)


def _phrase(line: str) -> str | None:
    return next((kind for pattern, kind in _V.phrases if pattern.search(line)), None)


def _pressure(tokens: list[str]) -> str | None:
    """`tensi 200`: 180 and more is an emergency in any first-aid text; less is a question."""
    for at, token in enumerate(tokens):
        if token.removesuffix("nya") in {"tensi", "tekanan"}:
            high = [int(near) for near in tokens[at + 1 : at + 7] if near.isdigit()]
            return "sakit" if any(180 <= number < 300 for number in high) else None  # noqa: PLR2004 - millimetres
    return None


def _body(tokens: list[str]) -> str | None:
    """`sakit dada`, `pandangan gelap`."""
    for at, word in enumerate(tokens):
        ails = set(tokens[max(0, at - 2) : at + 4]) & (_V.weak.keys() | _V.ails)
        if word in _V.body and ails and not _negated(tokens, at):
            return _V.body[word]
    return None


def _weak(tokens: list[str]) -> str | None:
    words = set(tokens)
    for at, word in enumerate(tokens):
        kind = _V.weak.get(word)
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
    if words & {"kalau", "tidak", "bukan", "belum", "sudah", "batal"} or words & _V.aside:
        return False
    if words & {"ambulans", "darurat"}:
        return not words & _V.where
    if words & {"butuh", "tolong"} and words & _V.needed:
        return True
    alone = len(tokens) == tokens.count("tolong")
    return "tolong" in words and len(tokens) <= _SHORT and (alone or bool(words & _V.cries))
