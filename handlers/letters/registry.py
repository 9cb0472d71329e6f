"""Messages that are put into words when they are sent: from ids to the values that the words need.

Each letter is a function of the transaction, the ids and the moment; so what is shown is how things stand then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from handlers import post
from handlers.turn import DEFAULT_ZONE, menu_of
from messages import response as told
from messages.chat import Said
from messages.render import Words, render
from storage import incidents, roster, speakers
from storage.database import Tx
from storage.deliveries import WITHDRAWN
from storage.roster import Role
from storage.speakers import Speaker


@dataclass(frozen=True, slots=True)
class To:
    """To whom a letter goes."""

    address_id: int
    person_id: int | None
    linked: bool
    roles: tuple[Role, ...]
    menu: tuple[str, ...]
    who: Speaker


@dataclass(frozen=True, slots=True)
class Writing:
    """All that a letter may see: the transaction, the ids it was posted with, to whom it goes, and when."""

    tx: Tx
    refs: dict[str, Any]
    to: To
    now: datetime


@dataclass(frozen=True, slots=True)
class Withheld:
    """Not sent after all: `state` withdrawn or expired, and the reason for a person to read."""

    state: str
    reason: str


log = logging.getLogger("siaga.letters")
Load = Callable[[Writing], "Words | Withheld | None"]
LETTERS: dict[str, Load] = {}


def letter(kind: str) -> Callable[[Load], Load]:
    """Register the loader of one kind of letter."""

    def keep(load: Load) -> Load:
        LETTERS[kind] = load
        return load

    return keep


def compose(
    tx: Tx,
    *,
    kind: str,
    refs: dict[str, Any],
    sealed: bytes | None,
    address_id: int,
    now: datetime,
    brief: bool = False,
) -> Said | Withheld:
    """The message of one delivery, as things stand now; `brief`: what is said instead of changing it."""
    if kind not in LETTERS:
        values = tx.vault.open_json(sealed) if sealed else refs["values"]
        return _rendered(post.rebuild(kind, values), refs.get("zone", DEFAULT_ZONE), brief)
    writing = Writing(tx, refs, _to(tx, address_id, now), now)
    zone = refs.get("zone") or next((role.election.zone for role in writing.to.roles), DEFAULT_ZONE)
    if kind == "alert":
        return _alert(writing, zone, brief)
    loaded = LETTERS[kind](writing)
    return _rendered(loaded, zone, brief) if loaded is not None else Withheld(WITHDRAWN, "what it was about is gone")


def _rendered(words: Words | Withheld, zone: str, brief: bool) -> Said | Withheld:
    if isinstance(words, Withheld):
        return words
    said = words.brief() if brief else words
    return render(said, zone) if said is not None else Withheld(WITHDRAWN, "this platform changes no message")


def _alert(w: Writing, zone: str, brief: bool) -> Said | Withheld:
    """An alert leaves whatever fails in wording it: then with its number, its kinds and its buttons only."""
    try:
        loaded = LETTERS["alert"](w)
        return _rendered(loaded, zone, brief) if loaded is not None else Withheld(WITHDRAWN, "its reader was unlinked")
    except SQLAlchemyError:
        raise  # the database's, not the words'
    except Exception as error:  # noqa: BLE001 - a fault in the words must not keep the alarm from anybody
        log.error("the words of an alert failed with %s; sent without them", type(error).__name__)
    incident = incidents.by_id(w.tx, w.refs["incident"])
    if incident is None or w.to.person_id != w.refs["person"]:
        return Withheld(WITHDRAWN, "its reader was unlinked")
    bare = told.BareAlert(w.refs["incident"], incident.number, incident.state, incident.severity, incident.said)
    return render(bare, zone)


def _to(tx: Tx, address_id: int, now: datetime) -> To:
    who = speakers.speaker_of(tx, address_id)
    roles = roster.roles(tx, who.person_id, now) if who.linked and who.person_id else []
    return To(address_id, who.person_id, who.linked, tuple(roles), menu_of(tx, who, roles), who)
