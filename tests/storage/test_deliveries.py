"""Putting messages in the outbox and taking them out, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from storage import claims, deliveries, exits, leftovers
from storage.claims import ANSWERS, BULK, EDITS, End, Row, chat_tier
from storage.database import Database, Tx
from storage.deliveries import (
    ALERT,
    BROADCAST,
    EXPIRED,
    FAILED,
    NOTICE,
    REMINDER,
    REPLY,
    SENDING,
    SENT,
    UNKNOWN,
    WAITING,
    WITHDRAWN,
)  # fmt: skip
from storage.incidents import Incident
from storage.people import addresses
from storage.types import table
from tests.outbox.scripted import NOW, add_addresses

SOON, LATER = NOW + timedelta(seconds=1), NOW + timedelta(hours=1)
incidents = table(Incident)


@pytest.fixture
async def db(db: Database) -> Database:
    """With ten Telegram addresses (1 … 10), one of WhatsApp (11), and incident 1."""

    def fill(tx: Tx) -> None:
        add_addresses(tx, 10)
        add_addresses(tx, 1, "whatsapp", first=11)
        case(tx)

    await db.write(fill)
    return db


def case(tx: Tx) -> None:
    """Incident 1."""
    incident = {"id": 1, "number": 1, "state": "waiting", "severity": "red", "kind": "pingsan", "kinds": "",
                "plain": False, "verified": True, "reporter_address_id": 1, "casualty": "", "reported_at": NOW,
                "outcome": "", "rung": 0, "round": 0, "told": 0, "quiet_asked": False, "chain_length": 0,
                "chain_head": ""}  # fmt: skip
    columns = {column.name for column in incidents.columns}
    tx.execute(insert(incidents), {k: v for k, v in incident.items() if k in columns})


def post(tx: Tx, lane: int = ALERT, address_id: int = 1, **more: Any) -> int:
    found = deliveries.post(tx, **{"lane": lane, "address_id": address_id, "kind": "k", "refs": {}, "now": NOW, **more})
    assert found is not None
    return found


def ready(tx: Tx, channel: str = "telegram", **more: Any) -> list[Row]:
    return claims.ready(tx, channel, **{"now": NOW, "upto": BROADCAST, "limit": 64, **more})


def ids(rows: list[Row]) -> list[int]:
    return [row.id for row in rows]


def take(tx: Tx, *wanted: int, claim: str = "me") -> None:
    assert claims.take(tx, wanted, claim) == set(wanted)


def finish(tx: Tx, id_: int, state: str = SENT, external: str = "m1") -> None:
    take(tx, id_)
    if state == SENT:
        claims.sent(tx, [End(id_, SENT, external=external)], "me", NOW)
    else:
        assert claims.settle(tx, End(id_, state, "because"), "me", NOW)


def of(tx: Tx, id_: int) -> Any:
    return tx.first(select(deliveries.deliveries).where(deliveries.deliveries.c.id == id_))


async def test_a_posted_row_comes_back_as_it_was_posted(db: Database) -> None:
    def work(tx: Tx) -> None:
        given = {"lane": REPLY, "address_id": 11, "kind": "menu", "refs": {"a": [1, "ü"]}, "sealed": b"\x00secret",
                 "about": "notice:3", "incident_id": 1, "rung": 2, "answers": "tap"}  # fmt: skip
        id_ = post(tx, **given)
        (row,) = ready(tx, "whatsapp")
        assert (row.id, row.channel, row.external, row.tier) == (id_, "whatsapp", "11", ANSWERS)
        assert all(getattr(row, name) == value for name, value in given.items())

    await db.write(work)


async def test_once_is_once_however_many_post_it(db: Database) -> None:
    results = await asyncio.gather(
        *(db.write(lambda tx: deliveries.post(tx, lane=NOTICE, address_id=1, kind="k", refs={}, now=NOW, once="n/1"))
          for _ in range(8))
    )  # fmt: skip
    assert sum(id_ is not None for id_ in results) == 1


async def test_many_are_posted_at_once_and_again_changes_nothing(db: Database) -> None:
    rows = [{"lane": NOTICE, "address_id": n, "kind": "k", "refs": {"n": n}, "once": f"n/{n}", "now": NOW}
            for n in range(1, 11)]  # fmt: skip
    for _ in range(2):
        await db.write(lambda tx: deliveries.post_many(tx, rows))
    found = await db.write(ready)
    assert [row.refs["n"] for row in found] == list(range(1, 11))
    assert await db.read(deliveries.tally) == {(NOTICE, WAITING): 10}


async def test_a_column_that_is_none_of_the_callers_is_refused(db: Database) -> None:
    row = {"lane": NOTICE, "address_id": 1, "kind": "k", "refs": {}, "state": "sent"}
    with pytest.raises(TypeError, match="state"):
        await db.write(lambda tx: deliveries.post_many(tx, [row], NOW))


async def test_the_most_urgent_comes_first_and_the_oldest_within_a_lane(db: Database) -> None:
    def work(tx: Tx) -> None:
        posted = [post(tx, lane, n) for n, lane in enumerate((BROADCAST, NOTICE, ALERT, REMINDER, REPLY, ALERT), 1)]
        assert ids(ready(tx)) == [posted[n] for n in (2, 5, 4, 3, 1, 0)]
        assert ids(ready(tx, upto=REPLY)) == [posted[n] for n in (2, 5, 4)]
        assert ids(ready(tx, limit=1)) == [posted[2]]

    await db.write(work)


async def test_what_is_not_due_or_too_late_is_not_ready(db: Database) -> None:
    def work(tx: Tx) -> None:
        post(tx, due_at=SOON)
        post(tx, expires_at=NOW)
        good = post(tx, due_at=NOW, expires_at=SOON)
        assert ids(ready(tx)) == [good]
        assert exits.next_due(tx, NOW) == SOON
        assert exits.anything_left(tx, NOW)

    await db.write(work)


async def test_chats_that_must_wait_are_passed_over_each_in_its_way(db: Database) -> None:
    def work(tx: Tx) -> None:
        shown = post(tx, NOTICE, 1)
        finish(tx, shown)
        alert, notice, tap = post(tx, ALERT, 1), post(tx, NOTICE, 1), post(tx, REPLY, 1, answers="t")
        assert deliveries.post_edit(tx, shown, NOW)
        other = post(tx, NOTICE, 2)
        (edit,) = [row.id for row in ready(tx) if row.edits]
        assert ids(ready(tx, busy=[1])) == [tap, other]
        assert ids(ready(tx, held=[chat_tier(1, BULK)])) == [alert, tap, edit, other]
        assert ids(ready(tx, held=[chat_tier(1, EDITS), chat_tier(1, ANSWERS)])) == [alert, notice, other]
        assert ids(ready(tx, free=True)) == [tap, edit]

    await db.write(work)


async def test_who_stands_behind_a_blocked_backlog_is_found(db: Database) -> None:
    def work(tx: Tx) -> None:
        rows = [{"lane": ALERT, "address_id": 1, "kind": "k", "refs": {}} for _ in range(500)]
        deliveries.post_many(tx, rows, NOW)
        behind = post(tx, ALERT, 2)
        assert ids(ready(tx, busy=[1], limit=4)) == [behind]

    await db.write(work)


async def test_concurrent_claims_never_hand_out_a_row_twice(db: Database) -> None:
    rows = [{"lane": NOTICE, "address_id": n % 10 + 1, "kind": "k", "refs": {}} for n in range(200)]
    await db.write(lambda tx: deliveries.post_many(tx, rows, NOW))

    async def worker(claim: str) -> list[int]:
        got: list[int] = []
        while True:
            taken = await db.write(lambda tx: claims.take(tx, ids(ready(tx, limit=7)), claim))
            got += taken
            if not taken and not await db.read(ready):
                return got

    taken = [id_ for got in await asyncio.gather(*(worker(f"w{n}") for n in range(6))) for id_ in got]
    assert len(taken) == len(set(taken)) == 200


async def test_a_claim_passes_over_what_a_turn_is_withdrawing(db: Database) -> None:
    await db.write(lambda tx: [post(tx, ALERT, n, incident_id=1) for n in range(1, 6)])

    async def withdraw() -> int:
        return await db.write(lambda tx: deliveries.withdraw(tx, incident_id=1, kinds=["k"], reason="taken", now=NOW))

    async def claim() -> int:
        return len(await db.write(lambda tx: claims.take(tx, ids(ready(tx)), "me")))

    withdrawn, claimed = await asyncio.gather(withdraw(), claim())
    assert withdrawn + claimed == 5


async def test_only_who_has_a_row_in_hand_settles_it(db: Database) -> None:
    def work(tx: Tx) -> None:
        id_ = post(tx, sealed=b"words")
        take(tx, id_)
        assert claims.take(tx, [id_], "other") == set()
        assert not claims.settle(tx, End(id_, FAILED, "no"), "other", NOW)
        claims.sent(tx, [End(id_, SENT, external="x")], "other", NOW)
        assert of(tx, id_).state == SENDING
        claims.sent(tx, [End(id_, SENT, external="m7")], "me", NOW)
        row = of(tx, id_)
        assert (row.state, row.external, row.sealed, row.claim, row.settled_at) == (SENT, "m7", None, "", NOW)

    await db.write(work)


async def test_what_was_sealed_is_wiped_unless_nobody_knows_whether_it_arrived(db: Database) -> None:
    def work(tx: Tx) -> None:
        failed, unknown, dropped = (post(tx, BROADCAST, sealed=b"words") for _ in range(3))
        finish(tx, failed, FAILED)
        finish(tx, unknown, UNKNOWN)
        assert claims.drop(tx, End(dropped, EXPIRED, "late"), NOW)
        assert not claims.drop(tx, End(dropped, FAILED, "again"), NOW)
        assert [of(tx, id_).sealed for id_ in (failed, unknown, dropped)] == [None, b"words", None]
        assert [of(tx, id_).reason for id_ in (failed, unknown, dropped)] == ["because", "because", "late"]

    await db.write(work)


async def test_an_edit_is_queued_for_what_is_shown_and_only_one_waits(db: Database) -> None:
    def work(tx: Tx) -> None:
        id_ = post(tx, NOTICE, 3, incident_id=1, about="n", refs={"a": 1})
        assert not deliveries.post_edit(tx, id_, NOW), "it is still waiting and will be fresh"
        finish(tx, id_, external="m9")
        assert deliveries.post_edit(tx, id_, NOW)
        assert not deliveries.post_edit(tx, id_, NOW), "one waits already"
        (edit,) = ready(tx)
        assert (edit.edits, edit.message, edit.message_state, edit.tier) == (id_, "m9", SENT, EDITS)
        assert (edit.lane, edit.address_id, edit.kind, edit.refs, edit.about, edit.incident_id) == (
            NOTICE, 3, "k", {"a": 1}, "n", 1,
        )  # fmt: skip
        take(tx, edit.id)
        assert deliveries.post_edit(tx, edit.id, NOW), "behind one that is being sent a new one may wait"
        assert [row.edits for row in ready(tx)] == [id_], "an edit of an edit changes the first message"
        assert deliveries.shown(tx, incident_id=1) == [id_]
        assert deliveries.shown(tx, incident_id=1, kinds=["other"]) == []

    await db.write(work)


async def test_an_edit_of_what_is_being_sent_waits_until_it_has_settled(db: Database) -> None:
    def work(tx: Tx) -> None:
        id_ = post(tx)
        take(tx, id_)
        assert deliveries.post_edit(tx, id_, NOW)
        assert ready(tx) == []
        claims.put_back(tx, End(id_, WAITING, "busy"), "me", NOW)
        assert ids(ready(tx)) == [id_]
        finish(tx, id_, external="m4")
        assert [row.message for row in ready(tx)] == ["m4"]

    await db.write(work)


@pytest.mark.parametrize("state", [FAILED, EXPIRED, UNKNOWN, WITHDRAWN])
async def test_what_never_arrived_is_not_edited(db: Database, state: str) -> None:
    def work(tx: Tx) -> None:
        id_ = post(tx)
        finish(tx, id_, state)
        assert not deliveries.post_edit(tx, id_, NOW)

    await db.write(work)


async def test_an_edit_that_comes_back_behind_a_newer_one_is_withdrawn(db: Database) -> None:
    def work(tx: Tx) -> None:
        id_ = post(tx)
        finish(tx, id_)
        deliveries.post_edit(tx, id_, NOW)
        (old,) = ready(tx)
        take(tx, old.id)
        deliveries.post_edit(tx, id_, NOW)
        claims.put_back(tx, End(old.id, WAITING, "busy"), "me", NOW)
        assert of(tx, old.id).state == WITHDRAWN
        assert len(ready(tx)) == 1

    await db.write(work)


async def test_a_reply_knows_the_message_it_stands_under(db: Database) -> None:
    def work(tx: Tx) -> None:
        first = post(tx)
        finish(tx, first, external="m3")
        post(tx, REPLY, under=first)
        assert [row.message for row in ready(tx)] == ["m3"]

    await db.write(work)


async def test_withdrawing_takes_back_only_what_waits_and_is_meant(db: Database) -> None:
    def work(tx: Tx) -> None:
        alert, told = post(tx, incident_id=1, kind="alert"), post(tx, incident_id=1, kind="told")
        flying, mine = post(tx, incident_id=1, kind="alert"), post(tx, NOTICE, 5, about="broadcast:7")
        take(tx, flying)
        assert deliveries.withdraw(tx, incident_id=1, kinds=["alert"], reason="taken", now=NOW) == 1
        assert (of(tx, alert).state, of(tx, alert).reason) == (WITHDRAWN, "taken")
        assert deliveries.withdraw(tx, about="broadcast:7", reason="stopped", now=NOW) == 1
        assert deliveries.withdraw(tx, address_id=1, reason="left", now=NOW) == 1
        assert [of(tx, id_).state for id_ in (told, flying, mine)] == [WITHDRAWN, SENDING, WITHDRAWN]
        with pytest.raises(ValueError, match="Name an incident"):
            deliveries.withdraw(tx, reason="everything?", now=NOW)

    await db.write(work)


async def test_a_dead_process_is_taken_up_lane_by_lane(db: Database) -> None:
    def work(tx: Tx) -> None:
        shown = post(tx, NOTICE)
        finish(tx, shown)
        rows = {lane: post(tx, lane) for lane in (ALERT, REPLY, REMINDER, NOTICE, BROADCAST)}
        tap = post(tx, NOTICE, answers="t")
        deliveries.post_edit(tx, shown, NOW)
        everything = ids(ready(tx))
        take(tx, *everything, claim="dead")
        mine = post(tx, BROADCAST)
        take(tx, mine)
        assert leftovers.recover(tx, NOW, claim="me", in_hand=[mine]) == (4, 3)
        assert [of(tx, rows[lane]).state for lane in rows] == [WAITING, WAITING, UNKNOWN, UNKNOWN, UNKNOWN]
        assert (of(tx, tap).state, of(tx, mine).state) == (WAITING, SENDING)
        assert all(of(tx, id_).reason for id_ in everything)
        assert leftovers.recover(tx, NOW, claim="me", in_hand=[mine]) == (0, 0)

    await db.write(work)


async def test_what_we_claimed_but_never_had_in_hand_just_waits_again(db: Database) -> None:
    def work(tx: Tx) -> None:
        id_ = post(tx, BROADCAST)
        take(tx, id_)
        assert leftovers.recover(tx, NOW, claim="me") == (0, 0)
        assert of(tx, id_).state == WAITING

    await db.write(work)


async def test_a_dead_edit_behind_which_a_newer_one_waits_is_withdrawn(db: Database) -> None:
    def work(tx: Tx) -> None:
        id_ = post(tx)
        finish(tx, id_)
        deliveries.post_edit(tx, id_, NOW)
        (old,) = ready(tx)
        take(tx, old.id, claim="dead")
        deliveries.post_edit(tx, id_, NOW)
        leftovers.recover(tx, NOW, claim="me")
        assert of(tx, old.id).state == WITHDRAWN
        assert len(ready(tx)) == 1

    await db.write(work)


async def test_overdue_rows_and_strays_are_found_and_nothing_else(db: Database) -> None:
    def work(tx: Tx) -> None:
        late, _, stray = post(tx, expires_at=NOW), post(tx, expires_at=SOON), post(tx, address_id=11)
        assert ids(exits.overdue(tx, NOW, 10)) == [late]
        assert ids(exits.strays(tx, {"telegram"}, 10)) == [stray]
        assert exits.strays(tx, {"telegram", "whatsapp"}, 10) == []
        assert len(exits.of_address(tx, 1)) == 2

    await db.write(work)


async def test_a_chat_moves_with_what_waits_for_it(db: Database) -> None:
    def work(tx: Tx) -> None:
        post(tx)
        exits.move(tx, ready(tx)[0], "-100500")
        assert [row.external for row in ready(tx)] == ["-100500"]

    await db.write(work)


async def test_a_chat_that_moves_to_a_known_one_goes_up_in_it(db: Database) -> None:
    def work(tx: Tx) -> None:
        first, second = post(tx, address_id=1), post(tx, address_id=1)
        in_hand = ready(tx)[0]
        take(tx, first)
        exits.move(tx, in_hand, "2")
        claims.put_back(tx, End(first, WAITING, "moved"), "me", NOW)
        assert [(row.id, row.address_id) for row in ready(tx)] == [(first, 2), (second, 2)]
        states = dict(tx.rows(select(addresses.c.id, addresses.c.state).where(addresses.c.id.in_((1, 2)))))
        assert states == {1: "gone", 2: "active"}

    await db.write(work)


async def test_a_channel_with_a_backlog_never_hides_another(db: Database) -> None:
    def work(tx: Tx) -> None:
        deliveries.post_many(tx, [{"lane": ALERT, "address_id": 1, "kind": "k", "refs": {}}] * 300, NOW)
        other = post(tx, BROADCAST, 11)
        assert ids(ready(tx, "whatsapp", limit=1)) == [other]

    await db.write(work)


async def test_an_edit_is_not_lost_when_the_message_is_claimed_at_the_same_moment(db: Database) -> None:
    """Whoever wins: either the message is rendered after the turn, or an edit of it waits."""
    for _ in range(10):
        id_ = await db.write(post)

        def change(tx: Tx, id_: int = id_) -> bool:
            tx.execute(update(addresses).where(addresses.c.id == 1).values(named="new"))
            return deliveries.post_edit(tx, id_, NOW)

        def claim(tx: Tx, id_: int = id_) -> str:
            if not claims.take(tx, [id_], "me"):
                return "passed over"
            named: str = tx.scalar(select(addresses.c.named).where(addresses.c.id == 1))
            return named

        edited, seen = await asyncio.gather(db.write(change), db.write(claim))
        assert edited or seen in {"new", "passed over"}
        await db.write(lambda tx: tx.execute(update(addresses).values(named="")))
