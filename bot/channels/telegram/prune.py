"""A raw update cut down to what matters, so that one odd field does not silence an emergency. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

FURTHEST = 2**63  # Telegram's ids need 52 bits
FORWARDED = ("forward", "via_bot")  # a contact that came so proves no number


class NotAnUpdate(ValueError):
    """What came is not an update of Telegram, or not one that anybody could read."""


def update_id(raw: object) -> str:
    number = raw.get("update_id") if isinstance(raw, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) >= FURTHEST:
        raise NotAnUpdate("not an update: it has no number")
    return str(number)


def pruned(raw: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Only what `hear` reads. Raises `NotAnUpdate` where there is nothing of that kind."""
    kept: dict[str, Any] = {}
    for kind in ("message", "edited_message"):
        if isinstance(raw.get(kind), Mapping):
            kept[kind] = _message(raw[kind], now)
    if isinstance(raw.get("callback_query"), Mapping):
        kept["callback_query"] = _tap(raw["callback_query"], now)
    if isinstance(raw.get("my_chat_member"), Mapping):
        kept["my_chat_member"] = _membership(raw["my_chat_member"], now)
    if not kept:
        raise NotAnUpdate("none of the kinds that we understand")
    return {"update_id": raw["update_id"], **kept}


def _message(raw: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    kept = _of(raw, text=str, caption=str, migrate_to_chat_id=int, migrate_from_chat_id=int)
    kept |= {"message_id": 0, "date": int(now.timestamp())} | _of(raw, message_id=int, date=int)
    kept |= {"chat": _part(raw, "chat", id=int, type=str), "from": _user(raw)} | _files(raw)
    if "location" in raw:
        kept["location"] = _part(raw, "location", latitude=(int, float), longitude=(int, float))
    if "contact" in raw:
        kept["contact"] = {"first_name": ""} | _part(raw, "contact", phone_number=str, user_id=int)
        if any(str(key).startswith(FORWARDED) for key in raw):
            kept["contact"].pop("user_id", None)
    if raw.get("sender_chat"):  # not a person who speaks, whoever it is
        kept["sender_chat"] = {"id": 0, "type": "channel"}
    return {key: value for key, value in kept.items() if value != {}}


def _tap(raw: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    kept = {"chat_instance": "", "from": _user(raw)} | _of(raw, id=str, data=str, inline_message_id=str)
    if isinstance(raw.get("message"), Mapping):
        kept["message"] = _message(raw["message"], now)
    return kept


def _membership(raw: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    kept = {"chat": _part(raw, "chat", id=int, type=str), "from": _user(raw)}
    kept |= {key: _member(raw, key) for key in ("old_chat_member", "new_chat_member")}
    return {"date": int(now.timestamp())} | _of(raw, date=int) | kept


def _member(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A member as only inside or outside, which ask for no further fields: the rights change with every release."""
    member = _part(raw, key, status=str, is_member=bool)
    if "status" not in member:
        return {}
    outside = member["status"] in {"left", "kicked"} or not member.get("is_member", True)
    return {"status": "left" if outside else "member", "user": {"id": 0, "is_bot": True, "first_name": ""}}


def _user(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"is_bot": False, "first_name": ""} | _part(raw, "from", id=int, is_bot=bool, first_name=str, last_name=str)


def _files(raw: Mapping[str, Any]) -> dict[str, Any]:
    sizes = raw.get("photo")
    files = {kind: _part(raw, kind, file_id=str) for kind in ("voice", "document")}
    if isinstance(sizes, list) and sizes and isinstance(sizes[-1], Mapping):
        files["photo"] = _of(sizes[-1], file_id=str)
    told = {"file_unique_id": "", "duration": 0, "width": 0, "height": 0}
    whole = {kind: told | file for kind, file in files.items() if file}
    return {kind: [file] if kind == "photo" else file for kind, file in whole.items()}


def _part(raw: Mapping[str, Any], name: str, **kinds: Any) -> dict[str, Any]:
    part = raw.get(name)
    return _of(part, **kinds) if isinstance(part, Mapping) else {}


def _of(raw: Mapping[str, Any], **kinds: Any) -> dict[str, Any]:
    return {key: raw[key] for key, kind in kinds.items() if isinstance(raw.get(key), kind)}
