"""The loop against both databases and a channel that answers by a script."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import select, text

from bot.outbox.plan import Elsewhere, Later, Skip
from messages.chat import Gone, Moved, NotAdmitted, Refused, Said, Throttled, TooLate, Unreachable, Unsure
from storage import deliveries
from storage.claims import Row
from storage.database import Tx
from storage.deliveries import (
    ALERT,
    BROADCAST,
    EXPIRED,
    FAILED,
    NOTICE,
    REPLY,
    SENDING,
    SENT,
    UNKNOWN,
    WAITING,
    WITHDRAWN,
)  # fmt: skip
from storage.people import addresses
from tests.outbox.conftest import Desk
from tests.outbox.scripted import BOTH, always


async def address(desk: Desk, id_: int) -> tuple[str, str]:
    row = await desk.db.read(lambda tx: tx.first(select(addresses).where(addresses.c.id == id_)))
    return row.state, row.external


@BOTH
async def test_what_is_posted_goes_out_and_is_settled(desk: Desk) -> None:
    sender = desk.start()
    id_ = await desk.post(sealed=b"x")
    await sender.drain()
    row = await desk.row(id_)
    assert (row.state, row.external, row.sealed, row.settled_at) == (SENT, "m1", None, desk.at)
    assert desk.channel.texts("1") == [f"k {id_}"]
    assert sender.alive
    assert monotonic() - sender.last_cycle < 2


@BOTH
async def test_drain_works_without_the_loop_and_lanes_go_in_order(desk: Desk) -> None:
    desk.rate = 30.0
    posted = {lane: await desk.post(lane, chat=lane + 1) for lane in (BROADCAST, NOTICE, REPLY, ALERT)}
    await desk.sender().drain()
    assert desk.channel.texts() == [f"k {posted[lane]}" for lane in (ALERT, REPLY, NOTICE, BROADCAST)]


async def test_a_row_of_another_process_is_seen_within_a_second(desk: Desk) -> None:
    desk.start()
    await asyncio.sleep(0.05)
    began = monotonic()
    await desk.db.write(
        lambda tx: deliveries.post(tx, lane=ALERT, address_id=1, kind="k", refs={}, now=desk.at)  # and no nudge
    )
    await asyncio.wait_for(desk.channel.heard.wait(), 2)
    assert monotonic() - began < 1.2


@BOTH
async def test_business_time_decides_when_a_row_is_due_or_too_late(desk: Desk) -> None:
    later, never = await desk.post(due_at=desk.at.replace(hour=7)), await desk.post(expires_at=desk.at)
    sender = desk.sender()
    await sender.drain()
    assert (await desk.state(later), await desk.state(never)) == (WAITING, EXPIRED)
    assert desk.told == [(never, EXPIRED, "its time was over before it could be sent")]
    desk.passes(hours=2)
    await sender.drain()
    assert await desk.state(later) == SENT
    assert desk.channel.texts() == [f"k {later}"]


async def test_one_chat_hears_in_order_and_one_at_a_time(desk: Desk) -> None:
    desk.channel.takes = 0.01
    sender = desk.start()
    posted = [await desk.post(REPLY, chat=1) for _ in range(5)]
    await sender.drain()
    assert desk.channel.texts("1") == [f"k {id_}" for id_ in posted]
    assert desk.channel.crowded == 1


async def test_a_slow_chat_holds_up_nobody(desk: Desk) -> None:
    desk.channel.script["1"] = [1.0]
    sender = desk.start()
    await desk.post(chat=1)
    for chat in range(2, 30):
        await desk.post(REPLY, chat=chat)
    async with asyncio.timeout(0.9):
        while len(desk.channel.spoken) < 28:
            await asyncio.sleep(0.01)
    await sender.drain()


@BOTH
async def test_an_alert_passes_a_waiting_broadcast(desk: Desk) -> None:
    desk.rate = 10.0
    rows = [{"lane": BROADCAST, "address_id": n, "kind": "bulk", "refs": {}} for n in range(1, 31)]
    await desk.db.write(lambda tx: deliveries.post_many(tx, rows, desk.at))
    desk.start()
    await asyncio.wait_for(desk.channel.heard.wait(), 1)
    began = monotonic()
    alert = await desk.post(ALERT, chat=40)
    while f"k {alert}" not in desk.channel.texts():
        await asyncio.sleep(0.005)
    assert monotonic() - began < 0.35
    assert len(desk.channel.spoken) < 8


async def test_a_broadcast_keeps_the_rate(desk: Desk) -> None:
    desk.rate = 20.0
    rows = [{"lane": BROADCAST, "address_id": n, "kind": "bulk", "refs": {}} for n in range(1, 31)]
    await desk.db.write(lambda tx: deliveries.post_many(tx, rows, desk.at))
    sender = desk.start()
    await sender.drain()
    times = [at for at, _, _ in desk.channel.spoken]
    assert max(sum(begin <= at < begin + 1 for at in times) for begin in times) <= 20
    assert 1.4 < times[-1] - times[0] < 2.2


@BOTH
async def test_an_edit_follows_its_message_and_a_tap_is_answered_at_once(desk: Desk) -> None:
    desk.channel.script["1"] = [0.3]
    sender = desk.start()
    shown = await desk.post(ALERT, chat=1)
    while not desk.channel.asked:
        await asyncio.sleep(0.005)
    assert await desk.db.write(lambda tx: deliveries.post_edit(tx, shown, desk.at))
    tap = await desk.post(REPLY, chat=1, answers="tap-1", kind="tap")
    await sender.drain()
    assert [(said.text, said.edits, said.answers) for _, _, said in desk.channel.spoken] == [
        (f"tap {tap}", "", "tap-1"), (f"k {shown}", "", ""), (f"k {shown + 1}", "m2", ""),
    ]  # fmt: skip


async def test_a_reply_stands_under_its_message(desk: Desk) -> None:
    sender = desk.start()
    first = await desk.post()
    await sender.drain()
    await desk.post(under=first)
    await sender.drain()
    assert desk.channel.spoken[-1][2].under == "m1"


async def test_a_reply_to_what_never_arrived_is_withdrawn(desk: Desk) -> None:
    desk.channel.script["1"] = [Refused("no")]
    first = await desk.post()
    reply = await desk.post(under=first)
    sender = desk.start()
    await sender.drain()
    row = await desk.row(reply)
    assert (row.state, row.reason) == (WITHDRAWN, "the message that it stands under never arrived")
    assert desk.channel.texts() == []


async def test_an_edit_of_what_never_arrived_is_withdrawn(desk: Desk) -> None:
    desk.channel.script["1"] = [0.1, Refused("no")]
    id_ = await desk.post(chat=1)
    second = await desk.post(chat=1)
    sender = desk.start()
    while desk.channel.asked < 1:
        await asyncio.sleep(0.005)
    desk.channel.takes = 0.1
    desk.channel.script["1"] = []
    assert await desk.db.write(lambda tx: deliveries.post_edit(tx, id_, desk.at))
    await desk.db.write(  # the message turns out never to have arrived
        lambda tx: tx.execute(text(f"UPDATE delivery SET state = 'unknown', claim = '' WHERE id = {id_}"))
    )
    await sender.drain()
    edit = await desk.row(second + 1)
    assert (edit.state, edit.reason) == (WITHDRAWN, "the message that it changes never arrived")


async def test_a_throttled_chat_waits_and_others_go_on(desk: Desk) -> None:
    desk.channel.script["1"] = [Throttled(0.3)]
    sender = desk.start()
    began = monotonic()
    told, other = await desk.post(chat=1), await desk.post(chat=2)
    await sender.drain()
    at = {to: moment - began for moment, to, _ in desk.channel.spoken}
    assert at["2"] < 0.25
    assert at["1"] > 0.3
    assert ((await desk.row(told)).tries, await desk.state(other)) == (0, SENT)


async def test_a_storm_of_429_silences_the_bot_and_loses_nothing(desk: Desk) -> None:
    for chat in range(1, 6):
        desk.channel.script[str(chat)] = [Throttled(0.4)]
    sender = desk.start()
    began = monotonic()
    for chat in range(1, 11):
        await desk.post(REPLY, chat=chat)
    await sender.drain()
    assert (await desk.states()) == {SENT: 10}
    assert monotonic() - began > 0.4


async def test_what_was_not_reached_is_tried_until_it_expires(desk: Desk) -> None:
    desk.channel.script["1"] = always(lambda: Unreachable("down"))
    sender = desk.start()
    id_ = await desk.post(chat=1, expires_at=desk.at.replace(minute=1))
    while not desk.channel.asked:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    row = await desk.row(id_)
    assert (row.state, row.reason, row.tries) == (WAITING, "down", 1)
    desk.passes(minutes=2)
    await sender.drain()
    assert desk.told == [(id_, EXPIRED, "its time was over before it could be sent: down")]


async def test_a_reply_that_failed_does_not_hold_up_an_alert_to_the_same_chat(desk: Desk) -> None:
    desk.channel.script["1"] = [Unreachable("down")]
    sender = desk.start()
    reply = await desk.post(REPLY, chat=1)
    while not desk.channel.asked:
        await asyncio.sleep(0.005)
    alert = await desk.post(ALERT, chat=1)
    await sender.drain()
    assert desk.channel.texts() == [f"k {alert}", f"k {reply}"]


@BOTH
async def test_who_is_gone_is_retired_with_all_that_waits_for_him(desk: Desk) -> None:
    desk.channel.script["1"] = [Gone("blocked")]
    alert, behind = await desk.post(NOTICE, chat=1), await desk.post(BROADCAST, chat=1)
    await desk.sender().drain()
    assert [(await desk.row(id_)).reason for id_ in (alert, behind)] == ["blocked", "blocked"]
    assert await desk.states() == {FAILED: 2}
    assert await address(desk, 1) == ("gone", "1")
    assert desk.told == [(alert, FAILED, "blocked")]


@BOTH
async def test_a_moved_chat_is_followed(desk: Desk) -> None:
    desk.channel.script["1"] = [Moved("-100777")]
    id_ = await desk.post(NOTICE, chat=1)
    sender = desk.start()
    await sender.drain()
    assert await address(desk, 1) == ("active", "-100777")
    assert desk.channel.texts("-100777") == [f"k {id_}"]


async def test_what_is_refused_fails_loudly_and_says_nobody_s_name(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.channel.script["1"] = [Refused("cannot parse: Siti Aminah")]
    id_ = await desk.post(chat=1)
    await desk.sender().drain()
    assert desk.told == [(id_, FAILED, "cannot parse: Siti Aminah")]
    assert f"delivery {id_} (k): Refused" in caplog.text
    assert "Siti" not in caplog.text


async def test_a_wrong_token_stops_the_bot_and_fails_nothing(desk: Desk) -> None:
    desk.channel.script["1"] = [NotAdmitted("401")]
    id_ = await desk.post(chat=1)
    sender = desk.start()
    while await desk.state(id_) != WAITING or not desk.channel.asked:
        await asyncio.sleep(0.01)
    other = await desk.post(chat=2)
    await asyncio.sleep(0.1)
    assert (await desk.state(other), desk.channel.asked) == (WAITING, 1)
    assert sender.alive


async def test_a_change_that_comes_too_late_is_told(desk: Desk) -> None:
    sender = desk.sender()
    shown = await desk.post(NOTICE, chat=1)
    await sender.drain()
    desk.channel.script["1"] = [TooLate("too old")]
    await desk.db.write(lambda tx: deliveries.post_edit(tx, shown, desk.at))
    await sender.drain()
    assert desk.told == [(shown + 1, FAILED, "too old")]


async def test_an_unsure_alert_is_repeated_and_an_unsure_broadcast_is_not(desk: Desk) -> None:
    desk.channel.script["1"] = [Unsure("no answer")]
    desk.channel.script["2"] = [Unsure("no answer")]
    alert, bulk = await desk.post(ALERT, chat=1), await desk.post(BROADCAST, chat=2)
    sender = desk.start()
    await sender.drain()
    assert (await desk.state(alert), await desk.state(bulk)) == (SENT, UNKNOWN)


async def test_a_fault_of_the_channel_is_unsure_and_loud(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.channel.script["1"] = [KeyError("Siti")]
    id_ = await desk.post(BROADCAST, chat=1)
    await desk.sender().drain()
    assert await desk.state(id_) == UNKNOWN
    assert "KeyError" in caplog.text
    assert "Siti" not in caplog.text


async def test_a_channel_that_nobody_configured_fails(desk: Desk) -> None:
    id_ = await desk.post(chat=99)
    await desk.sender().drain()
    assert desk.told == [(id_, FAILED, "channel not configured")]


async def test_words_that_cannot_be_made_fail_alone(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.words["broken"] = LookupError("Siti")
    bad, good = await desk.post(kind="broken"), await desk.post(chat=2)
    await desk.sender().drain()
    assert (await desk.state(bad), await desk.state(good)) == (FAILED, SENT)
    assert f"delivery {bad} (broken): its words raised LookupError" in caplog.text
    assert "Siti" not in caplog.text


@BOTH
async def test_words_that_break_the_transaction_fail_alone_too(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.words["broken"] = lambda tx: tx.execute(text("SELECT nothing FROM nowhere"))
    bad, good = await desk.post(kind="broken"), await desk.post(chat=2)
    sender = desk.start()
    await sender.drain()
    assert (await desk.state(bad), await desk.state(good)) == (FAILED, SENT)
    assert "a cycle of the outbox failed" in caplog.text


async def test_words_may_say_that_there_is_nothing_to_say_any_more(desk: Desk) -> None:
    desk.words["stale"] = Skip(WITHDRAWN, "taken meanwhile")
    desk.words["late"] = Skip(EXPIRED, "too long ago")
    stale, late = await desk.post(kind="stale"), await desk.post(chat=2, kind="late")
    await desk.sender().drain()
    assert [(await desk.row(id_)).reason for id_ in (stale, late)] == ["taken meanwhile", "too long ago"]
    assert desk.told == [(late, EXPIRED, "too long ago")]
    assert desk.channel.asked == 0


@BOTH
async def test_a_hook_that_raises_undoes_nothing(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.told = None  # type: ignore[assignment]
    desk.channel.script["1"] = [Refused("no")]
    id_ = await desk.post(chat=1)
    await desk.sender().drain()
    assert await desk.state(id_) == FAILED
    assert "the hook raised AttributeError" in caplog.text


async def test_without_the_lease_nothing_is_claimed_and_what_is_in_flight_is_settled(desk: Desk) -> None:
    desk.channel.takes = 0.15
    desk.start()
    flying = await desk.post(chat=1)
    while not desk.channel.asked:
        await asyncio.sleep(0.005)
    desk.lease = False
    waiting = await desk.post(chat=2)
    await asyncio.sleep(0.4)
    assert (await desk.state(flying), await desk.state(waiting)) == (SENT, WAITING)


async def test_stopping_finishes_what_is_in_hand(desk: Desk) -> None:
    desk.channel.takes = 0.2
    sender = desk.start()
    id_ = await desk.post(chat=1)
    while not desk.channel.asked:
        await asyncio.sleep(0.005)
    await sender.stop()
    assert await desk.state(id_) == SENT
    assert not sender.alive


async def test_stopping_does_not_wait_for_ever(desk: Desk) -> None:
    desk.channel.takes = 30
    sender = desk.start()
    id_ = await desk.post(chat=1)
    while not desk.channel.asked:
        await asyncio.sleep(0.005)
    began = monotonic()
    await sender.stop(0.2)
    assert monotonic() - began < 1
    assert await desk.state(id_) == SENDING


async def test_a_cycle_that_fails_is_tried_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    moods = iter([RuntimeError("moody"), RuntimeError("moody")])
    sender = desk.sender()
    steady = sender._ledger.turn

    def turn(tx, plan):  # type: ignore[no-untyped-def]
        done = steady(tx, plan)
        for mood in moods:
            raise mood
        return done

    sender._ledger.turn = turn  # type: ignore[method-assign]
    desk.running.append((sender, asyncio.create_task(sender.run())))
    id_ = await desk.post()
    await sender.drain()
    assert await desk.state(id_) == SENT
    assert caplog.text.count("a cycle of the outbox failed") == 2
    assert "moody" not in caplog.text


async def test_a_claim_whose_commit_gave_no_answer_is_found_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    sender = desk.sender()
    lost = iter([OSError("the answer was lost")])
    follow = sender._follow

    def followed(plan, done):  # type: ignore[no-untyped-def]
        if done.said:
            for error in lost:
                sender._recovered = False
                raise error
        follow(plan, done)

    sender._follow = followed  # type: ignore[method-assign]
    desk.running.append((sender, asyncio.create_task(sender.run())))
    id_ = await desk.post(BROADCAST)
    await sender.drain()
    assert await desk.state(id_) == SENT
    assert len(desk.channel.spoken) == 1


@BOTH
async def test_an_end_that_cannot_be_written_down_holds_back_nobody_and_repeats_nothing(desk: Desk) -> None:
    desk.channel.suffix = "\0"  # PostgreSQL takes no NUL in a text
    sender = desk.start()
    ids = [await desk.post(chat=chat) for chat in (1, 2)]
    await sender.drain()
    desk.channel.suffix = ""
    ids.append(await desk.post(chat=3))
    await sender.drain()
    assert {await desk.state(id_) for id_ in ids[:2]} <= {SENT, UNKNOWN}
    assert (await desk.state(ids[2]), desk.channel.asked) == (SENT, 3)


async def test_a_said_text_reaches_the_channel_unchanged(desk: Desk) -> None:
    desk.words["k"] = Said(text="Halo *Siti* <b>")
    await desk.post()
    await desk.sender().drain()
    assert desk.channel.spoken[0][2] == Said(text="Halo *Siti* <b>")


async def test_what_its_words_put_off_waits_and_what_they_send_elsewhere_goes_there(desk: Desk) -> None:
    at = desk.at + timedelta(hours=1)
    asked: list[int] = []

    def compose(_tx: Tx, row: Row, _now: datetime) -> Said | Later | Elsewhere:
        asked.append(row.id)
        if row.id == later and asked.count(later) == 1:
            return Later(at, at + timedelta(hours=1), "not today")
        if row.id == moved and row.external == "2":
            return Elsewhere(3, "telegram", "not there")
        return Said(f"k {row.id}")

    later, moved = await desk.post(chat=1), await desk.post(chat=2)
    desk.compose = compose  # type: ignore[method-assign]
    sender = desk.start()
    await sender.drain()
    assert desk.channel.texts() == [f"k {moved}"]
    assert desk.channel.spoken[0][1] == "3"
    row = await desk.row(later)
    assert (row.state, row.reason, row.due_at) == (WAITING, "not today", at)
    desk.passes(minutes=61)
    await sender.drain()
    assert desk.channel.texts() == [f"k {moved}", f"k {later}"]
