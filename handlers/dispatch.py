"""One update, from what was heard to what is in the outbox: a plain function of a transaction."""

from __future__ import annotations

from datetime import datetime

from handlers import group, incident, offering, post, routing, undelivered
from handlers.tables import ASIDE
from handlers.turn import STAY, Reply, Rules, Step, Turn
from messages.chat import Happened, Heard
from storage import drafts, incidents, people, speakers, updates
from storage.database import Tx
from storage.speakers import Speaker

UNCOUNTED = {"delivered", "read"}


def heard(tx: Tx, what: Heard, now: datetime, rules: Rules) -> bool:
    """Handle one thing that somebody said; False: it was handled before."""
    if not updates.claim(tx, what.chat.channel, what.update_id, now):
        return False
    if what.edited and what.group:
        return True
    # What a group is called is not kept, and nobody's name stands for it.
    who = speakers.speaker(tx, what.chat.channel, what.chat.id, "" if what.group else what.named, now)
    step, args = routing.route(what, who.dialog, who.step)
    turn = Turn(what, who, tx, now, rules, args)
    reply = step(turn)
    _settle(turn, offering.aside(turn, reply) if step in ASIDE else reply)
    return True


def by_clock(tx: Tx, who: Speaker, step: Step, now: datetime, rules: Rules) -> None:
    """A turn that the clock begins for an address; `who` as read under its lock."""
    from messages.chat import Address  # noqa: PLC0415 - only here

    chat = Address(who.channel, who.external)
    turn = Turn(Heard("", chat, chat, now), who, tx, now, rules)
    _settle(turn, step(turn))


def file_call(tx: Tx, address_id: int, now: datetime, rules: Rules) -> None:
    """The minute of an opened call is over: filed by itself, unless this very moment somebody else did."""
    who = speakers.speaker_of(tx, address_id, lock=True)
    if who.file_at is not None and who.file_at <= now and drafts.end_call(tx, address_id):
        by_clock(tx, who, incident.filed_by_clock, now, rules)


def happened(tx: Tx, what: Happened, now: datetime, rules: Rules) -> bool:
    """Handle what befell an address or a message; False: it was handled before."""
    if what.what in UNCOUNTED:
        return True  # it arrived, as was expected: nothing to do, so nothing to keep
    if not updates.claim(tx, what.address.channel, what.update_id, now):
        return False
    if what.what == "failed":
        undelivered.failed(tx, what, now, rules)
        return True
    group.befell(tx, what, now)
    people.befell(tx, what.address.channel, what.address.id, what.what, what.detail, now)
    return True


def _settle(turn: Turn, reply: Reply) -> None:
    """Save the draft and put every answer into the outbox."""
    if reply.then is None:
        if turn.who.step is not None:
            drafts.drop(turn.tx, turn.who.address_id)
    elif reply.then is not STAY:
        drafts.keep(turn.tx, turn.who.address_id, reply.then.dialog, reply.then.step, reply.then.keep, turn.now)
    case = incidents.by_id(turn.tx, reply.incident_id) if reply.incident_id else None
    about = (reply.incident_id, case.number) if reply.incident_id and case else None
    if turn.heard.tap:
        shown = bool(reply.says)
        post.answer_tap(turn.tx, turn.who.address_id, turn.heard.tap, reply.tap, turn.now, reply.lane, shown=shown)
    for words in reply.says:
        post.say(turn.tx, turn.who.address_id, words, turn.now, lane=reply.lane, incident=about)
