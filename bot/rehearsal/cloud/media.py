"""Media: uploaded by the business or sent by people; an address lives five minutes and needs the token."""

from __future__ import annotations

import base64
import hashlib
import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import BodyPartReader, web

from bot.rehearsal.cloud.wire import CloudError, param
from bot.rehearsal.wire import Json

ADDRESS_LIFE = timedelta(minutes=5)
UPLOADED_LIFE, RECEIVED_LIFE = timedelta(days=30), timedelta(days=7)
_MB = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
# kind → the largest size, and the media types that WhatsApp takes
KINDS: dict[str, tuple[int, frozenset[str]]] = {
    "image": (5 * _MB, frozenset({"image/jpeg", "image/png"})),
    "audio": (16 * _MB, frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"})),
    "video": (16 * _MB, frozenset({"video/mp4", "video/3gpp"})),
    "sticker": (500 * 1024, frozenset({"image/webp"})),
    "document": (
        100 * _MB,
        frozenset({
            "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint", f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet", f"{_OFFICE}presentationml.presentation",
        }),
    ),
}  # fmt: skip
_EVERY = sorted(one for _, types in KINDS.values() for one in types)


@dataclass(frozen=True, slots=True)
class Medium:
    """One file."""

    id: str
    mime_type: str
    data: bytes
    dies_at: datetime

    @property
    def kind(self) -> str:
        """image, audio, video, sticker or document."""
        bare = self.mime_type.partition(";")[0].strip()
        return next(kind for kind, (_, types) in KINDS.items() if bare in types)

    def raw(self) -> Json:
        """The fields that every mention of it has."""
        return {"mime_type": self.mime_type, "sha256": base64.b64encode(hashlib.sha256(self.data).digest()).decode()}


class Media:
    """All files of the business, in memory."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ids = itertools.count(time.time_ns() // 1000)
        self._by_id: dict[str, Medium] = {}
        self._addresses: dict[str, tuple[str, datetime]] = {}

    def add(self, mime_type: str, data: bytes, life: timedelta = RECEIVED_LIFE) -> Medium:
        """Keep a file, or refuse its type or size."""
        bare = mime_type.partition(";")[0].strip()
        if bare not in _EVERY:
            raise param(f"Param file must be a file with one of the following types: {', '.join(_EVERY)}. Received file of type '{mime_type}'.")  # fmt: skip  # noqa: E501 - Meta's own sentence
        medium = Medium(str(next(self._ids)), mime_type, data, self._now() + life)
        if len(data) > KINDS[medium.kind][0]:
            raise CloudError(131053, f"File size {len(data)} is over the limit for {medium.kind}")
        self._by_id[medium.id] = medium
        return medium

    def get(self, media_id: str) -> Medium | None:
        """The file of this id, as long as it lives."""
        medium = self._by_id.get(media_id)
        return medium if medium and self._now() < medium.dies_at else None

    def remove(self, media_id: str) -> bool:
        """Forget a file."""
        return self._by_id.pop(media_id, None) is not None

    def describe(self, medium: Medium, origin: str) -> Json:
        """What Graph tells of it, with an address that lives for five minutes."""
        secret = secrets.token_urlsafe(24)
        self._addresses = {one: known for one, known in self._addresses.items() if known[1] > self._now()}
        self._addresses[secret] = (medium.id, self._now() + ADDRESS_LIFE)
        fields = {"messaging_product": "whatsapp", "url": f"{origin}/whatsapp_business/attachments/{secret}"}
        return fields | medium.raw() | {"file_size": len(medium.data), "id": medium.id}

    def at(self, secret: str) -> Medium | None:
        """The file at an address that still lives."""
        media_id, dies_at = self._addresses.get(secret, ("", self._now()))
        return self.get(media_id) if self._now() < dies_at else None

    async def upload(self, request: web.Request) -> Json:
        """POST media: multipart, read part by part because the application's own body limit would stop a photo."""
        if not request.content_type.startswith("multipart/"):
            raise param("The parameter file is required.")
        fields: dict[str, str] = {}
        file: tuple[str, bytes] | None = None
        async for found in await request.multipart():
            if isinstance(found, BodyPartReader) and found.name == "file":
                file = (found.headers.get("Content-Type", ""), await _within(found))
            elif isinstance(found, BodyPartReader) and found.name:
                fields[found.name] = await found.text()
        if fields.get("messaging_product") != "whatsapp":
            raise param("The parameter messaging_product is required.")
        if file is None or not file[1]:
            raise param("The parameter file is required.")
        return {"id": self.add(file[0] or fields.get("type", ""), file[1], UPLOADED_LIFE).id}


async def _within(found: BodyPartReader) -> bytes:
    data = bytearray()
    while chunk := await found.read_chunk(65536):
        data += chunk
        if len(data) > KINDS["document"][0]:
            raise CloudError(131053, "File size is over every limit")
    return bytes(data)
