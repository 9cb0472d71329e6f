"""WhatsApp's webhook: the challenge at its registration, and batches of events, committed before Meta reads 200."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.channels.whatsapp.listen import hear
from bot.channels.whatsapp.signature import challenge, signed
from bot.channels.whatsapp.split import Event, NotAnUpdate, opened, split
from bot.inbox import Inbox
from messages.chat import Happened, Heard
from storage.database import Away

log = logging.getLogger("siaga.web")
SIGNATURE = "X-Hub-Signature-256"


@dataclass(frozen=True, slots=True)
class CloudHook:
    """What the webhook needs: whose events are ours, and how Meta proves itself."""

    phone_id: str
    app_secret: str
    verify_token: str
    inbox: Inbox
    now: Callable[[], datetime]

    async def get(self, request: web.Request) -> web.Response:
        """Meta asks whether this is our webhook. 403 for anybody else."""
        answer = challenge(request.query, self.verify_token)
        return web.Response(status=403) if answer is None else web.Response(text=answer)

    async def post(self, request: web.Request) -> web.Response:
        """A batch. 413 for too much, 401 unsigned, 400 for what is none, 500 to have it brought again."""
        body = await request.read()
        if not signed(body, request.headers.get(SIGNATURE), self.app_secret):
            return web.Response(status=401)
        try:
            events = split(opened(body), self.phone_id)
        except NotAnUpdate:
            return web.Response(status=400)
        chats: dict[str, list[Heard | Happened]] = {}
        good = await self._heard(events, chats)
        done = await asyncio.gather(*(self._in_order(each) for each in chats.values()))
        return web.Response(status=200 if good and all(done) else 500)

    async def _heard(self, events: Iterable[Event], chats: dict[str, list[Heard | Happened]]) -> bool:
        """Sort what the events say by chat; what nobody can read is set aside, sealed. False where that failed."""
        for event in events:
            try:
                what = hear(event, self.now())
            except NotAnUpdate:
                if not await self._aside(event):
                    return False
                continue
            if what is not None:
                chat = what.chat if isinstance(what, Heard) else what.address
                chats.setdefault(chat.id, []).append(what)
        return True

    async def _aside(self, event: Event) -> bool:
        log.warning("an event of WhatsApp could not be read; it is set aside, sealed")
        try:
            await self.inbox.set_aside("whatsapp", event.key, event.part)
        except Away:
            return False
        return True

    async def _in_order(self, whats: list[Heard | Happened]) -> bool:
        """One chat's events; after the first that fails the rest waits until Meta brings all of them again."""
        try:
            for what in whats:
                await self.inbox.receive(what)
        except Away:
            log.warning("the database is away; the events are asked for again")
            return False
        except Exception as error:  # noqa: BLE001 - even the rescue failed: the platform must bring it again
            log.error("an event of WhatsApp failed with %s", type(error).__name__)
            return False
        return True
