"""Who is next. Pure: no I/O, no clock.

Lanes are strict: while an alert could go, nothing else that spends goes. A chat gets one message at a time, so that
what is said to it arrives in order and an edit never overtakes what it changes; the acknowledgement of a tap is no
message and goes any time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from storage.claims import ALERTS, ANSWERS, BULK, EDITS, REPLIES, Row

BATCH = 64  # rows claimed and rendered in one transaction: about 20 ms of the one writer
FLYING = {ALERTS: 64, REPLIES: 56, BULK: 48, EDITS: 56, ANSWERS: 64}  # in flight at once; the last places for alerts


@dataclass(slots=True)
class Chosen:
    """The rows that go now, and the tiers of which some had to stay for want of room."""

    rows: list[Row] = field(default_factory=list)
    left: set[int] = field(default_factory=set)


def next_up(waiting: Iterable[Row], room: dict[int, int]) -> Chosen:
    """Choose among rows that are in order of urgency and whose chats are free.

    `room`: how many may leave, by tier. Alerts, replies and bulk share what they spend: an alert that goes takes its
    place from the others. Edits and answers have places of their own.
    """
    chosen, chats = Chosen(), set[int]()
    used = dict.fromkeys((BULK, EDITS, ANSWERS), 0)
    for row in waiting:
        purse = max(row.tier, BULK)
        if row.tier != ANSWERS and row.address_id in chats:
            continue  # its chat is taken; it comes when the first has left
        if used[purse] >= room[row.tier]:
            chosen.left.add(row.tier)
            continue
        used[purse] += 1
        chosen.rows.append(row)
        if row.tier != ANSWERS:
            chats.add(row.address_id)
    return chosen


def places(room: dict[int, int], flying: int) -> dict[int, int]:
    """What the budget has room for, within what may be in flight at once."""
    return {tier: max(0, min(room[tier], most - flying)) for tier, most in FLYING.items()}
