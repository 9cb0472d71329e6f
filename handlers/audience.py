"""An audience as it is typed, read into a filter and kept within what a coordinator may reach. Pure.

`semua`, or parts like `peran=KPPS kecamatan=Sukun lembaga=KPU cakupan=belum kelurahan="Oro-oro Dowo" tps=3,4`, all of
which must hold; quotes may be left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from messages.words import joined, place
from storage import names
from storage.audience import ACTIVE, MISSING, Filter, Names, Span
from storage.roster import Role

KEYS = {"peran": "roles", "lembaga": "institutions", "kecamatan": "kecamatan", "kec": "kecamatan",
        "kelurahan": "kelurahan", "kel": "kelurahan", "desa": "kelurahan", "tps": "tps", "cakupan": "coverage",
        "terjangkau": "reachable"}  # fmt: skip
ALL = "semua"
COVERAGES = {"aktif": ACTIVE, "belum": MISSING}
REACHES = {"ya": True, "tidak": False}
OWN_ONLY = {
    "kpu": "KPU",
    "bawaslu": "Bawaslu",
    "panwas": "Bawaslu",
}  # their coordinators reach their own institution's people only
_PART = re.compile(r"\b(\w++)\s*+=")
_NUMBER = re.compile(r"\d{1,6}")
_QUOTES = "\"'“”„‘’«» "
_NEAR = 0.6
_MOST = 2_000  # of a TPS's number


@dataclass(frozen=True, slots=True)
class Wrong:
    """What of an audience is not understood or not allowed: a code, the word, and names that are near it."""

    code: str
    word: str = ""
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far somebody may reach: an area of one election, and one institution's people ("" for all)."""

    election_id: int
    kecamatan_id: int | None = None
    kelurahan_id: int | None = None
    institution: str = ""


def bounds(role: Role) -> Bounds:
    """What a coordinator may reach by his role."""
    where = role.where
    return Bounds(role.election.id, where.kecamatan_id, where.kelurahan_id, own(role.institution))


def own(institution: str) -> str:
    """The institution whose people alone a coordinator reaches, however his own is written (`KPU Kota Malang`); ""."""
    plain = institution.casefold()
    return next((to for begins, to in OWN_ONLY.items() if plain.startswith(begins)), "")


def read(text: str, known: Names, limits: Sequence[Bounds], day: str) -> Filter | Wrong:
    """The filter that a text is, within the limits, which are of one election and institution. `day` (ISO) is today in
    the election's zone."""
    parts = _parts(text)
    if isinstance(parts, Wrong):
        return parts
    found: dict[str, Any] = {name: _one(name, values, known, parts, limits) for name, values in parts.items()}
    wrong = next((each for each in found.values() if isinstance(each, Wrong)), None)
    return wrong or narrowed(Filter(limits[0].election_id, day=day, **found), limits, known)


def _parts(text: str) -> dict[str, list[str]] | Wrong:
    plain = " ".join(text.split())
    if plain.casefold().strip(_QUOTES) == ALL:
        return {}
    keys = list(_PART.finditer(plain))
    if not keys or plain[: keys[0].start()].strip(_QUOTES).casefold() not in {"", ALL}:
        return Wrong("shape", plain[:60])
    found: dict[str, list[str]] = {}
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        name = KEYS.get(key[1].casefold())
        if name is None:
            return Wrong("key", key[1], _near(key[1], KEYS))
        values = plain[key.end() : following.start() if following else None].split(",")
        cleaned = [each.strip(_QUOTES) for each in values if each.strip(_QUOTES)]
        if name in found or not cleaned:
            return Wrong("twice" if name in found else "empty", key[1])
        found[name] = cleaned
    return found


def _one(name: str, values: list[str], known: Names, parts: dict[str, list[str]], limits: Sequence[Bounds]) -> object:
    if name == "tps":
        bad = next((each for each in values if not _NUMBER.fullmatch(each) or not 0 < int(each) <= _MOST), None)
        return Wrong("tps", bad) if bad else tuple(dict.fromkeys(int(each) for each in values))
    if name in {"coverage", "reachable"}:
        return _single(name, values, COVERAGES if name == "coverage" else REACHES)
    own = _own_wards(limits, known) if name == "kelurahan" else frozenset()
    return _named(name, values, _choices(name, known, parts), own)


