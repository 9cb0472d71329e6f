"""From what somebody typed to a place: pure, over the kelurahan of the active elections."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.names import key

_TPS = re.compile(r"(?<!bukan )(?<!bukan di )\btps\W{0,3}(?:(?:no|nomor)\W{0,3})?(\d{1,3})(?!\d)")
# From a word's beginning: else a word of four thousand letters is read anew from each of them, while everybody waits.
_NUMBER = re.compile(r"(?<![a-z])([a-z]*)\W{0,3}(?<!\d)(\d{1,3})(?!\d)")
_WARD, _DISTRICT = {"kelurahan", "kel", "desa"}, {"kecamatan", "kec"}
_FILLER = {"tps", "no", "nomor", "di", "nya"}
# A name behind one of these is what the place lies near, and a number behind it is a house's, not a station's.
_BESIDE = {"dekat", "perbatasan", "batas", "seberang", "arah", "puskesmas",
           "depan", "samping", "sebelah", "belakang", "jalan", "jln", "jl", "gang", "gg", "blok", "rt", "rw",
           "sd", "sdn", "mi", "min", "smp", "smpn", "mts", "sma", "sman", "smk", "smkn", "pasar", "masjid"}  # fmt: skip
_NOT = {"bukan", "bkn"}  # and a name behind one of these is what it is not
_NEAR = 0.72
_WORDS = 60  # of a text in which a place is looked for


@dataclass(frozen=True, slots=True)
class Found:
    """What was understood: one kelurahan or kecamatan, or several, or none with near names; the TPS number if any."""

    kelurahan: Any = None
    kecamatan: Any = None
    number: int | None = None
    several: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Name:
    """A kelurahan or kecamatan that is named: by which words, and behind which mark ("" for none)."""

    row: Any
    start: int
    end: int
    mark: str

    def within(self, other: _Name) -> bool:
        return other.start <= self.start and self.end <= other.end and other.end - other.start > self.end - self.start

    def apart(self, start: int, end: int) -> bool:
        return end <= self.start or self.end <= start


def place(text: str, rows: Sequence[Any], *, landmarks: bool = True) -> Found:
    """Read `kasin 12`, `TPS 12 kelurahan Kasin, Klojen`, `kecamatan Klojen`; rows as `places.all_kelurahan`.

    `landmarks`: the name in `dekat pasar Kasin` will do where no other is said.
    """
    number = _number(text.casefold())
    words, marks = _words(text)
    spans: dict[str, list[tuple[int, int]]] = {}
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            spans.setdefault("".join(words[start:end]), []).append((start, end))
    named = [_Name(row, *at, marks[at[0]]) for row in rows for at in spans.get(row.key, ())]
    found = {name.row.id: name.row for name in _meant(named, spans, landmarks=landmarks)}
    if len(found) == 1:
        return Found(kelurahan=next(iter(found.values())), number=number)
    if found:
        several = tuple(f"{row.name}, {row.kecamatan_name}" for row in found.values())
        return Found(number=number, several=several)
    aside = {"not"} if landmarks else {"not", "beside"}
    said = {name for name, at in spans.items() if any(marks[start] not in aside for start, _ in at)}
    row = next((row for row in rows if row.kecamatan_key in said), None)
    if row is not None:
        return Found(kecamatan=row, number=number)
    return Found(number=number, near=_near(rows, set(spans)))


def is_more(text: str, found: Found) -> bool:
    """Whether more was said than this place and its number: `Kasin 12, lantai 2, dia hamil`."""
    words = [key(each) for each in re.split(r"[\s,.;:/()\-]+", re.sub(r"\d+", " ", text))]
    rest = "".join(word for word in words if word not in _FILLER | _WARD | _DISTRICT)
    row = found.kelurahan or found.kecamatan
    for name in (found.kelurahan and row.key, row and row.kecamatan_key):
        rest = rest.replace(name, "", 1) if name else rest
    return bool(rest) or len(re.findall(r"\d+", text)) > 1


def station(text: str) -> int | None:
    """The number behind "TPS"."""
    behind = _TPS.search(text.casefold())
    return int(behind[1]) if behind else None


def _number(text: str) -> int | None:
    """Of several the one behind "TPS"; else the last that is no house's."""
    if (behind := station(text)) is not None:
        return behind
    numbers = [int(number) for word, number in _NUMBER.findall(text) if word not in _BESIDE]
    return numbers[-1] if numbers else None


def _words(text: str) -> tuple[list[str], list[str]]:
    """The words in which names may stand, and of each the mark before it."""
    words: list[str] = []
    marks: list[str] = []
    mark = ""
    for each in re.split(r"[\s,.;:/()\-]+", re.sub(r"\d+", " ", text)):
        word = key(each)
        if word in _NOT:
            mark = "not"
        elif word in _WARD | _DISTRICT | _BESIDE:
            mark = mark if mark == "not" else "ward" if word in _WARD else "district" if word in _DISTRICT else "beside"
        elif word and word not in _FILLER and len(words) < _WORDS:
            words.append(word)
            marks.append(mark)
            mark = ""
    return words, marks


def _meant(named: list[_Name], spans: dict[str, list[tuple[int, int]]], *, landmarks: bool) -> list[_Name]:
    """Of the kelurahan that are named those that may be meant: what is called so outright, else what stands beside its
    own kecamatan. A kecamatan is no kelurahan of that name, and part of a name is none."""
    named = [name for name in named if not any(name.within(other) for other in named)]
    named = [name for name in named if name.mark not in {"district", "not"}]
    named = [name for name in named if name.mark != "beside"] or (named if landmarks else [])
    named = [name for name in named if name.mark == "ward"] or named
    return [name for name in named if any(name.apart(*at) for at in spans.get(name.row.kecamatan_key, ()))] or named


def _near(rows: Sequence[Any], spans: set[str]) -> tuple[str, ...]:
    names = {row.key: row.name for row in rows}
    close: list[str] = []
    for span in sorted(spans, key=len, reverse=True)[:6]:
        close += difflib.get_close_matches(span, names, n=2, cutoff=_NEAR)
    return tuple(dict.fromkeys(names[each] for each in close))[:3]
