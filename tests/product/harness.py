"""The whole product as operators run it: `siaga run` in a process of its own, against a Bot API on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from aiohttp import web
from sqlalchemy import insert

from bot.installation import open_installation
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.limits import Limits
from bot.settings import Settings
from bot.workbook import read, sample
from bot.workbook.load import load
from messages.welcome import CONSENT_VERSION
from storage import places, roster
from storage.database import Database, Tx
from storage.people import addresses, people
from tests.product.warm import Process, Warm

TOKEN = "4242:made-up-for-tests"
SECRET = "another secret for tests only, 32 characters"
SIAGA = Path(sys.executable).with_name("siaga")
USER = 5_000_000


@asynccontextmanager
async def bot_api(limits: Limits | None = None, retry_pause: float = 0.05) -> AsyncIterator[tuple[BotApi, str]]:
    """A Bot API that listens on a free port of loopback."""
    api = BotApi(TOKEN, now=lambda: datetime.now(UTC), limits=limits, keep=200_000, retry_pause=retry_pause)
    app = web.Application()
    api.routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    try:
        yield api, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Product:
    """One `siaga run`, its settings and its process, which begins with a `warm` one's modules where there is one."""

    folder: Path
    api_base: str
    webhook: bool = False
    more: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | Process | None = None
    warm: Warm | None = None

    @property
    def env(self) -> dict[str, str]:
        mine = {
            "SIAGA_SECRET": SECRET,
            "SIAGA_TELEGRAM_TOKEN": TOKEN,
            "SIAGA_TELEGRAM_API": self.api_base,
            "SIAGA_LISTEN": f"127.0.0.1:{self.port}",
            "SIAGA_DATABASE_URL": f"sqlite+aiosqlite:///{self.folder}/siaga.db",
            **self.more,
        }
        if self.webhook:
            mine["SIAGA_PUBLIC_URL"] = f"http://127.0.0.1:{self.port}"
        return {**{k: v for k, v in os.environ.items() if not k.startswith("SIAGA_")}, **mine}

    @property
    def settings(self) -> Settings:
        names = {
            "SIAGA_SECRET": "secret",
            "SIAGA_TELEGRAM_TOKEN": "telegram_token",
            "SIAGA_DATABASE_URL": "database_url",
        }
        return Settings(_env_file=None, **{field: self.env[name] for name, field in names.items()})  # type: ignore[call-arg]

    async def command(self, *args: str) -> tuple[int, str, str]:
        """Run another command beside it: exit code, stdout, stderr."""
        process = await self._begin(*args)
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def _begin(self, *args: str, err: IO[Any] | None = None) -> asyncio.subprocess.Process | Process:
        if self.warm is not None:
            return await self.warm.begin("bot.cli:main", args, env=self.env, folder=self.folder, err=err)
        return await asyncio.create_subprocess_exec(
            str(SIAGA), *args, env=self.env, cwd=self.folder, stdout=PIPE, stderr=err or PIPE
        )

    async def start(self, timeout: float = 40.0) -> None:
        """Return once it prints `ready`."""
        log = (self.folder / "run.log").open("ab")
        self.process = await self._begin("run", err=log)
        log.close()
        assert self.process.stdout is not None
        async with asyncio.timeout(timeout):
            line = await self.process.stdout.readline()
        assert line == b"ready\n", (line, (self.folder / "run.log").read_text()[-2000:])

    async def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            return await self.process.wait()


@dataclass
class City:
    """User ids of some linked people of the example city."""

    officers: list[int]
    workers: list[int]
    coordinators: list[int]


async def found_city(product: Product, api: BotApi | None, *, tps: int = 57, officers: int = 60, votes_in: int = 0) -> City:
    """Import the example city, which votes in so many days, where none is yet, and link its people directly, as their
    dialogs would have; a Bot API that must know them is told who they are."""
    db = await open_installation(product.settings)
    now = datetime.now(UTC)
    if not await db.read(lambda tx: places.every_tps(tx, 1)):
        await _import(db, now, tps, votes_in)
    assert len(await db.read(lambda tx: places.every_tps(tx, 1))) == tps, "another city is there"
    city = await db.write(lambda tx: _link(tx, now, officers))
    if api is not None:
        await _known_to(db, api, [*city.officers, *city.workers, *city.coordinators])
    await db.close()
    return city


async def import_city(product: Product) -> None:
    """The example city with a TPS in every kelurahan, whose voting day is today; nobody is linked."""
    db = await open_installation(product.settings)
    await _import(db, datetime.now(UTC))
    await db.close()


async def _import(db: Database, now: datetime, tps: int = 57, votes_in: int = 0) -> None:
    await load(db, read.of_rows(sample.rows(tps=tps, voting_day=now.date() + timedelta(days=votes_in))), now=now)


def _link(tx: Tx, now: datetime, officers: int) -> City:
    stations = places.every_tps(tx, 1)
    crew = [role for row in stations for role in roster.crew(tx, row.id, now) if role.role == "KPPS"][:officers]
    centres = {p for row in stations for p in places.serving(tx, places.of_tps(tx, row.id))}
    workers = {role.person_id for role in roster.workers(tx, centres, now)}
    city = {role.person_id for role in roster.coordinators(tx, [1], now)}
    chosen = City(*([USER + p for p in sorted(ids)] for ids in ({r.person_id for r in crew}, workers, city)))
    rows = [
        {"channel": "telegram", "external": str(user), "named": "", "person_id": user - USER, "state": "active", "linked_at": now,
         "consent": "yes", "consent_version": CONSENT_VERSION, "consent_at": now, "phone": None}
        for user in (*chosen.officers, *chosen.workers, *chosen.coordinators)
    ]  # fmt: skip
    tx.execute(insert(addresses), rows)
    return chosen


async def _known_to(db: Database, api: BotApi, users: list[int]) -> None:
    from sqlalchemy import select

    rows = await db.read(lambda tx: {r.id: r for r in tx.rows(select(people.c.id, people.c.name, people.c.phone))})
    for user in users:
        row = rows[user - USER]
        api.add_person(user, row.name, "", row.phone or "")
