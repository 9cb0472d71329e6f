"""receive(): one update, one transaction. It knows no dialog by name."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar
from weakref import WeakValueDictionary

from bot.flood import Flood, Passage
from handlers import dispatch, plain, routing
from handlers.turn import Rules
from messages.chat import Happened, Heard, Trouble
from storage import updates
from storage.database import Away, Database, Tx

log = logging.getLogger("siaga.inbox")
T = TypeVar("T")
TRIES = 3
LONGEST_WAIT = 30.0


class Along(Protocol):
    """Writes a turn and sees to it that what it posted leaves at once."""

    async def __call__(self, turn: Callable[[Tx], T], /) -> T: ...


class Inbox:
    """Takes what a channel heard; returns once it is committed, so that only then the platform is told."""

    def __init__(
        self, db: Database, rules: Rules, now: Callable[[], datetime], along: Along, flood: Flood | None = None
    ) -> None:
        self._db = db
        self._rules = rules
        self._now = now
        self._along = along
        self._flood = flood
        self._chats: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.failures = 0

    async def receive(self, what: Heard | Happened) -> None:
        """Handle one update, those of one chat in the order in which they came.

        Raises `Away`, or what the rescue raised: then the platform must bring it again.
        """
        if self._flood is not None and isinstance(what, Heard):
            urgent = routing.may_be_emergency(what)
            passage = self._flood.passes(f"{what.sender.channel}:{what.sender.id}", time.monotonic(), urgent=urgent)
            if passage is Passage.TELL and not what.group:
                now = self._now()
                await self._along(lambda tx: plain.too_fast(tx, what, now))
            if passage is not Passage.OPEN:
                return
        chat = what.chat.id if isinstance(what, Heard) else what.address.id
        async with self._chats.setdefault(chat, asyncio.Lock()):
            await self._receive(what)

    async def _receive(self, what: Heard | Happened) -> None:
        try:
            await self._handle(what)
        except Away:
            raise
        except Exception as error:
            self.failures += 1
            log.error("a step raised %s; rescuing what was heard", type(error).__name__, exc_info=_where(error))
            await self._rescue(what)

    async def _handle(self, what: Heard | Happened) -> None:
        now, rules = self._now(), self._rules
        if isinstance(what, Happened):
            await self._along(lambda tx: dispatch.happened(tx, what, now, rules))
        else:
            await self._along(lambda tx: dispatch.heard(tx, what, now, rules))

    async def _rescue(self, what: Heard | Happened) -> None:
        if isinstance(what, Heard):
            now, rules = self._now(), self._rules
            await self._along(lambda tx: plain.rescue(tx, what, now, rules))

    async def set_aside(self, channel: str, update_id: str, raw: Mapping[str, Any]) -> None:
        """Keep, sealed, what could not be handled."""
        now, text = self._now(), json.dumps(raw, ensure_ascii=True, default=str)
        await self._db.write(lambda tx: updates.set_aside(tx, channel, update_id, text, now))


def _where(error: BaseException) -> BaseException:
    """The error with its place in the code, without its words: they may hold what a person wrote."""
    bare = (
        type(error)()
        if type(error) in {ValueError, KeyError, TypeError, LookupError}
        else RuntimeError(type(error).__name__)
    )
    return bare.with_traceback(error.__traceback__)


class Fetches(Protocol):
    """What polling needs of a channel."""

    async def fetch(self, offset: int | None, timeout: int) -> list[dict[str, Any]]: ...  # noqa: ASYNC109 - the platform's own long polling


Translate = Callable[[Mapping[str, Any]], Heard | Happened | None]


class Polling:
    """Asks for updates and moves the offset only after the commit. Updates of one chat keep their order."""

    def __init__(self, source: Fetches, translate: Translate, inbox: Inbox, channel: str, *, timeout: int = 25) -> None:
        self._source = source
        self._translate = translate
        self._inbox = inbox
        self._channel = channel
        self._timeout = timeout
        self._failed: dict[int, int] = {}
        self.offset: int | None = None

    async def run(self) -> None:
        """Until cancelled: fetch, handle, confirm."""
        wait = 0.5
        while True:
            try:
                batch = await self._source.fetch(self.offset, self._timeout)
                done = await self._handle(batch)
            except Trouble as trouble:
                log.warning("polling: %s", trouble)
                done = False
            except Away:
                log.warning("polling: the database is away; the same updates will be asked for again")
                done = False
            if done:
                wait = 0.5
            else:
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _handle(self, batch: list[dict[str, Any]]) -> bool:
        """Handle a batch, chats side by side; the offset moves up to the first update that is not done."""
        chats: dict[str, list[dict[str, Any]]] = {}
        for raw in batch:
            chats.setdefault(_chat_key(raw), []).append(raw)
        results = await asyncio.gather(*(self._in_order(raws) for raws in chats.values()), return_exceptions=True)
        undone = [number for result in results if isinstance(result, list) for number in result]
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, Exception):
                raise result
        broken = [result for result in results if isinstance(result, Exception)]
        numbers = [raw["update_id"] for raw in batch if isinstance(raw.get("update_id"), int)]
        if broken:
            raise broken[0]
        if numbers:
            self.offset = min(undone) if undone else max(numbers) + 1
        return not undone

    async def _in_order(self, raws: list[dict[str, Any]]) -> list[int]:
        """Handle one chat's updates in order; what failed, and all behind it, is not done."""
        for at, raw in enumerate(raws):
            if not await self._one(raw):
                return [each["update_id"] for each in raws[at:]]
        return []

    async def _one(self, raw: dict[str, Any]) -> bool:
        number = raw.get("update_id")
        if not isinstance(number, int):
            return True
        try:
            heard = self._translate(raw)
            if heard is not None:
                await self._inbox.receive(heard)
        except ValueError as error:
            log.warning("update %s is not one: %s", number, type(error).__name__)
            await self._inbox.set_aside(self._channel, str(number), raw)
        except Away:
            return False
        except Exception as error:  # noqa: BLE001 - three times with the database up, then it is set aside
            log.error("update %s failed with %s", number, type(error).__name__)
            return await self._give_up(number, raw)
        self._failed.pop(number, None)
        return True

    async def _give_up(self, number: int, raw: dict[str, Any]) -> bool:
        self._failed[number] = self._failed.get(number, 0) + 1
        if self._failed[number] < TRIES:
            return False
        await self._inbox.set_aside(self._channel, str(number), raw)
        log.error("update %s is set aside, sealed", number)
        self._failed.pop(number, None)
        return True


def _chat_key(raw: Mapping[str, Any]) -> str:
    """The chat that an update belongs to, as far as it can be told without understanding it."""
    for kind in ("message", "edited_message", "callback_query", "my_chat_member"):
        inner = raw.get(kind)
        if isinstance(inner, Mapping):
            chat = inner.get("chat") or inner.get("from")
            if isinstance(chat, Mapping):
                return str(chat.get("id"))
    return ""
