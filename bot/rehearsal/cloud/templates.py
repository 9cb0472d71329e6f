"""The account's templates: taken in, reviewed by the rehearsal's rule, listed page by page."""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.rehearsal.cloud import template_rules
from bot.rehearsal.cloud.wire import param
from bot.rehearsal.wire import Json

State = Literal["PENDING", "APPROVED", "REJECTED", "PAUSED", "DISABLED"]
_FIELDS = ("name", "parameter_format", "components", "language", "status", "category", "id")
_UNSET = frozenset({  # fields that a template has and that Graph leaves out while they are not set
    "correct_category", "cta_url_link_tracking_opted_out", "degrees_of_freedom_spec", "library_template_name",
    "message_send_ttl_seconds", "previous_category", "sub_category",
})  # fmt: skip
_MOST = 100  # on a page
MOST_TEMPLATES = 250


@dataclass(slots=True)
class Template:
    """One template in one language."""

    id: str
    name: str
    language: str
    category: str
    components: list[Json]
    status: State = "PENDING"

    def part(self, kind: str) -> Json:
        """Its component of this type, or an empty one."""
        return next((one for one in self.components if str(one["type"]).upper() == kind), {})

    def raw(self, fields: tuple[str, ...] = _FIELDS) -> Json:
        """What Graph tells of it."""
        whole = {name: getattr(self, name, None) for name in _FIELDS} | {"parameter_format": "POSITIONAL"}
        whole |= {"rejected_reason": "NONE", "quality_score": {"score": "UNKNOWN", "date": int(self.id) // 1_000_000}}
        if unknown := set(fields) - whole.keys() - _UNSET:
            raise param(f"Tried accessing nonexisting field ({unknown.pop()}) on node type (WhatsAppMessageTemplate)")
        return {name: whole[name] for name in dict.fromkeys((*fields, "id")) if name in whole}


def approve(_: Template) -> State:
    """The rehearsal's rule, unless a test sets another: what keeps to the form is approved."""
    return "APPROVED"


class Templates:
    """All templates. `rule` reviews what comes in; `tell` is called with each change of state."""

    def __init__(self, tell: Callable[[Template], None]) -> None:
        self._ids = itertools.count(time.time_ns() // 1000)
        self._all: dict[str, Template] = {}
        self._tell = tell
        self.rule: Callable[[Template], State] = approve

    def create(self, given: Json) -> Json:
        """Take one in; the answer says PENDING, and the review follows."""
        template_rules.check(given)
        if self.find(given["name"], given["language"]):
            why = f"There is already {given['language']} content for this template."
            raise template_rules.refuse(2388024, "Content in this language already exists", why)
        template = Template(
            str(next(self._ids)), given["name"], given["language"], given["category"], given["components"]
        )
        self._all[template.id] = template
        answer = {"id": template.id, "status": template.status, "category": template.category}
        self._review(template)
        return answer

    def edit(self, template: Template, given: Json) -> Json:
        """Other words for one that exists; they are reviewed anew."""
        template_rules.check_components(given)
        template.components, template.status = given["components"], "PENDING"
        template.category = given.get("category", template.category)
        self._review(template)
        return {"success": True}

    def _review(self, template: Template) -> None:
        verdict = self.rule(template)
        if verdict != "PENDING":
            self.set_state(template, verdict)

    def set_state(self, template: Template, state: State) -> None:
        """What Meta decided; it is told by a webhook."""
        template.status = state
        self._tell(template)

    def set(self, name: str, state: State, language: str = "id") -> None:
        """The same by name, for a test."""
        template = self.find(name, language)
        if template is None:
            raise ValueError(f"there is no template {name} in {language}")
        self.set_state(template, state)

    def find(self, name: str, language: str) -> Template | None:
        """By name and language."""
        return next((one for one in self._all.values() if (one.name, one.language) == (name, language)), None)

    def get(self, template_id: str) -> Template | None:
        """By id."""
        return self._all.get(template_id)

    def remove(self, name: str) -> bool:
        """All languages of a name."""
        ids = [one.id for one in self._all.values() if one.name == name]
        for template_id in ids:
            del self._all[template_id]
        return bool(ids)

    def page(self, query: Mapping[str, str], address: str) -> Json:
        """GET message_templates: filtered, `limit` at a time, `next` only where more follows."""
        fields = tuple(filter(None, query.get("fields", "").split(","))) or _FIELDS
        fitting = [one for one in self._all.values() if _fits(one, query)]
        start = _place(query["after"]) if query.get("after") else 0
        limit = min(max(int(query.get("limit", "25")), 1), _MOST)
        shown = fitting[start : start + limit]
        answer: Json = {"data": [one.raw(fields) for one in shown]}
        if "summary" in query:
            answer["summary"] = self._summary(len(fitting))
        if shown:
            after = _cursor(start + len(shown))
            answer["paging"] = {"cursors": {"before": _cursor(start), "after": after}}
            if start + limit < len(fitting):
                answer["paging"]["next"] = f"{address}?limit={limit}&after={after}&fields={','.join(fields)}"
        return answer

    def _summary(self, fitting: int) -> Json:
        counts = {"total_count": fitting, "message_template_count": len(self._all)}
        return {**counts, "message_template_limit": MOST_TEMPLATES, "are_translations_complete": True}


def _fits(template: Template, query: Mapping[str, str]) -> bool:
    for one in ("language", "category", "status"):
        if one in query and getattr(template, one) not in query[one].split(","):
            return False
    words = str(template.part("BODY")["text"])
    found = query.get("name_or_content", "")
    return (
        query.get("name", "") in template.name
        and query.get("content", "") in words
        and (found in template.name or found in words)
    )


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise param("Invalid cursors values") from error
