"""Who somebody is on WhatsApp: his number where it is visible, else the id that Meta made for him. Pure.

Who hides his number has only an id like `ID.1349…`, which no other business sees.
"""

from __future__ import annotations

import re

from bot.channels.whatsapp.raw import Part, text
from messages.chat import Address

NUMBER = re.compile("[1-9][0-9]{5,19}")
USER = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
NUMBERS = ("from", "wa_id", "recipient_id")
USERS = ("from_user_id", "user_id", "recipient_user_id")


def is_number(name: str) -> bool:
    return bool(NUMBER.fullmatch(name))


def is_user(name: str) -> bool:
    return bool(USER.fullmatch(name))


def ids(*told: Part) -> list[str]:
    """Everything by which these parts name a person, numbers first."""
    names = (text(part, key).removeprefix("+") for part in told for key in (*NUMBERS, *USERS))
    return sorted((name for name in names if is_number(name) or is_user(name)), key=is_user)


def address(*told: Part) -> Address | None:
    """Where the person of these parts is reached."""
    return next((Address("whatsapp", name) for name in ids(*told)), None)


def phone(name: str) -> str:
    """`6281234567890` → `+6281234567890`; "" for who hides it."""
    return f"+{name}" if is_number(name) else ""
