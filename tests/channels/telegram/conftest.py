"""A Bot API on loopback that writes down what it was asked and answers what a test put in its mouth."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram.speak import TelegramChannel

TOKEN = "123456789:AAF-a_made_up_token_for_tests"
SENT = {"message_id": 77, "date": 1732660000, "chat": {"id": 42, "type": "private", "first_name": "Siti"}, "text": "x"}
BOT = {"id": 123456789, "is_bot": True, "first_name": "Siaga", "username": "siaga_bot"}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BotApi:
    """`asked` holds (method, fields) of every request; `says` is what comes next, instead of success."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.mouth: list[Answer] = []
        self.base = ""

    def says(self, status: int, body: bytes | dict[str, Any], **headers: str) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            if isinstance(body, dict):
                return web.json_response(body, status=status, headers=headers)
            return web.Response(body=body, status=status, headers=headers, content_type="text/html")

        self.mouth.append(answer)

    def refuses(self, code: int, words: str, **parameters: int) -> None:
        body: dict[str, Any] = {"ok": False, "error_code": code, "description": words}
        self.says(code, body | ({"parameters": parameters} if parameters else {}))

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
        assert request.match_info["token"] == TOKEN
        fields = dict(await request.post())
        self.asked.append((request.match_info["method"], {name: _read(str(told)) for name, told in fields.items()}))
        if self.mouth:
            return await self.mouth.pop(0)(request)
        return web.json_response({"ok": True, "result": _success(request.match_info["method"])})


def _read(told: str) -> Any:
    """Structures come as JSON; the rest stays as it came, so that a number in a text stays a text."""
    return json.loads(told) if told[:1] in {"{", "["} else told


def _success(method: str) -> Any:
    if method == "getMe":
        return BOT
    if method == "getUpdates":
        return []
    return SENT if method.startswith("send") else True


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    app = web.Application()
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", api.handle)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(shutdown_timeout=0.1, access_log=None)
    api.base = str(server.make_url("")).rstrip("/")
    yield api
    await server.close()


@pytest.fixture
async def channel(api: BotApi) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(TOKEN, api.base, read_seconds=0.3)
    await channel.start()
    yield channel
    await channel.stop()
