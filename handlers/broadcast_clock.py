"""What the clock does for broadcasts: start, lapse, hold and let go in steps, show progress, and report at the end."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from handlers import broadcast_send, post, senders
from handlers.turn import Letter, Rules
from storage import broadcasts, deliveries, fanout, installation, journal, roster
from storage.audience import Filter
from storage.broadcasts import ASKING, DONE, DROPPED, LAPSED, PAUSED, SCHEDULED, SENDING, STOPPED, Broadcast
from storage.database import Tx

LIVES = timedelta(hours=24)  # of its deliveries, from its time
LATEST = timedelta(hours=3)  # after its time it is not begun any more
TAKEN_BACK = "the broadcast was stopped"


def step(tx: Tx, broadcast_id: int, now: datetime, rules: Rules) -> bool:
    """One step of one broadcast; True while there is more to do at once."""
    del rules
    sent = broadcasts.by_id(tx, broadcast_id)
    if sent is None or sent.ended_at is not None:
        return False
    if sent.state == ASKING:
        _lapse(tx, sent, now)
    elif sent.state == SCHEDULED:
        _begin(tx, sent, now)
    elif sent.bulk_id is not None:
        return _go_on(tx, sent, sent.bulk_id, now)
    return False


def _lapse(tx: Tx, sent: Broadcast, now: datetime) -> None:
    """Nobody agreed in time."""
    late = sent.lapses_at is not None and sent.lapses_at <= now
    if late and broadcasts.end(tx, sent.id or 0, (ASKING,), LAPSED, now):
        journal.add(tx, "broadcast_lapsed", now, detail={"number": sent.number})
        broadcast_send.tell(tx, sent, "lapsed", now)


def _begin(tx: Tx, sent: Broadcast, now: datetime) -> None:
    """Its deliveries in one insert-select; of two processes one does it."""
    if sent.due_at is None or sent.due_at > now:
        return
    why = "late" if now > sent.due_at + LATEST else "" if _may_still(tx, sent, now) else "changed"
    if why:
        if broadcasts.end(tx, sent.id or 0, (SCHEDULED,), LAPSED if why == "late" else DROPPED, now):
            journal.add(tx, "broadcast_not_begun", now, detail={"number": sent.number, "why": why})
            broadcast_send.tell(tx, sent, why, now)
        return
    bulk = installation.count(tx, "bulk")
    if not broadcasts.move(tx, sent.id or 0, (SCHEDULED,), SENDING, bulk_id=bulk):
        return
    fanout.still_open(tx, sent.id or 0)
    broadcasts.note(tx, sent.id or 0, reach=fanout.reach(tx, sent.id or 0))
    posted = fanout.post_all(tx, sent, bulk, now, sent.due_at + LIVES)
    journal.add(tx, "broadcast_started", now, detail={"number": sent.number, "deliveries": posted})
    broadcast_send.shown(tx, sent, now)


def _may_still(tx: Tx, sent: Broadcast, now: datetime) -> bool:
    """Whether its sender may still send it: his role, or his area, may have been taken from him since."""
    if sent.sender_id is None:
        return True  # the operator's
    chosen = Filter.of_json(sent.chosen)
    return any(each.may_send(chosen) for each in senders.of(tx, roster.roles(tx, sent.sender_id, now)))


def _go_on(tx: Tx, sent: Broadcast, bulk: int, now: datetime) -> bool:
    over = sent.due_at is not None and now > sent.due_at + LIVES  # what is still held runs out, and it comes to its end
    if sent.state == PAUSED and not over:
        more = fanout.hold(tx, bulk)
    elif sent.state == STOPPED:
        more = fanout.take_back(tx, bulk, TAKEN_BACK, now)
    else:
        more = fanout.let_go(tx, bulk)
    if not more:
        _look(tx, sent, bulk, now)
    return more


def _look(tx: Tx, sent: Broadcast, bulk: int, now: datetime) -> None:
    """Counts that changed are shown; when nothing is on its way any more, it is over."""
    counts = fanout.tally(tx, bulk)
    if not any(counts.get(state) for state in fanout.OPEN):
        _end(tx, sent, now)
        return
    told = json.dumps([sent.state, sorted(counts.items())])
    if told != sent.told and sent.progress_id:
        deliveries.post_edit(tx, sent.progress_id, now)
    broadcasts.note(tx, sent.id or 0, told=told, told_at=now)


def _end(tx: Tx, sent: Broadcast, now: datetime) -> None:
    last = STOPPED if sent.state == STOPPED else DONE
    if not broadcasts.end(tx, sent.id or 0, (sent.state,), last, now):
        return
    journal.add(tx, "broadcast_ended", now, detail={"number": sent.number, "state": last})
    broadcast_send.shown(tx, sent, now)
    if sent.sender_address_id:
        for kind in ("broadcast_report", "broadcast_sheet"):
            post.say(tx, sent.sender_address_id, Letter(kind, {"broadcast": sent.id}), now)
