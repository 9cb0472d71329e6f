"""The whole rehearsal as `make run` serves it, in this process: the example city with a TPS in every kelurahan."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession

from bot import example, running
from bot.installation import clock_of, open_installation
from bot.settings import Settings
from bot.workbook import sample
from storage.database import Database

TPS = 57
PATIENCE = 20_000  # milliseconds: a whole city answers here, and the machine may be busy
FILE = "siaga-rehearsal.db"  # in the working folder, as the settings have it


async def found(folder: Path, template: Path, monkeypatch: Any) -> None:
    """The example city in a folder that is the working one; small, so that it is there in a moment."""
    shutil.copy(template, folder / FILE)
    whole = sample.rows

    def small(tps: int = TPS, voting_day: date = sample.VOTING_DAY) -> sample.Rows:
        return whole(TPS, voting_day)

    monkeypatch.setattr(sample, "rows", small)
    db = await open_installation(Settings(_env_file=None))  # type: ignore[call-arg]
    await example.settle(db, await clock_of(db))
    await db.close()


class Rehearsal:
    """What runs, for whoever looks from outside: its address, and its database."""

    def __init__(self, base: str, session: ClientSession, db: Database) -> None:
        self.base, self.session, self.db = base, session, db

    async def post(self, path: str, **body: Any) -> Any:
        async with self.session.post(f"{self.base}/rehearsal/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def get(self, path: str) -> Any:
        async with self.session.get(f"{self.base}/rehearsal/{path}") as answer:
            assert answer.status == 200, path
            return await answer.json()


def free_port() -> int:
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        return int(here.getsockname()[1])


@asynccontextmanager
async def running_rehearsal() -> AsyncIterator[Rehearsal]:
    """`siaga run` without settings, in the working folder, until it is left."""
    base, stop = f"127.0.0.1:{free_port()}", asyncio.Event()
    settings = Settings(_env_file=None, listen=base)  # type: ignore[call-arg]
    task = asyncio.create_task(running.run(settings, stop))
    db = await open_installation(settings)
    try:
        async with ClientSession() as session:
            await _ready(session, base, task)
            yield Rehearsal(f"http://{base}", session, db)
    finally:
        stop.set()
        await db.close()
        assert await task == 0


async def _ready(session: ClientSession, base: str, task: asyncio.Task[int]) -> None:
    async with asyncio.timeout(30):
        while not task.done():
            try:
                async with session.get(f"http://{base}/ready") as answer:
                    if answer.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.05)
    await task
