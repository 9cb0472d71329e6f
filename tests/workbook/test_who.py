"""Who is who when a list has another NIK, name or number for somebody than the tables or a row above."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.commands import undoing
from bot.workbook.load import Outcome
from storage import names, requests, undo
from storage.database import Database
from storage.people import people
from storage.roster import assignments
from tests.workbook.books import NOW, kota, nik, officer, post, put, rows, whole

PHONE = "081234560001"


def codes(outcome: Outcome) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    return [(each.row, each.code) for each in outcome.refusals], [(each.row, each.code) for each in outcome.doubts]


async def crew(db: Database, *given: list[Any], **how: Any) -> Outcome:
    return await put(db, kota(petugas=rows("petugas", *given)), **how)


async def count(db: Database, table: Any) -> int:
    return int(await db.read(lambda tx: tx.scalar(select(func.count()).select_from(table))))


@pytest.mark.parametrize(("one", "other", "same"), [
    ("Budi", "Budi Santoso", True), ("Moch. Arif", "Muhammad Arif", True), ("M. Arif", "Mohamad Ariff", True), ("A. Wahyudi", "Agus Wahyudi", True),
    ("Sri Wahyuni", "Wahyuni Sri", True), ("Abd. Rohman", "Abdul Rahman", True), ("Siti Aminah", "Siti Rohmah", False),
    ("Sri Wahyuni", "Sri Handayani", False), ("Budi", "Joko", False),
])  # fmt: skip
def test_two_names_are_alike_where_one_abbreviates_or_misspells_the_other(one: str, other: str, same: bool) -> None:
    assert names.alike(names.person_key(one), names.person_key(other)) is same
    assert names.alike(names.person_key(other), names.person_key(one)) is same


async def test_a_nik_with_another_name_renames_nobody(db: Database) -> None:
    await crew(db, officer(1, "Budi", phone=PHONE))
    before = await whole(db)
    outcome = await crew(db, officer(1, "Joko", phone="081234560002", number=2))
    assert codes(outcome) == ([(2, "name_known")], [])
    assert "atas nama Budi" in outcome.refusals[0].reason
    assert await whole(db) == before
    replaced = await crew(db, officer(1, "Joko", phone="081234560002", number=2), officer(2, "Ani"), replace=True)
    assert [each.what for each in replaced.differences] == ["new"], "who is in a refused row has not left"


async def test_a_nik_whose_name_is_written_otherwise_is_the_same_person_and_told_once(db: Database) -> None:
    await crew(db, officer(1, "Moch. Budi", phone=PHONE))
    again = officer(1, "Muhammad Budi Santoso", phone="081234560002")
    assert codes(await crew(db, again)) == ([], [(2, "name_known_doubt")])
    assert (await post(db, "Muhammad Budi Santoso")).phone == "+6281234560002"
    assert codes(await crew(db, again)) == ([], [])
    assert codes(await crew(db, officer(1, "Joko", phone="081234560002"))) == ([], [(2, "name_known_doubt")]), "his own number says so"


async def test_two_niks_that_are_swapped_name_each_other_s_row_and_what_to_do(db: Database) -> None:
    right = officer(1, "Budi"), officer(2, "Ani", number=2)
    swapped = officer(2, "Budi"), officer(3, "Cici"), officer(1, "Ani", number=2)
    await crew(db, *right)
    outcome = await crew(db, *swapped)
    assert codes(outcome) == ([(2, "nik_swapped"), (4, "nik_swapped")], [])
    first, second = (each.reason for each in outcome.refusals)
    assert "dengan baris 4: NIK ini tercatat atas nama Ani." in first
    assert "dengan baris 2: NIK ini tercatat atas nama Budi." in second
    assert all("tukar NIK kedua baris itu, lalu impor lagi" in each and "--undo" in each for each in (first, second))
    assert codes(await crew(db, *right)) == ([], [])


async def test_where_the_tables_are_the_ones_that_are_swapped_the_advice_helps(db: Database) -> None:
    await put(db, kota())
    await crew(db, officer(2, "Budi"), officer(1, "Ani", number=2))
    mended = officer(1, "Budi"), officer(2, "Ani", number=2)
    assert codes(await crew(db, *mended)) == ([(2, "nik_swapped"), (3, "nik_swapped")], [])
    assert await undoing.last_import(db, now=NOW, out=io.StringIO()) == 0
    assert codes(await crew(db, *mended)) == ([], [])


async def test_one_nik_for_two_names_in_a_file_refuses_the_second_and_lends_no_number(db: Database) -> None:
    outcome = await crew(db, officer(1, "Budi"), officer(1, "Joko", "PTPS", PHONE, number=2), officer(1, "Budi S.", "PTPS", institution="Dinkes"))
    assert codes(outcome) == ([(3, "name_row")], [(4, "name_row_doubt")])
    same = await crew(db, officer(1, "Budi"), officer(1, "Joko"), officer(1, "BUDI"))
    assert codes(same) == ([(3, "name_row"), (4, "twin_petugas")], []), "of the same institution too"
    assert "baris 2 menulis Budi" in outcome.refusals[0].reason
    assert (await post(db, "Budi")).phone is None
    assert await count(db, people) == 1


async def test_a_corrected_nik_is_the_same_person_with_the_same_posts(db: Database) -> None:
    await crew(db, officer(1, "Budi", phone=PHONE), officer(1, "Budi", "PTPS", PHONE))
    before, posts = await whole(db), await db.read(lambda tx: {row.id for row in tx.rows(select(assignments))})
    mended = officer(2, "Budi", phone=PHONE, position="Ketua")
    told = await crew(db, mended, check_only=True)
    assert [(each.name, each.what, each.fields) for each in told.differences] == [("Budi", "changed", ("position", "nik_hash"))]
    assert codes(await crew(db, mended)) == ([], [(2, "nik_corrected")])
    assert await count(db, people) == 1
    assert await db.read(lambda tx: {row.id for row in tx.rows(select(assignments))}) == posts
    sealed = await db.read(lambda tx: tx.scalar(select(people.c.nik_sealed)))
    assert await db.read(lambda tx: tx.vault.open(sealed)) == nik(2)
    again = await crew(db, mended, officer(2, "Budi", "PTPS", PHONE))
    assert (codes(again), again.counts["petugas"].unchanged) == (([], []), 2)
    await take_back(db)
    assert await whole(db) == before


async def take_back(db: Database) -> None:
    def back(tx: Any) -> None:
        run = undo.last(tx, 1)
        assert run is not None
        while (step := undo.newest(tx, run.id or 0)) is not None:
            undo.take_back(tx, step)

    await db.write(back)


async def test_a_nik_that_somebody_had_by_mistake_goes_to_whose_it_is(db: Database) -> None:
    await crew(db, officer(1, "Budi", phone=PHONE))
    outcome = await crew(db, officer(1, "Ani", phone="081234560002", number=2), officer(2, "Budi", phone=PHONE))
    assert codes(outcome) == ([], [(3, "nik_corrected")])
    hashes = await db.read(lambda tx: {row.name: row.nik_hash for row in tx.rows(select(people))})
    assert hashes == {"Ani": db.vault.hash(nik(1)), "Budi": db.vault.hash(nik(2))}


async def test_a_person_with_two_niks_in_one_file_is_refused_the_second(db: Database) -> None:
    both = (officer(1, "Budi", phone=PHONE), officer(2, "Budi", phone=PHONE), officer(3, "Budi", phone=PHONE, number=2))
    assert codes(await crew(db, *both)) == ([(3, "nik_other_row")], []), "at another TPS it may be his cousin"
    assert codes(await crew(db, both[1], both[0])) == ([(2, "nik_other_known")], [])
    assert await count(db, people) == 2


async def test_a_workers_new_number_makes_no_second_worker(db: Database) -> None:
    def shifts(phone: str) -> dict[str, Any]:
        return kota(nakes=rows("nakes", ["Ns. Rudi", phone, "Bareng", "", "06.00", "14.00"], ["Rudi", phone, "Bareng", "", "14.00", "22.00"]))

    await put(db, shifts(PHONE))
    await put(db, kota(koordinator=rows("koordinator", ["Rudi", PHONE, "Dinkes"])))
    outcome = await put(db, shifts("081234560002"))
    assert codes(outcome) == ([], [(2, "worker_number")])
    assert "0812****0001 menjadi 0812****0002" in outcome.doubts[0].reason
    assert (await count(db, people), await count(db, assignments)) == (1, 3)
    again = kota(koordinator=rows("koordinator", ["Rudi", "081234560002", "Dinkes"]), nakes=shifts("081234560002")["nakes"])
    outcome = await put(db, again)
    assert (outcome.counts["nakes"].unchanged, outcome.counts["koordinator"].unchanged) == (2, 1)


@pytest.mark.parametrize("area", [[], ["Klojen"], ["Klojen", "Kasin"]])
async def test_a_coordinators_new_number_makes_no_second_coordinator(db: Database, area: list[str]) -> None:
    await put(db, kota(koordinator=rows("koordinator", ["Drs. Rudi", PHONE, "KPU", *area])))
    before = (await count(db, people), await count(db, assignments))
    outcome = await put(db, kota(koordinator=rows("koordinator", ["Rudi", "081234560002", "KPU", *area])))
    assert codes(outcome) == ([], [(2, "coordinator_number")])
    assert "lembaga dan wilayah sama" in outcome.doubts[0].reason
    assert "0812****0001 menjadi 0812****0002" in outcome.doubts[0].reason
    assert (await count(db, people), await count(db, assignments)) == before
    assert (await post(db, "Rudi")).phone == "+6281234560002"


@pytest.mark.parametrize("others", [
    [["Rudi", PHONE, "KPU"], ["Rudi", "081234560002", "KPU"]], [["Rudi", "081234560002", "Bawaslu"]],
    [["Rudi", "081234560002", "KPU", "Klojen"]],
])  # fmt: skip
async def test_a_namesake_is_another_coordinator(db: Database, others: list[list[Any]]) -> None:
    await put(db, kota(koordinator=rows("koordinator", ["Rudi", PHONE, "KPU"])))
    before = await count(db, people)
    assert codes(await put(db, kota(koordinator=rows("koordinator", *others)))) == ([], [])
    assert await count(db, people) == before + 1


@pytest.mark.parametrize("others", [
    [["Rudi", PHONE, "Bareng"], ["Rudi", "081234560002", "Bareng"]], [["Rudi", "081234560002", "Kendalkerep"]],
])  # fmt: skip
async def test_a_namesake_is_another_worker(db: Database, others: list[list[Any]]) -> None:
    await put(db, kota(nakes=rows("nakes", ["Rudi", PHONE, "Bareng"])))
    assert codes(await put(db, kota(nakes=rows("nakes", *others)))) == ([], [])
    assert await count(db, people) == 2


async def test_a_worker_whose_number_was_renewed_in_the_chat_is_one_in_older_lists_and_newer_ones(db: Database) -> None:
    def nurse(phone: str) -> dict[str, list[list[Any]]]:
        return kota(nakes=rows("nakes", ["Siti", phone, "Bareng"]))

    await put(db, nurse("081234560011"))
    siti = (await post(db, "Siti")).person_id
    await db.write(lambda tx: requests.renumber(tx, siti, "+6281234560099"))
    posts = await count(db, assignments)
    for phone in ("081234560011", "081234560099", "081234560099"):
        await put(db, nurse(phone))
        assert (await post(db, "Siti")).phone == "+6281234560099", phone
        assert (await count(db, people), await count(db, assignments)) == (1, posts), phone