def _own_wards(limits: Sequence[Bounds], known: Names) -> frozenset[object]:
    """The kelurahan of a coordinator's own areas: a name that other areas have too means these first."""
    areas = [each for each in limits if each.kecamatan_id or each.kelurahan_id]
    return frozenset(ward[0] for ward in known.kelurahan if any(_has(each, ward[0], ward[3]) for each in areas))


def _choices(name: str, known: Names, parts: dict[str, list[str]]) -> list[tuple[str, object]]:
    """What a part may name: each name with what it stands for; a name may stand for several."""
    if name in {"roles", "institutions"}:
        return [(each, each) for each in (known.roles if name == "roles" else known.institutions)]
    areas: list[tuple[str, object]] = [(each[1], each[0]) for each in known.kecamatan]
    if name == "kecamatan":
        return areas
    around = _named("kecamatan", parts["kecamatan"], areas) if "kecamatan" in parts else ()
    inside = around if isinstance(around, tuple) else ()
    return [(each[1], each[0]) for each in known.kelurahan if not inside or each[3] in inside]


def _single(name: str, values: list[str], choices: Mapping[str, object]) -> object:
    only = values[0].casefold()
    return choices[only] if len(values) == 1 and only in choices else Wrong(name, ", ".join(values)[:60])


def _named(
    name: str, values: list[str], choices: Sequence[tuple[str, object]], own: frozenset[object] = frozenset()
) -> object:
    found: list[object] = []
    for each in values:
        wanted = names.key(names.place(each))
        meant = [what for called, what in choices if wanted and names.key(called) == wanted]
        if not meant:
            return Wrong(name, each[:60], _near(each, [called for called, _ in choices]))
        found += [each for each in meant if each in own] or meant
    return tuple(dict.fromkeys(found))


def _near(word: str, choices: Iterable[str]) -> tuple[str, ...]:
    by_key = {names.key(each): each for each in choices}
    return tuple(by_key[each] for each in difflib.get_close_matches(names.key(word), by_key, n=3, cutoff=_NEAR))


def narrowed(chosen: Filter, limits: Sequence[Bounds], known: Names) -> Filter | Wrong:
    """The filter narrowed to what lies within any of these limits; naming what lies beyond all of them is wrong."""
    homes = {each[0]: each[3] for each in known.kelurahan}
    shares = [(part, _share(part, each, homes), each) for part in chosen.parts for each in limits]
    for name in ("kecamatan", "kelurahan"):
        kept = {place for _, share, _ in shares for place in getattr(share, name)}
        if any(set(getattr(part, name)) - kept for part in chosen.parts):
            return Wrong("own_area")
    # Where a part names places, and none of them is within a limit, nobody of that area is meant.
    meant = [(share, each) for part, share, each in shares if _names(part) == _names(share)]
    found = list(dict.fromkeys(within(share, each, known) for share, each in meant))
    good = [each for each in found if isinstance(each, Filter)]
    if len(good) < len(found) or not good:
        return next((each for each in found if isinstance(each, Wrong)), Wrong("nobody"))
    return replace(good[0], also=tuple((each.kecamatan, each.kelurahan) for each in good[1:]))


def _names(part: Filter) -> tuple[bool, bool]:
    return bool(part.kecamatan), bool(part.kelurahan)


def _share(part: Filter, limit: Bounds, homes: Mapping[int, int]) -> Filter:
    """What of the places that a filter names lies within a limit."""
    areas = tuple(each for each in part.kecamatan if limit.kecamatan_id in {None, each})
    wards = tuple(each for each in part.kelurahan if _has(limit, each, homes.get(each)))
    return replace(part, kecamatan=areas, kelurahan=wards)


