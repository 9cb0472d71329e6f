"""What one cell may hold: pure rules, cell → value, or `Bad` with the code of its reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias

from bot.workbook import words
from storage import names

Cell: TypeAlias = str | float | int | bool | date | datetime | time | timedelta

_NIK = re.compile(r"^\d{16}\Z", re.ASCII)
_NIK_AS_NUMBER = re.compile(r"^\d[.,]?\d*[eE]\+?1[3-7]$")
_PHONE_AS_NUMBER = re.compile(r"^\+?\d[.,]?\d*[eE]\+?\d\d$")
_ROUNDED = "000000"  # a number cell that was once saved as `8.12E+09` ends so: the digits are gone
_TPS = re.compile(r"^(?:tps)?\D{0,3}0*(\d{1,4})$", re.IGNORECASE)
_PROVINCES = {
    *(str(n) for n in (*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66))),
    *(str(n) for n in (*range(71, 77), 81, 82, *range(91, 97))),
}
_SOUND = re.compile(
    rf"({'|'.join(sorted(_PROVINCES))})\d{{4}}"
    r"(0[1-9]|1\d|2[0-8]|4[1-9]|5\d|6[0-8])(0[1-9]|1[0-2])\d\d"  # a day that every month has
    r"(?!0000)\d{4}\Z",
    re.ASCII,
)
_WOMEN = 40  # added to the day of birth


class Bad(Exception):
    """A cell that is refused: `code` names the sentence, `about` its values."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code)
        self.code = code
        self.about = about


def text(cell: Cell | None) -> str:
    """A cell as text: one space between words, without what phones and web pages leave behind unseen."""
    if cell == "":
        return ""
    if isinstance(cell, str):
        if not cell.isascii():
            cell = "".join(ch for ch in unicodedata.normalize("NFC", cell) if unicodedata.category(ch) != "Cf")
        return " ".join(cell.split())
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def need(cell: Cell) -> str:
    found = text(cell)
    if not found:
        raise Bad("empty")
    return found


def name(cell: Cell) -> str:
    found = need(cell)
    if not found[0].isalpha() and not any(ch.isalpha() for ch in found):
        raise Bad("name")
    return found


def nik(cell: Cell) -> str:
    """Sixteen digits as text. In a number cell Excel has already lost the last one."""
    if isinstance(cell, float | int):
        raise Bad("nik_number")
    found = need(cell).lstrip("'`").replace(" ", "").replace(".", "").replace("-", "")
    if not _NIK.match(found):
        raise Bad("nik_number" if _NIK_AS_NUMBER.match(text(cell)) else "nik_digits", count=len(found))
    if found.endswith("0000"):
        raise Bad("nik_serial")
    return found


def is_sound_nik(written: str) -> bool:
    """Neither a fault nor a doubt, seen at a glance: nine of ten, and an import has a million."""
    return _SOUND.match(written) is not None


def nik_doubt(found: str) -> str | None:
    """The code of a warning: old errors exist, so neither region nor date of birth is a reason to refuse."""
    day, month, year = int(found[6:8]) % _WOMEN, int(found[8:10]), int(found[10:12])
    try:
        date(2000 + year if year % 4 == 0 else 1900 + year, month, day)
    except ValueError:
        return "nik_date"
    return None if found[:2] in _PROVINCES else "nik_region"


def phone(cell: Cell) -> str | None:
    """A mobile number as `+628…`, or None for an empty cell and for words that say that there is none."""
    if isinstance(cell, str) and (mobile := names.mobile(cell)):
        return mobile
    found = text(cell).lstrip("'`")
    if _is_nothing(found):
        return None
    mobile = names.mobile(found)
    rounded = not isinstance(cell, str) and found.endswith(_ROUNDED)
    if rounded or _PHONE_AS_NUMBER.match(found):
        raise Bad("phone_rounded")
    if mobile is None:
        raise Bad("phone")
    return mobile


def _is_nothing(written: str) -> bool:
    """An empty cell, a dash, or words such as `tidak ada`."""
    plain = names.key(written) if written else ""
    return not plain or plain in words.table()["nothing"]["words"]


def need_phone(cell: Cell) -> str:
    found = phone(cell)
    if found is None:
        raise Bad("empty")
    return found


def telephone(cell: Cell) -> str:
    """Any telephone number, a landline too, as written; empty is allowed."""
    found = text(cell)
    if _is_nothing(found):
        return ""
    if not re.fullmatch(r"\+?[\d\s.\-()/]{3,20}", found):
        raise Bad("telephone")
    return found


@lru_cache(maxsize=4096, typed=True)
def tps(cell: Cell) -> int:
    """A TPS number: 12, `012`, `TPS 012`. Empty is 0."""
    found = text(cell)
    if not found:
        return 0
    match = _TPS.match(found)
    if match is None or not int(match[1]):
        raise Bad("tps_number")
    return int(match[1])


def need_tps(cell: Cell) -> int:
    found = tps(cell)
    if not found:
        raise Bad("empty")
    return found


@lru_cache(maxsize=4096, typed=True)
def rupiah(cell: Cell) -> int | None:
    """`3309144`, `Rp 3.309.144,00`; None for an empty cell."""
    if isinstance(cell, float | int):
        return _whole(str(round(cell)))
    plain = re.sub(r"(?i)^rp\.?|[\s]", "", text(cell))
    return _whole(re.sub(r"[.,](?=\d{3}(\D|$))", "", re.sub(r"[.,]\d{1,2}$|,-$", "", plain))) if plain else None


def _whole(digits: str) -> int:
    if not re.fullmatch(r"\d{1,12}", digits):
        raise Bad("rupiah")
    return int(digits)


def kpj(cell: Cell) -> str:
    """Eleven digits or letters; another length only warns, because the form of old cards is not sure."""
    found = text(cell).lstrip("'`").replace(" ", "").replace("-", "").upper()
    if found and not found.isalnum():
        raise Bad("kpj")
    return found


def degrees(limit: int) -> Callable[[Cell], float | None]:
    def rule(cell: Cell) -> float | None:
        written = text(cell).replace(",", ".")
        try:
            found = float(written) if written else None
        except ValueError:
            raise Bad("degrees", limit=limit) from None
        if found is not None and not -limit <= found <= limit:
            raise Bad("degrees", limit=limit)
        return found

    return rule


def one_of(known: Mapping[str, str], code: str, default: str | None = None) -> Callable[[Cell], str]:
    """A word of a fixed list, compared as names are; `default` stands for an empty cell."""

    @lru_cache(maxsize=1024, typed=True)
    def rule(cell: Cell) -> str:
        found = text(cell)
        if not found and default is not None:
            return default
        value = known.get(names.key(need(cell)))
        if value is None:
            raise Bad(code, value=names.masked_text(found), known=", ".join(dict.fromkeys(known.values())))
        return value

    return rule


def code(cell: Cell) -> str:
    found = need(cell).casefold()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,39}", found):
        raise Bad("code")
    return found


def region(cell: Cell) -> str:
    """`35.73`, also where Excel made a number of it, and `3573`."""
    digits = f"{cell:.2f}" if isinstance(cell, float) and not cell.is_integer() else need(cell)
    match = re.fullmatch(r"(\d\d)(?:\.?(\d\d))?", digits)
    if match is None:
        raise Bad("region")
    return ".".join(part for part in match.groups() if part)


def emergency(cell: Cell) -> str:
    found = text(cell) or "119"
    if not re.fullmatch(r"[\d+\- ]{3,16}", found):
        raise Bad("telephone")
    return found
