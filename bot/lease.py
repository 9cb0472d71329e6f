"""One process speaks, polls and keeps the clock of an installation: a lease in the database.

No wall clock decides: the holder lets a number grow, and who sees it stand still for long enough, by his own
monotonic clock, takes over. A holder on the same machine whose process is gone is succeeded at once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
import uuid
from pathlib import Path

from storage import installation
from storage.database import Away, Database, Tx

log = logging.getLogger("siaga.lease")
NAME = "speaker"
BEAT = 2.0  # seconds between two signs of life
DEAD_AFTER = 9.0  # seconds without one
SURE = 4.0  # seconds after one in which nobody can have waited long enough; less than half of DEAD_AFTER
LOOK = 0.5


def _home() -> str:
    """This machine since its last start, as this process sees it (containers have process numbers of their own)."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115 - a name, not a path
    except OSError:
        return ""


def _born(pid: int) -> str:
    """When a process began, in ticks since the machine's start; "" if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _me() -> str:
    return f"{_home()} {os.getpid()} {_born(os.getpid())} {uuid.uuid4().hex[:8]}"


def is_dead(holder: str) -> bool:
    """Whether a holder is surely gone: a process of this machine that does not run any more."""
    home, pid, born, *_ = (*holder.split(" "), "", "", "")
    return bool(home) and home == _home() and pid.isdigit() and _born(int(pid)) != born


class Lease:
    """Acquire it, keep it, and ask it as a fence inside every transaction that speaks for the bot."""

    def __init__(self, db: Database, name: str = NAME) -> None:
        self._db = db
        self._name = name
        self.holder = _me()
        self.lost = asyncio.Event()
        self._seen_alive = float("-inf")

    async def acquire(self) -> None:
        """Return once the lease is ours; until then stand by."""
        seen: tuple[str, int] | None = None
        since = time.monotonic()
        told = False
        while True:
            try:
                now = await self._db.read(lambda tx: installation.lease(tx, self._name))
                if now != seen:
                    seen, since = now, time.monotonic()
                stale = now is None or is_dead(now[0]) or time.monotonic() - since > DEAD_AFTER
                if stale and await self._take(now):
                    self.lost.clear()
                    return
                if not told:
                    log.info("another process speaks for this bot; standing by")
                    told = True
            except Away as error:
                log.warning("the database is away: %s", type(error).__name__)
            await asyncio.sleep(LOOK)

    async def _take(self, seen: tuple[str, int] | None) -> bool:
        begun = time.monotonic()
        taken = await self._db.write(lambda tx: installation.take_lease(tx, self._name, self.holder, seen))
        self._seen_alive = begun if taken else self._seen_alive
        return taken

    async def keep(self) -> None:
        """Give signs of life until cancelled; sets `lost` when somebody else has it."""
        last = time.monotonic()
        while not self.lost.is_set():
            await asyncio.sleep(BEAT)
            begun = time.monotonic()
            try:
                if await self._db.write(lambda tx: installation.beat(tx, self._name, self.holder)):
                    last = self._seen_alive = begun
                else:
                    self._seen_alive = float("-inf")
                    self.lost.set()
            except Exception as error:  # noqa: BLE001 - whatever the database says, it is no sign of life
                log.warning("no sign of life could be given: %s", type(error).__name__)
                if time.monotonic() - last > DEAD_AFTER:
                    self.lost.set()  # nobody can have seen us alive for so long

    def fence(self, tx: Tx) -> bool:
        """Whether it is ours in this very transaction. Right after a sign of life nobody can have taken it."""
        if time.monotonic() - self._seen_alive < SURE:
            return True
        held = installation.lease(tx, self._name)
        return held is not None and held[0] == self.holder

    async def release(self) -> None:
        """Let the next one take over at once."""
        try:
            await self._db.write(lambda tx: installation.release(tx, self._name, self.holder))
        except Away:
            log.warning("the lease was not released: the database is away")
