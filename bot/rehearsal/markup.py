"""Keyboards: what the Bot API takes and what it refuses, and how a button is found on one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.rehearsal.wire import Json, bad

LONGEST_DATA = 64  # bytes
_INLINE_KINDS = frozenset({"callback_data", "url", "web_app", "login_url", "copy_text", "switch_inline_query"})


def checked(markup: object, private: bool) -> Json | None:
    """The keyboard in its full form, or the refusal that Telegram would give."""
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        return {"inline_keyboard": [[_inline(button) for button in row] for row in markup["inline_keyboard"]]}
    if "keyboard" in markup:
        return {
            **markup,
            "keyboard": [[_key(button, private) for button in row] for row in markup["keyboard"]],
        }
    if "remove_keyboard" in markup or "force_reply" in markup:
        return markup
    raise bad("object expected as reply markup")


def _inline(button: Json) -> Json:
    if not button.get("text"):
        raise bad("inline keyboard button text can't be empty")
    if not _INLINE_KINDS & button.keys():
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 0 < len(data.encode()) <= LONGEST_DATA:
        raise bad("BUTTON_DATA_INVALID")
    return button


def _key(button: Json | str, private: bool) -> Json:
    key = {"text": button} if isinstance(button, str) else button
    if not key.get("text"):
        raise bad("keyboard button text can't be empty")
    if key.get("request_contact") and not private:
        raise bad("phone number can be requested in private chats only")
    if key.get("request_location") and not private:
        raise bad("location can be requested in private chats only")
    return key


@dataclass(frozen=True, slots=True)
class Button:
    """A button as somebody finds it: an inline one of message `message_id`, or a key of the keyboard (0)."""

    message_id: int
    raw: Json


def rows(message: Json) -> list[list[Json]]:
    """The inline buttons of a message."""
    found: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return found


def find(boards: Iterable[tuple[int, list[list[Json]]]], which: tuple[int, int] | str) -> Button:
    """The button at a row and column of the first board, or the one whose label is or holds these words."""
    boards = list(boards)
    if not isinstance(which, str):
        message_id, board = boards[0]
        return Button(message_id, board[which[0]][which[1]])
    every = [Button(message_id, raw) for message_id, board in boards for row in board for raw in row]
    wanted = which.casefold()
    for fits in (lambda label: label == wanted, lambda label: wanted in label):
        for button in every:
            if fits(button.raw["text"].casefold()):
                return button
    raise ValueError(f"no button {which!r} among {[button.raw['text'] for button in every]}")
