"""Files whose bytes a channel needs: our own, made when they leave, and those that lie on another platform."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers import letters
from messages.chat import Address, Channel, File, Refused, Said, Throttled, Trouble, Unreachable
from storage.database import Database

HELD = 4  # files in hand at once: a broadcast's goes to thousands
NAMES = {"photo": "foto", "voice": "suara", "document": "dokumen"}


def home(ref: str) -> str:
    """The platform on which a file lies: WhatsApp's ids are numbers, Telegram's never are."""
    return "whatsapp" if ref.isascii() and ref.isdigit() else "telegram"


class Carrier:
    """Fetches files from the platform where somebody sent them; the last few are kept in memory."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._held: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def fetch(self, ref: str) -> tuple[bytes, str]:
        """Its bytes and the ending of its name; asked for by many at once, it is fetched once. Raises `Trouble`."""
        async with self._locks[ref]:
            if ref not in self._held:
                self._held[ref] = await self._fetch(ref)
                while len(self._held) > HELD:
                    self._locks.pop(self._held.popitem(last=False)[0], None)
            return self._held[ref]

    async def _fetch(self, ref: str) -> tuple[bytes, str]:
        channel = self._channels.get(home(ref))
        if channel is None:
            raise Refused("this file lies on another platform, which is not set up")
        try:
            return await channel.fetch(ref)
        except (Unreachable, Throttled) as trouble:  # nothing was said yet, so all of it may come again
            raise Unreachable(f"the file could not be fetched from {channel.name}: {trouble}") from None
        except Trouble as trouble:
            raise Refused(f"the file could not be fetched from {channel.name}: {trouble}") from None


class WithFiles:
    """A channel whose messages may carry a file that is still to be made, or to be fetched elsewhere."""

    def __init__(self, channel: Channel, db: Database, carrier: Carrier) -> None:
        self.name = channel.name
        self.fetch = channel.fetch
        self.brought: Callable[[str], bool] = channel.brought
        self._channel = channel
        self._db = db
        self._carrier = carrier

    async def speak(self, to: Address, said: Said) -> str:
        if said.file is not None and not said.edits:
            said = replace(said, file=await self._filled(said.file))
        return await self._channel.speak(to, said)

    async def _filled(self, file: File) -> File:
        if file.made:
            build = await self._db.read(lambda tx: letters.file(tx, file.made))
            return replace(file, content=await asyncio.to_thread(build))
        if not file.ref or file.content or home(file.ref) == self.name or self.brought(file.ref):
            return file
        content, ending = await self._carrier.fetch(file.ref)
        return replace(file, content=content, name=file.name or NAMES[file.kind] + ending)
