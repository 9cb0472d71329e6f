"""The outbox in a process of its own, to be killed; its arguments: the database's URL, the Bot API, how many a second."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from bot.channels.telegram.speak import TelegramChannel
from bot.outbox.sender import Sender
from messages.chat import Said
from storage.claims import Row
from storage.database import Tx, open_database
from storage.vault import Vault
from tests.conftest import SECRET
from tests.product.harness import TOKEN


def words(_tx: Tx, row: Row, _now: datetime) -> Said:
    """Each delivery says its own number, so that what arrived can be counted."""
    return Said(text=f"{row.kind} {row.id}")


def no_hook(*_: Any) -> None: ...


async def send(url: str, base: str, rate: float) -> None:
    logging.disable(logging.CRITICAL)
    channel = TelegramChannel(TOKEN, base)
    await channel.start()
    sender = Sender(
        open_database(url, Vault(SECRET)), {"telegram": channel}, words, after_settle=no_hook,
        now=lambda: datetime.now(UTC), rate={"telegram": rate},
    )  # fmt: skip
    print("ready", flush=True)
    await sender.run()


def main() -> None:
    asyncio.run(send(sys.argv[1], sys.argv[2], float(sys.argv[3])))
