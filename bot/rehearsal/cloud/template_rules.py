"""What a template must look like before Meta even reviews it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from bot.rehearsal.cloud.wire import CloudError
from bot.rehearsal.wire import Json, units

BODY, SHORT, LABEL, MOST_BUTTONS, MOST_LINKS = 1024, 60, 25, 10, 2
CATEGORIES = frozenset({"MARKETING", "UTILITY", "AUTHENTICATION"})
PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_MARKUP = re.compile(r"[*_~`]")


def refuse(subcode: int, title: str, why: str) -> CloudError:
    """A template that is not taken in for review."""
    more = {"error_subcode": subcode, "is_transient": False, "error_user_title": title, "error_user_msg": why}
    return CloudError(100, why, message="Invalid parameter", error_data=None, **more)


def check(given: Json) -> None:
    """Refuse a template that Meta would refuse at its creation."""
    name, language, category = (str(given.get(one) or "") for one in ("name", "language", "category"))
    if not _NAME.fullmatch(name):
        raise refuse(2388023, "Invalid name", "The name may hold a-z, 0-9 and _ only, at most 512 of them.")
    if not _LANGUAGE.fullmatch(language):
        raise refuse(2388023, "Invalid language", f"{language!r} is no language of templates.")
    if category not in CATEGORIES:
        raise refuse(2388023, "Invalid category", f"The category must be one of {', '.join(sorted(CATEGORIES))}.")
    if str(given.get("parameter_format", "POSITIONAL")).upper() != "POSITIONAL":
        raise refuse(2388023, "Invalid format", "Templates here have numbered places.")
    check_components(given)


def check_components(given: Json) -> None:
    """The parts of a template: each at most once, and a body."""
    components = given.get("components")
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
        raise refuse(2388023, "Missing components", "The template has no components.")
    kinds = [str(one.get("type", "")).upper() for one in components]
    if kinds.count("BODY") != 1 or len(set(kinds)) != len(kinds) or not set(kinds) <= _CHECKS.keys():
        raise refuse(2388023, "Wrong components", "One BODY, and HEADER, FOOTER and BUTTONS at most once.")
    for kind, component in zip(kinds, components, strict=True):
        _CHECKS[kind](component)


def places(text: str) -> int:
    """How many places a text has."""
    return len(set(PLACE.findall(text)))


def _body(component: Json) -> None:
    text = _words(component, BODY, "body")
    if re.search(r"\n{3,}| {5,}|\t", text):
        raise refuse(2388072, "Body format is incorrect", "No more than two line breaks or four spaces in a row.")
    _numbered(text)
    _framed(text)
    count = places(text)
    example = (component.get("example") or {}).get("body_text") or [[]]
    if count and (not isinstance(example[0], list) or len(example[0]) != count or not all(example[0])):
        raise refuse(2388043, "Missing example", f"The body's {count} places need an example each.")


def _numbered(text: str) -> None:
    found = PLACE.findall(text)
    if "{{" in PLACE.sub("", text) or "}}" in PLACE.sub("", text):
        raise refuse(2388023, "Parameter format is incorrect", "A place is written {{1}}.")
    if sorted(set(found)) != sorted(str(number + 1) for number in range(len(set(found)))):
        raise refuse(2388023, "Parameter format is incorrect", "Places are numbered from {{1}} without a gap.")


def _framed(text: str) -> None:
    """Words before, between and after the places; punctuation is no word to Meta."""
    around = [re.search(r"\w", piece) for piece in PLACE.split(text)[::2]]
    if places(text) and not (around[0] and around[-1]):
        raise refuse(
            2388299,
            "Leading or trailing params not allowed",
            "Variables can't be at the start or end of the template.",
        )
    if not all(around) and places(text):
        raise refuse(2388299, "Adjacent params not allowed", "Variables can't stand next to each other.")


def _header(component: Json) -> None:
    if str(component.get("format", "")).upper() != "TEXT":
        raise refuse(2388047, "Header format is incorrect", "Only text headers are reviewed in a rehearsal.")
    text = _plain(component, "header", 2388047)
    _numbered(text)
    if places(text) > 1:
        raise refuse(2388047, "Header format is incorrect", "A header has one place at most.")
    example = (component.get("example") or {}).get("header_text") or []
    if len(example) != places(text):
        raise refuse(2388043, "Missing example", "The header's place needs an example.")


def _footer(component: Json) -> None:
    if "{{" in _plain(component, "footer", 2388073):
        raise refuse(2388073, "Footer format is incorrect", "The footer can't have variables.")


def _buttons(component: Json) -> None:
    buttons = component.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_BUTTONS:
        raise refuse(2388060, "Button format is incorrect", f"Between 1 and {MOST_BUTTONS} buttons.")
    labels = [_button(one) for one in buttons]
    if len(set(labels)) != len(labels):
        raise refuse(2388060, "Button format is incorrect", "Button texts must be different.")
    kinds = [str(one["type"]).upper() for one in buttons]
    if kinds.count("URL") > MOST_LINKS or kinds.count("PHONE_NUMBER") > 1:
        raise refuse(2388060, "Button format is incorrect", "At most two links and one phone number.")
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    if quick not in (sorted(quick), sorted(quick, reverse=True)):
        raise refuse(2388060, "Button format is incorrect", "Quick replies must stand together.")


def _button(button: Json) -> str:
    kind = str(button.get("type", "")).upper()
    needed = {"QUICK_REPLY": "text", "URL": "url", "PHONE_NUMBER": "phone_number"}.get(kind)
    if needed is None or not button.get(needed):
        raise refuse(2388060, "Button format is incorrect", f"A {kind} button is not complete or not known.")
    if "{{" in button[needed] and kind != "QUICK_REPLY":
        raise refuse(2388060, "Button format is incorrect", "Links and numbers have no variables in a rehearsal.")
    label = _words(button, LABEL, "button")
    if "{{" in label or "\n" in label or _decorated(label):
        raise refuse(
            2388060,
            "Button format is incorrect",
            "Buttons can't have any variables, newlines, emojis, or formatting characters.",
        )
    return label


def _plain(component: Json, what: str, subcode: int) -> str:
    text = _words(component, SHORT, what)
    if "\n" in text or _decorated(PLACE.sub("", text)):
        why = f"The {what} can't have new lines, emojis, or formatting characters."
        raise refuse(subcode, f"{what.capitalize()} format is incorrect", why)
    return text


def _words(component: Json, most: int, what: str) -> str:
    text = component.get("text")
    if not isinstance(text, str) or not text.strip():
        raise refuse(2388023, "Missing text", f"The {what} has no text.")
    if units(text) > most:
        raise refuse(2388040, "Character limit exceeded", f"The {what} has more than {most} characters.")
    return text


def _decorated(text: str) -> bool:
    return bool(_MARKUP.search(text)) or any(unicodedata.category(sign) in {"So", "Sk", "Cs"} for sign in text)


_CHECKS: dict[str, Callable[[Json], None]] = {
    "BODY": _body,
    "HEADER": _header,
    "FOOTER": _footer,
    "BUTTONS": _buttons,
}
