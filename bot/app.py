"""Names every part and puts them together; decides nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from aiohttp import web

from bot import inbox, lease
from bot import web as pages
from bot.attachments import WithFiles
from bot.channels.telegram.listen import hear
from bot.channels.telegram.poll import Polling as Fetcher
from bot.channels.telegram.speak import TelegramChannel
from bot.clock import Clock
from bot.heartbeat import Heartbeat
from bot.inbox import Inbox
from bot.outbox.plan import Skip
from bot.outbox.sender import Sender
from bot.settings import Settings
from handlers import escalation, letters
from handlers.turn import Rules
from messages.chat import NotAdmitted, Said, Trouble
from messages.render import label
from storage.claims import Row
from storage.database import Database, Tx

T = TypeVar("T")
log = logging.getLogger("siaga.app")
COMMANDS = ("darurat", "status", "menu", "bantuan", "data", "hapus")
REHEARSAL_TOKEN = "100000:rehearsal"  # noqa: S105 - the rehearsal's own server on loopback knows it, nobody else


def compose(tx: Tx, row: Row, now: datetime) -> Said | Skip:
    """The words of one delivery."""
    made = letters.compose(tx, kind=row.kind, refs=row.refs, sealed=row.sealed, address_id=row.address_id, now=now)
    return Skip(made.state, made.reason) if isinstance(made, letters.Withheld) else made


def after_settle(rules: Rules) -> Callable[[Tx, Row, str, datetime], None]:
    """When every alert of a call failed, the next rung is called in the same transaction."""

    def settled(tx: Tx, row: Row, state: str, now: datetime) -> None:
        lost = row.kind == "alert" and row.edits is None and state in {"failed", "expired", "unknown"}
        if lost and row.incident_id is not None and row.rung is not None:
            escalation.alert_settled_badly(tx, row.incident_id, row.rung, now, rules)

    return settled


@dataclass
class Parts:
    """Everything that runs."""

    settings: Settings
    db: Database
    clock: Clock
    lease: lease.Lease
    channel: TelegramChannel
    sender: Sender
    inbox: Inbox
    heartbeat: Heartbeat
    telegram: pages.Telegram
    site: pages.Site
    token: str
    base: str
    serving: bool = False


def build(
    settings: Settings,
    db: Database,
    clock: Clock,
    held: lease.Lease,
    add_routes: Callable[[web.Application], None] | None = None,
    base: str | None = None,
) -> Parts:
    """Every part, named. `add_routes` is the rehearsal's; `base` is the Bot API in use."""
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else REHEARSAL_TOKEN
    base = base or settings.telegram_api
    rules = settings.rules
    channel = TelegramChannel(token, base)
    sender = Sender(
        db,
        {channel.name: WithFiles(channel, db)},
        compose,
        after_settle=after_settle(rules),
        now=clock.now,
        rate={channel.name: settings.telegram_rate},
        fence=held.fence,
    )
    box = Inbox(db, rules, clock.now, sender.along)
    heart = Heartbeat(db, rules, clock, sender.nudge)
    telegram = pages.Telegram(db.vault.token("telegram webhook"), box)
    parts: Parts
    health = pages.Health(heart, sender, lambda: parts.serving)
    app = pages.make(telegram, health)
    if add_routes is not None:
        add_routes(app)
    site = pages.Site(app, settings.host, settings.port)
    parts = Parts(settings, db, clock, held, channel, sender, box, heart, telegram, site, token, base)
    return parts


async def serve(make: Callable[[lease.Lease], Parts], db: Database, stop: asyncio.Event) -> None:
    """Stand by for the lease and serve until `stop`; when the lease is lost, stand by again with parts made anew."""
    while not stop.is_set():
        held = lease.Lease(db)
        if not await _either(held.acquire(), stop):
            return
        try:
            await _hold(make(held), stop)
        finally:
            await held.release()


async def _either(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> bool:
    """Do the work unless `stop` comes first; tells whether it was done."""
    task = asyncio.ensure_future(work)
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return False
    await task
    return True


async def _hold(parts: Parts, stop: asyncio.Event) -> None:
    """Everything that runs while the lease is ours."""
    keeping = asyncio.create_task(parts.lease.keep(), name="lease")
    running: list[asyncio.Task[None]] = []
    try:
        await parts.site.start()
        await parts.channel.start()
        running.append(asyncio.create_task(parts.sender.run(), name="outbox"))
        parts.heartbeat.start()
        if await _either(_introduce(parts, running), stop):
            parts.serving = True
            print("ready", flush=True)  # noqa: T201 - the contract's line
            await _wait_for_end(parts, stop, [*running, keeping])
    finally:
        parts.serving = False
        await _wind_down(parts, [*running, keeping])


async def _wait_for_end(parts: Parts, stop: asyncio.Event, running: list[asyncio.Task[None]]) -> None:
    """Until told to stop, the lease is lost, or a part that must not end has ended."""
    waits = [asyncio.create_task(stop.wait()), asyncio.create_task(parts.lease.lost.wait())]
    done, _ = await asyncio.wait({*waits, *running}, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    for task in set(running) & done - ({*running} if parts.lease.lost.is_set() else set()):
        log.error("%s ended; starting over", task.get_name())
        await task


async def _introduce(parts: Parts, running: list[asyncio.Task[None]]) -> None:
    """Ask the platform who we are, and have it bring us updates. Raises NotAdmitted for a wrong token."""
    me = await _until_reached(parts.channel.me)
    parts.telegram.translate = lambda raw: hear(raw, me.username, parts.clock.now())
    if parts.settings.public_url:
        url = f"{parts.settings.public_url}/telegram"
        await _until_reached(partial(parts.channel.listen_by_webhook, url, parts.telegram.secret))
    else:
        await _until_reached(parts.channel.listen_by_polling)
        running.append(asyncio.create_task(_poll(parts), name="polling"))
    await parts.channel.set_commands([(name, label(name) if name in {"status", "bantuan", "data"} else name.title())
                                      for name in COMMANDS])  # fmt: skip


async def _poll(parts: Parts) -> None:
    assert parts.telegram.translate is not None  # set before polling begins
    source = Fetcher(parts.token, parts.base)
    try:
        await inbox.Polling(source, parts.telegram.translate, parts.inbox, "telegram").run()
    finally:
        await source.close()


async def _until_reached(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again until the platform answers. Raises NotAdmitted."""
    wait = 0.5
    while True:
        try:
            return await ask()
        except NotAdmitted:
            raise
        except Trouble as trouble:
            log.warning("Telegram: %s; trying again", trouble)
        await asyncio.sleep(wait)
        wait = min(wait * 2, 15.0)


async def _wind_down(parts: Parts, tasks: list[asyncio.Task[None]]) -> None:
    """Stop taking, finish what is in hand, then stop speaking."""
    for task in tasks:
        if task.get_name() in {"polling", "lease"}:
            task.cancel()
    parts.heartbeat.stop()
    await parts.site.stop()
    await parts.sender.stop()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
    await parts.channel.stop()
