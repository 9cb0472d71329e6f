"""The places and institutions that a workbook's rows may name, and the nearest one where a name is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from bot.workbook.rules import Bad, Cell, need
from storage import names
from storage.imports import Where
from storage.moves import ends
from storage.standing import Standing

_LIKE = 0.72  # how alike two names must be before one is proposed for the other
_SPELLINGS = ("KPU", "Bawaslu", "Dinkes", "Bakesbangpol", "BPJS", "Kecamatan", "Kelurahan")
_ALIASES = {
    "dinaskesehatan": "Dinkes",
    "kesbangpol": "Bakesbangpol",
    "badankesatuanbangsadanpolitik": "Bakesbangpol",
    "bpjsketenagakerjaan": "BPJS",
    "bpjstk": "BPJS",
    "komisipemilihanumum": "KPU",
    "badanpengawaspemilu": "Bawaslu",
}

key = lru_cache(maxsize=8192)(lambda written: names.key(names.place(written)))


class Known:
    """What stands in the tables, and what the sheets tps and puskesmas of this workbook add to it."""

    def __init__(self, standing: Standing) -> None:
        self.areas = dict(standing.areas)
        self.wards = dict(standing.wards)
        self.stations = set(standing.tps)
        self._moves: dict[Where, Where] = {}  # as this workbook has them
        self.puskesmas = {each: (row.name, row.kecamatan) for each, row in standing.puskesmas.items()}
        self.institutions = {names.key(each): each for each in _SPELLINGS} | dict(_ALIASES)  # how each is spelled
        for post in (post for _, post in standing.posts.values()):
            self.institutions.setdefault(names.key(post.institution), post.institution)
        for _, institution, _ in standing.coverages:
            self.institutions.setdefault(institution, institution)
        for facts in standing.coverages.values():
            self.institutions[names.key(facts.institution)] = facts.institution
        self._homes: dict[str, list[str]] = {}
        for where in self.wards:
            self._homes.setdefault(where.kelurahan, []).append(where.kecamatan)
        self.answered: dict[tuple[object, ...], Any] = {}  # thousands of rows name the same places and terms
        self._nearest: dict[tuple[str, str], str] = {}

    def add_ward(self, kecamatan: str, kelurahan: str) -> Where:
        """A kelurahan that the sheet tps names; the first spelling of a name stays."""
        where = Where(key(kecamatan), key(kelurahan))
        self.areas.setdefault(where.kecamatan, names.place(kecamatan))
        if where not in self.wards:
            self.wards[where] = names.place(kelurahan)
            self._homes.setdefault(where.kelurahan, []).append(where.kecamatan)
        return where

    def institution(self, written: str) -> str:
        """The one spelling of an institution; an unknown one is taken as it is written first."""
        return self.institutions.setdefault(names.key(written), written)

    def institution_of(self, cell: Cell) -> str:
        return self.institution(need(cell))

    def area(self, written: str) -> str:
        """The key of a kecamatan, "" for an empty cell."""
        found = key(written)
        if found and found not in self.areas:
            raise Bad("kecamatan_unknown", value=written, near=self._near("area", found, self.areas))
        return found

    def ward(self, written: str, kecamatan: str, hint: str = "") -> Where:
        """A kelurahan, in its kecamatan where one is given; `hint` decides only between two of the same name."""
        found = key(written)
        homes = self._homes.get(found, [])
        if not homes:
            candidates = {where.kelurahan: name for where, name in self.wards.items()}
            raise Bad("kelurahan_unknown", value=written, near=self._near("ward", found, candidates))
        if kecamatan and kecamatan not in homes:
            elsewhere = ", ".join(self.areas[each] for each in homes)
            raise Bad("kelurahan_elsewhere", value=written, here=self.areas[kecamatan], there=elsewhere)
        kecamatan = kecamatan or (hint if hint in homes else "")
        if not kecamatan and len(homes) > 1:
            raise Bad("kelurahan_twice", value=written, there=", ".join(self.areas[each] for each in homes))
        return Where(kecamatan or homes[0], found)

    def station(self, ward: Where, number: int) -> Where:
        """A TPS of a kelurahan."""
        where = ward._replace(tps=number)
        if where not in self.stations:
            numbers = [each.tps for each in self.stations if each[:2] == ward[:2]]
            span = f"{min(numbers)}–{max(numbers)}" if numbers else "–"
            raise Bad("tps_unknown", number=number, kelurahan=self.wards[ward], span=span)
        return where

    def move(self, here: Where, there: Where) -> None:
        """A TPS moved to another; not if that one, in the end, moved here."""
        if ends({**self._moves, here: there})[here] is None:
            raise Bad("moved_circle")
        self._moves[here] = there

    def health(self, written: str) -> str:
        """The key of a puskesmas, "" for an empty cell."""
        found = key(written)
        if found and found not in self.puskesmas:
            near = self._near("health", found, {each: name for each, (name, _) in self.puskesmas.items()})
            raise Bad("puskesmas_unknown", value=written, near=near)
        return found

    def _near(self, what: str, found: str, candidates: dict[str, str]) -> str:
        """The name most like an unknown one, "" if none is near: proposed, never taken."""
        if (what, found) not in self._nearest:
            like = get_close_matches(found, candidates, n=1, cutoff=_LIKE)
            self._nearest[what, found] = candidates[like[0]] if like else ""
        return self._nearest[what, found]


def served(written: str) -> Iterable[str]:
    """The names in a cell that holds several, `;` between (a comma or a new line is understood)."""
    return [name for name in (part.strip() for part in re.split(r"[;,\n]", written)) if name]
