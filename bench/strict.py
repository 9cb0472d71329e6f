"""A Bot API with no patience, in a process of its own: 30 a second a bot, 1 a second a private chat with a burst of 5,
20 a minute a group, all in sliding windows (`bot.rehearsal.limits`). It does nothing else, so that it is never what is
measured. `/figures` tells what came, and when (monotonic seconds, which processes of one machine share).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import time
from collections import Counter, defaultdict
from typing import Any

import uvloop
from aiohttp import web

from bench.driver import _chat_and_text
from bot.rehearsal.limits import Limits

GC_OFF = 100_000  # what this process keeps must not make it pause


class Strict:
    """Bots by token, each with its own limits."""

    def __init__(self, rate: int) -> None:
        self._limits: dict[str, Limits] = defaultdict(lambda: Limits(rate))
        self._came: dict[str, list[tuple[int, float, str]]] = defaultdict(list)
        self._refused: dict[str, Counter[int]] = defaultdict(Counter)  # by the seconds that were told
        self._number = 0

    async def call(self, request: web.Request) -> web.Response:
        """One call of a bot: sendMessage is counted, everything else is granted."""
        token, method = request.match_info["token"], request.match_info["method"].lower()
        body = await request.read()
        if method == "getme":
            return _json({"ok": True, "result": {"id": 4242, "is_bot": True, "first_name": "S", "username": "siaga_tps_bot"}})
        if method != "sendmessage":
            return _json({"ok": True, "result": True})
        return self._send(token, *_chat_and_text(request.content_type, body))

    def _send(self, token: str, chat: int, text: str) -> web.Response:
        wait = self._limits[token].spend(chat)
        if wait:
            self._refused[token][wait] += 1
            told = f"Too Many Requests: retry after {wait}"
            return _json({"ok": False, "error_code": 429, "description": told, "parameters": {"retry_after": wait}}, 429)
        self._number += 1
        self._came[token].append((chat, time.monotonic(), text))
        kind = "private" if chat > 0 else "supergroup"
        chatted = {"id": chat, "type": kind, "first_name": "P", "title": "G"}
        return _json({"ok": True, "result": {"message_id": self._number, "date": 1, "chat": chatted, "text": "."}})

    async def figures(self, request: web.Request) -> web.Response:
        """What came for one bot, in order, and how often it was refused."""
        token = request.query["token"]
        return _json({"came": self._came[token], "refused": self._refused[token].total(), "waits": self._refused[token]})


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(body), status=status, content_type="application/json")


async def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("port", type=int)
    asked.add_argument("rate", type=int)
    args = asked.parse_args()
    gc.set_threshold(GC_OFF)
    strict, app = Strict(args.rate), web.Application()
    app.router.add_route("*", "/bot{token}/{method}", strict.call)
    app.router.add_get("/figures", strict.figures)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", args.port, backlog=1024).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
