"""What is said, sent through the Cloud API: inside the window as it is, outside it as an approved template."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.channels.whatsapp import BASE, account, markup, template, window
from bot.channels.whatsapp.account import Approval, Number
from bot.channels.whatsapp.markup import Part
from bot.channels.whatsapp.memory import Backoff, Recent
from bot.channels.whatsapp.person import is_number, is_user
from messages.chat import Address, File, Refused, Said, Throttled, Unreachable

if TYPE_CHECKING:
    from bot.channels.whatsapp.graph import Graph

READ_SECONDS = 15.0
BYTES = "application/octet-stream"
# As WhatsApp takes them.
ENDINGS = {"image/jpeg": ".jpg", "audio/ogg": ".ogg"}
FILES = 100  # of other platforms, whose ids here are remembered
KINDS = {
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/plain",
}


class WhatsAppChannel:
    """Sends; `start` before the first message (it asks nothing of WhatsApp), `stop` after the last.

    `account_id` is the WhatsApp business account, to which the templates belong. Of its own a channel remembers only
    whom to leave alone for a while, and what it has said by half.
    """

    name = "whatsapp"

    def __init__(
        self,
        token: str,
        phone_id: str,
        base: str = BASE,
        *,
        now: Callable[[], datetime],
        account_id: str = "",
        connections: int = 100,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._token, self._phone_id, self._account_id = token, phone_id, account_id
        self._base, self._connections, self._read_seconds = base.rstrip("/"), connections, read_seconds
        self._now = now
        self._graph: Graph | None = None
        self._backoff = Backoff()
        self._begun: Recent[list[str]] = Recent()
        self._brought: Recent[str] = Recent(FILES)

    async def start(self) -> None:
        from bot.channels.whatsapp.graph import Graph  # noqa: PLC0415 -- 0.6 s, which Telegram alone need not pay

        if self._graph is None:
            self._graph = Graph(self._token, self._base, self._connections, self._read_seconds)

    async def stop(self) -> None:
        if self._graph is not None:
            graph, self._graph = self._graph, None
            await graph.close()

    async def speak(self, to: Address, said: Said) -> str:
        """Send one message and return its id.

        A change of a message is a new one under it, as WhatsApp changes none. A tap needs no answer there: "" is
        returned, but what must be read is said.
        """
        if said.answers and not said.aloud:
            return ""
        if not (is_number(to.id) or is_user(to.id)):
            raise Refused("not an address of WhatsApp")
        approved = window.template_for(said, to.heard_at, self._now())
        if approved:
            parts: tuple[Part, ...] = (Part("template", template.message(approved)),)
        else:
            parts = markup.parts(said, await self._ref(said.file), numbered=is_number(to.id))
        return await self._say(to.id, parts, said)

    async def fetch(self, ref: str) -> tuple[bytes, str]:
        """A file that somebody sent, and the ending of its name. Raises `Trouble`."""
        content, kind = await self._started().fetch(_of_whatsapp(ref))
        return content, ENDINGS.get(kind) or mimetypes.guess_extension(kind) or ""

    def brought(self, ref: str) -> bool:
        return self._brought.get(ref) is not None

    async def me(self) -> Number:
        told = await self._started().number(self._phone_id, account.NUMBER_FIELDS)
        return account.number(told, self._phone_id)

    async def templates(self) -> tuple[Approval, ...]:
        """Every template of the account, in each of its languages."""
        found: list[Approval] = []
        after, seen = "", {""}
        while True:
            page = await self._started().templates(self._account(), account.TEMPLATE_FIELDS, after)
            found += account.approvals(page)
            after = account.next_page(page)
            if after in seen:
                return tuple(found)
            seen.add(after)

    async def submit_template(self, draft: template.Draft) -> Approval:
        """Ask Meta to approve a template."""
        told = await self._started().submit(self._account(), template.submission(draft))
        return account.approval(told, draft.name, draft.language)

    async def _say(self, to: str, parts: Sequence[Part], said: Said) -> str:
        """All requests of one message. After a failure the next try goes on there, so that nothing is read twice."""
        key = (to, hash(said))
        ids = self._begun.take(key) or []
        try:
            for part in parts[len(ids) :]:
                ids.append(await self._send(to, part, "" if ids else said.under or said.edits))
        finally:
            if 0 < len(ids) < len(parts):
                self._begun.put(key, ids)
        return ids[markup.shown(parts)]

    async def _send(self, to: str, part: Part, under: str) -> str:
        try:
            shown = await self._started().send(self._phone_id, to, part, under)
        except Throttled as throttled:
            if throttled.scope == "chat":
                throttled.wait = max(throttled.wait, self._backoff.failed(to))
            raise
        self._backoff.went(to)
        return shown

    async def _ref(self, file: File | None) -> str:
        """What the file is called on WhatsApp; one of our own is brought there first."""
        if file is None:
            return ""
        if known := self._brought.get(file.ref):
            return known
        if not file.content:
            return _of_whatsapp(file.ref)
        suffix = "." + file.name.rpartition(".")[2].lower()
        kind = KINDS.get(suffix) or mimetypes.guess_type(file.name)[0] or BYTES
        there = await self._started().upload(self._phone_id, file.content, kind, file.name)
        if file.ref:  # of another platform: next time it lies here
            self._brought.put(file.ref, there)
        return there

    def _started(self) -> Graph:
        if self._graph is None:
            raise Unreachable("the channel is not started")
        return self._graph

    def _account(self) -> str:
        if not self._account_id:
            raise Refused("without SIAGA_WHATSAPP_ACCOUNT_ID nothing is known of templates")
        return self._account_id


def _of_whatsapp(ref: str) -> str:
    """The id of a file on WhatsApp, which is a number; the files of another platform are not to be had here."""
    if not (ref.isascii() and ref.isdigit()):
        raise Refused("this file lies on another platform")
    return ref
