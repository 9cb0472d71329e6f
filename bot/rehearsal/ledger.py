"""What a bot sent, in order, and waiting for what it will send."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Numbered(Protocol):
    """An entry. `seq` counts from 1."""

    @property
    def seq(self) -> int: ...


Entry = TypeVar("Entry", bound=Numbered)


class Ledger(Generic[Entry]):
    """`sent` holds the entries, at most `keep` of them."""

    def __init__(self, keep: int | None = None) -> None:
        self.sent: deque[Entry] = deque(maxlen=keep)
        self._seq = 0
        self._waiting: dict[asyncio.Future[Entry], Callable[[Entry], bool]] = {}

    def note(self, make: Callable[[int], Entry]) -> Entry:
        """Write down the entry that `make` makes of its number, and wake whoever waits for it."""
        self._seq += 1
        entry = make(self._seq)
        self.sent.append(entry)
        for waiter, fits in list(self._waiting.items()):
            if not waiter.done() and fits(entry):
                waiter.set_result(entry)
        return entry

    def mark(self) -> int:
        """The number of the last thing sent, for `wait_for(…, since=mark)`."""
        return self._seq

    async def wait_for(
        self,
        predicate: Callable[[Entry], bool],
        timeout: float = 5.0,  # noqa: ASYNC109 - a test says how long it waits, and reads what was sent instead
        since: int = 0,
    ) -> Entry:
        """The first thing sent after `since` that fits, already there or still to come."""
        for entry in self.sent:
            if entry.seq > since and predicate(entry):
                return entry
        waiter: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()
        self._waiting[waiter] = predicate
        try:
            async with asyncio.timeout(timeout):
                return await waiter
        except TimeoutError as error:
            told = "\n".join(str(entry) for entry in list(self.sent)[-8:])
            raise TimeoutError(f"nothing fitting in {timeout:g} s; the last sent:\n{told}") from error
        finally:
            del self._waiting[waiter]
