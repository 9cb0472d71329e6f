"""The table of troubles."""

from __future__ import annotations

import pytest

from bot.outbox.failures import Verdict, after, pause
from messages.chat import Gone, Moved, NotAdmitted, Refused, Throttled, TooLate, Unreachable, Unsure, Vanished
from storage.claims import Row
from storage.deliveries import (
    ALERT,
    BROADCAST,
    EXPIRED,
    FAILED,
    NOTICE,
    REMINDER,
    REPLY,
    UNKNOWN,
    WAITING,
    WITHDRAWN,
)  # fmt: skip
from tests.outbox.scripted import row

ALERT_ROW, REPLY_ROW, NOTICE_ROW = row(lane=ALERT), row(lane=REPLY), row(lane=NOTICE)
EDIT, TAP = row(lane=NOTICE, edits=3), row(lane=REPLY, answers="tap")

CASES = {
    "a throttled chat waits and it is no try": (Throttled(9), NOTICE_ROW, Verdict(WAITING, "", 0, quiet=9)),
    "a throttled bot waits": (Throttled(9, scope="bot"), ALERT_ROW, Verdict(WAITING, "", 0, quiet=9, whole=True)),
    "what was not reached is tried again": (Unreachable("down"), NOTICE_ROW, Verdict(WAITING, "down", 1, rest=1)),
    "who is gone is retired": (Gone("blocked"), NOTICE_ROW, Verdict(FAILED, "blocked", gone=True, tell=True)),
    "a moved chat is sent to again": (Moved("-100"), REPLY_ROW, Verdict(WAITING, "", 1, moved="-100")),
    "what is refused fails loudly": (Refused("too long"), REPLY_ROW, Verdict(FAILED, "too long", loud="Refused")),
    "a late edit fails and is told": (TooLate("old"), EDIT, Verdict(FAILED, "old", tell=True)),
    "an edit of what is gone is over and told": (Vanished("gone"), EDIT, Verdict(WITHDRAWN, "gone", tell=True)),
    "a late answer expires": (TooLate("old"), TAP, Verdict(EXPIRED, "old")),
    "an unsure alert is sent again": (Unsure("?"), ALERT_ROW, Verdict(WAITING, "?", 1, rest=1)),
    "an unsure reply is sent again": (Unsure("?"), REPLY_ROW, Verdict(WAITING, "?", 1, rest=1)),
    "an unsure edit is sent again in any lane": (Unsure("?"), EDIT, Verdict(WAITING, "?", 1, rest=1)),
    "an unsure notice is unknown": (Unsure("?"), NOTICE_ROW, Verdict(UNKNOWN, "?; it may have arrived", 1)),
    "a wrong token loses nothing": (
        NotAdmitted("401"), ALERT_ROW, Verdict(WAITING, "401", quiet=15, whole=True, loud="NotAdmitted"),
    ),
    "a fault of the channel is unsure and loud": (
        KeyError("name"), ALERT_ROW, Verdict(WAITING, "KeyError in the channel", 1, rest=1, loud="KeyError"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_table(case: str) -> None:
    trouble, failed, expected = CASES[case]
    verdict = after(trouble, failed)
    assert verdict.reason, "a person can read why"
    assert (expected.reason or verdict.reason) == verdict.reason
    for name in ("state", "tries", "rest", "quiet", "whole", "gone", "moved", "loud", "tell"):
        assert getattr(verdict, name) == getattr(expected, name), name


@pytest.mark.parametrize("lane", [ALERT, REPLY])
def test_what_stays_unsure_is_unknown_after_the_third_try(lane: int) -> None:
    states = [after(Unsure("?"), row(lane=lane, tries=tries)).state for tries in range(3)]
    assert states == [WAITING, WAITING, UNKNOWN]


def test_a_chat_that_moves_again_and_again_fails() -> None:
    assert after(Moved("-1"), row(tries=2)).state == FAILED


@pytest.mark.parametrize("lane", [REMINDER, BROADCAST])
def test_pauses_double_up_to_a_minute(lane: int) -> None:
    assert [pause(row(lane=lane, tries=n)) for n in range(9)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_an_alert_never_pauses_for_more_than_five_seconds() -> None:
    assert [pause(row(lane=ALERT, tries=n)) for n in (0, 1, 2, 3, 40)] == [1, 2, 4, 5, 5]


def test_the_reason_of_a_fault_holds_no_values() -> None:
    failed: Row = row(lane=NOTICE)
    assert "Siti" not in after(ValueError("Siti Aminah"), failed).reason
