"""Numbers that were renewed in the chat, and lists that still have, or have again, one of those before."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.commands import undoing, workbook
from bot.workbook import read
from bot.workbook.load import Judge, Outcome
from storage import applying, requests, standing
from storage.database import Database, Tx
from storage.people import people as persons
from storage.roster import assignments
from tests.workbook.books import NOW, kota, officer, post, put, rows, save, whole

FIRST, SECOND, THIRD, NEWER = (f"0812345600{n}" for n in (11, 22, 33, 44))


def plus(phone: str) -> str:
    return f"+62{phone[1:]}"


def officers(phone: str) -> dict[str, Any]:
    return kota(petugas=rows("petugas", officer(1, "Siti", phone=phone), officer(1, "Siti", "PTPS", phone)))


def nurses(phone: str) -> dict[str, Any]:
    return kota(nakes=rows("nakes", ["Siti", phone, "Bareng", "", "06.00", "14.00"], ["Siti", phone, "Bareng", "", "14.00", "22.00"]))


def coordinators(phone: str) -> dict[str, Any]:
    return kota(koordinator=rows("koordinator", ["Siti", phone, "Dinkes"], ["Siti", phone, "KPU", "Klojen"]))


LISTS = pytest.mark.parametrize("listed", [officers, nurses, coordinators])


async def renews(db: Database, *phones: str) -> None:
    siti = (await post(db, "Siti")).person_id
    for phone in phones:
        await db.write(lambda tx, phone=phone: requests.renumber(tx, siti, plus(phone)))


async def number(db: Database) -> str:
    return str((await post(db, "Siti")).phone)


async def many(db: Database) -> tuple[int, int]:
    def count(tx: Tx) -> tuple[int, int]:
        return tuple(int(tx.scalar(select(func.count()).select_from(each))) for each in (persons, assignments))  # type: ignore[return-value]

    return await db.read(count)


@LISTS
async def test_no_list_brings_back_a_number_however_often_it_was_renewed(db: Database, listed: Any) -> None:
    await put(db, listed(FIRST))
    before = await many(db)
    await renews(db, SECOND, THIRD)
    for phone in (FIRST, SECOND, THIRD, SECOND, FIRST):
        outcome = await put(db, listed(phone))
        assert (await number(db), await many(db)) == (plus(THIRD), before), phone
        assert [(each.row, each.code) for each in outcome.doubts] == ([] if phone == THIRD else [(2, "phone_former"), (3, "phone_former")])
        (counts,) = [each for name, each in outcome.counts.items() if name in {"petugas", "nakes", "koordinator"}]
        assert (counts.unchanged, outcome.refusals) == (2, []), phone


@LISTS
async def test_who_has_his_first_number_again_is_known_by_it(db: Database, listed: Any) -> None:
    await put(db, listed(FIRST))
    await renews(db, SECOND, FIRST)
    for phone, told in ((FIRST, 0), (SECOND, 2)):
        assert (len((await put(db, listed(phone))).doubts), await number(db)) == (told, plus(FIRST))


@pytest.mark.parametrize("listed", [officers, nurses])
async def test_a_newer_list_is_believed_and_an_older_one_not_even_then(db: Database, listed: Any) -> None:
    await put(db, listed(FIRST))
    before = await many(db)
    await renews(db, SECOND)
    await put(db, listed(NEWER))
    assert (await number(db), await many(db)) == (plus(NEWER), before)
    await put(db, listed(FIRST))
    assert (await number(db), await many(db)) == (plus(NEWER), before)


@LISTS
async def test_replace_leaves_who_stands_in_the_list_under_a_former_number(db: Database, listed: Any) -> None:
    await put(db, listed(FIRST))
    before = await many(db)
    await renews(db, SECOND, THIRD)
    for phone in (SECOND, FIRST, THIRD):
        outcome = await put(db, listed(phone), replace=True)
        assert (outcome.differences, await many(db)) == ([], before), phone


async def test_a_post_that_changes_with_the_number_is_one(db: Database) -> None:
    await put(db, kota(nakes=rows("nakes", ["Siti", FIRST, "Bareng", "perawat"])))
    before = await many(db)
    await renews(db, SECOND, THIRD)
    for phone, title in ((THIRD, "bidan"), (SECOND, "kepala"), (FIRST, "dokter")):
        await put(db, kota(nakes=rows("nakes", ["Siti", phone, "Bareng", title])))
        assert ((await post(db, "Siti")).position, await many(db)) == (title, before)


async def test_two_sheets_of_different_age_are_about_one_person(db: Database) -> None:
    both = nurses(FIRST) | {"koordinator": coordinators(FIRST)["koordinator"], "petugas": officers(FIRST)["petugas"]}
    await put(db, both)
    before = await many(db)
    await renews(db, SECOND, THIRD)
    await put(db, nurses(SECOND) | {"koordinator": coordinators(FIRST)["koordinator"], "petugas": officers(THIRD)["petugas"]})
    assert (await number(db), await many(db)) == (plus(THIRD), before)


@LISTS
async def test_taken_back_everything_is_as_it_was_and_the_numbers_stay_former(db: Database, listed: Any) -> None:
    await put(db, listed(FIRST))
    await renews(db, SECOND, THIRD)
    before = await whole(db)
    await put(db, listed(NEWER))
    assert await undoing.last_import(db, now=NOW, out=io.StringIO()) == 0
    assert await whole(db) == before
    await put(db, listed(SECOND))
    assert await number(db) == plus(THIRD)


async def test_who_was_vouched_for_stays_where_the_list_that_brought_him_is_taken_back(db: Database) -> None:
    await put(db, officers(FIRST))
    await renews(db, SECOND)
    out = io.StringIO()
    assert await undoing.last_import(db, now=NOW, out=out) == 0
    assert "1 tetap karena sudah dipakai" in out.getvalue()
    await put(db, officers(FIRST))
    assert await number(db) == plus(SECOND)


async def test_a_number_that_is_renewed_while_a_list_goes_in_stands(db: Database) -> None:
    """An import of a province takes minutes after it was planned."""
    await put(db, officers(FIRST))
    found = await db.read(lambda tx: standing.read(tx, "malang-2024"))
    book = read.of_rows(kota(petugas=rows("petugas", officer(1, "Siti Aminah", phone=FIRST))))

    plan = Judge(db.vault, found, None, Outcome("malang-2024", False, {}, [], [], {}, [])).plan(book)
    await renews(db, SECOND)
    await db.write(lambda tx: applying.change_people(tx, 1, plan.people))
    assert (await post(db, "Siti Aminah")).phone == plus(SECOND)


async def test_a_number_that_is_kept_is_told_by_row_in_a_check_and_an_import(db: Database, tmp_path: Path) -> None:
    await put(db, nurses(FIRST))
    await renews(db, SECOND)
    path = save(tmp_path / "lama.xlsx", nurses(FIRST))
    for check in (True, False):
        out = io.StringIO()
        assert await workbook.import_file(db, path, now=NOW, check=check, out=out) == 0
        assert "nakes baris 2, kolom no_hp: 0812****0011 bukan lagi nomor Siti" in out.getvalue()
        assert "0812****0022" in out.getvalue()
        assert FIRST not in out.getvalue() and SECOND not in out.getvalue()
    out = io.StringIO()
    await workbook.import_file(db, path, now=NOW, as_json=True, out=out)
    assert [(each["row"], each["code"]) for each in json.loads(out.getvalue())["warnings"]] == [(2, "phone_former"), (3, "phone_former")]
