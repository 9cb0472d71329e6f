"""The drawing of the city: the same at every start, no kelurahan over another, every TPS inside its own."""

from __future__ import annotations

import math

from bot.town import ground
from bot.workbook.sample import places

NAMES = tuple(row["kelurahan"] for row in places())
PUSKESMAS = {row["puskesmas"] for row in places()}


def test_every_kelurahan_and_puskesmas_of_the_example_has_its_place() -> None:
    found = ground.wards(NAMES)
    assert len({ward.middle for ward in found}) == len(NAMES)
    assert all(ground.puskesmas(name) for name in PUSKESMAS)
    assert ground.puskesmas("Nirwana") is None


def test_no_kelurahan_lies_over_another() -> None:
    middles = [ward.middle for ward in ground.wards(NAMES)]
    for ward in ground.wards(NAMES):
        assert len(ward.border) >= 3
        for corner in ward.border:
            nearest = min(math.dist(corner, middle) for middle in middles)
            assert math.dist(corner, ward.middle) <= nearest + 2  # rounded to metres


def test_where_a_tps_lies_does_not_depend_on_how_many_there_are() -> None:
    for ward in ground.wards(NAMES):
        spots = ward.spots(30)
        assert ward.spots(7) == spots[:7]
        assert len(set(spots)) == 30
        assert all(math.dist(spot, ward.middle) < ground.REACH for spot in spots)


def test_a_city_that_it_does_not_know_is_drawn_all_the_same() -> None:
    found = ground.wards(("Antah", "Berantah", "Entah"))
    assert all(len(ward.spots(5)) == 5 for ward in found)
    assert len({ward.middle for ward in found}) == 3
