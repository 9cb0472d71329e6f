"""The chats as a person sees them: who there is, what was said, which keyboard lies under the text field."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from bot.rehearsal import markup
from bot.rehearsal.watching import Watchers
from bot.rehearsal.wire import Json, bad

KEPT_MESSAGES = 500  # of one chat; a benchmark would fill the memory otherwise
_FIRST_SECOND = 1_700_000_000


Kind = Literal["telegram", "whatsapp"]


class CastMember(NamedTuple):
    """Somebody of the example city, as the page introduces him, and which app his phone shows."""

    user_id: int
    name: str
    role: str
    phone: str
    kind: Kind = "telegram"


class Found(NamedTuple):
    """Who was looked for; `more` fit too."""

    people: list[CastMember]
    more: int = 0


@dataclass(slots=True)
class Person:
    """A person with a phone; `raw` is the Bot API's User."""

    id: int
    phone: str
    raw: Json


@dataclass(slots=True)
class Chat:
    """A private chat or a group; `raw` is the Bot API's Chat. `refusal` is why the bot may not write here."""

    id: int
    raw: Json
    messages: dict[int, Json] = field(default_factory=dict)
    keyboard: Json | None = None
    keyboard_from: int = 0
    refusal: str = ""
    moved_to: int = 0

    @property
    def private(self) -> bool:
        """Whether one person sits here with the bot."""
        return self.id > 0

    def message(self, message_id: int) -> Json:
        """A message that still stands here; `KeyError` where there is none."""
        return self.messages[message_id]

    def keys(self) -> list[list[Json]]:
        """The rows of the keyboard under the text field."""
        rows: list[list[Json]] = (self.keyboard or {}).get("keyboard", [])
        return rows


class Phones(Watchers):
    """All people and chats of the rehearsal."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        # Ten ids a second ahead of the clock: after a restart no new message takes the id of an old one.
        self._ids = itertools.count((int(time.time()) - _FIRST_SECOND) * 10)

    def next_id(self) -> int:
        """The id of the next message."""
        return next(self._ids)

    def add_person(self, user_id: int, first_name: str, last_name: str, phone: str) -> Person:
        """A person with an empty chat; again: the same person, renamed."""
        names = {"first_name": first_name} | ({"last_name": last_name} if last_name else {})
        raw = {"id": user_id, "is_bot": False, **names, "language_code": "id"}
        person = self.people[user_id] = Person(user_id, phone, raw)
        chat = self.chats.setdefault(user_id, Chat(user_id, {}))
        chat.raw = {"id": user_id, **names, "type": "private"}
        return person

    def add_group(self, chat_id: int, title: str) -> Chat:
        """A supergroup, as every group with a bot soon is."""
        if chat_id >= 0:
            raise ValueError("the id of a group is negative")
        return self.chats.setdefault(chat_id, Chat(chat_id, {"id": chat_id, "title": title, "type": "supergroup"}))

    def person(self, user_id: int) -> Person:
        """A known person."""
        if user_id not in self.people:
            raise ValueError(f"nobody has the id {user_id}: add_person first")
        return self.people[user_id]

    def chat(self, chat_id: int) -> Chat:
        """A known chat, or the Bot API's refusal."""
        if chat_id not in self.chats:
            raise bad("chat not found")
        return self.chats[chat_id]

    def put(self, chat: Chat, message: Json, keyboard: Json | None = None) -> None:
        """A new message in a chat, and with it perhaps another keyboard."""
        chat.messages[message["message_id"]] = message
        if len(chat.messages) > KEPT_MESSAGES:
            del chat.messages[next(iter(chat.messages))]
        self._tell(chat, "message", message)
        if keyboard is not None and "inline_keyboard" not in keyboard:
            self.set_keyboard(chat, keyboard if "keyboard" in keyboard else None, message["message_id"])

    def change(self, chat: Chat, message: Json) -> None:
        """A message in its new form, in the place of the old one."""
        chat.messages[message["message_id"]] = message
        self._tell(chat, "message", message)

    def remove(self, chat: Chat, message_id: int) -> None:
        """A message that is taken away."""
        del chat.messages[message_id]
        self.announce(chat.id, "removed", {"message_id": message_id})

    def set_keyboard(self, chat: Chat, keyboard: Json | None, message_id: int = 0) -> None:
        """Another keyboard under the text field, or none."""
        chat.keyboard, chat.keyboard_from = keyboard, message_id
        self.announce(chat.id, "keyboard", {"rows": chat.keys()})

    def set_refusal(self, chat: Chat, why: str) -> None:
        """The bot may not write here any longer; an empty reason lets it in again."""
        chat.refusal = why
        self.announce(chat.id, "blocked", {"blocked": bool(why)})

    def find_button(self, chat: Chat, message_id: int | None, which: tuple[int, int] | str) -> markup.Button:
        """The button meant: of that message, or else of the keyboard, then of the newest message with it."""
        if message_id is not None:
            board = markup.rows(chat.message(message_id))
            return markup.find([(message_id, board)] if board else [(0, chat.keys())], which)
        newest = ((mid, markup.rows(message)) for mid, message in reversed(chat.messages.items()))
        return markup.find([(0, chat.keys()), *newest], which)

    def _tell(self, chat: Chat, kind: str, message: Json) -> None:
        if chat.id in self:
            self.announce(chat.id, kind, {"message": view(message)})

    def screen(self, chat: Chat) -> Json:
        """A whole chat as its phone shows it."""
        return {
            "chat": chat.id,
            "messages": [view(message) for message in chat.messages.values()],
            "rows": chat.keys(),
            "blocked": bool(chat.refusal),
        }


_SHOWN = (
    "message_id",
    "date",
    "text",
    "entities",
    "caption",
    "caption_entities",
    "contact",
    "location",
    "voice",
    "document",
)


def view(message: Json) -> Json:
    """A message as the page needs it."""
    shown = {name: message[name] for name in _SHOWN if name in message}
    shown["mine"] = not message.get("from", {}).get("is_bot", True)
    shown["edited"] = "edit_date" in message
    shown["buttons"] = [
        [{"text": one["text"], "url": one.get("url", "")} for one in row] for row in markup.rows(message)
    ]
    if "photo" in message:
        shown["photo"] = message["photo"][-1]["file_id"]
    if reply := message.get("reply_to_message"):
        shown["reply"] = reply.get("text", "") or reply.get("caption", "")
    return shown
