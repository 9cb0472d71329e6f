"""`siaga import --undo`: the last import taken back, and nothing else."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.commands import undoing
from bot.workbook import load
from storage import incidents, people, places, speakers, undo
from storage.candidates import candidates
from storage.coverages import coverages
from storage.database import Database, Tx
from storage.elections import elections
from storage.places import kecamatan, kelurahan, puskesmas, serves, tps
from storage.roster import assignments
from tests.workbook.books import NOW, kota, nik, officer, put, rows

TABLES = (elections, kecamatan, kelurahan, puskesmas, serves, tps, candidates, people.people, assignments, coverages)


async def everything(db: Database) -> dict[str, list[Any]]:
    """All rows that an import writes; sealed bytes, which never repeat, as what they say."""

    def read(tx: Tx) -> dict[str, list[Any]]:
        def told(value: object) -> object:
            return tx.vault.open(value) if isinstance(value, bytes) else value

        return {t.name: sorted([tuple(map(told, row)) for row in tx.rows(select(t))], key=repr) for t in TABLES}

    return await db.read(read)


async def takes_back(db: Database, **how: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = await undoing.last_import(db, now=NOW, out=out, err=err, **how)
    return code, out.getvalue(), err.getvalue()


def cover(n: int, institution: str = "KPU", akhir: str = "2024-12-31") -> list[Any]:
    return [nik(n), institution, "JKK+JKM", "2024-11-01", akhir, f"{n:011d}", "", "", "2024-11-20"]


async def test_what_it_added_leaves_and_the_same_file_puts_it_back(db: Database) -> None:
    await put(db, kota())
    before = await everything(db)
    more = kota(petugas=rows("petugas", officer(1), officer(2, "Siti")), kepesertaan=rows("kepesertaan", cover(1)))
    await put(db, more, file="kota.xlsx")
    after = await everything(db)
    code, out, _ = await takes_back(db)
    assert code == 0 and "kota.xlsx" in out and "6 baris keluar" in out, out
    assert await everything(db) == before
    await put(db, more)
    assert {name: len(each) for name, each in (await everything(db)).items()} == {n: len(each) for n, each in after.items()}


async def test_what_it_changed_is_as_before_and_what_it_took_out_is_back(db: Database) -> None:
    await put(db, kota(petugas=rows("petugas", officer(1, phone="081200000001"), officer(2, "Siti"), officer(3, "Ani")),
                       kepesertaan=rows("kepesertaan", cover(1), cover(2)), paslon=rows("paslon", [1, "A"])))  # fmt: skip
    before = await everything(db)
    changed = kota(petugas=rows("petugas", officer(1, "Budi Raharjo", phone="081200000009", number=2), officer(2, "Siti")),
                   kepesertaan=rows("kepesertaan", cover(1, akhir="2025-01-31")), paslon=rows("paslon", [1, "B"]))  # fmt: skip
    changed["puskesmas"][1][3], changed["tps"][1][8] = "Kasin", "Balai RW 3"
    await put(db, changed, replace=True)
    assert await everything(db) != before
    code, out, _ = await takes_back(db)
    assert code == 0, out
    assert await everything(db) == before


async def test_an_incident_and_a_chat_keep_who_they_hang_on(db: Database) -> None:
    await put(db, kota())
    await put(db, kota(petugas=rows("petugas", officer(1, phone="081200000001"), officer(2, "Siti"))))

    def lives(tx: Tx) -> None:
        who = speakers.speaker(tx, "telegram", "77", "Budi", NOW)
        people.link(tx, who.address_id, 1, "+6281200000001", NOW)
        station = tx.scalar(select(tps.c.id).limit(1))
        incidents.file(tx, address_id=who.address_id, where=places.of_tps(tx, station), now=NOW, kind="pingsan",
                       severity="red", reporter_id=1)  # fmt: skip

    await db.write(lives)
    code, out, _ = await takes_back(db)
    assert code == 0 and "1 tetap karena sudah dipakai" in out, out
    left = await everything(db)
    assert [row[0] for row in left["person"]] == [1] and left["assignment"] == []
    assert len(await db.read(incidents.every)) == 1


async def test_what_somebody_changed_since_stays_as_he_made_it(db: Database) -> None:
    """A new number that a coordinator approved in the chat is not the import's any more."""
    await put(db, kota(petugas=rows("petugas", officer(1, phone="081200000001"))))
    await put(db, kota(petugas=rows("petugas", officer(1, "Budi Raharjo", phone="081200000002"))))
    await db.write(lambda tx: tx.execute(update(people.people).values(phone="+6281299999999")))
    await takes_back(db)
    ((phone, name),) = [(row[5], row[1]) for row in (await everything(db))["person"]]
    assert (phone, name) == ("+6281299999999", "Budi Raharjo"), "a row is taken back whole, or not"


