"""`siaga broadcast`: the operator sends, in his own name or for a coordinator; the words and limits of /siaran hold."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.commands import workbook
from bot.workbook import load
from bot.workbook.read import Unreadable
from handlers import audience, broadcast, broadcast_send, senders
from handlers.audience import Bounds, Wrong
from handlers.senders import Sender
from handlers.turn import Rules
from messages import broadcast as said
from messages.render import Words, text
from messages.words import body
from storage import audience as shelf
from storage import broadcasts, names, people, roster
from storage.audience import Filter, Names
from storage.database import Database, Tx
from storage.elections import Known
from storage.roster import Role

OPERATOR = "Posko"
_NUMBER = re.compile(r"(?:B-?)?0*([1-9]\d{0,8})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line said; `at` and `by` may be empty."""

    to: str
    words: str
    by: str = ""
    at: str = ""
    receipt: bool = False
    dry_run: bool = False


class Refusal(Exception):
    """The order is not carried out; `why` says so in the user's words."""

    def __init__(self, why: Words) -> None:
        super().__init__(why.name)
        self.why = why


@dataclass(frozen=True, slots=True)
class Moment:
    """When, and by which rules."""

    now: datetime
    rules: Rules


async def send(db: Database, order: Order, *, now: datetime, rules: Rules, election: str | None) -> int:
    """Confirm a broadcast and print its number and how many it goes to; 0, or 2 where nothing was done."""
    try:
        chosen = await db.read(lambda tx: load.choose(tx, asked=election, now=now))
        through = db.read if order.dry_run else db.write
        booked: said.Booked = await through(lambda tx: _book(tx, chosen, order, Moment(now, rules)))
    except Unreadable as fault:
        return workbook.complain(fault, sys.stderr)
    except Refusal as refusal:
        print(text(refusal.why, chosen.zone), file=sys.stderr)
        return 2
    print(text(booked, chosen.zone))
    return 0


async def stop(db: Database, written: str, *, now: datetime) -> int:
    """Stop a broadcast by its number, whoever sent it; 0, or 2 where there is none or it is over."""
    match = _NUMBER.fullmatch(written.strip())
    halted = await db.write(lambda tx: _halt(tx, int(match[1]), now)) if match else None
    print(text(said.Halted(written.strip().upper(), halted), "WIB"), file=sys.stdout if halted else sys.stderr)
    return 0 if halted else 2


def _halt(tx: Tx, number: int, now: datetime) -> bool | None:
    sent = broadcasts.by_number(tx, number)
    return broadcast_send.halt(tx, sent, now, None) if sent else None


def _book(tx: Tx, election: Known, order: Order, when: Moment) -> said.Booked:
    """All checks first: what is refused leaves nothing behind."""
    now = when.now
    due_at = broadcast_send.when(order.at, election, now) if order.at else None
    if order.at and due_at is None:
        raise Refusal(said.WhenAsk(wrong=True))
    known = shelf.known(tx, election.id)
    role, chosen = _audience(tx, order, election, known, now)
    content = {"text": body(order.words), "ref": ""}
    signed = broadcast.signature(role) if role else (OPERATOR, election.name)
    wrong = broadcast.refused(tx, election.id, content, "", signed)
    if wrong is not None:
        raise Refusal(wrong)
    shown = broadcast.preview(tx, 0, chosen, known, when, asks=order.receipt)
    if not shown.reachable:
        raise Refusal(said.ToWrong("unreachable" if shown.people else "nobody"))
    booked = said.Booked(0, shown.audience, shown.reachable, shown.why, shown.seconds, due_at, shown.day)
    if order.dry_run:
        return booked
    return replace(booked, number=_confirm(tx, role, chosen, content, order, due_at, now))


def _confirm(
    tx: Tx,
    role: Role | None,
    chosen: Filter,
    content: dict[str, str],
    order: Order,
    due_at: datetime | None,
    now: datetime,
) -> int:
    """Kept and confirmed in one go: the operator answers for it, so nobody is asked to agree."""
    sender = role.person_id if role else None
    where = people.reachable(tx, [sender]).get(sender, []) if sender else []
    kept = broadcast.compose(tx, role, chosen, content, "", order.receipt, now, sender_id=sender,
                             address_id=where[-1] if where else None)  # fmt: skip
    draft = broadcasts.by_id(tx, kept)
    assert draft is not None  # it was made a moment ago, in this transaction
    number = broadcast_send.book(tx, draft, due_at, now, by=sender)
    assert number is not None  # nobody else knows of this draft
    return number


def _audience(tx: Tx, order: Order, election: Known, known: Names, now: datetime) -> tuple[Role | None, Filter]:
    """By which role, and for whom. Who coordinates for two institutions sends as the one that may name this audience;
    where both may, as the wider."""
    day = now.astimezone(election.tz).date().isoformat()
    mine: list[tuple[Role | None, Sequence[Bounds]]] = [(None, [Bounds(election.id)])]
    if order.by:
        mine = [(each.role, each.bounds) for each in _by(tx, election, order.by, now)]
    tried = [(role, audience.read(order.to, known, bounds, day)) for role, bounds in mine]
    for role, read in tried:
        if isinstance(read, Filter):
            return role, read
    wrong = tried[0][1]
    assert isinstance(wrong, Wrong)  # or it had been returned
    raise Refusal(said.ToWrong(wrong.code, wrong.word, wrong.near))


def _by(tx: Tx, election: Known, phone: str, now: datetime) -> list[Sender]:
    """As whom the coordinator of this election with this number may send."""
    number = names.mobile(phone)
    found = people.with_phone(tx, number) if number else []
    every = [each for person, _ in found for each in senders.of(tx, roster.roles(tx, person, now))]
    mine = [each for each in every if each.election.id == election.id]
    if not mine:
        raise Refusal(said.ToWrong("by", names.masked(phone)))
    return mine
