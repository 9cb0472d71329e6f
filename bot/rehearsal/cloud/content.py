"""What a message may hold, type by type, and what the phone shows of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from bot.rehearsal.cloud import interactive
from bot.rehearsal.cloud.media import KINDS, Media
from bot.rehearsal.cloud.wire import invalid, items, only, param, part, text
from bot.rehearsal.wire import Json

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
_EXTRA = {"image": ("caption",), "video": ("caption",), "document": ("caption", "filename"), "audio": ("voice",)}
_DRAWN_AS = {"image": "photo", "audio": "voice"}


class Contents:
    """Checks contents against the media that the business has."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._by_type: dict[str, Callable[[Json], Json]] = {
            "text": _text,
            "location": _location,
            "reaction": _reaction,
            "interactive": self._interactive,
        }

    def draw(self, body: Json, kind: str) -> Json:
        """Check it and tell what the phone shows."""
        if kind == "contacts":
            return _contact(body)
        if kind in KINDS:
            return self.attached(part(body, kind), kind, kind)
        if kind not in self._by_type:
            known = ", ".join(sorted({*KINDS, *self._by_type, "contacts", "template"})).upper()
            raise param(f'Param type must be one of {{{known}}} - got "{kind}".')
        return self._by_type[kind](part(body, kind))

    def _interactive(self, given: Json) -> Json:
        return interactive.draw(given, self.attached)

    def attached(self, given: Json, kind: str, path: str) -> Json:
        """A medium by id or link; a link is never fetched: a rehearsal reaches nobody outside."""
        only(given, path, "id", "link", *_EXTRA.get(kind, ()))
        if ("id" in given) == ("link" in given):
            raise param(f"Param {path} must have either id or link.")
        shown: Json = {}
        if caption := text(given, "caption", path, LONGEST_CAPTION, optional=True):
            shown["text"] = caption
        name = text(given, "filename", path, 240, optional=True)
        if "link" in given:
            if urlsplit(str(given["link"])).scheme not in {"http", "https"}:
                raise invalid(f"Param {path}['link'] is not a valid URI")
            return shown | {"document": {"file_name": name or str(given["link"])}}
        return shown | self._stored(str(given["id"]), kind, name)

    def _stored(self, media_id: str, kind: str, name: str) -> Json:
        medium = self._media.get(media_id)
        if medium is None:
            raise invalid(f"Media with id {media_id} was not found")
        if medium.kind != kind:
            raise invalid(f"Media with id {media_id} has type {medium.mime_type}, which is no {kind}")
        if kind in _DRAWN_AS:
            return {_DRAWN_AS[kind]: media_id}
        return {"document": {"file_name": name or kind, "id": media_id}}


def _text(given: Json) -> Json:
    only(given, "text", "body", "preview_url")
    return {"text": text(given, "body", "text", LONGEST_TEXT)}


def _location(given: Json) -> Json:
    only(given, "location", "latitude", "longitude", "name", "address")
    place = {"latitude": _degrees(given, "latitude", 90), "longitude": _degrees(given, "longitude", 180)}
    return {"location": place, "text": text(given, "name", "location", 1000, optional=True)}


def _degrees(given: Json, name: str, most: float) -> float:
    try:
        value = float(given[name])
    except (KeyError, TypeError, ValueError) as error:
        raise param(f"The parameter location['{name}'] is required.") from error
    if not -most <= value <= most:
        raise invalid(f"{name} must be between -{most:g} and {most:g}")
    return value


def _contact(body: Json) -> Json:
    contacts = items(body, "contacts", "contacts")
    if not contacts:
        raise param("The parameter contacts is required.")
    name = text(part(contacts[0], "name", "contacts"), "formatted_name", "contacts['name']", 1000)
    phones = contacts[0].get("phones") or [{}]
    return {"contact": {"first_name": name, "phone_number": str(phones[0].get("phone", "")).removeprefix("+")}}


def _reaction(given: Json) -> Json:
    only(given, "reaction", "message_id", "emoji")
    text(given, "message_id", "reaction", 500)
    if not isinstance(given.get("emoji"), str):
        raise param("The parameter reaction['emoji'] is required.")
    return {}
