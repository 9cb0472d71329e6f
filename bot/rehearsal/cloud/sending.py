"""POST messages: what is refused at once, what is accepted and fails later, and what arrives."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.rehearsal.cloud import filled, shapes
from bot.rehearsal.cloud.phones import BSUID, Person, digits
from bot.rehearsal.cloud.shapes import Outgoing
from bot.rehearsal.cloud.templates import Template
from bot.rehearsal.cloud.wire import CloudError, invalid, only, param, part, text
from bot.rehearsal.wire import Json

if TYPE_CHECKING:
    from bot.rehearsal.cloud.api import CloudApi

_ALWAYS = (
    "messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data",
    "recipient_identity_key_hash",
)  # fmt: skip


def post(api: CloudApi, body: Json) -> Json:
    """A message, or the receipt that one was read."""
    if body.get("messaging_product") != "whatsapp":
        raise param("The parameter messaging_product is required.")
    if "status" in body:
        return _mark_read(api, body)
    message = _checked(api, body)
    api.limits.spend(message.person.bsuid if message.person else message.input)
    out = _outgoing(api, message)
    code = _fate(api, message)
    api.record(out, message.kind, body, message.shown, code)
    _let_happen(api, message, out, code)
    return _accepted(message, out)


def _mark_read(api: CloudApi, body: Json) -> Json:
    only(body, "body", "messaging_product", "status", "message_id", "typing_indicator")
    if body["status"] != "read":
        raise param("Param status must be one of {READ}.")
    message_id = text(body, "message_id", "body", 500)
    person = api.phones.writer(message_id)
    if person is None:
        raise invalid("Message ID is not one that was received")
    api.phones.tick(person, message_id, "read")
    return {"success": True}


@dataclass(slots=True)
class _Message:
    """One that keeps to the form. `input` is the number's digits or the BSUID."""

    body: Json
    input: str
    person: Person | None
    kind: str
    shown: Json
    template: Template | None


def _checked(api: CloudApi, body: Json) -> _Message:
    kind = text(body, "type", "body", 20) if "type" in body else "text"
    only(body, "body", *_ALWAYS, kind)
    if body.get("recipient_type", "individual") != "individual":
        raise param("Param recipient_type must be one of {INDIVIDUAL}.")
    if "context" in body:
        only(part(body, "context"), "context", "message_id")
        text(body["context"], "message_id", "context", 500)
    text(body, "biz_opaque_callback_data", "body", 512, optional=True)
    to = _recipient(api, body)
    template = filled.find(part(body, "template"), api.templates) if kind == "template" else None
    shown = filled.draw(body["template"], template) if template else api.contents.draw(body, kind)
    return _Message(body, to, api.phones.find(to), kind, shown, template)


def _recipient(api: CloudApi, body: Json) -> str:
    """A number goes before a BSUID, where both are given."""
    if body.get("to"):
        number = digits(str(body["to"]))
        if not number:
            raise invalid("Recipient phone number is not valid")
        if number == api.business.number:
            raise CloudError(131021)
        return number
    if not body.get("recipient"):
        raise param("The parameter to is required.")
    if not BSUID.fullmatch(str(body["recipient"])):
        raise invalid("Recipient is no business-scoped user ID")
    return str(body["recipient"])


def _outgoing(api: CloudApi, message: _Message) -> Outgoing:
    within = message.person is not None and message.person.within(api.now())
    category = message.template.category if message.template else "SERVICE"
    billable = category == "MARKETING" or (category != "SERVICE" and not within)
    data = message.body.get("biz_opaque_callback_data", "")
    return Outgoing(shapes.wamid(message.input), message.input, message.person, category, billable, data)


def _fate(api: CloudApi, message: _Message) -> int:
    """0 if it arrives, or the code with which it fails after it was accepted."""
    person, template = message.person, message.template
    if api.failing:
        return api.failing.popleft()
    if person is None:
        return 131026
    if template is None and not person.within(api.now()):
        return 131047
    if template and template.category == "MARKETING" and person.opted_out:
        return 131050
    if not person.within(api.now()) and not api.limits.reach(person.bsuid, api.now()):
        return api.habits.tier_code
    return 0


def _let_happen(api: CloudApi, message: _Message, out: Outgoing, code: int) -> None:
    """It arrives or fails once it is answered."""

    def happen() -> None:
        if code:
            _fail(api, out, code)
        elif message.person:
            _arrive(api, message.person, message, out)

    asyncio.get_running_loop().call_later(api.habits.status_delay, happen)


def _fail(api: CloudApi, out: Outgoing, code: int) -> None:
    if api.habits.fail_after_sent:
        api.webhook.add(shapes.status(out, api.habits, "sent", api.timestamp()))
    api.webhook.add(shapes.status(out, api.habits, "failed", api.timestamp(), code))


def _arrive(api: CloudApi, person: Person, message: _Message, out: Outgoing) -> None:
    if message.kind == "reaction":
        given = message.body["reaction"]
        api.phones.react(person, given["message_id"], given["emoji"], mine=False)
        return
    quoted = message.body.get("context", {}).get("message_id", "")
    came = {"id": out.id, "mine": False, "at": api.timestamp(), "status": "", "context": quoted, "out": out}
    came |= message.shown
    api.phones.put(person, came)
    api.arrive(person, came)


def _accepted(message: _Message, out: Outgoing) -> Json:
    """A number is answered with the number, a BSUID with the BSUID; neither tells the other."""
    if out.by_number:
        contact = {"input": str(message.body["to"]), "wa_id": out.input}
    else:
        contact = {"input": out.input, "user_id": out.input}
    paced = {"message_status": "accepted"} if message.template else {}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": out.id, **paced}]}
