"""Meta's published limits of a message, checked without a line of the code that keeps to them."""

from __future__ import annotations

import json
from typing import Any

KINDS = {"text", "image", "audio", "document", "location", "interactive", "template"}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def short(text: Any, most: int) -> str:
    assert isinstance(text, str)
    assert text.strip()
    assert units(text) <= most, (units(text), most, text)
    return text


def check(kind: str, body: dict[str, Any]) -> None:
    assert kind in KINDS
    json.dumps(body, ensure_ascii=False).encode()
    CHECKS[kind](body)


def _text(body: dict[str, Any]) -> None:
    assert set(body) <= {"body", "preview_url"}
    short(body["body"], 4096)


def _media(body: dict[str, Any]) -> None:
    assert set(body) <= {"id", "caption", "filename"}
    short(body["id"], 100)
    if "caption" in body:
        short(body["caption"], 1024)


def _audio(body: dict[str, Any]) -> None:
    assert set(body) == {"id"}  # a voice has no words of its own


def _location(body: dict[str, Any]) -> None:
    assert abs(body["latitude"]) <= 90
    assert abs(body["longitude"]) <= 180


def _interactive(body: dict[str, Any]) -> None:
    kind, action = body["type"], body["action"]
    assert set(body) <= {"type", "body", "action", "header"}
    short(body["body"]["text"], 4096 if kind == "list" else 1024)
    if "header" in body:
        assert kind == "button"
        assert set(body["header"]) == {"type", body["header"]["type"]}
    match kind:
        case "button":
            _buttons(action["buttons"])
        case "list":
            short(action["button"], 20)
            assert len(action["sections"]) == 1
            _rows(action["sections"][0]["rows"])
        case _:
            assert action == {"name": {"location_request_message": "send_location"}.get(kind, "request_contact_info")}


def _buttons(buttons: list[dict[str, Any]]) -> None:
    assert 1 <= len(buttons) <= 3
    assert all(button["type"] == "reply" for button in buttons)
    _different([button["reply"] for button in buttons], 256, 20)


def _rows(rows: list[dict[str, Any]]) -> None:
    assert 1 <= len(rows) <= 10
    _different(rows, 200, 24)
    for row in rows:
        assert set(row) <= {"id", "title", "description"}
        if "description" in row:
            short(row["description"], 72)


def _different(found: list[dict[str, Any]], id_most: int, title_most: int) -> None:
    ids = [short(each["id"], id_most) for each in found]
    titles = [short(each["title"], title_most) for each in found]
    assert all(each == each.strip() for each in (*ids, *titles))
    assert len(set(ids)) == len(ids)
    assert len({title.casefold() for title in titles}) == len(titles)


def _template(body: dict[str, Any]) -> None:
    values = [
        value["text"] for part in body.get("components", ()) if part["type"] == "body" for value in part["parameters"]
    ]
    assert all(short(value, 1024) for value in values)
    assert sum(units(value) for value in values) <= max(1024, len(values))
    assert not any(gap in value for value in values for gap in ("\n", "\t", "     "))


CHECKS = {
    "text": _text,
    "image": _media,
    "document": _media,
    "audio": _audio,
    "location": _location,
    "interactive": _interactive,
    "template": _template,
}
