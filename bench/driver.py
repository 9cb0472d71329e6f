"""What drives both bots alike: a Bot API that answers sendMessage at once, and posters of webhook updates.

It runs in a process of its own, so that the bots share nothing with it but the machine.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

K = TypeVar("K")
K_contra = TypeVar("K_contra", contravariant=True)


@dataclass
class Api:
    """A Bot API with no limits: it counts what arrives, and when."""

    answered: dict[int, asyncio.Future[float]] = field(default_factory=dict)
    numbers: int = 0
    webhook: str = ""
    secret: str = ""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: list[tuple[int, float, str]] = field(default_factory=list)
    edits: int = 0
    watched: dict[str, tuple[set[int], asyncio.Future[float]]] = field(default_factory=dict)

    def watch(self, words: str, chats: set[int]) -> asyncio.Future[float]:
        """When the first message with these words comes to one of these chats."""
        found: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.watched[words] = (chats, found)
        return found

    async def handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        body = await request.read()
        if method == "sendmessage":
            return self._sent(request, body)
        self.edits += method == "editmessagetext"
        if method == "getme":
            return _ok({"id": 4242, "is_bot": True, "first_name": "Siaga", "username": "siaga_tps_bot"})
        if method == "setwebhook":
            fields = await _fields(request, body)
            self.webhook, self.secret = fields.get("url", ""), fields.get("secret_token", "")
            self.ready.set()
        return _ok(True)

    def _sent(self, request: web.Request, body: bytes) -> web.Response:
        now = time.perf_counter()
        chat, text = _chat_and_text(request.content_type, body)
        self.numbers += 1
        waiting = self.answered.pop(chat, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(now)
        for words, (chats, found) in list(self.watched.items()):
            if chat in chats and words in text:
                self.watched.pop(words)
                found.set_result(now)
        self.arrived.append((chat, now, text))
        return _ok({"message_id": self.numbers, "date": int(time.time()), "chat": {"id": chat, "type": "private"}, "text": "."})


def _ok(result: Any) -> web.Response:
    return web.Response(text=json.dumps({"ok": True, "result": result}), content_type="application/json")


def _chat_and_text(kind: str, body: bytes) -> tuple[int, str]:
    if kind == "application/x-www-form-urlencoded":
        found = parse_qs(body.decode())
        return int(found["chat_id"][0]), found.get("text", [""])[0]
    if kind == "application/json":
        given = json.loads(body)
        return int(given["chat_id"]), str(given.get("text", ""))
    head = body.split(b'name="chat_id"', 1)[1].split(b"\r\n\r\n", 1)[1]
    text = body.split(b'name="text"', 1)[1].split(b"\r\n\r\n", 1)[1].split(b"\r\n--", 1)[0] if b'name="text"' in body else b""
    return int(head.split(b"\r\n", 1)[0]), text.decode(errors="replace")


async def _fields(request: web.Request, body: bytes) -> dict[str, str]:
    if request.content_type == "application/x-www-form-urlencoded":
        return {k: v[0] for k, v in parse_qs(body.decode()).items()}
    if request.content_type == "application/json":
        return {k: str(v) for k, v in json.loads(body).items()}
    found = {}
    for part in body.split(b'name="')[1:]:
        name, _, rest = part.partition(b'"')
        found[name.decode()] = rest.split(b"\r\n\r\n", 1)[1].split(b"\r\n--", 1)[0].decode()
    return found


async def serve(port: int) -> tuple[Api, web.AppRunner]:
    api = Api()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", api.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    return api, runner


def message(update: int, user: int, text: str) -> dict[str, Any]:
    """A private text message as Telegram posts it."""
    who = {"id": user, "is_bot": False, "first_name": "Petugas", "language_code": "id"}
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if text.startswith("/") else []
    inner = {"message_id": update, "from": who, "chat": {"id": user, "type": "private", "first_name": "Petugas"},
             "date": int(time.time()), "text": text}  # fmt: skip
    return {"update_id": update, "message": inner | ({"entities": entities} if entities else {})}


def tap(update: int, user: int, data: str) -> dict[str, Any]:
    """A tap on an inline button as Telegram posts it."""
    who = {"id": user, "is_bot": False, "first_name": "Petugas", "language_code": "id"}
    shown = {"message_id": 1, "date": int(time.time()), "chat": {"id": user, "type": "private", "first_name": "Petugas"}, "text": "."}
    return {"update_id": update, "callback_query": {"id": str(update), "from": who, "message": shown, "chat_instance": "1", "data": data}}


class Posts:
    """Posts updates to the bot's webhook over keep-alive connections."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200))
        self._update = int(time.time() * 1000) % 1_000_000_000

    async def close(self) -> None:
        await self._session.close()

    async def post(self, user: int, text: str) -> float:
        """Post one message; when it was begun."""
        return await self._deliver(message(self._next(), user, text))

    async def tap(self, user: int, data: str) -> float:
        return await self._deliver(tap(self._next(), user, data))

    def _next(self) -> int:
        self._update += 1
        return self._update

    async def _deliver(self, update: dict[str, Any]) -> float:
        head = {"X-Telegram-Bot-Api-Secret-Token": self._api.secret} if self._api.secret else {}
        begun = time.perf_counter()
        async with self._session.post(self._api.webhook, json=update, headers=head) as answer:
            assert answer.status == 200, answer.status
            await answer.read()
        return begun

    async def turn(self, user: int, text: str) -> float:
        """Post and wait for the reply at the Bot API; the seconds between."""
        reply: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._api.answered[user] = reply
        begun = await self.post(user, text)
        return await asyncio.wait_for(reply, 20) - begun


class Turns(Protocol[K_contra]):
    """Posts one message of somebody (a user's id, a number) and waits for the reply."""

    async def turn(self, user: K_contra, text: str) -> float: ...


async def rate(posts: Turns[K], users: list[K], text: str, at_once: int, total: int) -> tuple[float, list[float]]:
    """`total` turns, `at_once` at a time, each by the next user: turns a second, and the seconds of each."""
    queue = iter([users[i % len(users)] for i in range(total)])
    times: list[float] = []

    async def one_after_another() -> None:
        for user in queue:
            times.append(await posts.turn(user, text))

    begun = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return total / (time.perf_counter() - begun), times


def percentile(values: list[float], part: float) -> float:
    """The value below which `part` (0 to 1) of the values lie."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


if __name__ == "__main__":
    sys.exit("this is a part of `make bench`")
