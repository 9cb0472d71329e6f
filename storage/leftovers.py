"""What a process that died, or lost its answer, left half sent in the outbox."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, not_, or_, select, update

from storage.claims import ENDING, NEWER, WIPED, const, is_edit, is_tap, numbers, overtaken
from storage.database import Tx
from storage.deliveries import REPLY, SENDING, UNKNOWN, WAITING, WITHDRAWN, deliveries

_D = deliveries.c
AGAIN = "sent again: the process that had it in hand ended before it said how it went"
MAYBE = "the process that had it in hand ended before it said how it went; it may have arrived"


def _left(sqlite: bool) -> ColumnElement[bool]:
    return and_(_D.state == const(SENDING), _D.id.not_in(numbers("in_hand", sqlite)))


def _recovery(sqlite: bool) -> tuple[Any, ...]:
    left, repeated = _left(sqlite), or_(_D.lane <= REPLY, is_edit, is_tap)
    back = {"state": WAITING, "claim": ""}
    return (
        update(deliveries).where(left, is_edit, overtaken).values(**WIPED),
        update(deliveries).where(left, _D.claim == bindparam("by")).values(**back),
        update(deliveries).where(left, repeated).values(**back, reason=AGAIN),
        # Named once more: what a dying process commits between two of these statements must not be mistaken.
        update(deliveries).where(left, not_(repeated)).values(**ENDING),
        select(_D.id).where(left).limit(1),
    )


_RECOVERY = {True: _recovery(sqlite=True), False: _recovery(sqlite=False)}


def recover(tx: Tx, now: datetime, *, claim: str = "", in_hand: Collection[int] = ()) -> tuple[int, int]:
    """Take up every row that is being sent but is in nobody's hand: (sent again, unknown). Only for the lease's holder.

    `in_hand`: what the caller is sending. What it claimed (`claim`) without getting it in hand, because the answer of
    a commit was lost, was never sent and just waits again. What a dead process had: alerts, replies, edits and answers
    wait again, for repeating them does little harm; what went to many becomes unknown.
    """
    stale, own, repeated, rest, anything = _RECOVERY[tx.is_sqlite]
    given = {"in_hand": json.dumps(list(in_hand))}
    if tx.first(anything, given) is None:
        return 0, 0
    tx.execute(stale, given | {"to": WITHDRAWN, "why": NEWER, "at": now})
    tx.execute(own, given | {"by": claim})
    again = tx.execute(repeated, given).rowcount
    return again, tx.execute(rest, given | {"to": UNKNOWN, "why": MAYBE, "at": now}).rowcount
