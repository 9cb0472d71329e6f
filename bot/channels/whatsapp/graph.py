"""The Cloud API through pywa: each call as it is needed here, and whatever goes wrong with it as a `Trouble`."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any, TypeVar

import httpx
from pywa_async.api import GraphAPIAsync

from bot.channels.whatsapp import VERSION
from bot.channels.whatsapp.errors import hide, trouble_of_code
from bot.channels.whatsapp.markup import Part
from bot.channels.whatsapp.person import is_number
from bot.channels.whatsapp.raw import text, word
from bot.channels.whatsapp.transport import STREAM, TOO_MANY, Answered, Client, Stranger, Wire
from messages.chat import Refused, Throttled, Trouble, Unreachable, Unsure

CONNECT_SECONDS = 5.0  # waiting for a free connection, and opening it
READ_SECONDS = 15.0
WHOLE_SECONDS = 40.0  # a server that answers byte by byte must not hold a delivery for ever
WAIT_SECONDS = 5.0  # where somebody in front of Meta says "too fast", but not how long
LARGEST, TOO_LARGE = 20 * 2**20, "the file is larger than 20 MB"
# Each logs numbers, words or the token at DEBUG or INFO; pywa's warnings only advise another client.
TALKATIVE = {"pywa": logging.ERROR, "httpx": logging.WARNING, "httpcore": logging.WARNING}
NOT_SENT = (httpx.ConnectError, httpx.UnsupportedProtocol, httpx.InvalidURL)

T = TypeVar("T")
Json = dict[str, Any]


@cache
def _tls() -> ssl.SSLContext:
    """Reading all the roots takes longer than anything else at the start."""
    return httpx.create_ssl_context(trust_env=False)


class Graph:
    """One client with connections kept alive; `close` after the last call."""

    def __init__(self, token: str, base: str, connections: int, read_seconds: float) -> None:
        for name, level in TALKATIVE.items():
            logging.getLogger(name).setLevel(level)
        wire = Wire(connections, CONNECT_SECONDS, read_seconds, _tls())
        self._client = Client(base, wire, WHOLE_SECONDS)
        self._token = token
        self._api = GraphAPIAsync(token, self._client, VERSION)

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, phone_id: str, to: str, part: Part, under: str) -> str:
        """Send one message and return its id."""
        number, user = (to, None) if is_number(to) else (None, to)
        call = self._api.send_message(
            sender=phone_id,
            to=number,
            recipient=user,
            recipient_type="individual",
            typ=part.kind,
            msg=part.body,
            reply_to_message_id=under or None,
        )
        return await self._settled(_first_id(call))

    async def upload(self, phone_id: str, content: bytes, kind: str, name: str) -> str:
        """Bring a file of ours to WhatsApp, and return what it is called there."""
        return await self._asked(_id(self._api.upload_media(phone_id, content, kind, name)))

    async def fetch(self, ref: str) -> tuple[bytes, str]:
        """A file that somebody sent, and its media type: first where it lies (for five minutes), then itself."""
        where = await self._asked(_object(self._api.get_media_url(ref)))
        size, url = word(where, "file_size"), text(where, "url")
        if size.isdigit() and int(size) > LARGEST:
            raise Refused(TOO_LARGE)
        if not url:
            raise Unreachable("the file is nowhere to be had")
        content = await self._asked(_read(self._api.stream_media_bytes(url, extensions={STREAM: True})))
        return content, text(where, "mime_type").partition(";")[0].strip()

    async def number(self, phone_id: str, fields: tuple[str, ...]) -> Json:
        return await self._asked(_object(self._api.get_business_phone_number(phone_id, fields)))

    async def templates(self, account_id: str, fields: tuple[str, ...], after: str) -> Json:
        """One page of what was submitted."""
        page = {"limit": "100"} | ({"after": after} if after else {})
        return await self._asked(_object(self._api.get_templates(account_id, fields, pagination=page)))

    async def submit(self, account_id: str, template: Json) -> Json:
        return await self._asked(_object(self._api.create_template(account_id, template)))

    async def _asked(self, call: Awaitable[T]) -> T:
        """The answer of a call by which nobody is told anything: however it fails, it may be made again."""
        try:
            return await self._settled(call)
        except Unsure as unsure:
            why = str(unsure)
        raise Unreachable(why)

    async def _settled(self, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                return await call
        except Exception as error:  # noqa: BLE001 -- pywa choked on an answer: something was answered, so perhaps sent
            trouble = trouble_of(error, self._token)
        raise trouble  # not inside `except`: the cause knows the request, and the request the token


async def _object(call: Awaitable[Any]) -> Json:
    answer = await call
    if not isinstance(answer, dict):
        raise TypeError
    return answer


async def _id(call: Awaitable[Json]) -> str:
    return str((await call)["id"])


async def _first_id(call: Awaitable[Json]) -> str:
    return str((await call)["messages"][0]["id"])


async def _read(answer: AbstractAsyncContextManager[httpx.Response]) -> bytes:
    async with answer as response:
        held = bytearray()
        async for piece in response.aiter_bytes():
            held += piece
            if len(held) > LARGEST:
                raise Refused(TOO_LARGE)
    return bytes(held)


def trouble_of(error: Exception, token: str) -> Trouble:
    """What an error of the transport, of the Cloud API or of pywa asks us to do."""
    match error:
        case Trouble():
            return error
        case Answered():
            return _refusal(error, token)
        case Stranger() if error.status == TOO_MANY:
            return Throttled(error.wait or WAIT_SECONDS, str(error), "bot")
        case Stranger():
            return Unreachable(f"somebody else answered ({error})")
    name = type(error).__name__
    if isinstance(error, NOT_SENT):
        return Unreachable(f"no connection ({name})")
    return Unsure(f"no answer, or none that was understood ({name})")


def _refusal(error: Answered, token: str) -> Trouble:
    trouble = trouble_of_code(error.code, hide(error.words, token), error.wait)
    return Unreachable(str(trouble)) if error.passing and type(trouble) is Refused else trouble