def _has(limit: Bounds, kelurahan: int | None, kecamatan: int | None) -> bool:
    """Whether an area holds a place."""
    if limit.kelurahan_id:
        return limit.kelurahan_id == kelurahan
    return limit.kecamatan_id in {None, kecamatan}


def within(chosen: Filter, limits: Bounds, known: Names) -> Filter | Wrong:
    """A filter of one area narrowed to one limit. Narrowing twice changes nothing."""
    if chosen.election_id != limits.election_id:
        return Wrong("election")
    if limits.institution:
        if set(chosen.institutions) - {limits.institution}:
            return Wrong("own_institution", limits.institution)
        chosen = replace(chosen, institutions=(limits.institution,))
    return _in_area(chosen, limits, {each[0]: each[3] for each in known.kelurahan})


def _in_area(chosen: Filter, limits: Bounds, homes: Mapping[int, int]) -> Filter | Wrong:
    """`homes`: the kecamatan of each kelurahan."""
    if limits.kelurahan_id:
        beyond = set(chosen.kelurahan) - {limits.kelurahan_id} | set(chosen.kecamatan) - {limits.kecamatan_id}
        return Wrong("own_area") if beyond else replace(chosen, kelurahan=(limits.kelurahan_id,))
    if limits.kecamatan_id:
        areas = {*chosen.kecamatan, *(homes.get(each) for each in chosen.kelurahan)}
        return Wrong("own_area") if areas - {limits.kecamatan_id} else replace(chosen, kecamatan=(limits.kecamatan_id,))
    return chosen


def holds(limits: Sequence[Bounds], reach: Span) -> bool:
    """Whether these areas together hold a whole audience."""
    city = any(not (each.kecamatan_id or each.kelurahan_id) for each in limits)
    return city or (bool(reach.places) and all(any(_has(each, *place) for each in limits) for place in reach.places))


def meets(limits: Sequence[Bounds], chosen: Filter, known: Names) -> bool:
    """Whether anybody of an audience may be in any of these areas."""
    return any(overlaps(each, part, known) for each in limits for part in chosen.parts)


def overlaps(limits: Bounds, chosen: Filter, known: Names) -> bool:
    """The same of an audience of one area: what is sent there may be read by who watches over it."""
    homes = {each[0]: each[3] for each in known.kelurahan}
    if limits.kelurahan_id:
        home = homes.get(limits.kelurahan_id)
        inside = not chosen.kelurahan or limits.kelurahan_id in chosen.kelurahan
        return inside and (not chosen.kecamatan or home in chosen.kecamatan)
    if limits.kecamatan_id:
        areas = {homes.get(each) for each in chosen.kelurahan} or set(chosen.kecamatan)
        return not areas or limits.kecamatan_id in areas
    return True


def described(chosen: Filter, known: Names) -> tuple[tuple[str, str], ...]:
    """A filter's parts with their names, for the words that say it plainly."""
    areas = [_areas(part, known) for part in chosen.parts]
    parts = {
        "roles": chosen.roles,
        "institutions": chosen.institutions,
        "tps": tuple(f"{each:03d}" for each in chosen.tps),
        "areas": (joined(place(None, *each) for each in areas),) if chosen.also else (),
        "kelurahan": (areas[0][0],) if areas[0][0] and not chosen.also else (),
        "kecamatan": (areas[0][1],) if areas[0][1] and not chosen.also else (),
        "coverage": (chosen.coverage,) if chosen.coverage else (),
        "reachable": () if chosen.reachable is None else ("yes" if chosen.reachable else "no",),
    }
    return tuple((name, ", ".join(values)) for name, values in parts.items() if values)


def _areas(part: Filter, known: Names) -> tuple[str, str]:
    """The names of the kelurahan and of the kecamatan of a filter of one area."""
    wards, areas = ({each[0]: each[1] for each in places} for places in (known.kelurahan, known.kecamatan))
    return (", ".join(wards.get(each, "?") for each in part.kelurahan),
            ", ".join(areas.get(each, "?") for each in part.kecamatan))  # fmt: skip
