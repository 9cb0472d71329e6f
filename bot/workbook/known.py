"""The places and institutions that a workbook's rows may name, and the nearest one where a name is unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, TypeVar

from bot.workbook.rules import Bad
from bot.workbook.slips import Name, meant
from storage import names
from storage.imports import Where
from storage.moves import ends
from storage.standing import Standing

K = TypeVar("K")
_LIKE = 0.72  # how alike two names must be before one is proposed for the other
_FEW = 10  # TPS: hardly a kecamatan has no more
_SPELLINGS = ("KPU", "Bawaslu", "Dinkes", "Bakesbangpol", "BPJS", "BPJS Kesehatan", "BPS", "Kecamatan", "Kelurahan")
_ALIASES = {
    "dinaskesehatan": "Dinkes",
    "kesbangpol": "Bakesbangpol",
    "badankesatuanbangsadanpolitik": "Bakesbangpol",
    "bpjsketenagakerjaan": "BPJS",
    "bpjstk": "BPJS",
    "bpjamsostek": "BPJS",
    "komisipemilihanumum": "KPU",
    "kpud": "KPU",
    "badanpengawaspemilu": "Bawaslu",
    "badanpengawaspemilihanumum": "Bawaslu",
    "panwaslu": "Bawaslu",
    "panwascam": "Bawaslu",
}
_OFFICE = re.compile(r"^(sekretariat|kantor|pemerintah)\s+", re.IGNORECASE)
_PLACE = re.compile(  # "KPU Kota Malang", "Bawaslu Kab.Malang", "Kecamatan Klojen"
    r"\W+(pemerintah |kantor )?(kota|kab|kabupaten|prov|provinsi|kec|kecamatan|kel|kelurahan|desa|cabang|ri)\b.*"
    r"|(?<=^kecamatan)\s.*|(?<=^kelurahan)\s.*",
    re.IGNORECASE,
)

key = lru_cache(maxsize=8192)(lambda written: names.key(names.place(written)))


class Known:
    """What stands in the tables, and what the sheets tps and puskesmas of this workbook add to it."""

    def __init__(self, standing: Standing) -> None:
        self.areas = dict(standing.areas)
        self.wards = dict(standing.wards)
        self.stations = set(standing.tps)
        self.days = {each: row.voting_day for each, row in standing.tps.items()}  # None: that of the election
        self._moves: dict[Where, Where] = {}  # as this workbook has them
        self.puskesmas = {each: (row.name, row.kecamatan) for each, row in standing.puskesmas.items()}
        self.institutions = {names.key(each): each for each in _SPELLINGS} | dict(_ALIASES)  # how each is spelled
        for post in (post for _, post in standing.posts.values()):
            self.institutions.setdefault(names.key(post.institution), post.institution)
        for _, institution, _ in standing.coverages:
            self.institutions.setdefault(institution, institution)
        for facts in standing.coverages.values():
            self.institutions[names.key(facts.institution)] = facts.institution
        self._unsaid: set[str] = set()  # institutions that this workbook brings, and nobody was told yet
        self._homes: dict[str, list[str]] = {}
        for where in self.wards:
            self._homes.setdefault(where.kelurahan, []).append(where.kecamatan)
        self._meant: dict[tuple[str, str], str] = {}  # slips of the pen in the sheet tps
        self.answered: dict[tuple[object, ...], Any] = {}  # thousands of rows name the same places and terms
        self._nearest: dict[tuple[str, str], str] = {}

    def found(self, named: Counter[tuple[str, str]]) -> None:
        """Add what the sheet tps names so often, kecamatan and kelurahan; the first spelling stays. What looks like a
        slip of the pen founds nothing: its rows are refused."""
        areas = {each: Name("", each, name, None) for each, name in self.areas.items()}
        wards = {each: Name(each.kecamatan, each.kelurahan, name, None) for each, name in self.wards.items()}
        for (kecamatan, kelurahan), rows in named.items():
            where = Where(key(kecamatan), key(kelurahan))
            _counted(areas, where.kecamatan, Name("", where.kecamatan, names.place(kecamatan), rows))
            _counted(wards, where, Name(*where[:2], names.place(kelurahan), rows))
        slips = {its: name for its, name in meant(areas.values()).items() if _is_slip(areas[its[1]], key(name), wards)}
        self._meant = slips | meant(wards.values())
        for where, its in wards.items():
            if where not in self.wards and not {("", where.kecamatan), where[:2]} & self._meant.keys():
                self.areas.setdefault(where.kecamatan, areas[where.kecamatan].written)
                self.wards[where] = its.written
                self._homes.setdefault(where.kelurahan, []).append(where.kecamatan)

    def founded_area(self, written: str) -> str:
        """The key of a kecamatan that the sheet tps names."""
        found = key(written)
        if ("", found) in self._meant:
            raise Bad("kecamatan_near", value=written, near=self._meant["", found])
        return found

    def founded_ward(self, kecamatan: str, written: str) -> Where:
        """A kelurahan that the sheet tps names."""
        found = Where(kecamatan, key(written))
        if found[:2] in self._meant:
            raise Bad("kelurahan_near", value=written, here=self.areas[kecamatan], near=self._meant[found[:2]])
        return found

    def institution(self, written: str) -> str:
        """The one spelling of an institution, whose place may stand behind it. One that is like none is taken as it is
        written first; what is nearly a known one would double its roster, and is refused."""
        found = names.key(written)
        if found not in self.institutions:
            bare = _PLACE.sub("", _OFFICE.sub("", written))
            known = self.institutions.get(names.key(bare))
            if known is None:
                near = self._near("institution", names.key(bare), self.institutions) or self._begun(written)
                if near:
                    raise Bad("institution_near", value=written, near=near)
                self._unsaid.add(found)
            self.institutions[found] = known or written
        return self.institutions[found]

    def _begun(self, written: str) -> str:
        """The known institution with whose name this one begins: `KPU Malang`."""
        words = written.split()
        heads = (names.key(" ".join(words[:many])) for many in range(len(words) - 1, 0, -1))
        return next((self.institutions[head] for head in heads if head in self.institutions), "")

    def is_new(self, institution: str) -> bool:
        """Whether nobody knew an institution before this workbook; True once."""
        found = names.key(institution)
        if found not in self._unsaid:
            return False
        self._unsaid.discard(found)
        return True

    def area(self, written: str) -> str:
        """The key of a kecamatan, "" for an empty cell."""
        found = key(written)
        if found and found not in self.areas:
            raise Bad("kecamatan_unknown", value=written, near=self._near("area", found, self.areas))
        return found

    def ward(self, written: str, kecamatan: str, hint: str = "") -> Where:
        """A kelurahan, in its kecamatan where one is given; `hint` decides only between two of the same name."""
        found = key(written)
        homes = self.homes(found)
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

    def homes(self, kelurahan: str) -> list[str]:
        """The kecamatan that have a kelurahan of this key."""
        return self._homes.get(kelurahan, [])

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


def _is_slip(area: Name, other: str, wards: Iterable[Where]) -> bool:
    """Far apart in a province two kecamatan may have names alike, but not the same kelurahan."""
    its, theirs = ({where.kelurahan for where in wards if where.kecamatan == each} for each in (area.key, other))
    return (area.rows or 0) < _FEW or 2 * len(its & theirs) >= len(its)


def _counted(named: dict[K, Name], at: K, name: Name) -> None:
    """One more spelling of a name, with its rows; one that stands in the tables is not weighed."""
    before = named.setdefault(at, name)
    if before is not name and before.rows is not None and name.rows is not None:
        named[at] = before._replace(rows=before.rows + name.rows)


def served(written: str) -> Iterable[str]:
    """The names in a cell that holds several, `;` between (a comma or a new line is understood)."""
    return [name for name in (part.strip() for part in re.split(r"[;,\n]", written)) if name]
