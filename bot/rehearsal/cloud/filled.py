"""A template that is sent: found, approved, its places filled as many as it has, its quick replies with their data."""

from __future__ import annotations

import re

from bot.rehearsal.cloud.template_rules import BODY, PLACE, places
from bot.rehearsal.cloud.templates import Template, Templates
from bot.rehearsal.cloud.wire import CloudError, invalid, items, only, param, part, text
from bot.rehearsal.wire import Json, units

PAYLOAD = 256
_STATES = {"PAUSED": 132015, "DISABLED": 132016}
_BAD_VALUE = re.compile(r"[\n\r\t]| {5,}")


def find(given: Json, templates: Templates) -> Template:
    """The approved template that a message names."""
    only(given, "template", "name", "language", "components", "namespace")
    name = text(given, "name", "template", 512)
    language = part(given, "language", "template")
    code = text(language, "code", "template['language']", 10)
    if language.get("policy", "deterministic") != "deterministic":
        raise param("The parameter template['language']['policy'] must be one of {DETERMINISTIC}.")
    template = templates.find(name, code)
    if template and template.status in _STATES:
        raise CloudError(_STATES[template.status])
    if template is None or template.status != "APPROVED":
        raise CloudError(132001, f"template name ({name}) does not exist in {code}")
    return template


def draw(given: Json, template: Template) -> Json:
    """Fill it and tell what the phone shows."""
    components = items(given, "components", "template") if given.get("components") else []
    shown: Json = {"text": _filled(template, "body", components, BODY)}
    if template.part("HEADER"):
        shown["header"] = _filled(template, "header", components, BODY)
    if footer := template.part("FOOTER"):
        shown["footer"] = footer["text"]
    buttons = [_button(one) for one in template.part("BUTTONS").get("buttons", ())]
    for component in components:
        kind = str(component.get("type", "")).lower()
        if kind == "button":
            _tie(component, buttons)
        elif kind not in {"body", "header"}:
            raise param(f"Param template['components'] has an unknown type {kind!r}.")
    return shown | ({"buttons": buttons} if buttons else {})


def _filled(template: Template, kind: str, components: list[Json], most: int) -> str:
    words = str(template.part(kind.upper())["text"])
    mine = [one for one in components if str(one.get("type", "")).lower() == kind]
    values = [_value(one, kind) for component in mine for one in component.get("parameters") or ()]
    if len(values) != places(words):
        raise CloudError(
            132000,
            f"{kind}: number of localizable_params ({len(values)}) does not match the expected number of params "
            f"({places(words)})",
        )
    filled = PLACE.sub(lambda found: values[int(found[1]) - 1], words)
    if units(filled) > most:
        raise CloudError(132005, f"{kind}: hydrated text is longer than {most} characters")
    return filled


def _value(parameter: Json, kind: str) -> str:
    if parameter.get("type") != "text":
        raise CloudError(132012, f"{kind}: Parameter of type {parameter.get('type')!r} where text is expected")
    value = parameter.get("text")
    if not isinstance(value, str) or not value.strip():
        raise CloudError(131008, f"{kind}: Parameter of type text is missing text value")
    if _BAD_VALUE.search(value):
        raise CloudError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    return value


def _button(button: Json) -> Json:
    kind = str(button["type"]).upper()
    if kind == "QUICK_REPLY":
        return {"kind": "quick", "text": button["text"], "id": button["text"]}
    return {"kind": "url", "text": button["text"], "url": button.get("url") or f"tel:{button['phone_number']}"}


def _tie(component: Json, buttons: list[Json]) -> None:
    """The data that comes back with a quick reply."""
    if str(component.get("sub_type", "")).lower() != "quick_reply":
        raise param("Param template['components'] button sub_type must be quick_reply.")
    place = str(component.get("index", ""))
    if not place.isdigit() or int(place) >= len(buttons) or buttons[int(place)]["kind"] != "quick":
        raise CloudError(132000, f"buttons: there is no quick reply at index {place or '?'}")
    parameters = items(component, "parameters", "template['components']")
    if len(parameters) != 1 or parameters[0].get("type") != "payload":
        raise CloudError(132012, f"buttons: quick reply at index {place} requires one payload")
    payload = parameters[0].get("payload")
    if not isinstance(payload, str) or not payload or units(payload) > PAYLOAD:
        raise invalid(f"Quick reply payload length invalid. Min length: 1, Max length: {PAYLOAD}")
    buttons[int(place)]["id"] = payload
