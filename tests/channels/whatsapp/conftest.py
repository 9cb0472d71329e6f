"""A Cloud API on loopback that writes down what it was asked and answers what a test put in its mouth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.whatsapp.speak import WhatsAppChannel

TOKEN = "EAAJmadeUpTokenForTestsOnlyZB7"
PHONE_ID, ACCOUNT_ID = "106540352242922", "102290129340398"
NOW = datetime(2024, 11, 27, 0, 0, tzinfo=UTC)
RECENTLY = NOW - timedelta(hours=1)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    method: str
    path: str
    body: Any
    query: dict[str, str]
    headers: dict[str, str]


class CloudApi:
    """`asked` holds every request; `says` is what comes next, instead of success."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.mouth: list[Answer] = []
        self.base = ""
        self.sent = 0

    @property
    def messages(self) -> list[Any]:
        return [asked.body for asked in self.asked if asked.path.endswith("/messages")]

    def says(self, status: int, body: bytes | Any, **headers: str) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            if isinstance(body, bytes):
                return web.Response(body=body, status=status, headers=headers, content_type="text/html")
            return web.json_response(body, status=status, headers=headers)

        self.mouth.append(answer)

    def refuses(self, code: int, words: str = "words of Meta", status: int = 400, **more: Any) -> None:
        error = {"message": f"(#{code}) {words}", "type": "OAuthException", "code": code, "fbtrace_id": "AbC"} | more
        self.says(status, {"error": error})

    def succeeds(self) -> None:
        self.mouth.append(self._success)

    def hangs(self) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            await asyncio.sleep(30)
            raise AssertionError("nobody waits that long")

        self.mouth.append(answer)

    def hangs_up(self, after: bytes = b"") -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            assert request.transport is not None
            request.transport.write(after)
            request.transport.close()
            return web.Response()

        self.mouth.append(answer)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body: Any = await _body(request)
        self.asked.append(Asked(request.method, request.path, body, dict(request.query), dict(request.headers)))
        return await (self.mouth.pop(0) if self.mouth else self._success)(request)

    async def _success(self, _: web.Request) -> web.StreamResponse:
        self.sent += 1
        return web.json_response({"messaging_product": "whatsapp", "messages": [{"id": f"wamid.{self.sent}"}]})


async def _body(request: web.Request) -> Any:
    if request.content_type == "application/json":
        return await request.json()
    if request.content_type.startswith("multipart/"):
        return {name: _field(field) for name, field in (await request.post()).items()}
    return None


def _field(field: Any) -> Any:
    if not isinstance(field, web.FileField):
        return field
    with field.file as file:
        return field.filename, field.content_type, file.read()


@pytest.fixture
async def api() -> AsyncIterator[CloudApi]:
    api = CloudApi()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.handle)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(shutdown_timeout=0.1, access_log=None)
    api.base = str(server.make_url("")).rstrip("/")
    yield api
    await server.close()


def made(base: str, **more: Any) -> WhatsAppChannel:
    given: dict[str, Any] = {"now": lambda: NOW, "account_id": ACCOUNT_ID, "read_seconds": 0.3} | more
    return WhatsAppChannel(TOKEN, PHONE_ID, base, **given)


@pytest.fixture
async def channel(api: CloudApi) -> AsyncIterator[WhatsAppChannel]:
    channel = made(api.base)
    await channel.start()
    yield channel
    await channel.stop()
