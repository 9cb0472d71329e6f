"""The Bot API's wire: parameters in any of its encodings, answers and refusals in its own words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

Json = dict[str, Any]

LARGEST_UPLOAD = 50 * 1024 * 1024
_NESTED = frozenset({
    "allowed_updates", "caption_entities", "commands", "entities", "link_preview_options", "reply_markup",
    "reply_parameters", "scope",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the request."""

    name: str
    data: bytes


class ApiError(Exception):
    """A refusal as the Bot API words it."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def bad(description: str) -> ApiError:
    """A refusal of what was asked."""
    return ApiError(400, f"Bad Request: {description}")


async def read(request: web.Request) -> Json:
    """All parameters of a call: of the query, and of a JSON, form or multipart body."""
    found: Json = dict(request.query)
    if request.body_exists:
        if request.content_type == "application/json":
            found.update(_object(await request.read()))
        elif request.content_type.startswith("multipart/"):
            await _read_parts(request, found)
        else:
            found.update(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    for name in _NESTED & found.keys():
        if isinstance(found[name], str):
            found[name] = _nested(name, found[name])
    return found


def _object(body: bytes) -> Json:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError as error:
        raise bad("can't parse JSON object") from error
    if not isinstance(parsed, dict):
        raise bad("JSON object expected")
    return parsed


def _nested(name: str, value: str) -> Any:
    """A field whose value is JSON inside a string, as form encodings carry it."""
    try:
        return json.loads(value) if value else None
    except ValueError as error:
        raise bad(f"can't parse {name} JSON object") from error


async def _read_parts(request: web.Request, into: Json) -> None:
    """Parts are read one by one, because the application's own body limit would stop a photo."""
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        data = bytearray()
        while chunk := await part.read_chunk(65536):
            data += chunk
            size += len(chunk)
            if size > LARGEST_UPLOAD:
                raise ApiError(413, "Request Entity Too Large")
        into[part.name] = Upload(part.filename, bytes(data)) if part.filename else data.decode()


def number(params: Json, name: str, default: int = 0) -> int:
    """A whole number, however it was written."""
    value = params.get(name)
    if value is None or value == "":
        return default
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise bad(f"invalid {name} specified") from error


def degrees(params: Json, name: str) -> float:
    """A coordinate."""
    try:
        return float(params[name])
    except (KeyError, TypeError, ValueError) as error:
        raise bad(f"invalid {name} specified") from error


def truth(params: Json, name: str) -> bool:
    """A yes or no, however it was written."""
    return str(params.get(name, "")).lower() in {"true", "1"}


def units(text: str) -> int:
    """Length in UTF-16 units, in which Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def answer(result: Any) -> web.Response:
    """The answer to a call that went well."""
    return web.Response(body=_dump({"ok": True, "result": result}), content_type="application/json")


def refusal(error: ApiError) -> web.Response:
    """The answer to a call that did not."""
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
        if "retry_after" in error.parameters:
            headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.Response(body=_dump(body), status=error.code, content_type="application/json", headers=headers)


def _dump(body: Json) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
