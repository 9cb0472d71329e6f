"""What people do with their phones. Each act becomes an update, complete as Telegram would send it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.rehearsal import files
from bot.rehearsal.entities import commands
from bot.rehearsal.phones import Chat, Person, Phones
from bot.rehearsal.updates import TAP_LIFETIME, Updates
from bot.rehearsal.wire import Json

TOWN_SQUARE = (-7.982379, 112.630897)  # where a phone is that was not told otherwise: Alun-alun Malang
_KEPT_TAPS = 10_000


@dataclass(slots=True)
class Tap:
    """A pressed inline button that waits for its answer."""

    user_id: int
    chat_id: int
    born: datetime
    answered: bool = False


class Acts:
    """The people's side. Every act returns the id of its update."""

    def __init__(self, bot: Json, now: Callable[[], datetime]) -> None:
        self.bot, self.now = bot, now
        self.phones, self.files = Phones(), files.Files()
        self.updates = Updates(now)
        self._taps: dict[str, Tap] = {}
        self._tap_ids = itertools.count(time.time_ns())

    def add_person(self, user_id: int, first_name: str, last_name: str = "", phone: str = "") -> Person:
        """Somebody with a phone; the bot may write to him from now on. Again: the same person, renamed."""
        return self.phones.add_person(user_id, first_name, last_name, phone)

    def say(self, user_id: int, text: str, reply_to: int | None = None) -> int:
        """Write to the bot."""
        return self._send(user_id, user_id, {"text": text, **_entities(text)}, reply_to)

    def edit(self, user_id: int, message_id: int, text: str) -> int:
        """Change an own message."""
        chat = self.phones.chat(user_id)
        changed = {**chat.message(message_id), "text": text, "edit_date": self._date(), **_entities(text)}
        self.phones.change(chat, changed)
        return self.updates.add("edited_message", changed, chat.id)

    def press(
        self, user_id: int, message_id: int | None, which: tuple[int, int] | str, chat_id: int | None = None
    ) -> int:
        """Press a button by row and column or by (a part of) its label.

        Without a message it is sought on the keyboard, then on the messages from the newest back.
        """
        chat = self.phones.chat(chat_id or user_id)
        button = self.phones.find_button(chat, message_id, which)
        if button.message_id:
            return self._tap(user_id, chat, button.message_id, button.raw)
        return self._press_key(user_id, chat, button.raw)

    def _tap(self, user_id: int, chat: Chat, message_id: int, button: Json) -> int:
        if "callback_data" not in button:
            raise ValueError(f"the button {button['text']!r} opens a link: the bot does not hear of it")
        person = self._able(user_id, chat)
        tap = str(next(self._tap_ids))
        self._taps[tap] = Tap(user_id, chat.id, self.now())
        if len(self._taps) > _KEPT_TAPS:
            del self._taps[next(iter(self._taps))]
        query = {
            "id": tap,
            "from": person.raw,
            "message": chat.message(message_id),
            "chat_instance": str(chat.id * 7_919),
            "data": button["callback_data"],
        }
        return self.updates.add("callback_query", query, chat.id)

    def _press_key(self, user_id: int, chat: Chat, key: Json) -> int:
        asked_by = chat.keyboard_from
        if (chat.keyboard or {}).get("one_time_keyboard"):
            self.phones.set_keyboard(chat, None)
        if key.get("request_contact"):
            return self._contact(user_id, None, None, asked_by)
        if key.get("request_location"):
            return self._send(user_id, chat.id, _location(*TOWN_SQUARE), asked_by)
        return self._send(user_id, chat.id, {"text": key["text"], **_entities(key["text"])})

    def share_contact(self, user_id: int, phone: str | None = None, owner: int | None = None) -> int:
        """Share the own contact, or that of `owner` (0: of somebody who is not on Telegram)."""
        return self._contact(user_id, phone, owner, None)

    def _contact(self, user_id: int, phone: str | None, owner: int | None, reply_to: int | None) -> int:
        whose = user_id if owner is None else owner
        known = self.phones.people.get(whose)
        contact = {"phone_number": (phone or (known.phone if known else "")).removeprefix("+")}
        names = known.raw if known else {"first_name": "Kenalan"}
        contact |= {name: names[name] for name in ("first_name", "last_name") if name in names}
        owned: Json = {"user_id": whose} if whose else {}
        return self._send(user_id, user_id, {"contact": contact | owned}, reply_to)

    def share_location(self, user_id: int, latitude: float, longitude: float, live_period: int | None = None) -> int:
        """Share a position; with a period it is a live one, which `move` moves."""
        content = _location(latitude, longitude)
        if live_period:
            content["location"]["live_period"] = live_period
        return self._send(user_id, user_id, content)

    def share_here(self, user_id: int) -> int:
        """Share the position where this phone is."""
        return self.share_location(user_id, *TOWN_SQUARE)

    def move(self, user_id: int, message_id: int, latitude: float, longitude: float) -> int:
        """A live location moves: the same message, edited."""
        chat = self.phones.chat(user_id)
        message = chat.message(message_id)
        location = {**message["location"], "latitude": latitude, "longitude": longitude}
        changed = {**message, "location": location, "edit_date": self._date()}
        self.phones.change(chat, changed)
        return self.updates.add("edited_message", changed, chat.id)

    def send_photo(self, user_id: int, caption: str = "", data: bytes = files.SAMPLE_PHOTO) -> int:
        """Send a photo."""
        content = self.files.add("photo", data).content()
        return self._send(user_id, user_id, content | ({"caption": caption} if caption else {}))

    def send_voice(self, user_id: int, data: bytes = files.SAMPLE_VOICE) -> int:
        """Send a voice note."""
        return self._send(user_id, user_id, self.files.add("voice", data).content())

    def block(self, user_id: int) -> int:
        """Stop the bot: it can write here no longer."""
        return self._block(user_id, "Forbidden: bot was blocked by the user", "member", "kicked")

    def unblock(self, user_id: int) -> int:
        """Let the bot in again."""
        return self._block(user_id, "", "kicked", "member")

    def _block(self, user_id: int, refusal: str, before: str, after: str) -> int:
        chat = self.phones.chat(user_id)
        self.phones.set_refusal(chat, refusal)
        return self._membership(user_id, chat, before, after)

    def deactivate(self, user_id: int) -> None:
        """The account is deleted; Telegram sends no update about it."""
        self.phones.set_refusal(self.phones.chat(user_id), "Forbidden: user is deactivated")

    def add_group(self, chat_id: int, title: str, by: int) -> int:
        """Somebody puts the bot into a group (a negative id); it hears everything that is said there."""
        chat = self.phones.add_group(chat_id, title)
        chat.refusal = ""
        return self._membership(by, chat, "left", "member")

    def say_in_group(self, user_id: int, chat_id: int, text: str, reply_to: int | None = None) -> int:
        """Write in a group."""
        return self._send(user_id, chat_id, {"text": text, **_entities(text)}, reply_to)

    def leave_group(self, chat_id: int, by: int) -> int:
        """Somebody throws the bot out of a group."""
        chat = self.phones.chat(chat_id)
        chat.refusal = "Forbidden: bot was kicked from the supergroup chat"
        return self._membership(by, chat, "member", "kicked")

    def move_group(self, chat_id: int, new_id: int, by: int) -> int:
        """A group gets another id; the bot is told on both sides. Returns the id of the second update."""
        old = self.phones.chat(chat_id)
        new = self.phones.add_group(new_id, old.raw["title"])
        self._send(by, old.id, {"migrate_to_chat_id": new.id})
        old.moved_to = new.id
        return self._send(by, new.id, {"migrate_from_chat_id": old.id})

    def inject(self, raw_update: Json) -> int:
        """An update exactly as given (an id is added where there is none)."""
        return self.updates.inject(raw_update)

    def _send(self, user_id: int, chat_id: int, content: Json, reply_to: int | None = None) -> int:
        chat = self.phones.chat(chat_id)
        person = self._able(user_id, chat)
        message = {
            "message_id": self.phones.next_id(),
            "from": person.raw,
            "chat": chat.raw,
            "date": self._date(),
            **self.replied(chat, reply_to),
            **content,
        }
        self.phones.put(chat, message)
        return self.updates.add("message", message, chat.id)

    def replied(self, chat: Chat, message_id: int | None) -> Json:
        """The message that is replied to, itself without the one that it replied to."""
        if not message_id or message_id not in chat.messages:
            return {}
        message = chat.message(message_id)
        return {"reply_to_message": {name: message[name] for name in message if name != "reply_to_message"}}

    def _membership(self, user_id: int, chat: Chat, before: str, after: str) -> int:
        def member(status: str) -> Json:
            return {"user": self.bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})

        change = {
            "chat": chat.raw,
            "from": self.phones.person(user_id).raw,
            "date": self._date(),
            "old_chat_member": member(before),
            "new_chat_member": member(after),
        }
        return self.updates.add("my_chat_member", change, chat.id)

    def _able(self, user_id: int, chat: Chat) -> Person:
        if chat.refusal:
            raise ValueError(f"nobody can write here ({chat.refusal}): unblock first")
        return self.phones.person(user_id)

    def waiting_tap(self, tap_id: str) -> Tap | None:
        """The tap that may still be answered: known, young enough and not answered yet."""
        tap = self._taps.get(tap_id)
        if tap is None or tap.answered or self.now() - tap.born > TAP_LIFETIME:
            return None
        return tap

    def _date(self) -> int:
        return int(self.now().timestamp())


def _entities(text: str) -> Json:
    found = commands(text)
    return {"entities": found} if found else {}


def _location(latitude: float, longitude: float) -> Json:
    return {"location": {"latitude": latitude, "longitude": longitude}}
