"""The one table of what Meta's codes ask us to do: those that come as an answer, and those of a `failed` status. Pure.

The HTTP status of a code is not stable, so the code alone decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from messages.chat import (
    Halted,
    NotAdmitted,
    NoTemplate,
    OptedOut,
    Refused,
    Throttled,
    Trouble,
    Undelivered,
    Unreachable,
    WindowClosed,
)

PAIR = 131056  # too much for one person
FIRST_PAIR_WAIT = 4.0
# What would name somebody: a number, or the id of who hides it.
SOMEBODY = re.compile(r"\+?\d(?:[\s().-]?\d){8,}|\b[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{6,}")

STRANGERS = "Meta does not take our token: SIAGA_WHATSAPP_TOKEN is wrong, expired or lacks a permission"
LOCKED = "Meta has locked or restricted our WhatsApp account"

WAITS: Mapping[int, tuple[float, Literal["chat", "bot"], str]] = {
    4: (60.0, "bot", "too many calls of the app"),
    80007: (60.0, "bot", "too many calls of the account"),
    130429: (2.0, "bot", "too many messages a second"),
    PAIR: (FIRST_PAIR_WAIT, "chat", "too many messages to this person"),
}
MEANS: Mapping[int, tuple[type[Trouble], str]] = {
    0: (NotAdmitted, STRANGERS),
    1: (Unreachable, "Meta is ill, and says to come again"),
    2: (Unreachable, "Meta is overloaded"),
    3: (NotAdmitted, STRANGERS),
    10: (NotAdmitted, STRANGERS),
    190: (NotAdmitted, STRANGERS),
    368: (NotAdmitted, LOCKED),
    130472: (Undelivered, "WhatsApp does not bring such messages to this person now"),
    130497: (Undelivered, "our account may not write to this country"),
    131000: (Unreachable, "Meta failed, and says to come again"),
    131005: (NotAdmitted, STRANGERS),
    131016: (Unreachable, "the service is away for a while"),
    131021: (Undelivered, "this is our own number"),
    131026: (Undelivered, "WhatsApp cannot bring it to this person"),
    131030: (Undelivered, "a test number writes only to the people on its list"),
    131031: (NotAdmitted, LOCKED),
    131037: (NotAdmitted, "the display name of our number is not approved"),
    131047: (WindowClosed, "the person last wrote more than 24 hours ago: only a template may go"),
    131048: (Halted, "too many people blocked or reported our number: more would lock it"),
    131049: (Undelivered, "WhatsApp holds such messages back from this person now"),
    131050: (OptedOut, "the person wants no such messages from us"),
    131057: (Unreachable, "our account is being maintained"),
    131062: (Undelivered, "this kind of message cannot go to who hides his number"),
    131064: (Halted, "our account used up what it may send, its templates being in the wrong category"),
    132000: (NoTemplate, "the template takes another count of values"),
    132001: (NoTemplate, "there is no such template in this language, or it is not approved"),
    132005: (NoTemplate, "the template with its values is too long"),
    132007: (NoTemplate, "the template breaks a policy of WhatsApp"),
    132008: (NoTemplate, "a value does not fit its place in the template"),
    132012: (NoTemplate, "a value has another form than the template asks for"),
    132015: (NoTemplate, "the template is paused, because people found it of low quality"),
    132016: (NoTemplate, "the template is disabled for good, because it was paused too often"),
    133004: (Unreachable, "the server is away for a while"),
    133010: (NotAdmitted, "our number is not registered with the Cloud API"),
    135000: (Unreachable, "Meta failed without a reason, and says to come again"),
}
PERMISSIONS = range(200, 300)


def trouble_of_code(code: int, words: str = "", wait: float | None = None) -> Trouble:
    """What `code` asks for; `words` are Meta's, for a code that stands in no table; `wait` where Meta told it."""
    if code in WAITS:
        usual, scope, why = WAITS[code]
        return Throttled(wait or usual, f"{code}: {why}", scope)
    kind, why = MEANS.get(code, (NotAdmitted, STRANGERS) if code in PERMISSIONS else (Refused, hide(words)))
    return kind(f"{code}: {why}" if why else str(code))


def trouble_of_detail(detail: str) -> Trouble:
    """The same for the detail of a message that failed: `131047: Re-engagement message`."""
    code, _, words = detail.partition(": ")
    if not (code.isascii() and code.isdigit()):
        return Refused(hide(detail) or "WhatsApp gave no reason")
    return trouble_of_code(int(code), words)


def hide(text: str, *secrets: str) -> str:
    """`text` without these secrets, and without what would name a person."""
    for secret in secrets:
        text = text.replace(secret, "<token>") if secret else text
    return SOMEBODY.sub("<somebody>", text)
