"""Whom a filter holds: each person once, with the address he was heard on last, or why he cannot be reached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from handlers import cover
from storage import audience, journal, people, roster
from storage.audience import BLOCKED, NEVER, NO_PHONE, STOPPED, WITHDREW, Filter
from storage.coverages import coverages
from storage.database import Database, Tx
from storage.elections import elections
from storage.people import addresses
from storage.people import people as persons
from storage.places import kecamatan, kelurahan, tps
from storage.roster import assignments

NOW = datetime(2024, 11, 27, 3, 0, tzinfo=UTC)
DAY = date(2024, 11, 27)
EVERYBODY = Filter(1, day=DAY.isoformat())
KLOJEN, SUKUN = 1, 2  # kecamatan; kelurahan 1 and 2 are Klojen's, 3 is Sukun's; TPS n and n + 10 are kelurahan n's


def city(tx: Tx) -> None:
    """Two elections, two kecamatan, three kelurahan with two TPS each."""
    for number in (1, 2):
        tx.execute(insert(elections).values(
            id=number, code=f"m-{number}", name=f"Pilkada {number}", region_code="35.73", voting_day=DAY, last_day=DAY, zone="WIB",
            emergency_number="119", wage_base="", scheme="", secretariat="", ladder=""))  # fmt: skip
    tx.execute(insert(kecamatan), [{"id": n, "election_id": 1, "name": name, "key": name.lower()} for n, name in ((1, "Klojen"), (2, "Sukun"))])
    tx.execute(insert(kelurahan), [
        {"id": n, "election_id": 1, "kecamatan_id": area, "name": name, "key": name.lower()}
        for n, area, name in ((1, 1, "Kasin"), (2, 1, "Bareng"), (3, 2, "Sukun"))
    ])  # fmt: skip
    tx.execute(insert(tps), [
        {"id": ward + 10 * nth, "election_id": 1, "kelurahan_id": ward, "number": nth + 1, "kind": "reguler", "moved_to": "", "address": ""}
        for ward in (1, 2, 3) for nth in (0, 1)
    ])  # fmt: skip


def add(tx: Tx, number: int, *, phone: str | None = "", nik: str | None = "", name: str = "") -> int:
    """A person; without more he has a number and a NIK."""
    phone = f"+62812{number:08d}" if phone == "" else phone
    nik = f"nik{number}" if nik == "" else nik
    tx.execute(insert(persons).values(id=number, name=name or f"Orang {number}", name_key=f"orang {number}", phone=phone, nik_hash=nik))
    return number


def serve(tx: Tx, person_id: int, *, tps_id: int | None = None, ward: int | None = None, area: int | None = None, **more: Any) -> None:
    """An assignment; what lies around a place follows from it."""
    ward = ward or (tps_id % 10 if tps_id else None)
    area = area or ((SUKUN if ward == 3 else KLOJEN) if ward else None)
    values = {"election_id": 1, "person_id": person_id, "kind": "officer", "role": "KPPS", "position": "anggota", "institution": "KPU",
              "kecamatan_id": area, "kelurahan_id": ward, "tps_id": tps_id, **more}  # fmt: skip
    key = "/".join(str(values[name]) for name in ("person_id", "role", "institution", "tps_id", "kelurahan_id", "kecamatan_id"))
    tx.execute(insert(assignments).values(key=key, **values))


def speak(tx: Tx, number: int, person_id: int | None, **more: Any) -> int:
    """A linked address."""
    values = {"channel": "telegram", "external": str(number), "named": "", "phone": None, "state": "active", "consent": "yes", "consent_version": "1",
              "heard_at": NOW, **more}  # fmt: skip
    tx.execute(insert(addresses).values(id=number, person_id=person_id, **values))
    return number


def officer(tx: Tx, number: int, tps_id: int = 1, **more: Any) -> int:
    """A linked officer of a TPS, whose address bears his own number."""
    add(tx, number)
    serve(tx, number, tps_id=tps_id, **more)
    return speak(tx, number, number)


def cover_(tx: Tx, nik: str, institution: str = "KPU", programme: str = "JKK", starts: int = -10, ends: int = 10, active: bool = True, election: int = 1) -> None:
    tx.execute(insert(coverages).values(
        election_id=election, nik_hash=nik, institution=institution, programme=programme, starts=DAY + timedelta(starts), ends=DAY + timedelta(ends),
        active=active, as_of=DAY, kpj_hash="", kpj_last4=""))  # fmt: skip


def found(tx: Tx, **chosen: Any) -> dict[int, tuple[int | None, int | None, str]]:
    """By person: his address, TPS, and why not."""
    rows = tx.rows(audience.recipients(tx, Filter(1, **{"day": DAY.isoformat(), **chosen})))
    assert len({row.person_id for row in rows}) == len(rows), "each person once"
    return {row.person_id: (row.address_id, row.tps_id, row.why) for row in rows}


def who(tx: Tx, **chosen: Any) -> list[int]:
    return sorted(found(tx, **chosen))


def unlinked(tx: Tx, person_id: int, address_id: int, what: str) -> None:
    people.unlink(tx, address_id)
    journal.add(tx, what, NOW, who=person_id)


@pytest.fixture
async def db(db: Database) -> Database:
    await db.write(city)
    return db


async def test_every_reason_why_somebody_cannot_be_reached_is_told_apart(db: Database) -> None:
    expected = {1: "", 2: NO_PHONE, 3: NO_PHONE, 4: NEVER, 5: BLOCKED, 6: STOPPED, 7: WITHDREW, 8: NEVER, 9: WITHDREW, 10: ""}

    def work(tx: Tx) -> None:
        for number in expected:
            add(tx, number, phone=None if number == 2 else f"+628{number}")
            serve(tx, number, tps_id=1)
        tx.execute(persons.update().where(persons.c.id == 3).values(phone=""))
        speak(tx, 1, 1)
        speak(tx, 5, 5, state="gone")
        speak(tx, 6, 6, stopped_at=NOW)
        unlinked(tx, 7, speak(tx, 7, 7), "consent_withdrawn")
        unlinked(tx, 8, speak(tx, 8, 8), "not_me")
        speak(tx, 9, 9, consent="")
        unlinked(tx, 10, speak(tx, 10, 10), "consent_withdrawn")
        speak(tx, 11, 10)  # and came back
        assert {person: why for person, (_, _, why) in found(tx).items()} == expected
        assert {person for person, (address, _, _) in found(tx).items() if address} == {1, 10}
        assert audience.counts(tx, EVERYBODY) == {"": 2, NO_PHONE: 2, NEVER: 2, BLOCKED: 1, STOPPED: 1, WITHDREW: 2}

    await db.write(work)


@pytest.mark.parametrize(
    ("his", "reason"),
    [
        ([{"state": "gone"}, {"stopped_at": NOW}], STOPPED),
        ([{"stopped_at": NOW}, {"state": "gone"}], STOPPED),
        ([{"consent": ""}, {"state": "gone"}], BLOCKED),
        ([{"consent": "", "stopped_at": NOW}], WITHDREW),
        ([{"state": "gone", "stopped_at": NOW}], BLOCKED),
        ([{"state": "gone"}, {}], ""),
        ([{"stopped_at": NOW}, {}], ""),
    ],
)
async def test_of_two_addresses_the_open_one_counts_and_else_what_he_did_himself(db: Database, his: list[dict[str, Any]], reason: str) -> None:
    def work(tx: Tx) -> None:
        add(tx, 1)
        serve(tx, 1, tps_id=1)
        for number, each in enumerate(his, 1):
            speak(tx, number, 1, **each)
        assert found(tx)[1][2] == reason

    await db.write(work)


@pytest.mark.parametrize(
    ("heard", "reached"),
    [
        ([NOW, NOW + timedelta(1)], 2),
        ([NOW + timedelta(1), NOW], 1),
        ([None, NOW], 2),
        ([NOW, None], 1),
        ([None, None], 2),
        ([NOW, NOW], 2),
        ([NOW, NOW + timedelta(1), NOW - timedelta(1)], 2),
    ],
)
async def test_who_has_two_addresses_gets_one_message_where_he_was_heard_last(db: Database, heard: list[datetime | None], reached: int) -> None:
    def work(tx: Tx) -> None:
        add(tx, 1)
        serve(tx, 1, tps_id=1)
        for number, at in enumerate(heard, 1):
            speak(tx, number, 1, heard_at=at)
        assert found(tx) == {1: (reached, 1, "")}
        assert audience.counts(tx, EVERYBODY) == {"": 1}

    await db.write(work)


async def test_an_address_of_nobody_is_nobodys(db: Database) -> None:
    def work(tx: Tx) -> None:
        add(tx, 1)
        serve(tx, 1, tps_id=1)
        speak(tx, 1, None)
        assert found(tx) == {1: (None, 1, NEVER)}

    await db.write(work)


async def test_who_has_two_roles_is_one_person_and_found_by_either(db: Database) -> None:
    def work(tx: Tx) -> None:
        officer(tx, 1, tps_id=3)
        serve(tx, 1, tps_id=11, role="Linmas")
        serve(tx, 1, ward=2, role="PTPS", institution="Bawaslu")
        assert found(tx) == {1: (1, 3, "")}
        assert found(tx, roles=("Linmas",)) == {1: (1, 11, "")}
        assert found(tx, institutions=("Bawaslu",)) == {1: (1, None, "")}
        assert audience.counts(tx, EVERYBODY) == {"": 1}
        assert who(tx, roles=("Linmas",), institutions=("Bawaslu",)) == []

    await db.write(work)


@pytest.mark.parametrize(
    ("chosen", "people_"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"roles": ("KPPS",)}, [1, 2, 3]),
        ({"roles": ("KPPS", "PPS")}, [1, 2, 3, 5]),
        ({"institutions": ("Bawaslu",)}, [4]),
        ({"institutions": ("KPU", "Bawaslu")}, [1, 2, 3, 4, 5, 6]),
        ({"kecamatan": (KLOJEN,)}, [1, 2, 4, 5, 6]),
        ({"kecamatan": (SUKUN,)}, [3]),
        ({"kelurahan": (1,)}, [1, 4, 5]),
        ({"kelurahan": (1, 3)}, [1, 3, 4, 5]),
        ({"kecamatan": (SUKUN,), "kelurahan": (1,)}, []),
        ({"tps": (1,)}, [1, 3]),
        ({"tps": (2,)}, [2, 4]),
        ({"tps": (1, 2), "kelurahan": (1,)}, [1, 4]),
        ({"tps": (99,)}, []),
        ({"roles": ("KPPS",), "kecamatan": (KLOJEN,), "tps": (2,)}, [2]),
    ],
)
async def test_all_parts_of_a_filter_must_hold(db: Database, chosen: dict[str, Any], people_: list[int]) -> None:
    def work(tx: Tx) -> None:
        officer(tx, 1, tps_id=1)
        officer(tx, 2, tps_id=12)
        officer(tx, 3, tps_id=3)
        officer(tx, 4, tps_id=11, role="PTPS", institution="Bawaslu")
        for number, place, its in ((5, {"ward": 1}, "PPS"), (6, {"area": KLOJEN}, "PPK")):
            add(tx, number)
            serve(tx, number, role=its, **place)
        for number, kind in ((7, "worker"), (8, "coordinator")):  # no officers
            add(tx, number)
            serve(tx, number, tps_id=1, kind=kind)
        add(tx, 9)
        serve(tx, 9, election_id=2)
        assert who(tx, **chosen) == people_

    await db.write(work)


async def test_reachable_asks_for_those_who_can_or_who_cannot_be_written_to(db: Database) -> None:
    def work(tx: Tx) -> None:
        officer(tx, 1)
        add(tx, 2)
        serve(tx, 2, tps_id=1)
        officer(tx, 3)
        people.stop(tx, 3, None, NOW)
        assert who(tx) == [1, 2, 3]
        assert who(tx, reachable=True) == [1]
        assert who(tx, reachable=False) == [2, 3]
        assert audience.counts(tx, Filter(1, reachable=False)) == {NEVER: 1, STOPPED: 1}
        assert audience.counts(tx, Filter(1, reachable=True, roles=("PPS",))) == {}

    await db.write(work)


def status(tx: Tx, person_id: int) -> set[str]:
    """What /status tells somebody of his own institutions' lists."""
    row = people.person(tx, person_id)
    said: set[str] = set()
    for each in cover.covers(tx, roster.roles(tx, person_id, NOW), row.nik_hash, NOW):
        said |= {each.state, *(programme.state for programme in each.programmes)}
    return said


