"""One event of WhatsApp, understood: what was heard or happened, or nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.channels.whatsapp import LABEL, happened, person
from bot.channels.whatsapp.raw import Part, at, parts, text, word
from bot.channels.whatsapp.split import Event, NotAnUpdate
from messages.chat import Address, Contact, File, FileKind, Happened, Heard, Place
from messages.words import short

TAP = "wa:"
NAME_LENGTH = 64
# Nothing that a person said: a reaction says nothing new, what he takes back was heard, and a chat that he only
# opened has no words and opens no window.
UNHEARD = {"reaction", "revoke", "request_welcome"}
REF = re.compile("[!-~]{1,256}")

# Where the id of a button lies: of a template's, of a message's own, of a row in a list.
PRESSED = (("button", "payload"), ("interactive", "button_reply", "id"), ("interactive", "list_reply", "id"))

Told = dict[str, Any]


def hear(event: Event, now: datetime) -> Heard | Happened | None:
    """What `event` says; None if it is none of our business.

    `now` is the time of what came without one, or with one from the future. Raises `NotAnUpdate`, and nothing
    else, for an event that cannot be read in a part that matters.
    """
    if event.kind != "message":
        return happened.befell(event, now)
    kind = text(event.part, "type")
    if kind == "system":
        return happened.moved(event, now)
    if kind in UNHEARD or "group_id" in event.part:
        return None
    return _heard(event, now)


def _heard(event: Event, now: datetime) -> Heard:
    part = event.part
    sender = person.address(part, event.contact)
    if sender is None:
        raise NotAnUpdate("nobody is named as its sender")
    when = happened.moment(word(part, "timestamp"), now)
    sender = Address(sender.channel, sender.id, when)
    message, edited = event.key, text(part, "type") == "edit"
    if edited:
        part, message = at(part, "edit", "message"), text(part, "edit", "original_message_id")
    told: Told = {"message": message, "phone": person.phone(sender.id)}
    told |= _told(part, sender, event.key)
    return Heard(event.key, sender, sender, when, edited=edited, named=_named(event.contact), **told)


def _told(part: Part, sender: Address, key: str) -> Told:
    """What was said; nothing where we cannot use it: it is heard without words, so that the person gets an answer."""
    kind = text(part, "type")
    if kind == "contacts":
        return {"contact": _contact(part, sender)}
    if kind in {"interactive", "button"}:
        return _pressed(part, key)
    read = CONTENT.get(kind)
    return read(part) if read else {"unread": True}


def _file(kind: str, name: FileKind) -> Callable[[Part], Told]:
    def read(part: Part) -> Told:
        ref = text(part, kind, "id")
        file = File(name, ref) if REF.fullmatch(ref) else None
        return {"text": text(part, kind, "caption"), "file": file}

    return read


def _place(part: Part) -> Told:
    where = at(part, "location")
    latitude, longitude = _degrees(where.get("latitude"), 90), _degrees(where.get("longitude"), 180)
    return {} if latitude is None or longitude is None else {"place": Place(latitude, longitude)}


def _degrees(told: object, most: int) -> float | None:
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(told) if abs(told) <= most else None


CONTENT: Mapping[str, Callable[[Part], Told]] = {
    "text": lambda part: {"text": text(part, "text", "body")},
    "location": _place,
    "image": _file("image", "photo"),
    "audio": _file("audio", "voice"),
    "voice": _file("voice", "voice"),
    "document": _file("document", "document"),
    "video": lambda part: {"text": text(part, "video", "caption"), "unread": True},
}


def _pressed(part: Part, key: str) -> Told:
    """A button or a row: its id is the data, or the whole label, which then comes as if it had been typed."""
    data = next((found for way in PRESSED if (found := text(part, *way))), "")
    words = text(part, "button", "text")
    if data.startswith(LABEL):
        return {"text": data.removeprefix(LABEL)}
    if not data or data == words:  # a template's button without data of its own sends what is written on it
        return {"text": words}
    return {"choice": data, "tap": TAP + key, "message": text(part, "context", "id")}


def _contact(part: Part, sender: Address) -> Contact | None:
    """A shared number: his own if he gave it at our request, or if it is the one that he writes from."""
    cards = list(parts(part, "contacts"))
    phones = [each for card in cards for each in parts(card, "phones")]
    digits = next((found for each in phones if (found := _digits(each))), "")
    if not digits:
        return None
    number = digits if digits.startswith("0") else f"+{digits}"
    return Contact(number, number == person.phone(sender.id) or _asked(part, cards))


def _asked(part: Part, cards: list[Part]) -> bool:
    """Whether WhatsApp says that he gave his number by our button, first hand."""
    origins = [text(each, "origin") for each in (part, *cards)]
    handed_on = any(at(part, "context").get(way) for way in ("forwarded", "frequently_forwarded"))
    return "contact_request" in origins and len(cards) == 1 and not handed_on


def _digits(phone: Part) -> str:
    return re.sub("[^0-9]", "", text(phone, "wa_id") or text(phone, "phone"))


def _named(contact: Part) -> str:
    return short(text(contact, "profile", "name"), NAME_LENGTH)
