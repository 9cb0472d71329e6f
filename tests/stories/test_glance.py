"""What the rehearsal's page shows of the city while people report and answer, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.town import day, finding, glance, table
from storage import coverages, elections, incidents, journal, lookup, overview, places, rehearsing, roster
from storage.database import Tx
from tests.stories.stage import VOTING_DAY, Stage

FOUND = [
    ("", 20, None),  # never more than a page of them
    ("ketua tps 1 kasin", 1, "KPPS KPU, ketua, TPS 001, Kel. Kasin"),
    ("TPS 1 Kasin KPPS", 7, "TPS 001, Kel. Kasin"),
    ("perawat dinoyo", 5, "Perawat, Puskesmas Dinoyo"),
    ("nakes arjuno", 8, "Puskesmas Arjuno"),
    ("koordinator dinkes", 1, "Koordinator Dinkes"),
    ("panwascam sukun", 3, "Kec. Sukun"),
    ("tps 4711", 0, None),
    ("100%", 0, None),
    ("puskesmas bareng", 8, "Puskesmas Bareng"),
    ("Bidan, Puskesmas Arjuno", 1, "Bidan, Puskesmas Arjuno"),
    ("tenaga kesehatan ciptomulyo", 8, "Puskesmas Ciptomulyo"),
    ("petugas kesehatan ciptomulyo", 8, "Puskesmas Ciptomulyo"),
    ("peran: ppk sukun", 5, "PPK KPU"),
    ("pps kasin", 3, ", Kel. Kasin"),  # and no KPPS
    ("kecamatan klojen panwascam", 3, "Kec. Klojen"),
    ("kel. kasin kpu ketua tps", 1, "KPPS KPU, ketua, TPS 001, Kel. Kasin"),
    ("tps01 kasin ketua", 1, "TPS 001"),
    ("99999999999999999999", 0, None),
]


async def test_anybody_is_found_by_what_is_known_of_him(stage: Stage) -> None:
    for wanted, many, role in FOUND:
        found = (await stage.db.read(lambda tx, w=wanted: finding.search(tx, w, VOTING_DAY))).people  # type: ignore[misc]
        assert len(found) == len({each.user_id for each in found}) == many, wanted
        assert all(role in each.role for each in found if role), wanted
        assert all(each.phone.startswith("0812") for each in found)


async def test_every_word_of_a_row_and_every_number_finds_its_owner(stage: Stage) -> None:
    async def found(wanted: str) -> finding.Found:
        return await stage.db.read(lambda tx: finding.search(tx, wanted, VOTING_DAY))

    for asked in ("ketua tps 1 kasin", "perawat dinoyo", "pps kasin", "koordinator dinkes", "panwascam sukun"):
        whole = await found(asked)
        for each in whole.people:
            assert each in (await found(f"{each.name} {each.role} · {each.phone}")).people
            for word in f"{each.name} {each.role}".split():
                assert (await found(f"{word} {each.phone}")).people == [each], word
    (chair,) = (await found("ketua tps 1 kasin")).people
    local = chair.phone.removeprefix("0")
    for number in (chair.phone, f"+62{local}", f"62{local}", f"+62 {local[:3]}-{local[3:7]}-{local[7:]}", f"0{local[:3]} {local[3:]}",
                   local[-6:]):  # fmt: skip
        assert await found(f"{number} kasin") == ([chair], 0), number
    assert chair in (await found(f"{local[-4:]} kasin")).people


async def test_how_many_more_there_are_is_known(stage: Stage) -> None:
    def found(wanted: str, most: int) -> Any:
        return stage.db.read(lambda tx: lookup.search(tx, finding.words(wanted), VOTING_DAY, most))

    for wanted in ("pps", "kesehatan", "a", ""):
        some, every = await found(wanted, finding.FOUND_AT_MOST), await found(wanted, 99_999)
        assert (some.many, some.roles) == (len(every.roles), every.roles[: finding.FOUND_AT_MOST])
        shown = await stage.db.read(lambda tx, w=wanted: finding.search(tx, w, VOTING_DAY))  # type: ignore[misc]
        assert (len(shown.people), shown.more) == (20, some.many - 20)
        assert wanted != "pps" or {role.role for role in every.roles} == {"PPS"}


async def test_who_was_found_is_known_again_by_his_id(stage: Stage) -> None:
    (chair,) = (await stage.db.read(lambda tx: finding.search(tx, "ketua tps 1 kasin", VOTING_DAY))).people
    ids = [chair.user_id, 11, finding.FIRST_USER + 999_999]
    assert await stage.db.read(lambda tx: finding.again(tx, ids, VOTING_DAY)) == [chair]


async def stand(stage: Stage) -> Any:
    return await stage.db.read(lambda tx: glance.stand(tx, stage.clock.now(), stage.rules))


def who(rung: dict[str, Any], how: str) -> set[str]:
    return {each["name"] for each in rung["people"] if each["how"] == how}


async def test_a_case_climbs_is_taken_and_leaves_the_map(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    first, other, *_ = await stage.workers()
    await first.links()
    await other.links()
    boss = await (await stage.coordinator()).links()
    now = await stand(stage)
    assert (now["cases"], now["ended"], now["none"]) == ([], 0, True)
    await officer.says("Pingsan")
    (case,) = (await stand(stage))["cases"]
    assert (case["number"], case["state"], case["severity"], case["kind"], case["place"]) == (
        "L-0001", "waiting", "red", "Pingsan", "TPS 001 · Arjosari",
    )  # fmt: skip
    wards = (await stage.db.read(lambda tx: glance.city(tx, VOTING_DAY)))["wards"]
    assert {ward["id"]: ward["name"] for ward in wards}[case["kelurahan"]] == "Arjosari"
    assert (case["rung"], len(case["rungs"]), case["wait"]) == (0, 4, 90_000)
    assert case["climbs"] - case["reported"] == 90_000
    assert {first.name, other.name} <= who(case["rungs"][0], "called")
    assert case["rungs"][3]["people"] == []
    await other.taps("Tidak bisa")
    await stage.passes(minutes=10)
    (case,) = (await stand(stage))["cases"]
    assert (case["rung"], case["wait"]) == (3, 180_000)
    assert who(case["rungs"][0], "declined") == {other.name}
    assert who(case["rungs"][3], "called") == {boss.name}
    assert case["rungs"][2]["people"] == []  # nobody there has a chat: climbed past
    assert case["rungs"][3]["silent"] > 0
    await first.taps("Saya tangani")
    (case,) = (await stand(stage))["cases"]
    assert (case["state"], case["climbs"], case["taker"]) == ("taken", None, first.name)
    assert who(case["rungs"][0], "took") == {first.name}
    await first.taps("Tiba")
    await first.taps("Selesai")
    await first.taps("Membaik")
    (case,) = (await stand(stage))["cases"]
    assert (case["state"], case["outcome"]) == ("closed", "Membaik")
    await stage.passes(minutes=91)
    now = await stand(stage)
    assert (now["cases"], now["ended"], now["none"]) == ([], 1, False)
    await stage.passes(minutes=24 * 60)
    assert (await stand(stage))["ended"] == 0, "that was yesterday"


async def test_the_table_is_set_again_whatever_was_left_on_it(stage: Stage) -> None:
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.taps("Tiba")
    await officer.taps("Bukan saya")
    (whole,) = await stage.db.read(incidents.every)
    assert whole.state == "arrived"
    await stage.db.write(lambda tx: table.clear(tx, {officer.person_id, worker.person_id}, stage.clock.now()))
    await stage.settled()
    (case,) = await stage.db.read(incidents.every)
    assert case.state == "cancelled"
    assert await stage.db.read(lambda tx: journal.chain_is_whole(tx, case))
    assert "Alarm batal" in worker.screen
    await officer.links()
    assert "Anda terhubung" in officer.new


async def test_the_lanes_count_what_waits_went_out_and_failed(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = (await stage.workers())[0]
    await worker.links()
    before = (await stand(stage))["lanes"]
    await stage.stops()
    await officer.says("Pingsan")
    now = (await stand(stage))["lanes"]
    assert (now["alert"]["waiting"], now["alert"]["sent"]) == (3, before["alert"]["sent"])
    stage.phones.lost.add(worker.id)
    await stage.starts()
    await stage.settled()
    now = (await stand(stage))["lanes"]
    assert now["alert"]["waiting"] == 0
    assert now["alert"]["failed"] > before["alert"]["failed"] == 0
    assert now["alert"]["sent"] > before["alert"]["sent"]
    assert (await stand(stage))["linked"] == 1  # his address is gone


async def test_the_next_thing_is_told(stage: Stage) -> None:
    officer, _ = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    await stage.heart.cycle()
    notice = (await stand(stage))["next"]
    assert datetime.fromtimestamp(notice / 1000, UTC) == datetime(2024, 11, 27, 4, 0, tzinfo=UTC)  # those of 50 and over
    await officer.says("Pingsan")
    assert (await stand(stage))["next"] == int((VOTING_DAY + timedelta(seconds=90)).timestamp() * 1000)


async def test_the_map_has_every_tps_within_its_kelurahan(stage: Stage) -> None:
    city = await stage.db.read(lambda tx: glance.city(tx, VOTING_DAY))
    assert (len(city["wards"]), len(city["tps"]), len(city["puskesmas"])) == (57, 57, 16)
    for _, _, ward, x, y in city["tps"]:
        nearest = min(city["wards"], key=lambda each: (each["middle"][0] - x) ** 2 + (each["middle"][1] - y) ** 2)
        assert nearest["name"] == city["wards"][ward]["name"]


async def test_a_tps_whose_place_is_known_is_drawn_there(stage: Stage) -> None:
    def put(tx: Tx) -> None:
        tx.execute(places.tps.update().where(places.tps.c.id == 1).values(latitude=-7.975, longitude=112.633))

    await stage.db.write(put)
    city = await stage.db.read(lambda tx: glance.city(tx, VOTING_DAY))
    assert next(row[3:] for row in city["tps"] if row[0] == 1) == [0, 0]


async def test_the_voting_day_moves_with_its_shifts_and_coverage(stage: Stage) -> None:
    to = datetime(2024, 12, 2).date()  # noqa: DTZ001 - a day

    def facts(tx: Tx) -> Any:
        (election,) = elections.active(tx, VOTING_DAY)
        shifts = sorted({(r.starts_at, r.ends_at) for r in roster.workers(tx, [1], VOTING_DAY) if r.starts_at and r.ends_at})
        ends = {row.ends for row in tx.rows(coverages.coverages.select())}
        return election.voting_day, election.last_day, shifts, ends, overview.handed(tx, 1)

    await stage.db.write(lambda tx: places.hand_over(tx, 1, 1, VOTING_DAY))
    _, _, before, _, handed = await stage.db.read(facts)
    assert handed == [1]
    await stage.db.write(lambda tx: rehearsing.move_day(tx, 1, to))
    day_, last, shifts, ends, handed = await stage.db.read(facts)
    assert (day_, last, handed) == (to, to, [])
    assert shifts == [(start + timedelta(days=5), end + timedelta(days=5)) for start, end in before]
    assert {each.isoformat() for each in ends} == {"2024-12-31"}


@pytest.mark.parametrize(("hour", "later"), [(0, 1), (18, 1), (19, 2), (23, 2)])
def test_the_next_voting_day_has_its_evening_before_it(hour: int, later: int) -> None:
    zone = ZoneInfo("Asia/Jakarta")
    now = datetime(2024, 11, 27, hour, tzinfo=zone)
    assert day.next_day(now, zone) == (now + timedelta(days=later)).date()
