"""A message that Meta approved beforehand, filled in; and the draft of one to be approved. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from messages.chat import Template
from messages.fit import clean, cut, units

BODY_UNITS = 1024
EMPTY = "-"  # Meta takes no empty value

Json = dict[str, Any]


def message(template: Template) -> Json:
    """The object `template` of a request."""
    body = [{"type": "text", "text": value} for value in fitted(template.values)]
    components: list[Json] = [{"type": "body", "parameters": body}] if body else []
    components += [_quick_reply(at, tap) for at, tap in enumerate(template.taps)]
    made: Json = {"name": template.name, "language": {"code": template.language}}
    return made | ({"components": components} if components else {})


def _quick_reply(at: int, tap: str) -> Json:
    payload = [{"type": "payload", "payload": tap}]
    return {"type": "button", "sub_type": "quick_reply", "index": str(at), "parameters": payload}


def fitted(values: Sequence[str]) -> list[str]:
    """Values as Meta takes them: each one line with single gaps, none empty, and the longest cut until all fit."""
    lines = [in_one_line(value) for value in values]
    limit = BODY_UNITS
    while sum(min(units(value), limit) for value in lines) > BODY_UNITS:
        limit = limit * 15 // 16
    return [cut(value, max(limit, 1)) for value in lines]


def in_one_line(value: str) -> str:
    """A line break, which no value may hold, becomes a stroke between what stood on two lines."""
    lines = (" ".join(line.split()) for line in clean(value).splitlines())
    return " / ".join(line for line in lines if line) or EMPTY


@dataclass(frozen=True, slots=True)
class Draft:
    """A template to be approved: `body` with places `{{1}}`, `{{2}}` …, an example for each, quick replies' labels."""

    name: str
    body: str
    examples: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    language: str = "id"
    category: Literal["UTILITY", "MARKETING"] = "UTILITY"


def submission(draft: Draft) -> Json:
    """What asks Meta to approve it."""
    body: Json = {"type": "BODY", "text": draft.body}
    if draft.examples:
        body["example"] = {"body_text": [list(draft.examples)]}
    components = [body]
    if draft.buttons:
        replies = [{"type": "QUICK_REPLY", "text": words} for words in draft.buttons]
        components.append({"type": "BUTTONS", "buttons": replies})
    return {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "components": components,
    }
