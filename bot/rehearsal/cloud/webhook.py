"""Webhook delivery as Meta does it: signed, side by side in no order, again until it is answered with 200."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import aiohttp

from bot.rehearsal.bell import Bell
from bot.rehearsal.cloud.habits import Habits
from bot.rehearsal.cloud.shapes import Business, Event, envelope
from bot.rehearsal.guard import is_loopback
from bot.rehearsal.wire import Json

SIGNATURE_HEADER = "X-Hub-Signature-256"
LIFETIME = timedelta(days=7)
LONGEST_PAUSE = 120.0
_ANSWER_WITHIN = aiohttp.ClientTimeout(total=20)
_TAKEN = 200


class Webhook:
    """The callback address, and what waits to be told there. `counts` tells of posts and of those not taken."""

    def __init__(
        self, business: Business, secret: str, habits: Habits, now: Callable[[], datetime], pause: float
    ) -> None:
        self._business, self._secret, self._habits = business, secret.encode(), habits
        self._now, self._pause = now, pause
        self._waiting: list[Event] = []
        self._under_way = 0
        self._gathering = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._bell = Bell()
        self.url = ""
        self.counts: Counter[str] = Counter()

    async def subscribe(self, url: str, verify_token: str) -> None:
        """Verify the address by its challenge, then tell it everything, what waits already included."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not is_loopback(parts.netloc):
            raise ValueError("the rehearsal posts to loopback addresses only")
        challenge = str(secrets.randbelow(2**31))
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        async with self._open().get(url, params=query) as answer:
            if answer.status != _TAKEN or await answer.text() != challenge:
                raise ValueError(f"the challenge was answered with {answer.status} and not with its own words")
        self.url = url
        self._gather()

    def unsubscribe(self) -> None:
        """Tell nothing more; what comes from now on waits."""
        self.url = ""

    def add(self, event: Event) -> None:
        """Tell this; without a subscription it waits for one."""
        self._waiting.append(event)
        self._gather()

    async def drained(self, seconds: float = 5.0) -> None:
        """Wait until the bot has taken everything."""
        until = time.monotonic() + seconds
        while self._waiting or self._under_way:
            if not await self._bell.wait(until - time.monotonic()):
                left = len(self._waiting) + self._under_way
                raise TimeoutError(f"{left} events were not taken in {seconds:g} s")

    async def close(self) -> None:
        """Stop for good."""
        tasks = list(self._tasks)
        self.url = ""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    def _gather(self) -> None:
        if self.url and self._waiting and not self._gathering:
            self._gathering = True
            loop = asyncio.get_running_loop()
            loop.call_later(self._habits.linger if self._habits.batch > 1 else 0.0, self._send_out)

    def _send_out(self) -> None:
        self._gathering = False
        if not self.url:
            return
        waiting, self._waiting = self._waiting, []
        if self._habits.shuffle:
            self._habits.shuffle.shuffle(waiting)
        size = max(self._habits.batch, 1)
        for start in range(0, len(waiting), size):
            self._start(waiting[start : start + size])

    def _start(self, bundle: Sequence[Event]) -> None:
        self._under_way += len(bundle)
        task = asyncio.get_running_loop().create_task(self._deliver(bundle))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, bundle: Sequence[Event]) -> None:
        body = _dump(envelope(self._business, bundle, self._habits.fold))
        born, failures = self._now(), 0
        while not await self._post(body):
            failures += 1
            await asyncio.sleep(min(self._pause * 2.0 ** (failures - 1), LONGEST_PAUSE))
            if self._now() - born > LIFETIME:
                break
        else:
            for event in bundle:
                event.taken()
            if self._habits.twice:
                await self._post(body)
        self._under_way -= len(bundle)
        self._bell.ring()

    async def _post(self, body: bytes) -> bool:
        """Post once; whether it was taken. Nothing but 200 counts."""
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: f"sha256={signature}"}
        self.counts["posts"] += 1
        try:
            async with self._open().post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                taken = answer.status == _TAKEN
        except (aiohttp.ClientError, TimeoutError, OSError):
            taken = False
        self.counts["not taken"] += not taken
        return taken

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=40), timeout=_ANSWER_WITHIN)
        return self._session


def _dump(body: Json) -> bytes:
    """As Meta writes JSON: nothing but ASCII, and slashes escaped. Whoever signs anything but these bytes fails."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()