COVERED: dict[str, list[dict[str, Any]]] = {
    "both": [{}, {"programme": "JKM"}],
    "one": [{"programme": "JKM"}],
    "ended": [{"ends": -1}],
    "last day": [{"ends": 0}],
    "first day": [{"starts": 0}],
    "not yet": [{"starts": 1}],
    "inactive": [{"active": False}],
    "one ended": [{"ends": -1}, {"programme": "JKM"}],
    "not on it": [],
    "only on another institution's": [{"institution": "Bawaslu"}],
    "only in another election": [{"election": 2}],
}


@pytest.mark.parametrize("case", COVERED)
async def test_coverage_is_what_status_says(db: Database, case: str) -> None:
    def work(tx: Tx) -> None:
        officer(tx, 1)
        cover_(tx, "somebody else")  # the list is in
        for each in COVERED[case]:
            cover_(tx, "nik1", **each)
        said = status(tx, 1)
        assert (who(tx, coverage="active") == [1]) == ("active" in said)
        assert (who(tx, coverage="missing") == [1]) == ("unlisted" in said)

    await db.write(work)


async def test_nobody_is_missing_on_a_list_that_is_not_in(db: Database) -> None:
    def work(tx: Tx) -> None:
        officer(tx, 1)
        cover_(tx, "somebody", institution="Bawaslu")
        cover_(tx, "somebody", election=2)
        assert status(tx, 1) == {"unknown"}
        assert who(tx, coverage="missing") == who(tx, coverage="active") == []

    await db.write(work)


