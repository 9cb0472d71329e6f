"""An audience as it is typed, read into a filter, and kept within what a coordinator may reach."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers import audience
from handlers.audience import Bounds, Wrong, bounds, described, holds, overlaps, within
from storage.audience import Filter, Names, Span
from storage.elections import Known
from storage.places import Where
from storage.roster import Role

DAY = "2024-11-27"
SUKUN, KLOJEN, BLIMBING = 1, 2, 3
KEL_SUKUN, BANDUNGREJOSARI, KASIN, ORO_ORO_DOWO, ARJOSARI, TWIN_HERE, TWIN_THERE = 11, 12, 21, 22, 31, 13, 33
KNOWN = Names(
    ("KPPS", "Linmas", "PKD", "PPK", "PPS", "PTPS"),
    ("Bawaslu", "KPU"),
    ((SUKUN, "Sukun", "sukun"), (KLOJEN, "Klojen", "klojen"), (BLIMBING, "Blimbing", "blimbing")),
    ((KEL_SUKUN, "Sukun", "sukun", SUKUN), (BANDUNGREJOSARI, "Bandungrejosari", "bandungrejosari", SUKUN), (KASIN, "Kasin", "kasin", KLOJEN),
     (ORO_ORO_DOWO, "Oro-oro Dowo", "orooro dowo", KLOJEN), (ARJOSARI, "Arjosari", "arjosari", BLIMBING),
     (TWIN_HERE, "Sukorejo", "sukorejo", SUKUN), (TWIN_THERE, "Sukorejo", "sukorejo", BLIMBING)),
)  # fmt: skip
CITY = Bounds(1)
OF_SUKUN = Bounds(1, SUKUN)
OF_KASIN = Bounds(1, KLOJEN, KASIN)


def read(text: str, limits: Bounds = CITY) -> Filter | Wrong:
    return audience.read(text, KNOWN, [limits], DAY)


def parts(text: str, limits: Bounds = CITY) -> dict[str, Any]:
    """What a text says beyond election and day."""
    found = read(text, limits)
    assert isinstance(found, Filter), found
    assert (found.election_id, found.day) == (1, DAY)
    bare = Filter(1)
    return {name: value for name, value in found.as_json().items() if value != getattr(bare, name) and name != "day"}


@pytest.mark.parametrize("text", ["semua", " SEMUA ", '"semua"', "'Semua'", "“semua”"])
def test_semua_is_everybody(text: str) -> None:
    assert parts(text) == {}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("peran=KPPS", {"roles": ("KPPS",)}),
        ("PERAN=kpps", {"roles": ("KPPS",)}),
        ("peran = KPPS", {"roles": ("KPPS",)}),
        ("semua peran=KPPS", {"roles": ("KPPS",)}),
        ("peran=KPPS,Linmas", {"roles": ("KPPS", "Linmas")}),
        ("peran=KPPS, linmas ,KPPS,", {"roles": ("KPPS", "Linmas")}),
        ('peran="KPPS, Linmas"', {"roles": ("KPPS", "Linmas")}),
        ("lembaga=kpu", {"institutions": ("KPU",)}),
        ("lembaga=KPU,bawaslu", {"institutions": ("KPU", "Bawaslu")}),
        ("kecamatan=Sukun", {"kecamatan": (SUKUN,)}),
        ("kec=sukun,KLOJEN", {"kecamatan": (SUKUN, KLOJEN)}),
        ("kecamatan=Kec. Sukun", {"kecamatan": (SUKUN,)}),
        ("kelurahan=Sukun", {"kelurahan": (KEL_SUKUN,)}),
        ("kecamatan=Sukun kelurahan=Sukun", {"kecamatan": (SUKUN,), "kelurahan": (KEL_SUKUN,)}),
        ('kelurahan="Oro-oro Dowo"', {"kelurahan": (ORO_ORO_DOWO,)}),
        ("kelurahan=Oro-oro Dowo", {"kelurahan": (ORO_ORO_DOWO,)}),
        ("kelurahan=oro oro dowo tps=3", {"kelurahan": (ORO_ORO_DOWO,), "tps": (3,)}),
        ("kel=Kel. Kasin", {"kelurahan": (KASIN,)}),
        ("desa=kelurahan kasin", {"kelurahan": (KASIN,)}),
        ("kelurahan=Sukorejo", {"kelurahan": (TWIN_HERE, TWIN_THERE)}),
        ("kelurahan=Sukorejo kecamatan=Blimbing", {"kecamatan": (BLIMBING,), "kelurahan": (TWIN_THERE,)}),
        ("tps=3,4", {"tps": (3, 4)}),
        ("tps=003, 4 ,3", {"tps": (3, 4)}),
        ("TPS='12'", {"tps": (12,)}),
        ("cakupan=aktif", {"coverage": "active"}),
        ("cakupan=BELUM", {"coverage": "missing"}),
        ("terjangkau=ya", {"reachable": True}),
        ("terjangkau=tidak", {"reachable": False}),
        ('peran=KPPS kecamatan=Sukun lembaga=KPU cakupan=belum kelurahan="Bandungrejosari" tps=3,4',
         {"roles": ("KPPS",), "kecamatan": (SUKUN,), "institutions": ("KPU",), "coverage": "missing", "kelurahan": (BANDUNGREJOSARI,), "tps": (3, 4)}),
        ('"peran=KPPS\n kecamatan=Klojen"', {"roles": ("KPPS",), "kecamatan": (KLOJEN,)}),
    ],
)  # fmt: skip
def test_every_spelling_of_a_part_is_read(text: str, meant: dict[str, Any]) -> None:
    assert parts(text) == meant


@pytest.mark.parametrize(
    ("text", "code", "word", "near"),
    [
        ("", "shape", "", ()),
        ("   ", "shape", "", ()),
        ("KPPS Sukun", "shape", "KPPS Sukun", ()),
        ("kepada peran=KPPS", "shape", "kepada peran=KPPS", ()),
        ("semua petugas", "shape", "semua petugas", ()),
        ("=KPPS", "shape", "=KPPS", ()),
        ("perann=KPPS", "key", "perann", ("peran",)),
        ("kecamtan=Sukun", "key", "kecamtan", ("kecamatan",)),
        ("warna=merah", "key", "warna", ()),
        ("peran=", "empty", "peran", ()),
        ("peran=,, tps=3", "empty", "peran", ()),
        ("peran=KPPS peran=PPS", "twice", "peran", ()),
        ("kel=Kasin kelurahan=Sukun", "twice", "kelurahan", ()),
        ("peran=KPSS", "roles", "KPSS", ("KPPS",)),
        ("lembaga=Bawasluu", "institutions", "Bawasluu", ("Bawaslu",)),
        ("kecamatan=Sukum", "kecamatan", "Sukum", ("Sukun",)),
        ("kecamatan=Kasin", "kecamatan", "Kasin", ()),
        ("kecamatan=Kelojen", "kecamatan", "Kelojen", ("Klojen",)),
        ("kelurahan=Oro Dowo", "kelurahan", "Oro Dowo", ("Oro-oro Dowo",)),
        ("kecamatan=Klojen kelurahan=Sukun", "kelurahan", "Sukun", ()),
        ("kelurahan=--", "kelurahan", "--", ()),
        ("tps=0", "tps", "0", ()),
        ("tps=3-5", "tps", "3-5", ()),
        ("tps=tiga", "tps", "tiga", ()),
        ("tps=2001", "tps", "2001", ()),
        ("tps=-3", "tps", "-3", ()),
        ("tps=3.5", "tps", "3.5", ()),
        ("cakupan=sudah", "coverage", "sudah", ()),
        ("cakupan=aktif,belum", "coverage", "aktif, belum", ()),
        ("terjangkau=mungkin", "reachable", "mungkin", ()),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said_with_the_word_and_what_is_near_it(text: str, code: str, word: str, near: tuple[str, ...]) -> None:
    found = read(text)
    assert isinstance(found, Wrong)
    assert (found.code, found.word) == (code, word)
    assert set(near) <= set(found.near)
    assert near or not found.near or code in {"roles", "kelurahan", "kecamatan"}


def test_a_number_longer_than_any_python_reads_is_only_wrong() -> None:
    found = read("tps=" + "9" * 5000)
    assert isinstance(found, Wrong)
    assert found.code == "tps"


@given(st.text(max_size=80) | st.builds("{}={}".format, st.sampled_from(sorted(audience.KEYS)), st.text(max_size=40)))
def test_whatever_is_typed_is_an_audience_or_is_told_what_is_wrong(text: str) -> None:
    assert isinstance(read(text), Filter | Wrong)


filters = st.builds(
    Filter,
    election_id=st.just(1),
    roles=st.lists(st.sampled_from(KNOWN.roles), unique=True, max_size=2).map(tuple),
    institutions=st.lists(st.sampled_from(KNOWN.institutions), unique=True, max_size=2).map(tuple),
    kecamatan=st.lists(st.sampled_from([SUKUN, KLOJEN, BLIMBING]), unique=True, max_size=2).map(tuple),
    kelurahan=st.lists(st.sampled_from([each[0] for each in KNOWN.kelurahan]), unique=True, max_size=2).map(tuple),
    tps=st.lists(st.integers(1, 2000), unique=True, max_size=2).map(tuple),
    coverage=st.sampled_from(["", "active", "missing"]),
    reachable=st.sampled_from([None, True, False]),
    day=st.just(DAY),
)
limits_of = st.builds(
    lambda area, institution: replace(area, institution=institution),
    st.sampled_from([CITY, OF_SUKUN, OF_KASIN]),
    st.sampled_from(["", "KPU", "Bawaslu"]),
)


@given(filters, limits_of)
def test_narrowing_twice_changes_nothing_and_never_reaches_beyond_the_limits(chosen: Filter, limits: Bounds) -> None:
    once = within(chosen, limits, KNOWN)
    assume(isinstance(once, Filter))
    assert isinstance(once, Filter)
    assert within(once, limits, KNOWN) == once
    assert not limits.institution or once.institutions == (limits.institution,)
    assert not limits.kelurahan_id or once.kelurahan == (limits.kelurahan_id,)
    assert not limits.kecamatan_id or limits.kelurahan_id or once.kecamatan == (limits.kecamatan_id,)


@given(filters, limits_of)
def test_narrowing_takes_nothing_away_but_what_lies_beyond(chosen: Filter, limits: Bounds) -> None:
    once = within(chosen, limits, KNOWN)
    assume(isinstance(once, Filter))
    assert isinstance(once, Filter)
    assert replace(once, institutions=chosen.institutions, kecamatan=chosen.kecamatan, kelurahan=chosen.kelurahan) == chosen
    assert set(chosen.institutions) <= set(once.institutions)


@given(filters)
def test_a_filter_is_the_same_after_it_was_kept(chosen: Filter) -> None:
    assert Filter.of_json(json.loads(json.dumps(chosen.as_json()))) == chosen


@pytest.mark.parametrize(
    ("limits", "text", "meant"),
    [
        (OF_SUKUN, "semua", {"kecamatan": (SUKUN,)}),
        (OF_SUKUN, "kecamatan=Sukun", {"kecamatan": (SUKUN,)}),
        (OF_SUKUN, "kelurahan=Sukun", {"kecamatan": (SUKUN,), "kelurahan": (KEL_SUKUN,)}),
        (OF_SUKUN, "kelurahan=Sukorejo", {"kecamatan": (SUKUN,), "kelurahan": (TWIN_HERE,)}),
        (OF_KASIN, "semua", {"kelurahan": (KASIN,)}),
        (OF_KASIN, "kecamatan=Klojen", {"kecamatan": (KLOJEN,), "kelurahan": (KASIN,)}),
        (Bounds(1, BLIMBING, TWIN_THERE), "kelurahan=Sukorejo", {"kelurahan": (TWIN_THERE,)}),
        (replace(CITY, institution="KPU"), "peran=KPPS", {"roles": ("KPPS",), "institutions": ("KPU",)}),
        (replace(CITY, institution="Bawaslu"), "lembaga=Bawaslu", {"institutions": ("Bawaslu",)}),
        (replace(OF_KASIN, institution="KPU"), "tps=3", {"institutions": ("KPU",), "kelurahan": (KASIN,), "tps": (3,)}),
        (CITY, "lembaga=KPU,Bawaslu", {"institutions": ("KPU", "Bawaslu")}),
    ],
)
def test_a_coordinator_reaches_his_own_area_and_institution_without_naming_it(limits: Bounds, text: str, meant: dict[str, Any]) -> None:
    assert parts(text, limits) == meant


@pytest.mark.parametrize(
    ("limits", "text", "code"),
    [
        (OF_SUKUN, "kecamatan=Klojen", "own_area"),
        (OF_SUKUN, "kecamatan=Sukun,Klojen", "own_area"),
        (OF_SUKUN, "kelurahan=Kasin", "own_area"),
        (OF_SUKUN, "kelurahan=Sukun,Kasin", "own_area"),
        (OF_KASIN, "kelurahan=Oro-oro Dowo", "own_area"),
        (OF_KASIN, "kecamatan=Sukun", "own_area"),
        (replace(CITY, institution="KPU"), "lembaga=Bawaslu", "own_institution"),
        (replace(CITY, institution="Bawaslu"), "lembaga=KPU,Bawaslu", "own_institution"),
        (replace(OF_KASIN, institution="KPU"), "lembaga=Bawaslu", "own_institution"),
    ],
)
def test_naming_what_lies_beyond_is_refused(limits: Bounds, text: str, code: str) -> None:
    found = read(text, limits)
    assert isinstance(found, Wrong)
    assert found.code == code


def test_another_elections_audience_is_nobodys() -> None:
    assert within(Filter(2), CITY, KNOWN) == Wrong("election")


def role(institution: str, where: Where) -> Role:
    election = Known(1, "m", "Pilkada", "35.73", date(2024, 11, 27), date(2024, 11, 27), "WIB", "119", "", "", "", "")
    return Role(1, 1, "Budi", "coordinator", "", "", institution, where, None, None, election, None)


@pytest.mark.parametrize(
    ("institution", "only"), [("KPU", "KPU"), ("Bawaslu", "Bawaslu"), ("Dinkes", ""), ("BPJS", ""), ("Bakesbangpol", ""), ("Kecamatan", ""), ("", "")]
)
def test_kpu_and_bawaslu_reach_their_own_people_and_others_reach_both(institution: str, only: str) -> None:
    assert bounds(role(institution, Where(1))) == Bounds(1, institution=only)
    assert bounds(role(institution, Where(1, KLOJEN, KASIN))) == Bounds(1, KLOJEN, KASIN, only)


IN_SUKUN, IN_BANDUNGREJOSARI, IN_KASIN, IN_ORO_ORO_DOWO = (KEL_SUKUN, SUKUN), (BANDUNGREJOSARI, SUKUN), (KASIN, KLOJEN), (ORO_ORO_DOWO, KLOJEN)
ALL_SUKUN, ALL_KLOJEN, ALL_CITY = (None, SUKUN), (None, KLOJEN), (None, None)  # who serves no single kelurahan, or kecamatan


@pytest.mark.parametrize(
    ("limits", "reach", "held"),
    [
        ([CITY], {IN_KASIN, IN_SUKUN, ALL_CITY}, True),
        ([CITY], set(), True),
        ([OF_SUKUN], {IN_SUKUN, IN_BANDUNGREJOSARI}, True),
        ([OF_SUKUN], {IN_SUKUN, ALL_SUKUN}, True),
        ([OF_SUKUN], {IN_SUKUN, IN_KASIN}, False),
        ([OF_SUKUN], {IN_KASIN}, False),
        ([OF_SUKUN], {ALL_SUKUN, ALL_CITY}, False),
        ([OF_SUKUN], set(), False),
        ([OF_KASIN], {IN_KASIN}, True),
        ([OF_KASIN], {IN_KASIN, ALL_KLOJEN}, False),
        ([OF_KASIN], {IN_KASIN, IN_ORO_ORO_DOWO}, False),
        ([OF_SUKUN, OF_KASIN], {IN_SUKUN, ALL_SUKUN, IN_KASIN}, True),
        ([OF_SUKUN, OF_KASIN], {IN_SUKUN, IN_ORO_ORO_DOWO}, False),
        ([OF_SUKUN, OF_KASIN], {IN_SUKUN, ALL_KLOJEN}, False),
        ([], {IN_SUKUN}, False),
    ],
)
def test_areas_hold_an_audience_only_if_nobody_of_it_serves_elsewhere(limits: list[Bounds], reach: set[Any], held: bool) -> None:
    assert holds(limits, Span(frozenset(reach))) == held


@pytest.mark.parametrize(
    ("limits", "text", "meets"),
    [
        (CITY, "semua", True), (OF_SUKUN, "semua", True), (OF_KASIN, "semua", True), (OF_SUKUN, "peran=KPPS", True),
        (OF_SUKUN, "kecamatan=Sukun", True), (OF_SUKUN, "kecamatan=Klojen", False), (OF_SUKUN, "kecamatan=Klojen,Sukun", True),
        (OF_SUKUN, "kelurahan=Kasin", False), (OF_SUKUN, "kelurahan=Kasin,Sukun", True), (OF_SUKUN, "kelurahan=Sukorejo", True),
        (OF_KASIN, "kecamatan=Klojen", True), (OF_KASIN, "kecamatan=Sukun", False), (OF_KASIN, "kelurahan=Kasin", True),
        (OF_KASIN, "kelurahan=Oro-oro Dowo", False), (OF_KASIN, "kelurahan=Kasin kecamatan=Klojen", True),
    ],
)  # fmt: skip
def test_an_audience_meets_an_area_if_anybody_of_it_may_be_there(limits: Bounds, text: str, meets: bool) -> None:
    chosen = read(text)
    assert isinstance(chosen, Filter)
    assert overlaps(limits, chosen, KNOWN) == meets


@given(filters, limits_of)
def test_what_somebody_may_send_he_also_may_read(chosen: Filter, limits: Bounds) -> None:
    once = within(chosen, limits, KNOWN)
    homes = {each[0]: each[3] for each in KNOWN.kelurahan}
    assume(isinstance(once, Filter))
    assert isinstance(once, Filter)
    # A kelurahan outside the kecamatan named beside it is nobody at all.
    assume(not once.kecamatan or not once.kelurahan or {homes[each] for each in once.kelurahan} <= set(once.kecamatan))
    assert overlaps(limits, once, KNOWN)


def test_a_filter_is_described_with_names_and_three_digits() -> None:
    chosen = read('peran=KPPS,PPS lembaga=KPU kec=Klojen kel="oro-oro dowo" tps=3,12 cakupan=belum terjangkau=ya')
    assert isinstance(chosen, Filter)
    assert dict(described(chosen, KNOWN)) == {
        "roles": "KPPS, PPS", "institutions": "KPU", "kecamatan": "Klojen", "kelurahan": "Oro-oro Dowo", "tps": "003, 012",
        "coverage": "missing", "reachable": "yes",
    }  # fmt: skip
    assert described(Filter(1, day=datetime(2024, 11, 27, tzinfo=UTC).date().isoformat()), KNOWN) == ()
    assert described(Filter(1, kelurahan=(999,), reachable=False), KNOWN) == (("kelurahan", "?"), ("reachable", "no"))


def several(text: str, *limits: Bounds) -> Filter | Wrong:
    return audience.read(text, KNOWN, limits, DAY)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("semua", [((SUKUN,), ()), ((), (KASIN,))]),
        ("kecamatan=Sukun", [((SUKUN,), ())]),
        ("kecamatan=Sukun,Klojen", [((SUKUN,), ()), ((KLOJEN,), (KASIN,))]),
        ("kelurahan=Kasin", [((), (KASIN,))]),
        ("kelurahan=Kasin,Bandungrejosari", [((SUKUN,), (BANDUNGREJOSARI,)), ((), (KASIN,))]),
        ("kelurahan=Sukorejo", [((SUKUN,), (TWIN_HERE,))]),
    ],
)
def test_somebody_of_two_areas_means_both_or_what_he_names_of_them(text: str, meant: list[Any]) -> None:
    found = several(text, OF_SUKUN, OF_KASIN)
    assert isinstance(found, Filter), found
    assert [(part.kecamatan, part.kelurahan) for part in found.parts] == meant
    assert {part.day for part in found.parts} == {DAY}


@pytest.mark.parametrize(
    ("text", "code"),
    [("kecamatan=Blimbing", "own_area"), ("kecamatan=Sukun,Blimbing", "own_area"), ("kelurahan=Oro-oro Dowo", "own_area"),
     ("kecamatan=Sukun kelurahan=Kasin", "kelurahan"), ("lembaga=Bawaslu", "own_institution")],
)  # fmt: skip
def test_what_lies_in_neither_of_two_areas_is_refused(text: str, code: str) -> None:
    found = several(text, *(replace(each, institution="KPU") for each in (OF_SUKUN, OF_KASIN)))
    assert isinstance(found, Wrong)
    assert found.code == code


# Somebody serves a place: of a kelurahan, of a whole kecamatan, or of the city.
PLACES = [(each[0], each[3]) for each in KNOWN.kelurahan] + [(None, SUKUN), (None, KLOJEN), (None, BLIMBING), (None, None)]
# Of his areas none lies in another.
areas_of = st.sampled_from([Bounds(1, BLIMBING), Bounds(1, BLIMBING, ARJOSARI)]).flatmap(
    lambda last: st.lists(st.sampled_from([OF_SUKUN, OF_KASIN, last]), unique=True, min_size=1, max_size=3)
)


def of_place(chosen: Filter, kelurahan: int | None, kecamatan: int | None) -> bool:
    return any((not part.kelurahan or kelurahan in part.kelurahan) and (not part.kecamatan or kecamatan in part.kecamatan) for part in chosen.parts)


def of_limit(limit: Bounds, kelurahan: int | None, kecamatan: int | None) -> bool:
    return limit.kelurahan_id == kelurahan if limit.kelurahan_id else limit.kecamatan_id == kecamatan


@given(filters, areas_of, st.sampled_from(["", "KPU"]))
def test_an_audience_of_several_areas_is_who_is_meant_and_in_one_of_them(chosen: Filter, limits: list[Bounds], institution: str) -> None:
    limits = [replace(each, institution=institution) for each in limits]
    once = audience.narrowed(chosen, limits, KNOWN)
    assume(isinstance(once, Filter))
    assert isinstance(once, Filter)
    for place in PLACES:
        assert of_place(once, *place) == (of_place(chosen, *place) and any(of_limit(each, *place) for each in limits))
    assert audience.narrowed(once, limits, KNOWN) == once
    assert Filter.of_json(json.loads(json.dumps(once.as_json()))) == once
    for part in once.parts:
        assert any(within(part, each, KNOWN) == part for each in limits)


def test_several_areas_are_named_one_after_the_other() -> None:
    chosen = several("peran=KPPS tps=3", OF_SUKUN, OF_KASIN)
    assert isinstance(chosen, Filter)
    assert described(chosen, KNOWN) == (("roles", "KPPS"), ("tps", "003"), ("areas", "Kec. Sukun dan Kel. Kasin"))
