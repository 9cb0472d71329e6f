"""Interactive messages: reply buttons, lists, a link, and asking for a position or a number."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from bot.rehearsal.cloud.wire import invalid, items, only, param, part, text
from bot.rehearsal.wire import Json, units

BODY, LIST_BODY, HEADER = 1024, 4096, 60
MOST_BUTTONS, MOST_SECTIONS, MOST_ROWS = 3, 10, 10
_AT = "interactive"
SEND_LOCATION, SHARE_CONTACT = "Kirim lokasi", "Bagikan info kontak"  # WhatsApp's own words on an Indonesian phone


def draw(given: Json, attached: Callable[[Json, str, str], Json]) -> Json:
    """Check it and tell what the phone shows. `attached` resolves a header's medium."""
    kind = text(given, "type", _AT, 40)
    if kind not in _ACTIONS:
        raise invalid(f"Interactive type '{kind}' is not one of {', '.join(_ACTIONS)}")
    only(given, _AT, "type", "header", "body", "footer", "action")
    most = LIST_BODY if kind == "list" else BODY
    shown: Json = {"text": text(part(given, "body", _AT), "text", f"{_AT}['body']", most)}
    only(given["body"], f"{_AT}['body']", "text")
    if "footer" in given:
        shown["footer"] = text(part(given, "footer", _AT), "text", f"{_AT}['footer']", HEADER)
    if "header" in given:
        shown |= _header(part(given, "header", _AT), kind, attached)
    return shown | _ACTIONS[kind](part(given, "action", _AT))


def _header(header: Json, kind: str, attached: Callable[[Json, str, str], Json]) -> Json:
    what = text(header, "type", f"{_AT}['header']", 20)
    if what == "text":
        return {"header": text(header, "text", f"{_AT}['header']", HEADER)}
    if kind != "button" or what not in {"image", "video", "document"}:
        raise invalid(f"Header type '{what}' is not supported for an interactive message of type '{kind}'")
    return attached(part(header, what, f"{_AT}['header']"), what, f"{_AT}['header']['{what}']")


def _buttons(action: Json) -> Json:
    at = f"{_AT}['action']"
    only(action, at, "buttons")
    buttons = items(action, "buttons", at)
    if not 1 <= len(buttons) <= MOST_BUTTONS:
        raise invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    drawn = [_button(one, f"{at}['buttons']") for one in buttons]
    _all_different([one["text"] for one in drawn], "Button titles")
    _all_different([one["id"] for one in drawn], "Button ids")
    return {"buttons": drawn}


def _button(button: Json, at: str) -> Json:
    only(button, at, "type", "reply")
    if button.get("type") != "reply":
        raise invalid("Button type must be reply")
    reply = part(button, "reply", at)
    only(reply, f"{at}['reply']", "id", "title")
    title = _short(reply, "title", 20, "Button title length invalid. Min length: 1, Max length: 20")
    ident = _short(reply, "id", 256, "Button id length invalid. Min length: 1, Max length: 256")
    return {"kind": "button", "text": title, "id": ident}


def _list(action: Json) -> Json:
    at = f"{_AT}['action']"
    only(action, at, "button", "sections")
    button = _short(action, "button", 20, "List button length invalid. Min length: 1, Max length: 20")
    sections = items(action, "sections", at)
    if not 1 <= len(sections) <= MOST_SECTIONS:
        raise invalid("Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    drawn = [_section(one, len(sections) > 1) for one in sections]
    ids = [row["id"] for section in drawn for row in section["rows"]]
    if len(ids) > MOST_ROWS:
        raise invalid("Total row count exceed max allowed count: 10")
    _all_different(ids, "Row ids")
    return {"list": {"button": button, "sections": drawn}}


def _section(section: Json, titled: bool) -> Json:
    at = f"{_AT}['action']['sections']"
    only(section, at, "title", "rows")
    title = text(section, "title", at, 24, optional=not titled)
    rows = [_row(one, f"{at}['rows']") for one in items(section, "rows", at)]
    if not rows:
        raise invalid("Section must have at least one row")
    return {"title": title, "rows": rows}


def _row(row: Json, at: str) -> Json:
    only(row, at, "id", "title", "description")
    drawn = {
        "id": _short(row, "id", 200, "Row id length invalid. Min length: 1, Max length: 200"),
        "title": _short(row, "title", 24, "Row title is too long. Max length: 24"),
    }
    if "description" in row:
        drawn["description"] = _short(row, "description", 72, "Row description is too long. Max length: 72")
    return drawn


def _link(action: Json) -> Json:
    _named(action, "cta_url", "parameters")
    parameters = part(action, "parameters", f"{_AT}['action']")
    url = text(parameters, "url", f"{_AT}['action']['parameters']", 2000)
    if urlsplit(url).scheme not in {"http", "https"}:
        raise invalid("Button url is not a web address")
    label = _short(parameters, "display_text", 20, "Button display text length invalid. Min length: 1, Max length: 20")
    return {"buttons": [{"kind": "url", "text": label, "url": url}]}


def _location_request(action: Json) -> Json:
    _named(action, "send_location")
    return {"buttons": [{"kind": "location", "text": SEND_LOCATION}]}


def _contact_request(action: Json) -> Json:
    _named(action, "request_contact_info")
    return {"buttons": [{"kind": "contact", "text": SHARE_CONTACT}]}


_ACTIONS: dict[str, Callable[[Json], Json]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "location_request_message": _location_request,
    "request_contact_info": _contact_request,
}


def _named(action: Json, name: str, *more: str) -> None:
    only(action, f"{_AT}['action']", "name", *more)
    if action.get("name") != name:
        raise param(f"Param {_AT}['action']['name'] must be {name}.")


def _short(given: Json, name: str, most: int, refusal: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip() or units(value) > most:
        raise invalid(refusal)
    return value


def _all_different(values: list[str], what: str) -> None:
    if len({value.strip() for value in values}) != len(values):
        raise invalid(f"{what} must be unique in a message")
