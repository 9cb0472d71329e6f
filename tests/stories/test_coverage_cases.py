"""Minta diperiksa: one case a person and institution, answered by who coordinates there, closed by the list that has him."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from bot.workbook import read
from bot.workbook.load import load
from handlers import coverage_case
from storage import coverage_cases, journal
from storage import people as people_of
from storage.coverages import coverages
from storage.database import Database, Tx
from storage.deliveries import deliveries
from storage.people import addresses, people
from storage.requests import COVERAGE, COVERED, OPEN, REFUSED, SUBMITTED, requests
from storage.roster import assignments
from tests.stories.areas import of_two, says
from tests.stories.stage import Actor, Stage


class Died(Exception):
    """The import ends here."""


HEAD = ["nik", "lembaga", "program", "mulai", "akhir"]


async def uncovered(stage: Stage, rank: int = 0) -> Actor:
    """A KPPS member whom his institution's list does not have."""
    officer = await stage.officer(rank=rank)
    nik = select(people.c.nik_hash).where(people.c.id == officer.person_id).scalar_subquery()
    await stage.db.write(lambda tx: tx.execute(delete(coverages).where(coverages.c.nik_hash == nik)))
    return await officer.links()


async def brings(stage: Stage, *officers: Actor, programme: str = "JKK+JKM", ends: str = "2024-12-31") -> None:
    """The list of KPU with these officers comes in, by the file that `siaga import` reads."""

    def niks(tx: Tx) -> list[str]:
        return [tx.vault.open(tx.scalar(select(people.c.nik_sealed).where(people.c.id == each.person_id))) for each in officers]

    rows = [[nik, "KPU", programme, "2024-11-01", ends] for nik in await stage.db.read(niks)]
    await load(stage.db, read.of_rows({"kepesertaan": [HEAD, *rows]}), now=stage.clock.now())
    await stage.settled()


async def states(stage: Stage) -> list[str]:
    wanted = select(requests.c.state).where(requests.c.kind == COVERAGE).order_by(requests.c.id)
    return [row.state for row in await stage.db.read(lambda tx: tx.rows(wanted))]


async def boss_of(stage: Stage, institution: str = "Kelurahan", level: str = "kelurahan") -> Actor:
    return await (await stage.coordinator(institution, level)).links()


async def test_status_asked_ten_times_opens_one_case_and_the_nearest_reads_it_once(stage: Stage) -> None:
    here, city = await boss_of(stage), await boss_of(stage, "KPU", "city")
    officer = await uncovered(stage)
    for _ in range(3):
        assert "belum terdaftar" in await officer.says("/status")
    tapped = officer.button("Minta diperiksa")
    for _ in range(10):
        await officer.forges(tapped)
        await officer.says("/status")
    assert await states(stage) == [OPEN]
    assert "koordinator belum menjawab" in officer.last.text
    assert not officer.last.choices
    read_by = city  # the nearest of his own institution
    assert sum("Minta diperiksa: belum terdaftar" in each.said.text for each in read_by.messages) == 1
    assert officer.name in read_by.last.text
    assert "KPPS KPU, TPS 001" in read_by.last.text
    assert "JKK dan JKM" in read_by.last.text
    nik = await stage.db.read(lambda tx: tx.vault.open(tx.scalar(select(people.c.nik_sealed).where(people.c.id == officer.person_id))))
    assert nik[:4] not in read_by.last.text
    assert "Minta diperiksa: belum terdaftar" not in here.screen


async def test_two_taps_at_once_are_one_case(stage: Stage) -> None:
    officer = await uncovered(stage)
    whats = officer.on_whatsapp()
    await whats.links()
    await officer.says("/status")
    tapped = officer.button("Minta diperiksa")
    await asyncio.gather(officer.forges(tapped), whats.forges(tapped))
    assert await states(stage) == [OPEN]


