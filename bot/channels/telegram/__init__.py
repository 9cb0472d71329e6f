"""Telegram: aiogram listens, python-telegram-bot speaks; the two share no type, so that either can go."""

from typing import Final

BASE: Final = "https://api.telegram.org"

# The kinds of update that we understand, and therefore ask for.
ALLOWED: Final = ("message", "edited_message", "callback_query", "my_chat_member")
