"""What to do when a message did not go out. Pure: one table, from the trouble a channel tells to a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from messages.chat import (
    Gone,
    Halted,
    Moved,
    NotAdmitted,
    OptedOut,
    Throttled,
    TooLate,
    Trouble,
    Undelivered,
    Unreachable,
    Unsure,
    Vanished,
    WindowClosed,
)
from storage.claims import ALERTS, ANSWERS, BULK, Row
from storage.deliveries import EXPIRED, FAILED, UNKNOWN, WAITING, WITHDRAWN

TRIES = 3  # of what may have arrived already, or moves again and again
_LONGEST = 60.0
_LONGEST_ALERT = 5.0
_CAMPAIGN = 3600.0  # what a platform wants stopped rests for an hour
_OPERATOR = 15.0  # until we ask again whether the platform knows us by now


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the row, and what else follows."""

    state: str
    reason: str = ""
    tries: int = 0
    rest: float = 0.0  # this chat pauses, for what is not more urgent
    quiet: float = 0.0  # the platform asked for silence
    whole: bool = False  # …from the whole bot
    gone: bool = False
    moved: str = ""
    loud: str = ""  # the fault that an operator should look at; only its kind, it goes to the log
    fault: str = ""  # the kind of trouble, for counting
    tell: bool = False  # the hook is told, whatever the lane
    stopped: bool = False  # this person wants no bulk any more
    halt: float = 0.0  # for so long the whole channel sends no bulk


def after(trouble: Exception, row: Row) -> Verdict:
    """The verdict on a row that failed. What is no `Trouble` is a channel's fault: nobody knows how far it came."""
    for kind, sentence, decide in _TABLE:
        if isinstance(trouble, kind):
            return replace(decide(trouble, row, str(trouble) or sentence), fault=_kind(trouble).lower())
    verdict = _unsure(trouble, row, f"{_kind(trouble)} in the channel")
    return replace(verdict, loud=_kind(trouble), fault="channel")


def pause(row: Row) -> float:
    """1, 2, 4 … 60 seconds; an alert never pauses for more than 5."""
    return min(float(2 ** min(row.tries, 6)), _LONGEST_ALERT if row.tier == ALERTS else _LONGEST)


def _kind(trouble: Exception) -> str:
    return type(trouble).__name__


def _throttled(trouble: Throttled, row: Row, why: str) -> Verdict:
    return Verdict(WAITING, why, row.tries, quiet=trouble.wait, whole=trouble.scope == "bot")


def _unreachable(_trouble: Unreachable, row: Row, why: str) -> Verdict:
    return Verdict(WAITING, why, row.tries + 1, rest=pause(row))


def _gone(_trouble: Gone, row: Row, why: str) -> Verdict:
    return Verdict(FAILED, why, row.tries, gone=True, tell=True)


def _moved(trouble: Moved, row: Row, why: str) -> Verdict:
    if row.tries + 1 >= TRIES:
        return Verdict(FAILED, f"{why}, again and again", row.tries + 1, loud=_kind(trouble))
    return Verdict(WAITING, why, row.tries + 1, moved=trouble.to)


def _not_admitted(trouble: NotAdmitted, row: Row, why: str) -> Verdict:
    """Failing everything that waits would turn a mistyped token into lost alerts."""
    return Verdict(WAITING, why, row.tries, quiet=_OPERATOR, whole=True, loud=_kind(trouble))


def _too_late(_trouble: TooLate, row: Row, why: str) -> Verdict:
    return Verdict(EXPIRED if row.tier == ANSWERS else FAILED, why, row.tries, tell=row.edits is not None)


def _vanished(_trouble: Vanished, row: Row, why: str) -> Verdict:
    """Nothing failed: there is nothing to change. Who must see it all the same is shown it anew by the hook."""
    return Verdict(WITHDRAWN if row.edits is not None else FAILED, why, row.tries, tell=row.edits is not None)


def _unsure(_trouble: Exception, row: Row, why: str) -> Verdict:
    """An alert or an answer twice does little harm; a broadcast twice does, so that is left to a coordinator."""
    if row.tier == BULK or row.tries + 1 >= TRIES:
        return Verdict(UNKNOWN, f"{why}; it may have arrived", row.tries + 1)
    return Verdict(WAITING, why, row.tries + 1, rest=pause(row))


def _opted_out(_trouble: OptedOut, row: Row, why: str) -> Verdict:
    return Verdict(FAILED, why, row.tries, stopped=True)


def _halted(trouble: Halted, row: Row, why: str) -> Verdict:
    """What is urgent still goes; the rest of the campaign waits, so that the number is not locked."""
    if row.tier != BULK:
        return Verdict(FAILED, why, row.tries, loud=_kind(trouble))
    return Verdict(WAITING, why, row.tries, halt=_CAMPAIGN, loud=_kind(trouble))


def _not_brought(_trouble: Trouble, row: Row, why: str) -> Verdict:
    return Verdict(FAILED, why, row.tries)


def _refused(trouble: Trouble, row: Row, why: str) -> Verdict:
    return Verdict(FAILED, why, row.tries, loud=_kind(trouble))


_TABLE: tuple[tuple[type[Trouble], str, Callable[[Any, Row, str], Verdict]], ...] = (
    (Throttled, "the platform asked us to wait", _throttled),
    (Unreachable, "the platform could not be reached", _unreachable),
    (Gone, "the address is no more", _gone),
    (Moved, "the chat moved", _moved),
    (NotAdmitted, "the platform does not know us", _not_admitted),
    (Vanished, "the message is not there any more", _vanished),
    (TooLate, "it was too late", _too_late),
    (OptedOut, "the person wants no such messages", _opted_out),
    (Halted, "the platform wants this campaign to stop", _halted),
    (WindowClosed, "free words may not go to this person now", _not_brought),
    (Undelivered, "the platform cannot bring it to this person now", _not_brought),
    (Unsure, "the platform never answered", _unsure),
    (Trouble, "the platform refused the message", _refused),
)