async def test_a_list_that_has_him_closes_it_by_itself_and_tells_him_once(stage: Stage) -> None:
    boss = await boss_of(stage, "KPU", "city")
    officer, other = await uncovered(stage), await uncovered(stage, 2)
    for each in (officer, other):
        await each.says("/status")
        await each.taps("Minta diperiksa")
    await brings(stage, officer, programme="JKK")
    assert await states(stage) == [OPEN, OPEN], "one programme of two"
    await brings(stage, officer)
    assert await states(stage) == [COVERED, OPEN]
    assert "kini terdaftar" in officer.last.text
    assert "/status" in officer.last.text
    assert "kini terdaftar" not in other.screen
    for _ in range(2):
        await brings(stage, officer)
    assert sum("kini terdaftar" in each.said.text for each in officer.messages) == 1
    assert "aktif" in await officer.says("/status")
    assert not officer.last.choices
    assert await boss.forges("cov_done:1") == "Sudah tercatat."
    assert "Sudah terdaftar menurut daftar" in next(each.said.text for each in boss.messages if officer.name in each.said.text)


async def test_an_import_that_covers_nobody_new_changes_nothing(stage: Stage) -> None:
    officer = await uncovered(stage)
    await officer.says("/status")
    await officer.taps("Minta diperiksa")

    def everything(tx: Tx) -> list[object]:
        return [tx.rows(select(each).order_by(each.c.id)) for each in (requests, deliveries, journal.journal, coverages)]

    before = await stage.db.read(everything)
    await load(stage.db, read.of_rows({"kepesertaan": [HEAD]}), now=stage.clock.now())
    await brings(stage, await stage.officer(rank=1))  # he is on it already
    after = await stage.db.read(everything)
    assert before[:3] == after[:3]


