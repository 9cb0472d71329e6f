"""What `siaga run` lives through: the lease, the platforms, serving, winding down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from bot import inbox, lease
from bot.app import Parts, Telegram
from bot.channels.telegram.listen import hear
from bot.channels.telegram.poll import Polling as Fetcher
from bot.channels.whatsapp.speak import WhatsAppChannel
from handlers import tier
from messages.chat import NotAdmitted, Trouble
from messages.render import label
from storage import installation
from storage.database import Away, Database

T = TypeVar("T")
log = logging.getLogger("siaga.app")
_ASK_AGAIN, _ASK_SOON = 3600.0, 60.0  # seconds until the number is asked again; after a trouble
COMMANDS = ("darurat", "status", "menu", "bantuan", "data", "hapus")


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
        for channel in parts.channels:
            await channel.start()
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
    """Ask each platform who we are, and have it bring us updates. Raises NotAdmitted for a wrong token."""
    if parts.telegram is not None:
        await _introduce_telegram(parts, parts.telegram, running)
    if parts.whatsapp is not None:
        await _introduce_whatsapp(parts, parts.whatsapp, running)
    if parts.introduced is not None:
        await parts.introduced()


async def _introduce_telegram(parts: Parts, telegram: Telegram, running: list[asyncio.Task[None]]) -> None:
    channel = telegram.channel
    me = await _until_reached(channel.me)
    telegram.hook.translate = lambda raw: hear(raw, me.username, parts.clock.now())
    if parts.settings.public_url:
        url = f"{parts.settings.public_url}/telegram"
        await _until_reached(partial(channel.listen_by_webhook, url, telegram.hook.secret))
    else:
        await _until_reached(channel.listen_by_polling)
        running.append(asyncio.create_task(_poll(parts, telegram), name="polling"))
    await channel.set_commands([(name, label(name) if name in {"status", "bantuan", "data"} else name.title())
                                for name in COMMANDS])  # fmt: skip


async def _introduce_whatsapp(parts: Parts, channel: WhatsAppChannel, running: list[asyncio.Task[None]]) -> None:
    """Meta posts to us without being asked. Where Telegram serves as well, its trouble keeps nobody waiting."""
    if parts.telegram is None:
        await _until_reached(channel.me)
    running.append(asyncio.create_task(_watch_number(parts, channel), name="number"))


async def _watch_number(parts: Parts, channel: WhatsAppChannel) -> None:
    """Keep what the number's own fields say of the people it may begin with: it grows and shrinks with its quality."""
    while True:
        try:
            number = await channel.me()
            if kept := tier.of_name(number.tier):
                await parts.db.write(partial(installation.set_fact, name=tier.FACT, value=kept))
        except (Trouble, Away) as trouble:
            log.error("WhatsApp: %s", trouble)
            await asyncio.sleep(_ASK_SOON)
            continue
        log.info("WhatsApp: quality %s, tier %s", number.quality or "unknown", number.tier or "unknown")
        await asyncio.sleep(_ASK_AGAIN)


async def _poll(parts: Parts, telegram: Telegram) -> None:
    assert telegram.hook.translate is not None  # set before polling begins
    source = Fetcher(telegram.token, telegram.base)
    try:
        await inbox.Polling(source, telegram.hook.translate, parts.inbox, "telegram").run()
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
            log.warning("%s; trying again", trouble)
        await asyncio.sleep(wait)
        wait = min(wait * 2, 15.0)


async def _wind_down(parts: Parts, tasks: list[asyncio.Task[None]]) -> None:
    """Stop taking, finish what is in hand, then stop speaking."""
    for task in tasks:
        if task.get_name() in {"polling", "lease", "number"}:
            task.cancel()
    parts.heartbeat.stop()
    await parts.site.stop()
    await parts.sender.stop()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
    for channel in parts.channels:
        await channel.stop()
