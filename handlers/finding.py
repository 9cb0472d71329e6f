"""From what somebody typed to a place: pure, over the kelurahan of the active elections."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.names import key

_NUMBER = re.compile(r"\d{1,3}(?!\d)")
_FILLER = {"tps", "kelurahan", "kel", "desa", "kecamatan", "kec", "no", "nomor", "di", "nya"}
_NEAR = 0.72


@dataclass(frozen=True, slots=True)
class Found:
    """What was understood: one kelurahan or kecamatan, or several, or none with near names; the TPS number if any."""

    kelurahan: Any = None
    kecamatan: Any = None
    number: int | None = None
    several: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def place(text: str, rows: Sequence[Any]) -> Found:
    """Read `kasin 12`, `TPS 12 kelurahan Kasin`, `kecamatan Klojen`; rows as `places.all_kelurahan`."""
    numbers = [int(n) for n in _NUMBER.findall(text)]
    number = numbers[-1] if numbers else None
    tokens = [key(token) for token in re.split(r"[\s,.;:/\-]+", re.sub(r"\d+", " ", text)) if key(token)]
    level = "kecamatan" if {"kecamatan", "kec"} & set(tokens) and not {"kelurahan", "kel", "desa"} & set(tokens) else ""
    plain = [token for token in tokens if token not in _FILLER]
    spans = {"".join(plain[i:j]) for i in range(len(plain)) for j in range(i + 1, len(plain) + 1)}
    if level:
        row = next((row for row in rows if row.kecamatan_key in spans), None)
        if row is not None:
            return Found(kecamatan=row, number=number)
    return _kelurahan(rows, spans, number)


def _kelurahan(rows: Sequence[Any], spans: set[str], number: int | None) -> Found:
    hits = [row for row in rows if row.key in spans]
    longest = max((len(row.key) for row in hits), default=0)
    hits = [row for row in hits if len(row.key) == longest]
    if len(hits) > 1:
        named = [row for row in hits if row.kecamatan_key in spans - {row.key}]
        hits = named if len(named) == 1 else hits
    if len(hits) == 1:
        return Found(kelurahan=hits[0], number=number)
    if hits:
        return Found(number=number, several=tuple(f"{row.name}, {row.kecamatan_name}" for row in hits))
    row = next((row for row in rows if row.kecamatan_key in spans), None)
    if row is not None:
        return Found(kecamatan=row, number=number)
    return Found(number=number, near=_near(rows, spans))


def _near(rows: Sequence[Any], spans: set[str]) -> tuple[str, ...]:
    names = {row.key: row.name for row in rows}
    close: list[str] = []
    for span in sorted(spans, key=len, reverse=True)[:6]:
        close += difflib.get_close_matches(span, names, n=2, cutoff=_NEAR)
    return tuple(dict.fromkeys(names[each] for each in close))[:3]
