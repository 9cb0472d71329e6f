"""How names and numbers are compared: pure functions, no tables."""

from __future__ import annotations

import re
import unicodedata

_TITLES = re.compile(
    r"\b(dr|drg|drs|dra|ir|hj|h|prof|bdn|ners|ns|s\.?kep|s\.?km|s\.?kom|s\.?pd|s\.?h|s\.?e|s\.?sos|s\.?t|s\.?ag|"
    r"m\.?kes|m\.?pd|m\.?si|m\.?m|m\.?h|a\.?md|a\.?md\.?kep|a\.?md\.?keb|s\.?tr\.?keb|s\.?farm|apt|kh)\b\.?"
)
_MOBILE = re.compile(r"^628[1-9]\d{7,10}$")


def key(name: str) -> str:
    """A place's name as it is compared: letters and digits only, lower case (`Oro-oro Dowo` → `orooro dowo` → …)."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(ch for ch in plain if ch.isalnum())


def person_key(name: str) -> str:
    """A person's name as it is compared: case, titles and dots aside."""
    plain = _TITLES.sub(" ", unicodedata.normalize("NFKD", name).casefold().replace(",", " "))
    return " ".join("".join(ch if ch.isalnum() else " " for ch in plain).split()) or key(name)


def mobile(written: str) -> str | None:
    """A mobile number in any usual form as `+628…`, or None (FACTS of the field: 9 to 12 digits after the 0 or 62)."""
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