async def test_one_after_the_other_and_then_there_is_none(db: Database) -> None:
    await put(db, kota())
    states = [await everything(db)]
    for n in (1, 2):
        await put(db, kota(petugas=rows("petugas", *(officer(m) for m in range(1, n + 1)))))
        states.append(await everything(db))
    for state in (states[1], states[0]):
        assert (await takes_back(db))[0] == 0
        assert await everything(db) == state
    await takes_back(db)
    assert all(not each for name, each in (await everything(db)).items() if name != "election")
    code, _, err = await takes_back(db)
    assert code == 2 and "Tidak ada impor" in err


async def test_an_import_that_changed_nothing_is_not_the_last_one(db: Database) -> None:
    await put(db, kota())
    before = await everything(db)
    book = kota(petugas=rows("petugas", officer(1)))
    await put(db, book)
    await put(db, book)
    await takes_back(db)
    assert await everything(db) == before


async def test_it_refuses_where_another_election_changed_the_same_people_since(db: Database) -> None:
    await put(db, kota())
    await put(db, kota(petugas=rows("petugas", officer(1))))
    other = kota(petugas=rows("petugas", officer(1, "Budi Raharjo", phone="081200000003")))
    other["pemilihan"] = rows("pemilihan", ["batu-2024", "Pilkada Batu", "35.79", *kota()["pemilihan"][1][3:5]])
    await put(db, other)
    before = await everything(db)
    code, _, err = await takes_back(db, election="malang-2024")
    assert code == 2 and "1 baris yang sama diubah lagi" in err
    assert await everything(db) == before
    assert (await takes_back(db, election="batu-2024"))[0] == 0
    assert (await takes_back(db, election="malang-2024"))[0] == 0


async def test_a_killed_import_that_the_same_file_finished_is_taken_back_whole(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(db, kota())
    before = await everything(db)
    book = kota(petugas=rows("petugas", officer(1), officer(2, "Siti")), kepesertaan=rows("kepesertaan", cover(1)))

    async def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(load, "finish", dies)
        with pytest.raises(KeyboardInterrupt):
            await put(db, book)
    await put(db, kota(petugas=rows("petugas", officer(1), officer(2, "Siti"), officer(3, "Ani"))))
    await takes_back(db)
    assert await everything(db) == before


async def test_a_killed_undo_is_finished_by_the_next_one(db: Database) -> None:
    await put(db, kota())
    before = await everything(db)
    await put(db, kota(petugas=rows("petugas", officer(1)), kepesertaan=rows("kepesertaan", cover(1))))
    run = await db.read(lambda tx: undo.last(tx, 1))
    assert run is not None
    step = await db.read(lambda tx: undo.newest(tx, run.id or 0))
    assert step is not None
    await db.write(lambda tx: undo.take_back(tx, step))
    assert (await takes_back(db))[0] == 0
    assert await everything(db) == before


def made_up(dice: random.Random) -> dict[str, list[list[Any]]]:
    """A small book of few people, so that two of them meet in many ways."""
    crew = [officer(n, dice.choice(("Budi", "Siti")), phone=dice.choice(("", f"08120000000{n}", "081200000099")),
                    position=dice.choice(("ketua", "anggota")), number=dice.choice((1, 2)))
            for n in dice.sample(range(1, 7), dice.randint(1, 6))]  # fmt: skip
    lists = [cover(n, dice.choice(("KPU", "Bawaslu")), dice.choice(("2024-12-31", "2025-01-31")))
             for n in dice.sample(range(1, 7), dice.randint(0, 4))]  # fmt: skip
    found = kota(petugas=rows("petugas", *crew), kepesertaan=rows("kepesertaan", *lists))
    for row in found["tps"][1:]:
        row[7] = dice.choice(("", "", "Sukun/1")) if row[0] != "Sukun" else ""
        row[8] = dice.choice(("", "Balai RW"))
    workers = [["dr. Ani", "081300000001", "Bareng", "dokter", "", "", "", ""], ["Wati", "081300000002", "Kendalkerep"]]
    found["nakes"] = rows("nakes", *dice.sample(workers, dice.randint(0, 2)))
    return found


@pytest.mark.parametrize("seed", range(12))
async def test_after_any_two_imports_the_second_is_taken_back_to_the_first(db: Database, seed: int) -> None:
    dice = random.Random(seed)
    await put(db, made_up(dice))
    before = await everything(db)
    await put(db, made_up(dice), replace=dice.random() < 0.5)
    code, out, err = await takes_back(db)
    if "Tidak ada" not in err:
        assert code == 0, out + err
    assert await everything(db) == before
