"""What WhatsApp posts, taken apart: one webhook holds several events, each handled for itself. Pure but for its log."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.channels.whatsapp.person import ids
from bot.channels.whatsapp.raw import Part, at, parts, text, word

OPTED_OUT = "131050"
FIELDS = ("messages", "user_preferences")
KEY = re.compile("[!-~]{1,256}")  # ids are printable and without spaces

log = logging.getLogger(__name__)
Kind = Literal["message", "status", "refusal", "preference"]


class NotAnUpdate(ValueError):
    """What came is not a webhook of WhatsApp, or an event that nobody could read."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `key` is unique on the channel, `part` is the thing as it came, `contact` what was told
    beside it about the person ({}: nothing)."""

    key: str
    kind: Kind
    part: Part
    contact: Part


def opened(body: bytes) -> Any:
    """The posted bytes as JSON. Raises `NotAnUpdate` where they are none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnUpdate("not JSON") from None


def split(payload: Any, phone_id: str) -> list[Event]:
    """The events for our number, each once, in the order they came. What cannot be read spoils nothing but itself."""
    if not isinstance(payload, Mapping) or payload.get("object") != "whatsapp_business_account":
        raise NotAnUpdate("not a webhook of a WhatsApp account")
    if not isinstance(payload.get("entry"), list):
        raise NotAnUpdate("a webhook without entries")
    found: dict[str, Event] = {}
    for entry in parts(payload, "entry"):
        for change in parts(entry, "changes"):
            for event in _events(change, phone_id):
                found.setdefault(event.key, event)
    return list(found.values())


def _events(change: Part, phone_id: str) -> Iterator[Event]:
    value = at(change, "value")
    if text(change, "field") not in FIELDS or text(value, "metadata", "phone_number_id") != phone_id:
        return
    for error in parts(value, "errors"):
        log.warning("WhatsApp tells of an error of its own: %s", word(error, "code")[:20])
    for name, read in READ.items():
        yield from _of(value, name, read)


def _of(value: Part, name: str, read: Callable[[Part, Part], Iterator[Event]]) -> Iterator[Event]:
    found, contacts = list(parts(value, name)), list(parts(value, "contacts"))
    for part in found:
        events = list(read(part, _contact(part, contacts, alone=len(found) == 1)))
        if not events:
            log.warning("one of the %s of a webhook has no id, and was left out", name)
        yield from events


def _message(part: Part, contact: Part) -> Iterator[Event]:
    if key := _key(part, "id"):
        yield Event(key, "message", part, contact)


def _status(part: Part, contact: Part) -> Iterator[Event]:
    """A message refused because the person opted out is two things: it failed, and he wants no more of its kind."""
    key, status = _key(part, "id"), _key(part, "status")
    if not (key and status):
        return
    yield Event(f"{key}:{status}", "status", part, contact)
    if status == "failed" and any(word(error, "code") == OPTED_OUT for error in parts(part, "errors")):
        yield Event(f"{key}:stopped", "refusal", part, contact)


def _preference(part: Part, contact: Part) -> Iterator[Event]:
    """It has no id: who, what and when make one."""
    who = next(iter(ids(part, contact)), "")
    told = [_key(part, key) for key in ("category", "value", "timestamp")]
    if who and all(told):
        yield Event(":".join(("preference", who, *told)), "preference", part, contact)


READ = {"messages": _message, "statuses": _status, "user_preferences": _preference}


def _contact(part: Part, contacts: list[Part], *, alone: bool) -> Part:
    """The contact that belongs to `part`: by its ids, or because there is no choice."""
    names = set(ids(part))
    known = next((contact for contact in contacts if names & set(ids(contact))), None)
    if known is None and len(contacts) == 1 and (alone or not names):
        return contacts[0]
    return known or {}


def _key(part: Part, name: str) -> str:
    told = word(part, name)
    return told if KEY.fullmatch(told) else ""
