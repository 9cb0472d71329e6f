"""The templates that Meta is asked to approve, as they stand beside the words."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from messages.chat import Template
from messages.fit import cut, units
from messages.render import HERE, LANGUAGE, Words

WHOLE = 1024  # UTF-16 units of a body with its values
PLACE = re.compile(r"\{\{\d+\}\}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One template: `body` with places `{{1}}`, `{{2}}` …, an example for each, the labels of its quick replies."""

    name: str
    language: str
    category: str
    body: str
    examples: tuple[str, ...]
    buttons: tuple[str, ...]


@cache
def wanted(language: str = LANGUAGE) -> dict[str, Wanted]:
    """Every template by its name."""
    raw = tomllib.loads((HERE / language / "templates.toml").read_text(encoding="utf-8"))
    return {
        name: Wanted(name, language, each["category"], each["body"].strip(), tuple(each["examples"]),
                     tuple(each.get("buttons", ())))
        for name, each in raw.items()
    }  # fmt: skip


def filled(name: str, *values: str, taps: tuple[str, ...] = (), language: str = LANGUAGE) -> Template:
    """A template with its values and what its quick replies send. Raises ValueError where their counts are wrong."""
    meant = wanted(language)[name]
    if (len(values), len(taps)) != (len(meant.examples), len(meant.buttons)):
        raise ValueError(f"{name} takes {len(meant.examples)} values and {len(meant.buttons)} taps")
    return Template(name, language, _fitting(values, WHOLE - units(PLACE.sub("", meant.body))), taps)


class Announced(Words):
    """Words that the plain template carries whole, where free words may not go."""

    def template(self, said: str, zone: str) -> Template:
        return filled("siaga_pemberitahuan", said)


def _fitting(values: tuple[str, ...], room: int) -> tuple[str, ...]:
    """Values that together with the fixed words stay within what Meta takes: the longest are cut."""
    lines = [" / ".join(line.strip() for line in value.splitlines() if line.strip()) for value in values]
    limit = room
    while sum(min(units(line), limit) for line in lines) > room:
        limit = limit * 15 // 16
    return tuple(cut(line, max(limit, 1)) for line in lines)
