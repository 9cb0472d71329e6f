"""Files of our own, made when they leave: read beside the writer, built beside the loop, kept nowhere."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from handlers import letters
from messages.chat import Address, Channel, Said
from storage.database import Database


class WithFiles:
    """A channel whose messages may carry a file that is still to be made."""

    def __init__(self, channel: Channel, db: Database) -> None:
        self.name = channel.name
        self._channel = channel
        self._db = db

    async def speak(self, to: Address, said: Said) -> str:
        if said.file is not None and said.file.made and not said.edits:
            made = said.file.made
            build = await self._db.read(lambda tx: letters.file(tx, made))
            said = replace(said, file=replace(said.file, content=await asyncio.to_thread(build)))
        return await self._channel.speak(to, said)
