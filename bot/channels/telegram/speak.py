"""What is said, sent through python-telegram-bot; and the one table of what Telegram's errors ask us to do."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from telegram import Bot, BotCommand, Document, InputFile, LinkPreviewOptions, Message, PhotoSize, Voice
from telegram.error import TelegramError

from bot.channels.telegram import ALLOWED, BASE, markup
from bot.channels.telegram.hush import UNKNOWN_BOT, hide, quiet_libraries
from bot.channels.telegram.transport import READ_SECONDS, AiohttpRequest, Answered, NotSent, PerhapsSent, Stranger
from messages.chat import (
    Address,
    File,
    Gone,
    Moved,
    NotAdmitted,
    Refused,
    Said,
    Throttled,
    TooLate,
    Trouble,
    Unreachable,
    Unsure,
    Vanished,
)

UNCHANGED = "message is not modified"
# Where the code alone does not tell, Telegram's words do (compared in lower case).
BY_WORDS: tuple[tuple[str, type[Gone | TooLate]], ...] = (
    ("chat not found", Gone),
    ("peer_id_invalid", Gone),
    ("query is too old", TooLate),
    ("query id is invalid", TooLate),
    ("query_id_invalid", TooLate),
    ("message to edit not found", Vanished),
    ("message can't be edited", TooLate),
    ("message_id_invalid", Vanished),
)
FILES = 100  # of other platforms, whose ids here are remembered
WAIT_SECONDS = 5.0  # where a 429 does not say how long
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Me:
    """Who the bot is on Telegram."""

    id: str
    username: str


class TelegramChannel:
    """Sends; `start` before the first message (it asks nothing of Telegram), `stop` after the last."""

    name = "telegram"

    def __init__(
        self, token: str, base: str = BASE, *, connections: int = 100, read_seconds: float = READ_SECONDS
    ) -> None:
        quiet_libraries()
        base = base.rstrip("/")
        self._token = token
        self._name = ""
        self._brought: dict[str, str] = {}  # files of other platforms, by their ids there
        self._request = AiohttpRequest(connections, read=read_seconds)
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def start(self) -> None:
        await self._request.initialize()

    async def stop(self) -> None:
        await self._request.shutdown()

    async def speak(self, to: Address, said: Said) -> str:
        """Send one message, change one or acknowledge a tap: whichever `said` is. One call of Telegram each."""
        if said.answers:
            await self._settled(self._bot.answer_callback_query(said.answers, text=markup.answer(said)))
            return ""
        if said.edits:
            await self._settled(self._edit(to, said))
            return said.edits
        return str((await self._settled(self._send(to, said))).message_id)

    async def fetch(self, ref: str) -> tuple[bytes, str]:
        """A file that somebody sent (20 MB at most), and the ending of its name. Raises `Trouble`."""
        found = await self._asked(self._bot.get_file(ref))
        if not found.file_path:
            raise Unreachable("the file is nowhere to be had")
        content = await self._asked(found.download_as_bytearray())
        name = found.file_path.rpartition("/")[2]
        return bytes(content), f".{name.rpartition('.')[2]}" if "." in name else ""

    def brought(self, ref: str) -> bool:
        return ref in self._brought

    async def me(self) -> Me:
        user = await self._settled(self._bot.get_me())
        self._name = user.username or ""
        return Me(str(user.id), self._name)

    async def listen_by_webhook(self, url: str, secret: str) -> None:
        """Ask Telegram to post updates to `url`, each with `secret` in its header."""
        call = self._bot.set_webhook(
            url, secret_token=secret, allowed_updates=ALLOWED, max_connections=100, drop_pending_updates=False
        )
        await self._settled(call)

    async def listen_by_polling(self) -> None:
        """Take the webhook away, which else forbids polling. What waits there is kept."""
        await self._settled(self._bot.delete_webhook(drop_pending_updates=False))

    async def set_commands(self, commands: Sequence[tuple[str, str]]) -> None:
        """The menu of commands: a convenience, so that failing to set it stops nobody."""
        try:
            await self._settled(self._bot.set_my_commands([BotCommand(*command) for command in commands]))
        except Trouble as trouble:
            log.warning("the menu of commands was not set: %s", trouble)

    async def _send(self, to: Address, said: Said) -> Message:
        buttons, under = markup.buttons(said, self._name), markup.under(said)
        if said.file:
            return await self._send_file(to, said, said.file)
        if said.place and not said.text:
            return await self._bot.send_location(
                to.id, said.place.latitude, said.place.longitude, reply_markup=buttons, reply_parameters=under
            )
        return await self._bot.send_message(
            to.id,
            markup.text(said),
            reply_markup=buttons,
            reply_parameters=under,
            link_preview_options=NO_PREVIEW,
        )

    async def _send_file(self, to: Address, said: Said, file: File) -> Message:
        # As objects, because PTB looks for a file of our own under a reference that comes as text.
        words, buttons, under = markup.caption(said), markup.buttons(said, self._name), markup.under(said)
        ref = self._brought.get(file.ref, file.ref)
        ours = InputFile(file.content, filename=file.name) if file.content and ref == file.ref else None
        bot, more = self._bot, {"caption": words, "reply_markup": buttons, "reply_parameters": under}
        if file.kind == "photo":
            sent = await bot.send_photo(to.id, ours or PhotoSize(ref, "-", 0, 0), **more)  # type: ignore[arg-type]
        elif file.kind == "voice":
            sent = await bot.send_voice(to.id, ours or Voice(ref, "-", 0), **more)  # type: ignore[arg-type]
        else:
            sent = await bot.send_document(to.id, ours or Document(ref, "-"), **more)  # type: ignore[arg-type]
        if ours is not None and file.ref:
            self._remember(file.ref, sent)
        return sent

    def _remember(self, ref: str, sent: Message) -> None:
        """A file of another platform lies here now."""
        there = sent.photo[-1] if sent.photo else sent.voice or sent.document
        if there is not None:
            while len(self._brought) >= FILES:
                del self._brought[next(iter(self._brought))]
            self._brought[ref] = there.file_id

    async def _edit(self, to: Address, said: Said) -> None:
        message_id, buttons = markup.number(said.edits), markup.inline(said, self._name)
        try:
            if said.file:  # what was sent under a file is its caption
                await self._bot.edit_message_caption(
                    to.id, message_id, caption=markup.caption(said), reply_markup=buttons
                )
                return
            await self._bot.edit_message_text(
                markup.text(said), to.id, message_id, reply_markup=buttons, link_preview_options=NO_PREVIEW
            )
        except Answered as error:
            if UNCHANGED not in error.words.lower():
                raise

    async def _asked(self, call: Awaitable[T]) -> T:
        """The answer of a call by which nobody is told anything: however it fails, it may be made again."""
        try:
            return await self._settled(call)
        except Unsure as unsure:
            raise Unreachable(str(unsure)) from None

    async def _settled(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except Trouble:
            raise
        except TelegramError as error:
            trouble = trouble_of(error, self._token)
        except Exception as error:  # noqa: BLE001 -- PTB choked on an answer: something was answered, so perhaps sent
            trouble = Unsure(f"the answer was not understood ({type(error).__name__})")
        raise trouble  # not inside `except`: the cause knows the address, and the address the token


def trouble_of(error: TelegramError, token: str) -> Trouble:
    """The table: what an error of the transport or of the Bot API asks us to do."""
    if isinstance(error, Answered):
        return _refusal(error, hide(f"{error.code}: {error.words}", token))
    why = hide(str(error), token)
    match error:
        case NotSent() | Stranger():
            return Unreachable(why)
        case PerhapsSent():
            return Unsure(why)
    return Unsure(f"{type(error).__name__}: {why}")


def _refusal(error: Answered, why: str) -> Trouble:
    if error.moved_to is not None:
        return Moved(str(error.moved_to), why)
    match error.code:
        case 429:
            return Throttled(error.wait or WAIT_SECONDS, why)
        case 401 | 404:
            return NotAdmitted(UNKNOWN_BOT)
        case 403:
            return Gone(why)
        case code if code >= HTTPStatus.INTERNAL_SERVER_ERROR or code == HTTPStatus.CONFLICT:
            return Unreachable(why)
    words = error.words.lower()
    meaning = next((kind for part, kind in BY_WORDS if part in words), Refused)
    return meaning(why)
