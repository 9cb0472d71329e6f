"""What each platform lets one chat take, and what a message costs there; `pace` keeps to it and knows no platform.

A gate belongs to one chat; what a whole bot may send is its budget.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.channels.whatsapp import markup
from bot.channels.whatsapp.person import is_number
from bot.outbox.meters import Gate
from messages.chat import Refused, Said
from storage.claims import EDITS, Row

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


def spends(row: Row, said: Said) -> int:
    """How many messages of the budget a row costs: to change one, or to acknowledge a tap, costs none."""
    del said
    return int(row.tier < EDITS)


def whatsapp_spends(row: Row, said: Said) -> int:
    """There a change is a new message, a tap is answered only aloud, and one message may be several requests."""
    if said.answers and not said.aloud:
        return 0
    if not (said.choices or said.keyboard or said.file or said.place):
        return 1
    try:
        return len(markup.parts(said, "0", numbered=is_number(row.external)))
    except Refused:
        return 1  # it is refused when it is spoken


Spends = Callable[[Row, Said], int]
SPENDS: Mapping[str, Spends] = {"whatsapp": whatsapp_spends}
GATES: Mapping[str, Gates] = {"telegram": telegram, "whatsapp": whatsapp}