async def test_who_has_no_nik_is_on_no_list(db: Database) -> None:
    def work(tx: Tx) -> None:
        add(tx, 1, nik=None)
        serve(tx, 1, tps_id=1)
        cover_(tx, "somebody")
        assert who(tx, coverage="missing") == [1]
        assert who(tx, coverage="active") == []

    await db.write(work)


async def test_each_role_asks_its_own_institutions_list(db: Database) -> None:
    def work(tx: Tx) -> None:
        officer(tx, 1)
        serve(tx, 1, tps_id=2, role="PTPS", institution="Bawaslu")
        cover_(tx, "nik1", institution="KPU")
        cover_(tx, "somebody", institution="Bawaslu")
        assert who(tx, coverage="active", institutions=("KPU",)) == [1]
        assert who(tx, coverage="missing", institutions=("KPU",)) == []
        assert who(tx, coverage="missing", institutions=("Bawaslu",)) == [1]
        assert who(tx, coverage="active") == who(tx, coverage="missing") == [1]

    await db.write(work)


HERE, NEXT, AWAY = (1, KLOJEN), (2, KLOJEN), (3, SUKUN)  # kelurahan and kecamatan


@pytest.mark.parametrize(
    ("chosen", "places", "beyond"),
    [
        ({"tps": (1,), "kelurahan": (1,)}, {HERE}, False),
        ({"kelurahan": (1,)}, {HERE}, False),
        ({"kelurahan": (1, 2)}, {HERE, NEXT}, True),
        ({"roles": ("PPK",)}, {(None, KLOJEN)}, True),
        ({"kecamatan": (KLOJEN,)}, {HERE, NEXT, (None, KLOJEN)}, True),
        ({"kelurahan": (1,), "also": (((SUKUN,), ()),)}, {HERE, AWAY}, True),
        ({"roles": ("Sekretariat",)}, {(None, None)}, True),
        ({}, {HERE, NEXT, AWAY, (None, KLOJEN), (None, None)}, True),
        ({"roles": ("none",)}, set(), False),
    ],
)
async def test_the_span_of_an_audience(db: Database, chosen: dict[str, Any], places: set[tuple[int | None, int | None]], beyond: bool) -> None:
    def work(tx: Tx) -> None:
        for number, place in ((1, 1), (2, 11), (3, 2), (4, 3)):
            officer(tx, number, tps_id=place)
        add(tx, 5)
        serve(tx, 5, area=KLOJEN, role="PPK")
        add(tx, 6)
        serve(tx, 6, role="Sekretariat")
        reach = audience.span(tx, Filter(1, **chosen))
        assert reach.places == places
        assert reach.beyond_one == beyond

    await db.write(work)


