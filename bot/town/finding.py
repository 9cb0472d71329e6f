"""Whose phone may be taken up: anybody in the roster, by name, role, TPS, kelurahan or puskesmas."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.rehearsal.phones import CastMember, Kind
from handlers.letters import role_words
from messages.words import local_phone
from storage import lookup, people, roster
from storage.database import Tx

FIRST_USER = 700_000_000  # a person's id on Telegram is this and his number in the roster
FOUND_AT_MOST = 20


def member(tx: Tx, role: roster.Role, kind: Kind = "telegram") -> CastMember:
    """Somebody of the roster as the page introduces him."""
    phone = people.person(tx, role.person_id).phone or ""
    return CastMember(FIRST_USER + role.person_id, role.name, role_words(tx, role), local_phone(phone), kind)


def person_id(member: CastMember) -> int:
    """His number in the roster."""
    return member.user_id - FIRST_USER


def search(tx: Tx, wanted: str, now: datetime) -> list[CastMember]:
    """People for whom every word holds, each once; those with a number only: the others have no phone."""
    return [member(tx, role) for role in lookup.search(tx, words(wanted), now, FOUND_AT_MOST)]


def words(wanted: str) -> list[str]:
    """The words of a search. "TPS" is left out where its number follows."""
    found = wanted.casefold().replace(",", " ").split()
    following = [*found[1:], ""][: len(found)]
    return [word for word, after in zip(found, following, strict=True) if not (word == "tps" and after.isdigit())]


def again(tx: Tx, users: Iterable[int], now: datetime) -> list[CastMember]:
    """Those whose phones lay on a page before; who is not in the roster any more is left out."""
    known = (roster.roles(tx, user - FIRST_USER, now) for user in users)
    return [member(tx, roles[0]) for roles in known if roles]
