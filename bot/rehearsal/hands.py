"""A hand on one phone: sees what its screen shows, and taps and writes there exactly as the page does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from bot.rehearsal.handsets import Handsets
from bot.rehearsal.phones import CastMember
from bot.rehearsal.watching import ChatId
from bot.rehearsal.wire import ApiError, Json


class Unanswered(Exception):
    """What was waited for did not come; the sentence says on whose phone, as the page shows it."""


class Button(NamedTuple):
    """Something to tap: the label, and what the page would send for it."""

    label: str
    act: Json


class Hand:
    """The phone of one member of the cast. What stood on the screen at the last act is not news."""

    def __init__(self, handsets: Handsets, member: CastMember) -> None:
        self._handsets = handsets
        self.member = member
        self.chat: ChatId = handsets.introduce(member)["chat"]
        self._seen: dict[int | str, str] = {}
        self.looks()

    def looks(self) -> None:
        """From now on only what comes is news."""
        self._seen = {message["message_id"]: _words(message) for message in self._messages()}

    def _messages(self) -> list[Json]:
        shown: list[Json] = self._handsets.screen(self.chat)["messages"]
        return shown

    def news(self) -> list[Json]:
        """What the bot has said, or changed, since the last act."""
        return [one for one in self._messages() if not one["mine"] and self._seen.get(one["message_id"]) != _words(one)]

    def shows(self, *words: str) -> bool:
        """Whether any news holds one of these words."""
        return any(word in _words(message) for message in self.news() for word in words)

    def button(self, label: str, on: str = "", *, fresh: bool = False) -> Button | None:
        """A key under the text field with these letters, else the newest button, on a message with those; `fresh`: only
        under what is news."""
        screen = self._handsets.screen(self.chat)
        rows = [] if on or fresh else screen["rows"]
        keys = [Button(key["text"], {"row": at, "column": n, "text": key["text"]})
                for at, row in enumerate(rows) for n, key in enumerate(row)]  # fmt: skip
        messages = self.news() if fresh else screen["messages"]
        shown = [found for message in reversed(messages) if on in _words(message) for found in _buttons(message)]
        return next((found for found in (*keys, *shown) if label in found.label), None)

    def does(self, act: str, **more: object) -> None:
        """Do something with the phone. Raises Unanswered where it cannot be done any more."""
        self.looks()
        try:
            self._handsets.act(self.chat, {"who": self.chat, "act": act, **more})
        except (ValueError, LookupError, ApiError) as wrong:
            raise Unanswered(f"Ponsel {self.member.name}: bot diblokir, atau tombolnya sudah berganti.") from wrong

    def lets_in(self) -> None:
        """The bot may write here again."""
        self._handsets.lets_in(self.chat)

    def taps(self, button: Button) -> None:
        self.does("press", **button.act)

    async def until(self, there: Callable[[], object], what: str, patience: float) -> None:
        """Wait until it is so; looked at whenever something happens on the phone. Raises Unanswered after `patience`
        seconds: `what` did not come."""
        with self._handsets.watchers.watch([self.chat]) as happens:
            try:
                async with asyncio.timeout(patience):
                    while not there():
                        await happens.get()
            except TimeoutError:
                raise Unanswered(f"Ponsel {self.member.name}: {what} tidak muncul.") from None


def _words(message: Json) -> str:
    return "\n".join(str(message.get(part, "")) for part in ("header", "text", "caption")) + "".join(
        f"\n[{found.label}]" for found in _buttons(message)
    )


def _buttons(message: Json) -> list[Button]:
    """The buttons under a message, and the rows of its list."""
    found = []
    for at, row in enumerate(message["buttons"]):
        for n, one in enumerate(row):
            if not one["url"]:
                place = {"message_id": message["message_id"], "row": at, "column": n, "text": one["text"]}
                found.append(Button(one["text"], place))
    sections = message.get("list", {}).get("sections", ())
    listed = (row["title"] for section in sections for row in section["rows"])
    found += [Button(title, {"message_id": message["message_id"], "text": title}) for title in listed]
    return found
