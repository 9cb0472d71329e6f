"""What each platform lets one chat take; `pace` keeps to it and knows no platform.

A gate belongs to one chat; what a whole bot may send is its budget.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.outbox.meters import Gate
from storage.claims import Row

Gates = Callable[[Row], tuple[Gate, ...]]


def telegram(row: Row) -> tuple[Gate, ...]:
    """A group (its id begins with a minus) takes 20 a minute; a private chat one a second, short bursts allowed.

    Counted in windows: after a burst of five a bucket would let through one a second, and the platform sees nine in
    five seconds. Bulk leaves two places of each to what is urgent.
    """
    if row.external.startswith("-"):
        return (Gate(f"telegram/{row.external}", 20, 60.4, reserve=2),)
    return (Gate(f"telegram/{row.external}", 5, 5.03, reserve=2),)


def whatsapp(row: Row) -> tuple[Gate, ...]:
    """A person takes one in 6 s, and a burst of 45 borrowed from the future."""
    return (Gate(f"whatsapp/{row.external}", 45, 270.0, refills=True),)


def none(row: Row) -> tuple[Gate, ...]:
    """A platform that only the bot's budget holds back."""
    del row
    return ()


GATES: Mapping[str, Gates] = {"telegram": telegram, "whatsapp": whatsapp}
