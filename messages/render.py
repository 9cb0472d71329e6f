"""From a message's values to what a channel sends: Jinja2, strict about missing values.

A message is a frozen dataclass derived from `Words`. Its template has the same name, its button labels stand in
`labels.toml`; so code names a label and never speaks Indonesian.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2 import Template as Compiled

from messages import words
from messages.chat import Ask, Choice, File, Place, Said, Template

HERE = Path(__file__).parent
LANGUAGE = "id"
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Button:
    """A button by the key of its label; `name` fills the label's `{name}`, `ask` is contact or place, `start` as in
    `Choice`."""

    label: str
    data: str = ""
    name: str = ""
    ask: str = ""
    start: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Words:
    """A message before it is words. `private`: its values are sealed while it waits, and wiped when it settles."""

    name: ClassVar[str] = ""
    private: ClassVar[bool] = False
    known: ClassVar[dict[str, type[Words]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.name:
            Words.known[cls.name] = cls

    def choices(self) -> Rows:
        return ()

    def keyboard(self) -> Rows:
        return ()

    def aloud(self) -> bool:
        """Whether this answer to a tap must be read, also where taps are not answered otherwise."""
        return False

    def brief(self) -> Words | None:
        """What is said instead of changing this message, where a platform changes none; None: nothing."""
        return None

    def template(self, said: str, zone: str) -> Template | None:
        """The same where free words may not go; `said` are its words."""
        return None

    def attachment(self) -> File | None:
        return None

    def position(self) -> Place | None:
        return None


@cache
def labels(language: str = LANGUAGE) -> dict[str, str]:
    """Every label by its key."""
    return tomllib.loads((HERE / language / "labels.toml").read_text(encoding="utf-8"))


def label(key: str, language: str = LANGUAGE) -> str:
    """One label. Raises KeyError for a key that has no words."""
    return labels(language)[key]


def called(group: str, code: str, language: str = LANGUAGE) -> str:
    """What a code is called: the label `group_code`, or the code itself where it has none."""
    return labels(language).get(f"{group}_{code}", code)


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / language),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - plain text goes out, no markup that a name could break
        auto_reload=False,
    )
    made.filters.update(words.FILTERS)
    made.globals["label"] = lambda key: label(key, language)
    made.globals["called"] = lambda group, code: called(group, code, language)
    return made


@cache
def _template(name: str, language: str) -> Compiled:
    return _environment(language).get_template(f"{name}.j2")


def text(message: Words, zone: str, language: str = LANGUAGE) -> str:
    """The words of a message, hours and dates in `zone` (WIB, WITA, WIT)."""
    values = {field.name: getattr(message, field.name) for field in fields(message)}
    rendered = _template(message.name, language).render(values, zone=zone)
    whole = "\n".join(line.rstrip() for line in rendered.strip().splitlines())
    return _GAPS.sub("\n\n", whole)


def render(message: Words, zone: str, language: str = LANGUAGE) -> Said:
    """What the channel sends for a message."""
    said = text(message, zone, language)
    return Said(
        text=said,
        choices=tuple(tuple(_choice(button, language) for button in row) for row in message.choices()),
        keyboard=tuple(tuple(_key(button, language) for button in row) for row in message.keyboard()),
        file=message.attachment(),
        place=message.position(),
        aloud=message.aloud(),
        template=message.template(said, zone),
    )


def _wording(button: Button, language: str) -> str:
    written = label(button.label, language)
    return written.replace("{name}", words.short(button.name, 30)) if button.name else written


def _choice(button: Button, language: str) -> Choice:
    return Choice(_wording(button, language), button.data, button.start)


def _key(button: Button, language: str) -> Choice | Ask:
    if button.ask == "contact":
        return Ask("contact", _wording(button, language))
    if button.ask == "place":
        return Ask("place", _wording(button, language))
    return Choice(_wording(button, language))