async def test_of_several_areas_each_person_is_meant_once(db: Database) -> None:
    def work(tx: Tx) -> None:
        for number, place in ((1, 1), (2, 2), (3, 3)):
            officer(tx, number, tps_id=place)
        serve(tx, 1, tps_id=3)  # in both
        assert who(tx, kelurahan=(1,), also=(((SUKUN,), ()),)) == [1, 3]
        assert who(tx, kelurahan=(1,), also=(((), (2,)),), tps=(1,)) == [1, 2]
        assert who(tx, kelurahan=(1,), also=(((SUKUN,), ()),), institutions=("Bawaslu",)) == []

    await db.write(work)


async def test_what_may_be_named_is_what_the_election_has(db: Database) -> None:
    def work(tx: Tx) -> None:
        officer(tx, 1)
        officer(tx, 2, role="PTPS", institution="Bawaslu")
        add(tx, 3)
        serve(tx, 3, area=KLOJEN, kind="coordinator", role="", institution="Dinkes")
        known = audience.known(tx, 1)
        assert (known.roles, known.institutions) == (("KPPS", "PTPS"), ("Bawaslu", "KPU"))
        assert [each[:2] for each in known.kecamatan] == [(KLOJEN, "Klojen"), (SUKUN, "Sukun")]
        assert sorted((each[0], each[3]) for each in known.kelurahan) == [(1, KLOJEN), (2, KLOJEN), (3, SUKUN)]
        assert audience.known(tx, 2) == audience.Names((), (), (), ())

    await db.write(work)


def linked(rows: Iterable[Any]) -> list[tuple[int, int]]:
    return [(row.person_id, row.at) for row in rows]


async def test_only_coordinators_who_can_be_written_to_can_be_asked_each_on_one_address(db: Database) -> None:
    def work(tx: Tx) -> None:
        for number in range(1, 6):
            add(tx, number)
            serve(tx, number, kind="coordinator", role="", institution="Dinkes", election_id=2 if number == 5 else 1)
        officer(tx, 6)
        speak(tx, 1, 1)
        speak(tx, 11, 1)
        speak(tx, 2, 2, state="gone")
        speak(tx, 3, 3, consent="")
        speak(tx, 5, 5)
        assert linked(audience.linked_coordinators(tx, 1)) == [(1, 11)]
        people.stop(tx, 11, None, NOW)  # he stopped bulk; a question to himself still comes
        assert linked(audience.linked_coordinators(tx, 1)) == [(1, 11)]

    await db.write(work)
