"""A message that was changed: nothing is done a second time, and what it says now is not lost."""

from __future__ import annotations

from dataclasses import replace

from handlers import details, hearing, mine, offered
from handlers.turn import STAY, Reply, Turn, emergency
from messages import incident as said
from messages.render import label
from storage import incidents, journal, updates
from storage.deliveries import ALERT

LOOKED_AT = 20  # of the newest words of a case
PLACE = ("incident", "place")


def nothing(_: Turn) -> Reply:
    """A label, a command, or what is being composed: what it did before stands."""
    return Reply(then=STAY)


def changed(turn: Turn) -> Reply:
    """Changed words belong to an open case as one more note, or to the reporter of the case that he has taken. Of
    anybody else they may be a cry that the first ones were not: it is offered once. No open question takes them."""
    text = turn.heard.text
    if not text or _is_known(turn, text):
        return Reply(then=STAY)
    kind = hearing.guess(text) or ""
    turn.heard = replace(turn.heard, text=f"{label('changed')} {text}", edited=False, file=None)
    if turn.who.file_at is not None:  # he is choosing a kind: they go along
        return emergency(then=offered.along(turn, STAY, kind))
    reply = details.words(turn)
    if reply.lane != ALERT:
        return Reply(then=STAY)
    if kind and reply.incident_id is None and any(isinstance(each, said.Maybe) for each in reply.says):
        return _offered(turn, reply, kind)
    asked_for_it = (turn.who.dialog, turn.who.step) == PLACE
    return replace(reply, then=STAY) if reply.then is None and not asked_for_it else reply


def _offered(turn: Turn, reply: Reply, kind: str) -> Reply:
    then = offered.along(turn, STAY, kind)
    if offered.fresh(turn):
        return emergency(said.OfferKept(turn.menu), then=then)
    first = updates.claim(turn.tx, "edited", f"{turn.who.address_id}:{turn.heard.message}", turn.now)
    return replace(reply, says=reply.says if first else (), then=then)


def _is_known(turn: Turn, text: str) -> bool:
    """Whether these very words were said: a platform calls it a change, too, when only a preview was added."""
    taken = incidents.taken_by(turn.tx, turn.who.person_id) if turn.who.linked and turn.who.person_id else []
    cases = [case.id or 0 for case in (*mine.every(turn), *taken)]
    entries = [each for what in ("note", "relayed") for each in journal.newest_of(turn.tx, cases, what, LOOKED_AT)]
    words = {(turn.tx.vault.open_json(each.detail_sealed) or {}).get("words") for each in entries}
    words |= {each.words for each in offered.fresh(turn)}
    return bool({text, f"{label('changed')} {text}"} & words)
