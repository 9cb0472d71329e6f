"""How names and numbers are compared and masked: pure functions, no tables."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

_TITLES = (
    "dr", "drg", "drs", "dra", "ir", "hj", "h", "prof", "bdn", "ners", "ns",
    "s.kep", "s.km", "s.kom", "s.pd", "s.h", "s.e", "s.sos", "s.t", "s.ag", "s.st", "s.gz", "s.ked", "s.farm",
    "s.tr.keb", "s.tr.kep", "s.tr.kes", "m.kes", "m.kep", "m.pd", "m.si", "m.m", "m.h",
    "a.md", "a.md.kep", "a.md.keb", "a.md.kes", "a.m.k", "apt", "kh",
)  # fmt: skip
# The longest first: "A.Md.Kep" is not "A.Md" with a name behind it.
_TITLE = re.compile(
    r"\b(" + "|".join(title.replace(".", r"(?:\. ?)?") for title in sorted(_TITLES, key=len, reverse=True)) + r")\b\.?"
)
_BARE_TITLES = {title.replace(".", "") for title in _TITLES}
_BETWEEN = re.compile(r"[\W_]+")
_MOBILE = re.compile(r"^628[1-9]\d{7,10}$")
_AS_DIALLED = re.compile(r"08[1-9]\d{7,10}\Z", re.ASCII)
_LEVEL = re.compile(r"^(kelurahan|kel|desa|kecamatan|kec|puskesmas|pkm)(\s*\.\s*|\s+)(?=\S)", re.IGNORECASE)
_LONG = re.compile(r"\+?\d[\d .\-()]{7,}\d")
_NIK = re.compile(r"(?<!\d)(?:\d[ .\-]?){15}\d(?!\d)")
_MUHAMMAD = re.compile(r"^m(oc?h|uh|d)?(am+[ae]d)?$")
_LIKE = 0.75
_SHOWN = 4  # digits of a number that a mask leaves at either end


@lru_cache(maxsize=16_384)  # an import asks for the same few hundred names again and again
def key(name: str) -> str:
    """A place's name as it is compared: letters and digits only, lower case (`Oro-oro Dowo` → `orooro dowo` → …)."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return plain if plain.isalnum() else "".join(ch for ch in plain if ch.isalnum())


def person_key(name: str) -> str:
    """A person's name as it is compared: case, titles and dots aside. Behind a comma stand titles only."""
    plain = name.casefold()
    if plain.isascii() and plain.replace(" ", "").isalpha():  # nearly all of them: the same in a fifth of the time
        return " ".join(word for word in plain.split(" ") if word and word not in _BARE_TITLES) or key(name)
    plain = unicodedata.normalize("NFKD", name).casefold()
    return _bare(plain.partition(",")[0]) or _bare(plain.replace(",", " ")) or key(name)


def alike(one: str, other: str) -> bool:
    """Whether two keys of persons may be one name: each word of the shorter has one in the longer that it abbreviates
    or nearly is. `siti aminah` and `siti rohmah` are two."""
    few, many = sorted(([_MUHAMMAD.sub("muhammad", word) for word in each.split()] for each in (one, other)), key=len)
    for word in few:
        like = next((each for each in many if _is_like(word, each)), None)
        if like is None:
            return False
        many.remove(like)
    return True


def _is_like(one: str, other: str) -> bool:
    if one.startswith(other) or other.startswith(one):
        return True
    return SequenceMatcher(None, one, other).ratio() >= _LIKE


def _bare(plain: str) -> str:
    return " ".join(_BETWEEN.sub(" ", _TITLE.sub(" ", plain)).split())


def mobile(written: str) -> str | None:
    """A mobile number in any usual form as `+628…`, or None (FACTS of the field: 9 to 12 digits after the 0 or 62)."""
    if _AS_DIALLED.match(written):
        return "+62" + written[1:]
    digits = re.sub(r"[\s.\-()/]", "", written)
    digits = digits.removeprefix("+")
    digits = digits.removeprefix("00") if digits.startswith("0062") else digits
    if digits.startswith("620"):
        digits = "62" + digits[3:]
    elif digits.startswith("0"):
        digits = "62" + digits[1:]
    elif digits.startswith("8"):
        digits = "62" + digits
    return "+" + digits if _MOBILE.match(digits) else None


def place(written: str) -> str:
    """A place's name as it is kept: one space between words, without the level written before it (`Kel. Kasin`)."""
    return _LEVEL.sub("", " ".join(written.split()))


def masked(written: str) -> str:
    """A NIK or phone number as it may be shown: `3573********0001`, `0812****7890`."""
    digits = re.sub(r"[\s.\-()/]", "", written)
    digits = "0" + digits[3:] if digits.startswith("+62") else digits
    if len(digits) < _SHOWN * 2 + 1:
        return digits[:2] + "*" * max(0, len(digits) - 2)
    return digits[:_SHOWN] + "*" * (len(digits) - 2 * _SHOWN) + digits[-_SHOWN:]


def without_nik(written: str) -> str:
    """Somebody's words with every NIK in them masked; a telephone number stays, it may be what they are about."""
    return _NIK.sub(lambda found: masked(found[0]), written)


def masked_text(written: str) -> str:
    """A text with every long number in it masked: a NIK may stand in the wrong column."""
    return _LONG.sub(lambda found: masked(found[0]), written)
