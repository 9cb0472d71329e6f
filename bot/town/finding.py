"""Whose phone may be taken up: anybody in the roster, by name, role, TPS, kelurahan or puskesmas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from bot.rehearsal.phones import CastMember, Found, Kind
from handlers.letters import role_words
from messages.words import local_phone
from storage import lookup, people, roster
from storage.database import Tx

FIRST_USER = 700_000_000  # a person's id on Telegram is this and his number in the roster
FOUND_AT_MOST = 20
_BETWEEN = re.compile(f"[{re.escape(lookup.SEPARATORS)}),:;·]")
_TPS = re.compile(r"(?<!\S)tps\s+(\d{1,4})(?!\S)")
_NUMBER = re.compile(r"(?<![\d+])(?:\+?62|0)[\s.-]*8(?:[\s.-]*\d){5,}")
_NO_DIGIT = re.compile(r"\D")
_SAYS_NOTHING = {"nama", "peran"}


def member(tx: Tx, role: roster.Role, kind: Kind = "telegram") -> CastMember:
    """Somebody of the roster as the page introduces him."""
    phone = people.person(tx, role.person_id).phone or ""
    return CastMember(FIRST_USER + role.person_id, role.name, role_words(tx, role), local_phone(phone), kind)


def person_id(member: CastMember) -> int:
    """His number in the roster."""
    return member.user_id - FIRST_USER


def search(tx: Tx, wanted: str, now: datetime) -> Found:
    """People for whom every word holds, each once; those with a number only: the others have no phone."""
    found = lookup.search(tx, words(wanted), now, FOUND_AT_MOST)
    return Found([member(tx, role) for role in found.roles], found.many - len(found.roles))


def words(wanted: str) -> list[str]:
    """The words of a search, a telephone number as one however it is written, "TPS" and its number as one. That a name
    or a role follows says nothing of anybody."""
    whole = _NUMBER.sub(lambda found: f" {_NO_DIGIT.sub('', found[0])} ", wanted.casefold())
    parted = _TPS.sub(r" tps\1 ", _BETWEEN.sub(" ", whole))
    return [word for word in parted.split() if word not in _SAYS_NOTHING]


def again(tx: Tx, users: Iterable[int], now: datetime) -> list[CastMember]:
    """Those whose phones lay on a page before; who is not in the roster any more is left out."""
    known = (roster.roles(tx, user - FIRST_USER, now) for user in users)
    return [member(tx, roles[0]) for roles in known if roles]
