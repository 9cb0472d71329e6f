"""Who looks at which phones: what changes there reaches the pages that show them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bot.rehearsal.wire import Json

ChatId = int | str  # a chat of Telegram, or a person of WhatsApp


class Event(NamedTuple):
    """Something that changed on a phone, for the page."""

    kind: str
    data: Json


Watcher = asyncio.Queue[Event | None]


class Watchers:
    """The pages that are open. One of these may serve several platforms, so that a page has one queue for all."""

    def __init__(self) -> None:
        self._of: dict[ChatId, set[Watcher]] = {}
        self._all: set[Watcher] = set()

    def __contains__(self, chat_id: ChatId) -> bool:
        return chat_id in self._of

    def announce(self, chat_id: ChatId, kind: str, data: Json) -> None:
        """Tell whoever looks at this chat."""
        for watcher in self._of.get(chat_id, ()):
            watcher.put_nowait(Event(kind, {"chat": chat_id, **data}))

    def announce_all(self, kind: str, data: Json) -> None:
        """Tell everybody, once; also who looks at no chat."""
        for watcher in self._all:
            watcher.put_nowait(Event(kind, data))

    @contextmanager
    def watch(self, chat_ids: Iterable[ChatId]) -> Iterator[Watcher]:
        """What happens in these chats, as a queue; None in it is the end."""
        queue: Watcher = asyncio.Queue()
        watched = set(chat_ids)
        self._all.add(queue)
        for chat_id in watched:
            self._of.setdefault(chat_id, set()).add(queue)
        try:
            yield queue
        finally:
            self._all.discard(queue)
            for chat_id in watched:
                self._of[chat_id].discard(queue)
                if not self._of[chat_id]:
                    del self._of[chat_id]

    def close(self) -> None:
        """Send all watchers home."""
        for watcher in self._all:
            watcher.put_nowait(None)
