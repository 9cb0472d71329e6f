"""The templates that Meta is asked to approve, as they stand beside the words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from messages.chat import Template
from messages.render import HERE, LANGUAGE


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
    return Template(name, language, values, taps)
