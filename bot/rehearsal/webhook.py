"""Webhook delivery: in order within a chat, side by side across chats, again until it is taken or too old."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from datetime import datetime

import aiohttp

from bot.rehearsal.updates import Pending, Updates
from bot.rehearsal.wire import Json

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LONGEST_PAUSE = 120.0
_ANSWER_WITHIN = aiohttp.ClientTimeout(total=60)
_MOST_CONNECTIONS = 40
_GOOD = range(200, 300)


class Webhook:
    """The address to which updates are posted while one is set."""

    def __init__(self, updates: Updates, now: Callable[[], datetime], pause: float = 2.0) -> None:
        self._updates, self._now, self._pause = updates, now, pause
        self._lanes: dict[int, deque[Pending]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_MOST_CONNECTIONS)
        self._session: aiohttp.ClientSession | None = None
        self.url = ""
        self._headers: dict[str, str] = {}
        self._connections = _MOST_CONNECTIONS
        self._error: Json = {}

    def set(self, url: str, secret: str, connections: int) -> None:
        """Deliver to this address from now on, what waits already included and without its pauses."""
        self.unset()
        self.url = url
        self._headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: secret} if secret else {})
        self._connections = connections or _MOST_CONNECTIONS
        self._room = asyncio.Semaphore(self._connections)
        self._updates.push = self.push
        for pending in self._updates.alive():
            self.push(pending)

    def unset(self) -> None:
        """Deliver no more; what was not taken keeps waiting among the updates."""
        self.url, self._updates.push, self._error = "", None, {}
        for task in self._tasks:
            task.cancel()
        self._lanes = {}

    async def close(self) -> None:
        """Stop for good."""
        tasks = list(self._tasks)
        self.unset()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    def info(self) -> Json:
        """What getWebhookInfo tells beside the counts."""
        if not self.url:
            return {"url": "", "has_custom_certificate": False}
        return {
            "url": self.url,
            "has_custom_certificate": False,
            "max_connections": self._connections,
            "ip_address": "127.0.0.1",
            **self._error,
        }

    def push(self, pending: Pending) -> None:
        """Take an update into the lane of its chat."""
        lane = self._lanes.get(pending.chat_id)
        if lane is not None:
            lane.append(pending)
            return
        lane = self._lanes[pending.chat_id] = deque([pending])
        task = asyncio.get_running_loop().create_task(self._drain(pending.chat_id, lane, self._lanes))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, chat_id: int, lane: deque[Pending], lanes: dict[int, deque[Pending]]) -> None:
        while lane:
            await self._deliver(lane[0])
            lane.popleft()
        del lanes[chat_id]

    async def _deliver(self, pending: Pending) -> None:
        failures = 0
        while self._updates.waits(pending):
            async with self._room:
                asked = await self._post(pending.update)
            if asked is None:
                self._updates.done([pending])
                return
            failures += 1
            await asyncio.sleep(asked or self._pause_after(failures))

    def _pause_after(self, failures: int) -> float:
        """At once, then 2, 4, 8 … 120 seconds (in units of the base pause)."""
        if failures == 1:
            return 0.0
        return min(self._pause * 2.0 ** (failures - 2), LONGEST_PAUSE)

    async def _post(self, update: Json) -> float | None:
        """Post once: None when it was taken, else the seconds the bot asks us to wait (0: none named)."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=_ANSWER_WITHIN)
        body = json.dumps(update, ensure_ascii=False).encode()
        try:
            async with self._session.post(self.url, data=body, headers=self._headers) as answer:
                await answer.read()
                if answer.status in _GOOD:
                    return None
                self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
                return _seconds(answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return 0.0

    def _failed(self, why: str) -> None:
        self._error = {"last_error_date": int(self._now().timestamp()), "last_error_message": why}


def _seconds(header: str) -> float:
    return min(float(header), LONGEST_PAUSE) if header.isdigit() else 0.0
