"""Whom an import, or its undoing, leaves without any duty: told, let go, and nobody's name or number stays with him."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.commands.undoing import last_import
from bot.workbook import read, sample
from bot.workbook.load import Outcome, load
from storage import elections, leavers, roster
from storage.people import addresses, people
from tests.stories.stage import VOTING_DAY, Actor, Stage

Rows = dict[str, list[list[Any]]]
CHANNELS = pytest.mark.parametrize("whatsapp", [False, True])


def here(actor: Actor, whatsapp: bool) -> Actor:
    return actor.on_whatsapp() if whatsapp else actor


async def imported(stage: Stage, change: Callable[[Rows], None] | None = None, *, replace: bool = True) -> Outcome:
    rows = {sheet: [list(row) for row in body] for sheet, body in sample.rows(tps=57, voting_day=VOTING_DAY.date()).items()}
    if change:
        change(rows)
    outcome = await load(stage.db, read.of_rows(rows), now=stage.clock.now(), election="malang-2024", replace=replace)
    await stage.passes(seconds=1)
    return outcome


def without(*actors: Actor) -> Callable[[Rows], None]:
    """A list in which these people do not stand."""
    gone = {actor.name for actor in actors}

    def change(rows: Rows) -> None:
        for sheet in ("petugas", "nakes", "koordinator"):
            name = rows[sheet][0].index("nama")
            rows[sheet] = [row for row in rows[sheet] if row[name] not in gone]

    return change


def with_worker(like: Actor) -> Callable[[Rows], None]:
    """A list with one health worker more, of the puskesmas of another, always on duty."""

    def change(rows: Rows) -> None:
        header, *body = rows["nakes"]
        name, phone, begins, ends = (header.index(each) for each in ("nama", "no_hp", "mulai", "selesai"))
        added = list(next(row for row in body if row[name] == like.name))
        added[name], added[phone], added[begins], added[ends] = "dr. Baru Datang", "081277770055", "", ""
        rows["nakes"].append(added)

    return change


def newcomer(stage: Stage) -> Actor:
    return Actor(stage, "5555", "+6281277770055", "dr. Baru Datang")


async def undone(stage: Stage) -> str:
    out = io.StringIO()
    await last_import(stage.db, now=stage.clock.now(), election="malang-2024", out=out)
    await stage.passes(seconds=1)
    return out.getvalue()


async def linked_to(stage: Stage, actor: Actor) -> int | None:
    where = (addresses.c.channel == actor.channel) & (addresses.c.external == actor.id)
    found: int | None = await stage.db.read(lambda tx: tx.scalar(select(addresses.c.person_id).where(where)))
    return found


@CHANNELS
async def test_a_health_worker_taken_out_is_told_and_a_waiting_alert_leaves_his_phone(stage: Stage, whatsapp: bool) -> None:
    worker = await here((await stage.workers())[0], whatsapp).links()
    officer = await here(await stage.officer(), whatsapp).links()
    await officer.says("Pingsan")
    take = worker.button("Saya tangani")
    outcome = await imported(stage, without(worker))
    assert outcome.let_go == 1
    assert "tidak ada lagi dalam daftar" in worker.last.text and "tidak terhubung lagi" in worker.last.text
    assert await linked_to(stage, worker) is None
    if not whatsapp:
        assert officer.name not in worker.screen and officer.phone[3:] not in worker.screen
    answer = await worker.forges(take)
    assert whatsapp or answer == "Tombol ini bukan untuk Anda."
    assert (await stage.case()).state == "waiting"
    assert "kasus" not in " ".join(worker.keyboard).casefold()


@CHANNELS
async def test_the_ladder_is_not_left_with_nobody(stage: Stage, whatsapp: bool) -> None:
    worker = await here((await stage.workers())[0], whatsapp).links()
    city = await here(await stage.coordinator("Dinkes"), whatsapp).links()
    officer = await here(await stage.officer(), whatsapp).links()
    await officer.says("Pingsan")
    assert not [choice for choice in city.buttons() if "Saya tangani" in choice.label]
    await imported(stage, without(worker))
    await city.taps("Saya tangani")
    assert (await stage.case()).taken_by == city.person_id


async def test_where_others_are_called_too_the_ladder_waits_for_them(stage: Stage) -> None:
    first, second = [await each.links() for each in (await stage.workers())[:2]]
    await (await (await stage.officer()).links()).says("Pingsan")
    before = await stage.case()
    assert second.button("Saya tangani")
    await imported(stage, without(first))
    after = await stage.case()
    assert (after.rung, after.round) == (before.rung, before.round)
    assert "tidak ada lagi dalam daftar" in first.last.text


@CHANNELS
async def test_who_holds_a_case_keeps_it_until_it_is_closed(stage: Stage, whatsapp: bool) -> None:
    one = (await stage.workers())[0]
    await imported(stage, with_worker(one), replace=False)
    worker = await here(newcomer(stage), whatsapp).links()
    officer = await here(await stage.officer(), whatsapp).links()
    other = await here(await stage.officer(at=1), whatsapp).links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await other.says("Pingsan")
    take = worker.button("Saya tangani", "L-0002")
    assert "1 pengguna bot" in await undone(stage)
    assert "L-0001 tetap Anda tangani sampai selesai" in worker.last.text and "Kasus" in " ".join(worker.keyboard)
    if not whatsapp:
        assert other.name not in worker.screen and officer.name in worker.screen
    await worker.forges(take)
    assert [case.state for case in await stage.cases()] == ["taken", "waiting"]
    await worker.says("kasus" if whatsapp else "/kasus")
    await worker.taps("Tiba", "L-0001")
    told = len(worker.messages)
    await stage.passes(minutes=5)
    assert not [each for each in worker.messages[told:] if "tetap Anda tangani" in each.said.text], "told once"
    await worker.taps("Selesai", "L-0001")
    await worker.taps("Membaik")
    assert (await stage.cases())[0].state == "closed"
    await stage.passes(minutes=1)
    assert "tidak terhubung lagi" in worker.last.text and await linked_to(stage, worker) is None
    if not whatsapp:
        assert officer.name not in worker.screen


async def test_who_hands_his_case_back_is_let_go_then(stage: Stage) -> None:
    worker = await (await stage.workers())[0].links()
    await (await (await stage.officer()).links()).says("Pingsan")
    await worker.taps("Saya tangani")
    await imported(stage, without(worker))
    assert await linked_to(stage, worker)
    await worker.taps("Tidak bisa", "L-0001")
    await stage.passes(minutes=1)
    assert (await stage.case()).state == "waiting" and await linked_to(stage, worker) is None


@CHANNELS
async def test_officers_are_told_and_their_coordinator_reads_one_line(stage: Stage, whatsapp: bool) -> None:
    chair = await stage.chair()
    crew = [each for rank in range(6) if (each := await stage.officer(rank=rank)).name != chair.name]
    gone = [await here(each, whatsapp).links() for each in crew[:4]]
    stays = await here(crew[4], whatsapp).links()
    coordinator = await here(await stage.coordinator(level="kecamatan"), whatsapp).links()
    other = await here(await stage.coordinator("Bawaslu"), whatsapp).links()
    before, elsewhere, seen = len(coordinator.messages), len(other.messages), len(stays.messages)
    await imported(stage, without(*gone))
    for each in gone:
        assert "tidak ada lagi dalam daftar" in each.last.text
        assert "belum" in (await each.says("status" if whatsapp else "/status")).casefold()
    (line,) = coordinator.messages[before:]
    assert "Tidak ada lagi dalam daftar: " in line.said.text and "dan 1 lagi" in line.said.text
    assert len(stays.messages) == seen and len(other.messages) == elsewhere
    await imported(stage, without(*gone))
    assert len(coordinator.messages) == before + 1


async def test_who_has_another_duty_stays(stage: Stage) -> None:
    worker = (await stage.workers())[0]

    def both(rows: Rows) -> None:
        rows["koordinator"].append([worker.name, worker.phone, "KPU", "", ""])

    await imported(stage, both, replace=False)
    await worker.links()
    def one(rows: Rows) -> None:
        without(worker)(rows)
        both(rows)

    await imported(stage, one)
    assert await linked_to(stage, worker) and "tidak terhubung lagi" not in worker.screen
    assert {role.kind for role in await stage.db.read(lambda tx: roster.roles(tx, worker.person_id, stage.clock.now()))} == {"coordinator"}


async def test_whom_a_list_names_again_before_he_was_let_go_stays(stage: Stage) -> None:
    worker = await (await stage.workers())[0].links()
    await (await (await stage.officer()).links()).says("Pingsan")
    await worker.taps("Saya tangani")
    await imported(stage, without(worker))
    await imported(stage)
    await stage.passes(minutes=1)
    assert await stage.db.read(leavers.next_due) is None
    await worker.taps("Selesai", "L-0001")
    await worker.taps("Membaik")
    await stage.passes(minutes=2)
    assert await linked_to(stage, worker) == worker.person_id


async def test_a_killed_import_lets_go_when_it_is_finished_and_tells_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await (await stage.officer(rank=2)).links()
    coordinator = await (await stage.coordinator(level="kecamatan")).links()
    before = len(coordinator.messages)

    def killed(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(leavers, "mark", killed)
        with pytest.raises(RuntimeError):
            await imported(stage, without(officer))
    assert await linked_to(stage, officer)
    await imported(stage, without(officer))
    assert await linked_to(stage, officer) is None and "tidak ada lagi dalam daftar" in officer.last.text
    assert len(coordinator.messages) == before + 1


async def test_who_served_in_an_election_that_is_over_is_left_alone_unless_he_lost_a_post_now(stage: Stage) -> None:
    officer = await (await stage.officer(rank=2)).links()
    now = stage.clock.now()
    old = update(elections.elections).values(last_day=date(2024, 1, 1))
    await stage.db.write(lambda tx: tx.execute(old))
    assert await stage.db.read(lambda tx: leavers.without_post(tx, [], now)) == []
    assert await stage.db.read(lambda tx: leavers.without_post(tx, [officer.person_id], now)) == [officer.person_id]


async def test_the_bot_begins_nothing_with_who_died(stage: Stage) -> None:
    officer = await (await stage.officer(rank=2)).links()
    quiet = update(people).where(people.c.id == officer.person_id).values(silent_at=stage.clock.now())
    await stage.db.write(lambda tx: tx.execute(quiet))
    seen = len(officer.messages)
    await imported(stage, without(officer))
    assert len(officer.messages) == seen and await linked_to(stage, officer) is None
