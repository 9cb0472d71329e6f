"""What befell a person or a message of ours on WhatsApp. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.channels.whatsapp import person
from bot.channels.whatsapp.errors import hide
from bot.channels.whatsapp.raw import Part, at, parts, text, word
from bot.channels.whatsapp.split import Event, NotAnUpdate
from messages.chat import Happened, What
from messages.words import short

WHAT: Mapping[str, What] = {"delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
WANTS: Mapping[str, What] = {"stop": "stopped", "resume": "resumed", "signup": "resumed"}
BULK = "marketing_messages"
ONLY_ID = "user_changed_user_id"
CHANGED = {"user_changed_number", "customer_changed_number", ONLY_ID}
DETAIL_LENGTH = 200


def befell(event: Event, now: datetime) -> Happened | None:
    """A status of a message of ours, or what a person wants to be sent."""
    what = _what(event)
    if what is None or text(event.part, "recipient_type") == "group":
        return None
    address = person.address(event.part, event.contact)
    if address is None:
        raise NotAnUpdate("nobody is named whom it befell")
    at = moment(word(event.part, "timestamp"), now)
    message = "" if event.kind == "preference" else text(event.part, "id")
    return Happened(event.key, address, at, what, _why(event.part), message)


def _what(event: Event) -> What | None:
    if event.kind == "refusal":
        return "stopped"
    if event.kind == "status":
        return WHAT.get(text(event.part, "status"))
    return WANTS.get(text(event.part, "value")) if text(event.part, "category") == BULK else None


def _why(part: Part) -> str:
    """`131047: Re-engagement message`, of a message that failed; "" where nothing is told."""
    error = next(parts(part, "errors"), {})
    told = (word(error, "code"), text(error, "title") or text(error, "message"))
    return hide(short(": ".join(each for each in told if each), DETAIL_LENGTH))


def moved(event: Event, now: datetime) -> Happened | None:
    """Somebody changed his number, or got another id. What was his id before is told beside what is."""
    told = at(event.part, "system")
    kind = text(told, "type")
    if kind not in CHANGED:
        return None
    before = {"from": told.get("customer") or event.part.get("from"), "user_id": told.get("previous_user_id")}
    after = {"wa_id": told.get("wa_id") or told.get("new_wa_id"), "user_id": told.get("user_id")}
    if kind == ONLY_ID:
        before, after = {"user_id": before["user_id"]}, {"user_id": after["user_id"]}
    old, new = person.address(before), person.address(after)
    if old is None or new is None or old == new:
        return None
    return Happened(event.key, old, moment(word(event.part, "timestamp"), now), "moved", new.id)


def moment(told: str, now: datetime) -> datetime:
    """The time of an event, which comes as seconds in a text; never later than `now`."""
    try:
        at = datetime.fromtimestamp(int(told), UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return min(at, now)
