"""What is said, as Telegram's buttons and within Telegram's limits. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from messages.chat import Ask, Choice, Place, Refused, Said
from messages.fit import cut

TEXT_UNITS, CAPTION_UNITS, ANSWER_UNITS = 4096, 1024, 200  # UTF-16 units
DATA_BYTES = 64


def text(said: Said) -> str:
    return _fit(said, TEXT_UNITS)


def caption(said: Said) -> str | None:
    return _fit(said, CAPTION_UNITS) or None


def answer(said: Said) -> str | None:
    return cut(said.text, ANSWER_UNITS) or None


def buttons(said: Said, me: str = "") -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """The buttons of a new message. Telegram takes one kind; those under the message win over the keyboard."""
    return inline(said, me) if said.choices or not said.keyboard else _keyboard(said.keyboard)


class _Keyboard(ReplyKeyboardMarkup):
    """A keyboard that is written down once: most answers bring one of a handful."""

    __slots__ = ("_written",)

    def to_dict(self, recursive: bool = True) -> dict[str, Any]:
        written: dict[str, Any] | None = getattr(self, "_written", None)
        if written is None:
            written = super().to_dict(recursive)
            object.__setattr__(self, "_written", written)
        return written


@lru_cache(maxsize=256)
def _keyboard(rows: tuple[tuple[Choice | Ask, ...], ...]) -> ReplyKeyboardMarkup:
    return _Keyboard([[_key(button) for button in row] for row in rows], resize_keyboard=True, is_persistent=True)


def inline(said: Said, me: str = "") -> InlineKeyboardMarkup | None:
    """The buttons under a message; all that an edit can change. `me` is the bot's own name, for links to it."""
    if not said.choices:
        return None
    return InlineKeyboardMarkup([[_button(choice, me) for choice in row] for row in said.choices])


def under(said: Said) -> ReplyParameters | None:
    if not said.under:
        return None
    return ReplyParameters(message_id=number(said.under), allow_sending_without_reply=True)


def number(message_id: str) -> int:
    """Telegram's id of a message, which travels as text."""
    if not (message_id.isascii() and message_id.isdecimal()):
        raise Refused(f"not an id of a Telegram message: {message_id!r}")
    return int(message_id)


def _fit(said: Said, units: int) -> str:
    """The text; a place that comes with it is a link under it, since a position on Telegram has no text."""
    link = _link(said.place) if said.place else ""
    if not (link and said.text):
        return link or cut(said.text, units)
    return f"{cut(said.text, units - len(link) - 1)}\n{link}"


def _link(place: Place) -> str:
    return f"https://maps.google.com/?q={place.latitude:.6f},{place.longitude:.6f}"


def _button(choice: Choice, me: str) -> InlineKeyboardButton:
    if choice.start:
        return InlineKeyboardButton(choice.label, url=f"https://t.me/{me}?start={choice.start}")
    size = len(choice.data.encode(errors="replace"))
    if not 0 < size <= DATA_BYTES:
        raise Refused(f"the button {choice.label!r} carries {size} bytes of data, and Telegram takes 1 to 64")
    return InlineKeyboardButton(choice.label, callback_data=choice.data)


def _key(button: Choice | Ask) -> KeyboardButton:
    if isinstance(button, Choice):
        return KeyboardButton(button.label)
    return KeyboardButton(
        button.label,
        request_contact=True if button.what == "contact" else None,
        request_location=True if button.what == "place" else None,
    )
