"""The web side: one webhook a channel, /health, /ready and /metrics. 200 only after the commit."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.telegram.hush import secret_matches
from bot.channels.telegram.prune import NotAnUpdate
from bot.cloudhook import CloudHook
from bot.heartbeat import Heartbeat
from bot.inbox import Inbox, Translate
from bot.metrics import CONTENT_TYPE
from bot.outbox.sender import Sender
from storage.database import Away

log = logging.getLogger("siaga.web")
LARGEST = 3 * 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LATE = 15.0  # seconds without a cycle: something hangs


@dataclass
class Telegram:
    """What the webhook needs: the secret, and how to read an update (None until we know who we are)."""

    secret: str
    inbox: Inbox
    translate: Translate | None = None

    async def post(self, request: web.Request) -> web.Response:
        """One update. 401 without the secret, 400 for what is no update, 500 to have it brought again."""
        if not secret_matches(request.headers.get(SECRET_HEADER), self.secret):
            return web.Response(status=401)
        if self.translate is None:
            return web.Response(status=503, headers={"Retry-After": "1"})
        try:
            raw = json.loads(await request.read())
        except (ValueError, RecursionError):
            return web.Response(status=400)
        if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
            return web.Response(status=400)
        return web.Response(status=200 if await self._taken(raw, self.translate) else 500)

    async def _taken(self, raw: dict[str, Any], translate: Translate) -> bool:
        try:
            heard = translate(raw)
            if heard is not None:
                await self.inbox.receive(heard)
        except NotAnUpdate:
            return await self._aside(raw)
        except Away:
            log.warning("the database is away; the update is asked for again")
            return False
        except Exception as error:  # noqa: BLE001 - even the rescue failed: the platform must bring it again
            log.error("update %s failed with %s", raw["update_id"], type(error).__name__)
            return False
        return True

    async def _aside(self, raw: dict[str, Any]) -> bool:
        log.warning("update %s could not be read; it is set aside, sealed", raw["update_id"])
        try:
            await self.inbox.set_aside("telegram", str(raw["update_id"])[:64], raw)
        except Away:
            return False
        return True


@dataclass
class Health:
    """How the parts that must never stand still are doing."""

    heartbeat: Heartbeat
    sender: Sender
    ready: Callable[[], bool]

    async def health(self, _request: web.Request) -> web.Response:
        now = time.monotonic()
        beat, send = now - self.heartbeat.last_cycle, now - self.sender.last_cycle
        good = self.ready() and self.sender.alive and beat < LATE and send < LATE
        known = {
            "ok": good,
            "last_cycle_seconds": round(beat, 1),
            "outbox_seconds": round(send, 1) if send != float("inf") else None,
            "outbox_alive": self.sender.alive,
        }
        return web.json_response(known, status=200 if good else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Numbers for Prometheus. 503 while the database is away: half a page would look like an empty outbox."""
        try:
            page = await self.sender.metrics_page()
        except (Away, SQLAlchemyError):
            return web.Response(status=503)
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE})

    async def is_ready(self, _request: web.Request) -> web.Response:
        return web.Response(text="ready\n" if self.ready() else "not yet\n", status=200 if self.ready() else 503)


def make(health: Health, telegram: Telegram | None = None, whatsapp: CloudHook | None = None) -> web.Application:
    """The application, with a webhook for each channel that there is; a rehearsal adds its own routes."""
    app = web.Application(client_max_size=LARGEST)
    if telegram is not None:
        app.router.add_post("/telegram", telegram.post)
    if whatsapp is not None:
        app.router.add_get("/whatsapp", whatsapp.get)
        app.router.add_post("/whatsapp", whatsapp.post)
    app.router.add_get("/health", health.health)
    app.router.add_get("/ready", health.is_ready)
    app.router.add_get("/metrics", health.metrics)
    return app


class Site:
    """An application that listens; `address` is where, once it does."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        # No handler is cancelled because its caller hung up: what was begun is committed.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=10.0, handler_cancellation=False)
        self._host = host
        self._port = port
        self.address = ""

    async def start(self) -> None:
        """Listen. Raises OSError if the address is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port, backlog=1024).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def stop(self) -> None:
        """Stop taking requests and finish those in hand."""
        await self._runner.cleanup()
