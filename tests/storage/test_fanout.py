"""A broadcast's way into the outbox: frozen once, posted once, held and taken back in steps, counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from storage import broadcasts, claims, deliveries, exits, fanout, people, receipts
from storage.audience import BLOCKED, NEVER, STOPPED, Filter
from storage.broadcasts import DRAFT, Broadcast, recipients
from storage.claims import End
from storage.database import Database, Tx
from storage.deliveries import BROADCAST, EXPIRED, FAILED, SENDING, SENT, UNKNOWN, WAITING, WITHDRAWN
from tests.storage.test_audience import EVERYBODY, NOW, add, city, officer, serve, speak

LATER = NOW + timedelta(hours=24)
BULK = 7
ALL = 12  # officers; the last two cannot be reached
_D, _R = deliveries.deliveries.c, recipients.c


@pytest.fixture
async def db(db: Database) -> Database:
    """Ten officers who can be reached at TPS 1, 2 and 3, one at none, and two who never linked."""

    def fill(tx: Tx) -> None:
        city(tx)
        for number in range(1, ALL - 1):
            officer(tx, number, tps_id=(number - 1) % 3 + 1)
        for number in (ALL - 1, ALL):
            add(tx, number)
            serve(tx, number, tps_id=1)

    await db.write(fill)
    return db


def confirmed(tx: Tx, chosen: Filter = EVERYBODY, **more: Any) -> Broadcast:
    """A broadcast with its recipients frozen."""
    values = {"election_id": 1, "chosen": chosen.as_json(), "created_at": NOW, **more}
    made = broadcasts.draft(tx, values)
    assert broadcasts.confirm(tx, made, broadcasts.SENDING, NOW, bulk_id=more.get("bulk_id", BULK))
    fanout.freeze(tx, made, chosen)
    return of(tx, made)


def of(tx: Tx, broadcast_id: int) -> Broadcast:
    found = broadcasts.by_id(tx, broadcast_id)
    assert found is not None
    return found


def posted(tx: Tx) -> Broadcast:
    sent = confirmed(tx)
    assert fanout.post_all(tx, sent, BULK, NOW, LATER) == ALL - 2
    return sent


def rows(tx: Tx) -> list[Any]:
    return list(tx.rows(select(deliveries.deliveries).order_by(_D.id)))


def state(tx: Tx, wanted: dict[int, str]) -> None:
    """Say how the messages to these addresses stand."""
    for address_id, each in wanted.items():
        tx.execute(update(deliveries.deliveries).where(_D.address_id == address_id, _D.bulk_id == BULK).values(state=each, reason=f"{each}!"))


def frozen(tx: Tx, broadcast_id: int) -> dict[int, tuple[int | None, int | None, str]]:
    found = tx.rows(select(recipients).where(_R.broadcast_id == broadcast_id))
    return {row.person_id: (row.address_id, row.tps_id, row.why) for row in found}


# --- recipients ---


async def test_recipients_are_frozen_with_address_tps_and_reason(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = confirmed(tx)
        kept = frozen(tx, sent.id or 0)
        assert len(kept) == ALL
        assert kept[1] == (1, 1, "")
        assert kept[5] == (5, 2, "")
        assert kept[ALL] == (None, 1, NEVER)
        assert fanout.reach(tx, sent.id or 0) == {"": ALL - 2, NEVER: 2}

    await db.write(work)


async def test_who_comes_or_links_after_confirmation_is_not_meant(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = confirmed(tx)
        officer(tx, 50)
        speak(tx, 51, ALL)
        fanout.still_open(tx, sent.id or 0)
        assert fanout.post_all(tx, sent, BULK, NOW, LATER) == ALL - 2
        assert {row.address_id for row in rows(tx)} == set(range(1, ALL - 1))

    await db.write(work)


async def test_who_stopped_or_left_before_the_start_is_not_written_to(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = confirmed(tx)
        other = confirmed(tx, bulk_id=8)
        people.stop(tx, 1, None, NOW)
        people.unlink(tx, 2)
        people.link(tx, 3, 12, "+62", NOW)  # the chat speaks for somebody else now
        people.consent(tx, 4, "", "1", NOW)
        tx.execute(update(people.addresses).where(people.addresses.c.id == 5).values(state="gone"))
        fanout.still_open(tx, sent.id or 0)
        kept = frozen(tx, sent.id or 0)
        assert {number: kept[number][2] for number in range(1, 7)} == {1: STOPPED, 2: BLOCKED, 3: BLOCKED, 4: BLOCKED, 5: BLOCKED, 6: ""}
        assert kept[11][2] == NEVER
        assert frozen(tx, other.id or 0)[1] == (1, 1, ""), "another broadcast's are left alone"
        assert fanout.post_all(tx, sent, BULK, NOW, LATER) == 5

    await db.write(work)


# --- posting ---


async def test_each_gets_one_delivery_that_says_what_it_is(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = posted(tx)
        first = rows(tx)[0]
        assert (first.lane, first.kind, first.refs, first.state, first.bulk_id) == (BROADCAST, "broadcast", {"broadcast": sent.id}, WAITING, BULK)
        assert (first.channel, first.about, first.once) == ("telegram", f"B-{sent.number:04d}", f"b:{sent.id}:{first.address_id}")
        assert (first.created_at, first.expires_at, first.due_at, first.edits) == (NOW, LATER, None, None)
        assert [row.address_id for row in rows(tx)] == [1, 4, 7, 10, 2, 5, 8, 3, 6, 9], "TPS by TPS"
        assert [row.address_id for row in claims.ready(tx, "telegram", NOW, upto=BROADCAST, limit=3)] == [1, 4, 7], "and the outbox sees them"
        assert exits.running(tx) == [BULK]

    await db.write(work)


async def test_posting_twice_posts_once(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = posted(tx)
        assert fanout.post_all(tx, sent, BULK, NOW, LATER) == 0
        assert fanout.post_all(tx, sent, BULK + 1, LATER, LATER) == 0
        assert fanout.tally(tx, BULK) == {WAITING: ALL - 2}

    await db.write(work)


async def test_of_many_who_post_at_once_each_recipient_gets_one(db: Database) -> None:
    sent = await db.write(confirmed)
    counted = await asyncio.gather(*(db.write(lambda tx: fanout.post_all(tx, sent, BULK, NOW, LATER)) for _ in range(4)))
    assert sum(counted) == ALL - 2
    assert await db.read(lambda tx: fanout.tally(tx, BULK)) == {WAITING: ALL - 2}


async def test_two_broadcasts_to_the_same_people_are_two(db: Database) -> None:
    def work(tx: Tx) -> None:
        posted(tx)
        assert fanout.post_all(tx, confirmed(tx, bulk_id=8), 8, NOW, LATER) == ALL - 2

    await db.write(work)


async def test_a_draft_is_confirmed_once_however_many_tap(db: Database) -> None:
    made = await db.write(lambda tx: broadcasts.draft(tx, {"election_id": 1, "chosen": EVERYBODY.as_json(), "created_at": NOW}))
    numbers = await asyncio.gather(*(db.write(lambda tx: broadcasts.confirm(tx, made, broadcasts.SCHEDULED, NOW, due_at=NOW)) for _ in range(6)))
    assert [number for number in numbers if number] == [1]
    assert (await db.read(lambda tx: of(tx, made))).state != DRAFT


# --- held, let go, taken back ---


async def to_the_end(db: Database, step: Callable[[Tx], bool]) -> int:
    """How many steps it takes."""
    taken = 1
    while await db.write(step):
        taken += 1
        assert taken < 50
    return taken


async def test_a_broadcast_is_held_and_let_go_in_steps(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "A_STEP", 4)
    await db.write(posted)
    assert await to_the_end(db, lambda tx: fanout.hold(tx, BULK)) == 3
    assert await db.read(lambda tx: fanout.tally(tx, BULK)) == {fanout.PAUSED: ALL - 2}
    assert await db.read(lambda tx: claims.ready(tx, "telegram", NOW, upto=BROADCAST, limit=9)) == []
    assert await to_the_end(db, lambda tx: fanout.let_go(tx, BULK)) == 3
    assert await db.read(lambda tx: fanout.tally(tx, BULK)) == {WAITING: ALL - 2}


async def test_what_is_taken_back_says_why_and_what_left_stays(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "A_STEP", 3)

    def begin(tx: Tx) -> None:
        posted(tx)
        state(tx, {1: SENT, 2: SENDING, 3: FAILED, 4: fanout.PAUSED, 5: UNKNOWN})

    await db.write(begin)
    await to_the_end(db, lambda tx: fanout.take_back(tx, BULK, "it was stopped", LATER))
    assert await db.read(lambda tx: fanout.tally(tx, BULK)) == {SENT: 1, SENDING: 1, FAILED: 1, UNKNOWN: 1, WITHDRAWN: 6}
    gone = [row for row in await db.read(rows) if row.state == WITHDRAWN]
    assert {(row.reason, row.settled_at) for row in gone} == {("it was stopped", LATER)}


async def test_another_broadcast_and_another_state_are_left_alone(db: Database) -> None:
    def work(tx: Tx) -> None:
        posted(tx)
        other = confirmed(tx, bulk_id=8)
        fanout.post_all(tx, other, 8, NOW, LATER)
        state(tx, {1: SENT, 2: SENDING})
        fanout.hold(tx, BULK)
        assert fanout.tally(tx, BULK) == {SENT: 1, SENDING: 1, fanout.PAUSED: ALL - 4}
        assert fanout.tally(tx, 8) == {WAITING: ALL - 2}
        fanout.let_go(tx, 8)
        assert fanout.tally(tx, BULK)[fanout.PAUSED] == ALL - 4

    await db.write(work)


async def test_what_is_held_does_not_run_out_and_does_once_it_is_let_go(db: Database) -> None:
    def work(tx: Tx) -> None:
        posted(tx)
        fanout.hold(tx, BULK)
        after = LATER + timedelta(hours=1)
        assert exits.overdue(tx, after, 50) == []
        fanout.let_go(tx, BULK)
        assert len(exits.overdue(tx, after, 50)) == ALL - 2

    await db.write(work)


# --- counting ---


def edited(tx: Tx, address_id: int) -> None:
    """His message is shown and changed, as a receipt changes it."""
    one = tx.scalar(select(_D.id).where(_D.address_id == address_id, _D.bulk_id == BULK))
    assert deliveries.post_edit(tx, one, NOW)


async def test_messages_are_counted_by_state_and_reason_and_their_changes_are_not(db: Database) -> None:
    def work(tx: Tx) -> None:
        posted(tx)
        state(tx, {1: SENT, 2: SENT, 3: FAILED, 4: FAILED, 5: EXPIRED, 6: UNKNOWN, 7: WITHDRAWN})
        edited(tx, 1)
        assert fanout.tally(tx, BULK) == {SENT: 2, FAILED: 2, EXPIRED: 1, UNKNOWN: 1, WITHDRAWN: 1, WAITING: 3}
        assert fanout.reasons(tx, BULK) == {(FAILED, "failed!"): 2, (EXPIRED, "expired!"): 1, (UNKNOWN, "unknown!"): 1, (WITHDRAWN, "withdrawn!"): 1}
        assert fanout.tally(tx, None) == fanout.reasons(tx, None) == {}
        fanout.hold(tx, BULK)
        waiting = tx.rows(select(_D.edits).where(_D.state == WAITING))
        assert [row.edits is not None for row in waiting] == [True], "a pause holds messages, not what becomes of them"

    await db.write(work)


async def test_the_sheet_has_everybody_once_with_place_state_reason_and_receipt(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = posted(tx)
        state(tx, {1: SENT, 2: FAILED})
        edited(tx, 1)
        add(tx, 60, name="Tanpa TPS")
        tx.execute(insert(recipients).values(broadcast_id=sent.id, person_id=60, why=NEVER))
        receipts.receive(tx, sent.id or 0, [1, 4], 1, LATER)
        found = {row.name: row for row in tx.rows(fanout.sheet(sent))}
        assert len(tx.rows(fanout.sheet(sent))) == len(found) == ALL + 1
        one = found["Orang 1"]
        assert (one.kelurahan, one.number, one.state, one.why, one.received_at, one.by) == ("Kasin", 1, SENT, "", LATER, "Orang 1")
        assert (found["Orang 2"].state, found["Orang 2"].reason, found["Orang 2"].received_at) == (FAILED, "failed!", None)
        assert (found["Orang 4"].by, found["Orang 5"].by) == ("Orang 1", None)
        assert (found["Orang 12"].state, found["Orang 12"].why) == (None, NEVER)
        assert (found["Tanpa TPS"].kelurahan, found["Tanpa TPS"].number) == (None, None)

    await db.write(work)


async def test_the_sheet_of_a_broadcast_that_has_not_started_has_its_names(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = confirmed(tx, bulk_id=None)
        assert {row.state for row in tx.rows(fanout.sheet(sent))} == {None}
        assert len(tx.rows(fanout.sheet(sent))) == ALL

    await db.write(work)


# --- the same again ---


async def test_the_rest_is_who_failed_each_with_the_address_he_has_now(db: Database) -> None:
    def work(tx: Tx) -> None:
        before = posted(tx)
        state(tx, {1: SENT, 2: FAILED, 3: EXPIRED, 4: FAILED, 5: FAILED, 6: FAILED, 7: UNKNOWN, 8: WITHDRAWN})
        edited(tx, 1)
        speak(tx, 20, 2, heard_at=LATER)  # another phone
        people.stop(tx, 4, None, NOW)
        tx.execute(update(people.addresses).where(people.addresses.c.id == 5).values(state="gone"))
        people.unlink(tx, 6)
        values = {"election_id": 1, "chosen": before.chosen, "created_at": NOW, "repeats": before.id}
        again = broadcasts.draft(tx, values)
        assert fanout.freeze_rest(tx, again, before, (FAILED, EXPIRED)) == 5
        assert frozen(tx, again) == {2: (20, 2, ""), 3: (3, 3, ""), 4: (None, 1, STOPPED), 5: (None, 2, BLOCKED), 6: (None, 3, NEVER)}
        assert fanout.freeze_rest(tx, again, before, (FAILED, EXPIRED)) == 0, "twice is once"
        unsure = broadcasts.draft(tx, values)
        assert fanout.freeze_rest(tx, unsure, before, (UNKNOWN,)) == 1
        assert frozen(tx, unsure) == {7: (7, 1, "")}

    await db.write(work)


@pytest.mark.parametrize("which", ["failed", "unknown"])
async def test_each_part_of_the_rest_is_repeated_once_however_many_tap(db: Database, which: str) -> None:
    sent = await db.write(confirmed)
    taps = await asyncio.gather(*(db.write(lambda tx: broadcasts.repeat_once(tx, sent.id or 0, which)) for _ in range(5)))
    assert taps.count(True) == 1
    assert (await db.read(lambda tx: of(tx, sent.id or 0))).repeated.split() == [which]


# --- receipts ---


async def test_only_who_has_not_confirmed_and_can_be_reached_is_reminded_once_a_round(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = posted(tx)
        state(tx, dict.fromkeys(range(1, 10), SENT) | {9: UNKNOWN, 10: WITHDRAWN})
        receipts.receive(tx, sent.id or 0, [1, 2], 1, NOW)
        people.stop(tx, 3, None, NOW)
        people.link(tx, 4, 12, "+62", NOW)
        assert fanout.remind(tx, [sent], 70, NOW, LATER, 1) == 5, "what was taken back stays unsaid"
        assert fanout.remind(tx, [sent], 70, NOW, LATER, 1) == 0
        reminders = [row for row in rows(tx) if row.bulk_id == 70]
        assert {row.address_id for row in reminders} == {5, 6, 7, 8, 9}
        assert reminders[0].refs == {"broadcast": sent.id, "reminds": True}
        receipts.receive(tx, sent.id or 0, [5], 5, NOW)
        assert fanout.remind(tx, [sent], 71, NOW, LATER, 2) == 4
        assert fanout.tally(tx, BULK) == {SENT: 8, UNKNOWN: 1, WITHDRAWN: 1}, "the broadcast's own counts stay"

    await db.write(work)


async def test_all_messages_of_a_broadcast_that_one_address_has_are_found(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = posted(tx)
        state(tx, {3: SENT})
        for nth in (1, 2):
            assert broadcasts.remind_once(tx, sent.id or 0, NOW + nth * broadcasts.REMIND_EVERY) == nth
            fanout.remind(tx, [sent], 70 + nth, NOW, LATER, nth)
        now = of(tx, sent.id or 0)
        ids = fanout.shown_to(tx, [now], 3)
        assert [row.bulk_id for row in rows(tx) if row.id in ids] == [BULK, 71, 72]
        assert {row.address_id for row in rows(tx) if row.id in ids} == {3}
        assert fanout.shown_to(tx, [now], 30) == []

    await db.write(work)


async def test_two_who_remind_at_once_remind_once(db: Database) -> None:
    sent = await db.write(posted)
    rounds = await asyncio.gather(*(db.write(lambda tx: broadcasts.remind_once(tx, sent.id or 0, NOW)) for _ in range(5)))
    assert [nth for nth in rounds if nth] == [1]
    soon = NOW + broadcasts.REMIND_EVERY - timedelta(seconds=1)
    assert await db.write(lambda tx: broadcasts.remind_once(tx, sent.id or 0, soon)) is None
    assert await db.write(lambda tx: broadcasts.remind_once(tx, sent.id or 0, NOW + broadcasts.REMIND_EVERY)) == 2


async def test_who_said_so_first_is_kept_and_everybody_counts_once(db: Database) -> None:
    sent = await db.write(posted)
    fresh = await asyncio.gather(*(db.write(lambda tx, by=by: receipts.receive(tx, sent.id or 0, [4], by, NOW)) for by in (1, 4, 7)))  # type: ignore[misc]
    assert sorted(map(len, fresh)) == [0, 0, 1]

    def look(tx: Tx) -> None:
        his = receipts.of(tx, sent.id or 0, 4)
        assert his is not None
        assert fresh[(1, 4, 7).index(his.received_by or 0)] == [4]
        assert receipts.counts(tx, sent.id or 0) == (1, ALL)
        assert receipts.of(tx, sent.id or 0, 99) is None

    await db.write(look)


async def test_nobody_is_received_for_who_was_not_meant(db: Database) -> None:
    def work(tx: Tx) -> None:
        sent = confirmed(tx, Filter(1, tps=(1,), kelurahan=(1,), day=EVERYBODY.day))
        assert receipts.receive(tx, sent.id or 0, [1, 2, 3], 1, NOW) == [1]

    await db.write(work)


async def test_a_chair_sees_his_own_tps_and_institution_only(db: Database) -> None:
    def work(tx: Tx) -> None:
        officer(tx, 30, tps_id=1, role="PTPS", institution="Bawaslu")
        officer(tx, 31, tps_id=1, role="Linmas")
        serve(tx, 5, tps_id=1, role="Linmas")  # of TPS 2, and here too
        add(tx, 32)
        serve(tx, 32, tps_id=1, kind="worker", role="")
        sent = confirmed(tx)
        receipts.receive(tx, sent.id or 0, [4], 4, NOW)
        officer(tx, 33, tps_id=1)  # came after the confirmation
        assert [person for person, _ in receipts.open_of_tps(tx, sent.id or 0, [1], ["KPU"])] == [1, 10, 11, 12, 31, 5, 7]
        assert receipts.open_of_tps(tx, sent.id or 0, [1], ["Bawaslu"]) == [(30, "Orang 30")]
        assert receipts.open_of_tps(tx, sent.id or 0, [], ["KPU"]) == receipts.open_of_tps(tx, sent.id or 0, [12], ["KPU"]) == []

    await db.write(work)


async def test_who_has_not_is_listed_by_tps_page_by_page_those_without_one_last(db: Database) -> None:
    def work(tx: Tx) -> None:
        for number in (40, 41):
            add(tx, number)
            serve(tx, number, ward=1, role="PPS")
        sent = confirmed(tx)
        number = sent.id or 0
        receipts.receive(tx, number, [1, 4, 7, 10, 11, 12, 2], 1, NOW)  # all of Kasin's TPS, one of Bareng's
        bareng, sukun, none = (1, "Bareng", ["Orang 5", "Orang 8"]), (1, "Sukun", ["Orang 3", "Orang 6", "Orang 9"]), (None, "", ["Orang 40", "Orang 41"])
        assert receipts.missing(tx, number, 0, 10) == [bareng, sukun, none]
        assert receipts.missing(tx, number, 0, 2) == [bareng, sukun]
        assert receipts.missing(tx, number, 2, 2) == [none]
        assert receipts.missing(tx, number, 9, 2) == []
        receipts.receive(tx, number, range(100), 1, NOW)
        assert receipts.missing(tx, number, 0, 10) == []

    await db.write(work)


async def test_of_many_without_a_tps_only_the_first_names_are_shown(db: Database) -> None:
    def work(tx: Tx) -> None:
        for number in range(100, 100 + receipts.MOST_NAMES + 5):
            add(tx, number)
            serve(tx, number, ward=1, role="PPS")
        sent = confirmed(tx, Filter(1, roles=("PPS",), day=EVERYBODY.day))
        ((_, _, shown),) = receipts.missing(tx, sent.id or 0, 0, 10)
        assert shown == [f"Orang {number}" for number in range(100, 100 + receipts.MOST_NAMES)]

    await db.write(work)


# --- what ends, and how ---


async def test_what_was_claimed_this_moment_is_passed_over_and_ends_as_it_ends(db: Database) -> None:
    def work(tx: Tx) -> None:
        posted(tx)
        first = rows(tx)[0]
        assert claims.take(tx, [first.id], "me") == {first.id}
        fanout.hold(tx, BULK)
        fanout.take_back(tx, BULK, "it was stopped", NOW)
        claims.sent(tx, [End(first.id, SENT, external="m1")], "me", NOW)
        assert fanout.tally(tx, BULK) == {SENT: 1, WITHDRAWN: ALL - 3}

    await db.write(work)
