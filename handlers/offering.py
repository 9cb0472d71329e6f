"""The offer to file what may be an emergency: within other dialogs, answered by its button, or by more words."""

from __future__ import annotations

from dataclasses import replace

from handlers import details, hearing, incident, mine, offered, triage
from handlers.turn import STAY, Letter, Reply, Step, Turn, emergency
from messages import incident as said
from storage import drafts, incidents
from storage.deliveries import ALERT


def in_draft(turn: Turn) -> Reply:
    """In the middle of a dialog that asks for something else."""
    if mine.newest(turn) or turn.who.file_at:
        return details.words(turn)
    return offered.offer(turn, hearing.guess(turn.heard.text) or triage.UNCLEAR)


def beside(step: Step, kind: str) -> Step:
    """The step as it is, and the offer beside its answer: a cry may look like a name."""

    def offered_too(turn: Turn) -> Reply:
        reply = step(turn)
        says = (*reply.says, said.Maybe(kind, turn.emergency_number))
        return replace(reply, says=says, then=offered.along(turn, reply.then, kind), lane=ALERT)

    return offered_too


def aside(turn: Turn, reply: Reply) -> Reply:
    """A command, or a button of the menu, between an offer and its button: what was sent is kept all the same."""
    sent = offered.fresh(turn)
    kept = reply.then is STAY or (reply.then is not None and offered.KEPT in reply.then.keep)
    return reply if kept or not sent else replace(reply, then=offered.beside(reply.then, sent))


def again(turn: Turn) -> Reply:
    """Words after an offer: they are heard for themselves, and go along too if it is filed."""
    reply = details.words(turn)
    filed = turn.who.file_at is not None  # with all that was kept
    kept = reply.then is not None and offered.KEPT in reply.then.keep
    if filed or kept or not (turn.heard.text and offered.fresh(turn)):
        return reply
    return replace(reply, then=offered.along(turn, reply.then, ""))


def report(turn: Turn) -> Reply:
    """The offered button: it files as a tap on that kind does, at the place that the words name, and they go along."""
    what, sent = turn.args[0], offered.fresh(turn)
    if what not in triage.KINDS:
        return Reply(then=STAY, tap="unknown")
    opened = drafts.end_call(turn.tx, turn.who.address_id)
    what = offered.kind_of(sent) if what == triage.UNCLEAR else what
    own = mine.newest(turn)
    if own is None or opened:
        return incident.file(turn, what, place=offered.place(turn, incident.home(turn)[0], sent))
    if (there := offered.elsewhere(turn, own.where, sent)) is not None:
        return incident.file(turn, what, place=there)
    if what == triage.UNCLEAR or what in own.said:  # the same button again: it says nothing new
        reply = emergency(Letter("my_case", {"incident": own.id}), tap="already", incident=own.id)
    else:
        turn.args = (what,)
        reply = incident.kind(turn)
    for each in sent:
        details.note(turn, incidents.need(turn.tx, own.id or 0), each.words)
        if each.ref:
            details.show(turn, own, each.what, each.detail)
    return replace(reply, then=None)  # tapped again, it adds nothing