async def test_a_kill_between_the_list_and_the_close_is_finished_by_the_same_file(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await uncovered(stage)
    await officer.says("/status")
    await officer.taps("Minta diperiksa")

    def dies(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(coverage_cases, "close", dies)
        with pytest.raises(Died):
            await brings(stage, officer)
    assert await states(stage) == [OPEN]
    await brings(stage, officer)
    assert await states(stage) == [COVERED]
    assert "kini terdaftar" in officer.last.text


async def test_submitted_stays_until_a_list_brings_it_and_refused_says_why(stage: Stage) -> None:
    boss = await boss_of(stage, "KPU", "city")
    first, second = await uncovered(stage), await uncovered(stage, 2)
    for each in (first, second):
        await each.says("/status")
        await each.taps("Minta diperiksa")
    await boss.taps("Sudah diajukan", on=first.name)
    assert "belum berarti Anda terdaftar" in first.last.text
    assert "sudah diajukan" in await first.says("/status")
    assert not first.last.choices
    await boss.taps("Tidak berhak", on=second.name)
    assert "Itu terlalu panjang" in await boss.says("x" * 201)
    await boss.says("Sudah diganti sejak 20 November")
    assert "Sudah diganti sejak 20 November" in second.last.text
    assert "tidak berhak" in second.last.text
    assert "bukan keputusan klaim" in second.last.text
    assert await states(stage) == [SUBMITTED, REFUSED]
    assert "Sudah diganti" in await second.says("/status")
    assert not second.last.choices, "not again on the same day"
    stage.clock.move(timedelta(hours=25))
    await second.says("/status")
    await second.taps("Minta diperiksa")
    assert await states(stage) == [SUBMITTED, REFUSED, OPEN]
    await brings(stage, first, second)
    assert await states(stage) == [COVERED, REFUSED, COVERED]


async def test_the_coordinator_finds_them_in_cakupan_the_oldest_first(stage: Stage) -> None:
    boss = await boss_of(stage, "KPU", "city")
    officers = [await uncovered(stage, rank) for rank in (0, 1, 2)]
    for each in officers:
        await each.says("/status")
        await each.taps("Minta diperiksa")
        stage.clock.move(timedelta(minutes=1))
    assert "masih menunggu: 3" in await boss.says("/cakupan")
    await boss.taps("Minta diperiksa")
    places = [boss.last.text.index(each.name) for each in officers]
    assert places == sorted(places)
    await boss.taps(officers[1].name[:12])
    assert "JKK dan JKM" in boss.last.text
    assert officers[1].name in boss.last.text
    await boss.taps("Sudah diajukan")
    assert await states(stage) == [OPEN, SUBMITTED, OPEN]


async def test_nobody_else_reads_or_answers_a_case(stage: Stage) -> None:
    officer = await uncovered(stage)
    await officer.says("/status")
    await officer.taps("Minta diperiksa")
    mate, bawaslu = await (await stage.officer(rank=2)).links(), await boss_of(stage, "Bawaslu", "city")
    elsewhere = await (await stage.coordinator("KPU", "kecamatan", at=40)).links()
    for other in (mate, bawaslu, elsewhere, officer):
        for data in ("cov_done:1", "cov_no:1", "cov_show:1", "cov_show:99"):
            assert await other.forges(data) == "Tombol ini bukan untuk Anda."
    for data in ("cov_list:0", "cov_ask:1"):
        assert await mate.forges(data) == "Tombol ini bukan untuk Anda."
    await bawaslu.forges("cov_list:0")
    for other in (mate, bawaslu, elsewhere):
        assert officer.name not in other.screen
    assert await states(stage) == [OPEN]


async def test_a_day_after_his_last_word_a_template_tells_him_on_whatsapp(stage: Stage) -> None:
    boss = (await stage.coordinator("KPU")).on_whatsapp()
    await boss.links()
    stage.clock.move(timedelta(hours=25))
    officer = await uncovered(stage)
    whats = officer.on_whatsapp()
    await whats.links()
    await whats.says("status")
    await whats.taps("Minta diperiksa")
    (to_boss,) = stage.cloud.templates
    assert to_boss.name == "siaga_pemberitahuan"
    assert officer.name in to_boss.values[0]
    stage.clock.move(timedelta(hours=25))
    await brings(stage, officer)
    assert "kini terdaftar" in stage.cloud.templates[-1].values[0]
    assert "kini terdaftar" not in officer.screen, "where he spoke last, and there only"


async def test_where_many_ask_the_list_comes_once_an_hour(stage: Stage) -> None:
    boss = await boss_of(stage, "KPU", "city")
    officers = [await uncovered(stage, rank) for rank in (0, 2, 3)]
    others = select(assignments.c.person_id).where(assignments.c.kind == "officer", assignments.c.institution == "KPU").limit(60)

    def lay(tx: Tx) -> None:
        mine = {each.person_id for each in officers}
        ids = [row.person_id for row in tx.rows(others) if row.person_id not in mine][: coverage_case.SINGLY - 1]
        given = {"kind": COVERAGE, "address_id": 1, "election_id": 1, "institution": "KPU", "role": "KPPS", "name": "", "state": OPEN}
        tx.execute(insert(requests), [{**given, "subject_id": n, "created_at": stage.clock.now()} for n in ids])

    await stage.db.write(lay)
    seen = len(boss.messages)
    for each in officers:
        await each.says("/status")
        await each.taps("Minta diperiksa")
    first, second = [each.said.text for each in boss.messages[seen:]]
    assert officers[0].name in first
    assert "yang terlama dahulu" in second
    stage.clock.move(timedelta(hours=2))
    await (await uncovered(stage, 4)).says("/status")
    last = await stage.officer(rank=4)
    await last.taps("Minta diperiksa")
    assert last.name in boss.last.text, "later each comes by itself again"


async def test_who_died_is_not_told(stage: Stage) -> None:
    officer = await uncovered(stage)
    await officer.says("/status")
    await officer.taps("Minta diperiksa")
    await stage.db.write(lambda tx: tx.execute(update(people).where(people.c.id == officer.person_id).values(silent_at=stage.clock.now())))
    await brings(stage, officer)
    assert await states(stage) == [COVERED]
    assert "kini terdaftar" not in officer.screen


async def test_who_died_is_not_told_of_an_answer_either(stage: Stage) -> None:
    boss, officer = await boss_of(stage, "KPU", "city"), await uncovered(stage)
    await officer.says("/status")
    await officer.taps("Minta diperiksa")
    await stage.db.write(lambda tx: people_of.silence(tx, officer.person_id, stage.clock.now()))
    told = len(officer.messages)
    await boss.taps("Sudah diajukan", on=officer.name)
    assert len(officer.messages) == told
    assert "sampaikan juga sendiri" in boss.screen


async def test_thousands_are_closed_and_told_in_steps_and_nobody_twice(db: Database, stage: Stage) -> None:
    """1,300 cases are three steps; a step that is done again, as after a kill, writes nothing."""
    now, many = stage.clock.now(), 1_300

    def lay(tx: Tx) -> None:
        base = tx.scalar(select(func.max(people.c.id))) + 1
        ids = range(base, base + many)
        tx.execute(insert(people), [{"id": n, "name": f"Petugas {n}", "name_key": f"petugas {n}", "nik_hash": f"h{n}"} for n in ids])
        tx.execute(insert(assignments), [{"election_id": 1, "person_id": n, "kind": "officer", "key": f"k{n}", "role": "KPPS",
                                          "institution": "KPU"} for n in ids])  # fmt: skip
        tx.execute(insert(addresses), [{"channel": "telegram", "external": f"9{n}", "person_id": n, "consent": "yes", "state": "active"}
                                       for n in ids])  # fmt: skip
        at = {row.person_id: row.id for row in tx.rows(select(addresses.c.id, addresses.c.person_id))}
        tx.execute(insert(requests), [{"kind": COVERAGE, "subject_id": n, "address_id": at[n], "election_id": 1, "institution": "KPU",
                                       "role": "KPPS", "name": "", "state": OPEN, "created_at": now} for n in ids])  # fmt: skip
        given = {"election_id": 1, "institution": "KPU", "starts": now.date(), "ends": now.date(), "active": True, "kpj_hash": "", "kpj_last4": ""}
        tx.execute(insert(coverages), [{**given, "nik_hash": f"h{n}", "programme": p} for n in ids for p in ("JKK", "JKM")])

    await db.write(lay)
    steps, after = [], 0
    while after is not None:
        steps.append(after)
        after = await db.write(lambda tx, a=after: coverage_cases.close(tx, 1, a, now))  # type: ignore[misc]
    assert len(steps) == 3
    assert await db.write(lambda tx: coverage_cases.close(tx, 1, 0, now)) is None
    told = select(func.count(), func.count(deliveries.c.address_id.distinct())).where(deliveries.c.kind == "coverage_found")
    assert tuple(await db.read(lambda tx: tx.first(told))) == (many, many)
    assert set(await states(stage)) == {COVERED}


@pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
async def test_who_coordinates_two_kecamatan_has_a_page_of_each(stage: Stage, whatsapp: bool) -> None:
    boss = await of_two(stage, whatsapp=whatsapp)
    far = await stage.officer(at=-1)
    nik = select(people.c.nik_hash).where(people.c.id == far.person_id).scalar_subquery()
    await stage.db.write(lambda tx: tx.execute(delete(coverages).where(coverages.c.nik_hash == nik)))
    await far.links()
    await far.says("/status")
    await far.taps("Minta diperiksa")
    assert far.name in boss.last.text
    told = len(boss.messages)
    await says(boss, "/cakupan")
    pages = [each.said for each in boss.messages[told:]]
    assert len(pages) == 2
    (asked,) = [choice.data for page in pages for row in page.choices for choice in row if "Minta diperiksa" in choice.label]
    told = len(boss.messages)
    await boss.forges(asked)
    assert far.name in "\n".join(each.said.text for each in boss.messages[told:])
    names = [choice.data for page in pages for row in page.choices for choice in row if "ama-nama" in choice.label]
    shown = []
    for data in names:
        told = len(boss.messages)
        await boss.forges(data)
        shown.append("\n".join(each.said.text for each in boss.messages[told:]))
    assert sum(far.name in each for each in shown) == 1
    assert (await boss.forges("gaps:0:999999")).startswith("Tombol ini bukan")
