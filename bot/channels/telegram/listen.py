"""What Telegram brings, understood: one raw update in, one thing heard or happened out, or nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.channels.telegram import ALLOWED
from bot.channels.telegram.lean import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    InaccessibleMessage,
    Message,
    Update,
    User,
)
from bot.channels.telegram.prune import FURTHEST, NotAnUpdate, pruned, update_id
from messages.chat import Address, Contact, File, Happened, Heard, Place, What
from messages.fit import clean

GROUPS = ("group", "supergroup")
# What a person may send that we cannot use. It is heard without words, so that he gets an answer.
WORDLESS = ("sticker", "video", "video_note", "audio", "animation", "dice", "story", "poll", "paid_media")
COMMAND = re.compile(r"(/\w{1,64})(?:@(\w+))?(?=\s|$)", re.ASCII)
DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they would turn the rest of a line around
NAME_LENGTH = 64


def hear(raw: Mapping[str, Any], me: str, now: datetime) -> Heard | Happened | None:
    """What `raw` says to the bot named `me`; None if it is none of our business.

    `now` is the time of what comes without one: a tap. Raises `NotAnUpdate`, and nothing else, for what is not
    an update, or is one that cannot be read in any part that matters.
    """
    number = update_id(raw)
    if not any(raw.get(kind) for kind in ALLOWED):
        return None
    try:
        return _Ear(number, me.lstrip("@").lower(), now).hear(_read(raw, now))
    except OverflowError:
        raise NotAnUpdate("an id or a time beyond all bounds") from None


def _read(raw: Mapping[str, Any], now: datetime) -> Update:
    """The update as aiogram reads it; without its ornaments where aiogram refuses one of them."""
    try:
        return Update.model_validate(dict(raw))
    except (ValueError, RecursionError):  # its refusal is a ValueError
        essence = pruned(raw, now)
    try:
        return Update.model_validate(essence)
    except ValueError:
        raise NotAnUpdate("not even the essence of this update can be read") from None


@dataclass(frozen=True, slots=True)
class _Ear:
    """What holds for the whole of one update."""

    number: str
    me: str
    now: datetime

    def hear(self, update: Update) -> Heard | Happened | None:
        if update.my_chat_member:
            return self._membership(update.my_chat_member)
        if update.callback_query:
            return self._tap(update.callback_query)
        message = update.message or update.edited_message
        if message is None:
            return None
        return self._moved(message) or self._said(message, edited=update.message is None)

    def _said(self, message: Message, *, edited: bool) -> Heard | None:
        sender, group = message.from_user, message.chat.type in GROUPS
        if sender is None or message.sender_chat or not _speaks(sender, message.chat):
            return None
        text, called = self._words(clean(message.text or message.caption or ""))
        contact, place, file = _contact(message, sender), _place(message), _file(message)
        wordless = any(getattr(message, kind, None) for kind in WORDLESS)
        if not (text or called or contact or place or file or wordless):
            return None  # a service message
        if group and not (called or (called is None and self._answers_us(message))):
            return None
        return Heard(
            self.number,
            _address(sender.id),
            _address(message.chat.id),
            _moment(message, edited=edited),
            text,
            contact=contact,
            place=place,
            file=file,
            edited=edited,
            group=group,
            named=_named(sender),
            message=_shown(message),
            unread=wordless and file is None,
        )

    def _tap(self, tap: CallbackQuery) -> Heard | None:
        chat = tap.message.chat if tap.message else None  # Telegram may have forgotten a message of long ago
        if not tap.data or tap.inline_message_id or not _speaks(tap.from_user, chat):
            return None
        return Heard(
            self.number,
            _address(tap.from_user.id),
            _address(chat.id if chat else tap.from_user.id),
            self.now,
            choice=clean(tap.data),
            tap=clean(tap.id),
            group=chat is not None and chat.type in GROUPS,
            named=_named(tap.from_user),
            message=_shown(tap.message),
        )

    def _membership(self, change: ChatMemberUpdated) -> Happened | None:
        before, after = _inside(change.old_chat_member), _inside(change.new_chat_member)
        what: What | None = None
        if change.chat.type == "private":
            what = "returned" if after else "blocked"
        elif change.chat.type in GROUPS and before != after:
            what = "joined" if after else "left"
        elif change.chat.type in GROUPS and (voice := _voice(change.new_chat_member)) != _voice(change.old_chat_member):
            what = "joined" if voice else "muted"
        if what is None:
            return None
        return Happened(self.number, _address(change.chat.id), _utc(change.date), what)

    def _moved(self, message: Message) -> Happened | None:
        """A group that became a supergroup says so twice: in the old chat and in the new one."""
        old, new = message.chat.id, message.migrate_to_chat_id
        if message.migrate_from_chat_id:
            old, new = message.migrate_from_chat_id, message.chat.id
        if not new:
            return None
        return Happened(self.number, _address(old), _utc(message.date), "moved", _id(new))

    def _words(self, text: str) -> tuple[str, bool | None]:
        """The text without our name; and whether it calls us, or (None) calls nobody."""
        command = COMMAND.match(text)
        if command and command[2]:
            ours = command[2].lower() == self.me
            return (command[1] + text[command.end() :], True) if ours else (text, False)
        if command:
            return text, True
        without = _mention(self.me).sub("", text) if self.me else text
        return (text, None) if without == text else (without.strip(), True)

    def _answers_us(self, message: Message) -> bool:
        said = message.reply_to_message
        author = said.from_user if said else None
        return bool(author and author.is_bot and self.me and (author.username or "").lower() == self.me)


def _speaks(sender: User, chat: Chat | None) -> bool:
    """Whether it is a person, in a private chat of his own or in a group."""
    if sender.is_bot or chat is None:
        return not sender.is_bot
    return chat.type in GROUPS or (chat.type == "private" and chat.id == sender.id)


def _contact(message: Message, sender: User) -> Contact | None:
    """A shared number. Anybody can hand on a number of somebody else's: only one's own, first hand, is proof."""
    digits = re.sub("[^0-9]", "", message.contact.phone_number) if message.contact else ""
    if not (message.contact and digits):
        return None
    handed_on = message.forward_origin or message.forward_date or message.forward_from or message.via_bot
    own = message.contact.user_id == sender.id and not handed_on
    return Contact(digits if digits.startswith("0") else f"+{digits}", own)


def _place(message: Message) -> Place | None:
    where = message.location
    if where and abs(where.latitude) <= 90 and abs(where.longitude) <= 180:  # noqa: PLR2004 -- degrees
        return Place(where.latitude, where.longitude)
    return None


def _file(message: Message) -> File | None:
    if message.photo:
        return File("photo", clean(message.photo[-1].file_id))  # the sizes go up
    if message.voice:
        return File("voice", clean(message.voice.file_id))
    return File("document", clean(message.document.file_id)) if message.document else None


def _named(sender: User) -> str:
    name = DIRECTIONS.sub("", clean(f"{sender.first_name} {sender.last_name or ''}"))
    return " ".join(name.split())[:NAME_LENGTH].strip()


def _inside(member: Any) -> bool:
    """Whether the bot is in the chat; restricted, it may be or not."""
    return member.status not in ("left", "kicked") and getattr(member, "is_member", True)


def _voice(member: Any) -> bool:
    """Whether the bot may write in the chat."""
    return bool(getattr(member, "can_send_messages", True))


def _moment(message: Message, *, edited: bool) -> datetime:
    if edited and message.edit_date:
        try:
            return datetime.fromtimestamp(message.edit_date, UTC)
        except (ValueError, OSError):
            return _utc(message.date)
    return _utc(message.date)


def _utc(date: datetime) -> datetime:
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _address(number: int) -> Address:
    return Address("telegram", _id(number))


def _id(number: int) -> str:
    if abs(number) >= FURTHEST:
        raise OverflowError
    return str(number)


def _shown(message: Message | InaccessibleMessage | None) -> str:
    """Telegram's number of the message; 0 stands for none (sent later, or pruned)."""
    return _id(message.message_id) if message and message.message_id else ""


@lru_cache(maxsize=4)
def _mention(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@])@{re.escape(name)}(?!\w)", re.IGNORECASE)
