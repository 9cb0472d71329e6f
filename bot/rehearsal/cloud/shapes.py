"""Webhooks in Meta's exact shape: what people say, how far our messages came, and the envelope around them."""

from __future__ import annotations

import base64
import dataclasses
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.rehearsal.cloud.habits import Fold, Habits
from bot.rehearsal.cloud.phones import Person
from bot.rehearsal.cloud.wire import FAULTS
from bot.rehearsal.wire import Json

_LISTS = ("contacts", "messages", "statuses", "user_preferences")
ERROR_CODES = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclass(frozen=True, slots=True)
class Business:
    """The number that writes, and the account that it belongs to."""

    phone_id: str
    account_id: str
    number: str
    name: str

    def metadata(self) -> Json:
        """Which number a webhook is about."""
        return {"display_phone_number": self.number, "phone_number_id": self.phone_id}


@dataclass(slots=True)
class Event:
    """One thing to tell; `taken` is called when the bot has it."""

    field: str
    value: Json
    taken: Callable[[], Any] = dataclasses.field(default=lambda: None)


def wamid(whose: str) -> str:
    """A message's id, unlike every other, over restarts too."""
    return "wamid." + base64.b64encode(f"\x1d\x15{whose}\x15\x02{secrets.token_hex(10).upper()}".encode()).decode()


def contact(person: Person, habits: Habits, *, username: bool = True) -> Json:
    """Who is meant."""
    profile = {"name": person.name} | ({"username": person.username} if username and person.username else {})
    numbered = {"wa_id": person.told_number} if person.told_number else {}
    return {"profile": profile, **numbered, **({"user_id": person.bsuid} if habits.user_ids else {})}


def said(person: Person, habits: Habits, message_id: str, at: int, content: Json) -> Event:
    """Something that a person sent."""
    numbered = {"from": person.told_number} if person.told_number else {}
    known = {"from_user_id": person.bsuid} if habits.user_ids else {}
    message = {**numbered, **known, "id": message_id, "timestamp": str(at), **content}
    return Event("messages", {"contacts": [contact(person, habits)], "messages": [message]})


def changed_number(person: Person, old: str, message_id: str, at: int) -> Event:
    """The system tells that somebody has another number; such a message has no contacts."""
    told = f"User {person.name} changed from {old} to {person.number}"
    system = {"body": told, "wa_id": person.number, "user_id": person.bsuid, "type": "user_changed_number"}
    message = {"from": old, "id": message_id, "timestamp": str(at), "type": "system", "system": system}
    return Event("messages", {"messages": [message]})


def preference(person: Person, habits: Habits, at: int, *, stop: bool) -> Event:
    """Somebody wants no marketing any more, or again."""
    numbered = {"wa_id": person.told_number} if person.told_number else {}
    wish: Json = {
        **numbered,
        **({"user_id": person.bsuid} if habits.user_ids else {}),
        "detail": f"User requested to {'stop' if stop else 'resume'} marketing messages",
        "category": "marketing_messages",
        "value": "stop" if stop else "resume",
        "timestamp": at,
    }
    return Event("user_preferences", {"contacts": [contact(person, habits)], "user_preferences": [wish]})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of the business as its statuses tell of it."""

    id: str
    input: str  # the digits or the BSUID that it was sent to
    person: Person | None
    category: str
    billable: bool
    callback_data: str

    @property
    def by_number(self) -> bool:
        """Whether it was sent to a number."""
        return self.input.isdigit()


def status(out: Outgoing, habits: Habits, what: str, at: int, code: int = 0) -> Event:
    """How far a message came. A failed one has no contacts, and no user id where it went to a number."""
    number = out.input if out.by_number else (out.person.told_number if out.person else "")
    told: Json = {"id": out.id, "status": what, "timestamp": str(at)}
    told |= {"recipient_id": number} if number else {}
    if out.person and habits.user_ids and not (code and out.by_number):
        told["recipient_user_id"] = out.person.bsuid
    told |= {"biz_opaque_callback_data": out.callback_data} if out.callback_data else {}
    if code:
        return Event("messages", {"statuses": [{**told, "errors": [error(code)]}]})
    told["pricing"] = _pricing(out)
    if out.person is None or not habits.status_contacts:
        return Event("messages", {"statuses": [told]})
    who = contact(out.person, habits, username=what != "sent")
    if out.by_number:
        who["wa_id"] = out.input
    return Event("messages", {"contacts": [who], "statuses": [told]})


def _pricing(out: Outgoing) -> Json:
    kind = "regular" if out.billable else "free_customer_service"
    return {"billable": out.billable, "pricing_model": "PMP", "type": kind, "category": out.category.lower()}


def error(code: int) -> Json:
    """An error inside a webhook."""
    fault = FAULTS[code]
    told = {"title": fault.title, "message": fault.title, "error_data": {"details": fault.details}}
    return {"code": code, **told, "href": ERROR_CODES}


def envelope(business: Business, bundle: Iterable[Event], fold: Fold) -> Json:
    """The body of one POST."""
    changes: list[Json] = []
    for event in bundle:
        value = event.value
        if event.field != "message_template_status_update":
            value = {"messaging_product": "whatsapp", "metadata": business.metadata(), **value}
        if not (fold == "value" and changes and _merged(changes[-1], event)):
            changes.append({"value": value, "field": event.field})
    entries = [[one] for one in changes] if fold == "entry" else [changes]
    told = [{"id": business.account_id, "changes": one} for one in entries]
    return {"object": "whatsapp_business_account", "entry": told}


def _merged(change: Json, event: Event) -> bool:
    """Put an event into the value before it, if both are lists of the same things."""
    value = change["value"]
    same = change["field"] == event.field and set(value) & set(_LISTS) == set(event.value)
    if not same or not event.value.keys() <= set(_LISTS):
        return False
    for name, more in event.value.items():
        value[name] = [*value[name], *(one for one in more if name != "contacts" or one not in value[name])]
    return True
