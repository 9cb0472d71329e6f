"""A broadcast is confirmed: now or later, by itself or with another coordinator's agreement; held, resumed, stopped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers import audience, broadcast, post, senders
from handlers.audience import Bounds
from handlers.turn import STAY, Letter, Next, Reply, Turn
from messages import broadcast as said
from messages import menu
from storage import audience as shelf
from storage import broadcasts, deliveries, fanout, journal
from storage.audience import Filter
from storage.broadcasts import ASKING, DRAFT, DROPPED, PAUSED, SCHEDULED, SENDING, STOPPED, Broadcast
from storage.database import Tx
from storage.elections import Known
from storage.roster import COORDINATOR

WAITS = timedelta(hours=24)  # for an agreement, where no time was set
FURTHEST = timedelta(days=60)
_WHEN = re.compile(
    r"^\s*(?:(\d{4})-(\d{1,2})-(\d{1,2})\s+)?(\d{1,2})[.:](\d{2})\s*(?:WIB|WITA|WIT)?\s*$", re.IGNORECASE
)


def when(written: str, election: Known, now: datetime) -> datetime | None:
    """`2024-11-27 06.00`, or the next `06.00`, in the election's zone; None for what is no time ahead."""
    match = _WHEN.match(written)
    if match is None:
        return None
    local = now.astimezone(election.tz)
    year, month, day = (
        (int(match[1]), int(match[2]), int(match[3])) if match[1] else (local.year, local.month, local.day)
    )
    try:
        found = datetime(year, month, day, int(match[4]), int(match[5]), tzinfo=election.tz)
    except ValueError:
        return None
    if not match[1] and found <= now:
        found += timedelta(days=1)
    return found if now < found <= now + FURTHEST else None


def _draft(turn: Turn, broadcast_id: int) -> Broadcast | None:
    """The speaker's own draft, as it was shown to him."""
    sent = broadcasts.by_id(turn.tx, broadcast_id)
    mine = sent is not None and turn.who.linked and sent.sender_id == turn.who.person_id
    return sent if mine else None


def send(turn: Turn) -> Reply:
    """Kirim."""
    return _confirm(turn, int(turn.args[0]), None)


def later(turn: Turn) -> Reply:
    """Jadwalkan: ask when."""
    sent = _draft(turn, int(turn.args[0]))
    if sent is None:
        return Reply(then=STAY, tap="not_yours")
    if sent.state != DRAFT:
        return Reply(then=STAY, tap="already")
    return Reply((said.WhenAsk(),), Next("broadcast", "when", {"broadcast": sent.id}))


def timed(turn: Turn) -> Reply:
    mine, sent = senders.of(turn.tx, turn.roles), _draft(turn, turn.kept.get("broadcast", 0))
    if not mine:
        return Reply((menu.NotYours(turn.menu),), None)
    sender = (senders.author(sent, mine) if sent else None) or mine[0]
    moment = when(turn.heard.text, sender.election, turn.now)
    if moment is None:
        return Reply((said.WhenAsk(wrong=True),), STAY)
    return _confirm(turn, turn.kept.get("broadcast", 0), moment)


def drop(turn: Turn) -> Reply:
    """Batal before anything was confirmed."""
    sent = _draft(turn, int(turn.args[0]))
    if sent is None:
        return Reply(then=STAY, tap="not_yours")
    if not broadcasts.end(turn.tx, sent.id or 0, (DRAFT,), DROPPED, turn.now):
        return Reply(then=STAY, tap="already")
    return Reply((menu.Dropped(turn.menu),), None, tap="noted")


def _confirm(turn: Turn, broadcast_id: int, due_at: datetime | None) -> Reply:
    """Everything is looked at again: the sender's role and area, the words, who must agree."""
    sent, mine = _draft(turn, broadcast_id), senders.of(turn.tx, turn.roles)
    if sent is None or not mine:
        return Reply(then=STAY, tap="not_yours")
    if sent.state != DRAFT:
        return Reply(then=STAY, tap="already")
    sender, chosen = senders.author(sent, mine), Filter.of_json(sent.chosen)
    if sender is None or not sender.may_send(chosen):
        return _dropped(turn, sent, said.Told(0, "changed"))
    role = sender.role
    content = turn.tx.vault.open_json(sent.words_sealed)
    wrong = broadcast.refused(turn.tx, sent.election_id, content, sent.file_kind, broadcast.signature(role))
    if wrong is not None:
        return _dropped(turn, sent, wrong)
    reach = shelf.span(turn.tx, chosen)
    others = _others(turn.tx, sent, reach) if reach.beyond_one else []
    if reach.beyond_one and not others:
        return _dropped(turn, sent, said.Told(0, "alone"))
    booked = book(turn.tx, sent, due_at, turn.now, ask=others, by=role.person_id)
    return Reply((), None, tap="noted" if booked else "already")


def _dropped(turn: Turn, sent: Broadcast, told: said.Told | said.TextWrong) -> Reply:
    broadcasts.end(turn.tx, sent.id or 0, (DRAFT,), DROPPED, turn.now)
    return Reply((told,), None, tap="noted")


def _others(tx: Tx, sent: Broadcast, reach: shelf.Span) -> list[Any]:
    """Every other coordinator who is linked and whose areas together hold the whole audience, once each."""
    found: dict[int, list[Any]] = {}
    for each in shelf.linked_coordinators(tx, sent.election_id):
        if each.person_id != sent.sender_id:
            found.setdefault(each.person_id, []).append(each)
    areas = {who: [Bounds(sent.election_id, row.kecamatan_id, row.kelurahan_id) for row in rows]
             for who, rows in found.items()}  # fmt: skip
    return [rows[0] for who, rows in found.items() if audience.holds(areas[who], reach)]


def book(
    tx: Tx, sent: Broadcast, due_at: datetime | None, now: datetime, *, ask: Sequence[Any] = (), by: int | None = None
) -> int | None:
    """Confirm a draft: recipients frozen, and it goes at its time, at once, or when one of `ask` agreed.

    Its number, or None where another tap was first.
    """
    values = {"due_at": due_at, "lapses_at": due_at or now + WAITS} if ask else {"due_at": due_at or now}
    number = broadcasts.confirm(tx, sent.id or 0, ASKING if ask else SCHEDULED, now, **values)
    if number is None:
        return None
    people = fanout.freeze(tx, sent.id or 0, Filter.of_json(sent.chosen))
    broadcasts.note(tx, sent.id or 0, reach=fanout.reach(tx, sent.id or 0))
    announced(tx, sent, number, people, now, by)
    for each in ask:
        broadcasts.ask(tx, sent.id or 0, each.person_id)
        refs = {"broadcast": sent.id}
        post.say(tx, each.at, Letter("broadcast", refs | {"preview": True}), now)
        post.say(tx, each.at, Letter("broadcast_agree", refs), now, once=f"ba:{sent.id}:{each.person_id}")
    return number


def announced(tx: Tx, sent: Broadcast, number: int, people: int, now: datetime, by: int | None) -> None:
    """In the journal, and to its sender in the one message that shows how it goes on."""
    detail = {"number": number, "people": people, "repeats": sent.repeats}
    journal.add(tx, "broadcast_confirmed", now, who=by, detail=detail)
    if sent.sender_address_id:
        letter = Letter("broadcast_progress", {"broadcast": sent.id})
        broadcasts.note(tx, sent.id or 0, progress_id=post.say(tx, sent.sender_address_id, letter, now))


def shown(tx: Tx, sent: Broadcast, now: datetime) -> None:
    """The progress message, and while or as that is decided the questions to others, as things now stand."""
    asked = broadcasts.answers(tx, sent.id or 0) if sent.state == ASKING else []
    keys = [f"ba:{sent.id}:{each.person_id}" for each in asked]
    for delivery_id in [*([sent.progress_id] if sent.progress_id else []), *fanout.of_keys(tx, keys)]:
        deliveries.post_edit(tx, delivery_id, now)


def tell(tx: Tx, sent: Broadcast, what: str, now: datetime, who: int | None = None) -> None:
    """Something that its sender should not have to look for."""
    if sent.sender_address_id:
        post.say(
            tx, sent.sender_address_id, Letter("broadcast_news", {"broadcast": sent.id, "what": what, "who": who}), now
        )
    shown(tx, sent, now)


def _asked(turn: Turn) -> Broadcast | None:
    """A broadcast that the speaker was asked about, has not answered, and may still decide by his areas."""
    sent = broadcasts.by_id(turn.tx, int(turn.args[0]), lock=True)
    if sent is None or sent.sender_id == turn.who.person_id:
        return None
    waits = any(each.person_id == turn.who.person_id for each in broadcasts.answers(turn.tx, sent.id or 0))
    mine = [audience.bounds(role) for role in turn.roles if role.kind == COORDINATOR]
    here = [each for each in mine if each.election_id == sent.election_id]
    reach = shelf.span(turn.tx, Filter.of_json(sent.chosen))
    return sent if waits and audience.holds(here, reach) else None


def agree(turn: Turn) -> Reply:
    """Setuju: one is enough, and of two at once one decides."""
    sent = _asked(turn)
    if sent is None:
        return Reply(then=STAY, tap="not_yours")
    number, who = sent.id or 0, turn.who.person_id or 0
    if sent.state != ASKING or (sent.lapses_at is not None and sent.lapses_at <= turn.now):
        return Reply(then=STAY, tap="already")
    if not broadcasts.answer(turn.tx, number, who, "yes", turn.now):
        return Reply(then=STAY, tap="already")  # he refused it before
    values = {"approved_by": who, "due_at": sent.due_at or turn.now, "lapses_at": None}
    if not broadcasts.move(turn.tx, number, (ASKING,), SCHEDULED, **values):
        return Reply(then=STAY, tap="already")
    journal.add(turn.tx, "broadcast_agreed", turn.now, who=who, detail={"number": sent.number})
    tell(turn.tx, sent, "agreed", turn.now, who)
    return Reply(then=STAY, tap="noted")


def disagree(turn: Turn) -> Reply:
    """Tolak: it is over when all who were asked refused."""
    sent = _asked(turn)
    if sent is None:
        return Reply(then=STAY, tap="not_yours")
    number, who = sent.id or 0, turn.who.person_id or 0
    if sent.state != ASKING or not broadcasts.answer(turn.tx, number, who, "no", turn.now):
        return Reply(then=STAY, tap="already")
    journal.add(turn.tx, "broadcast_refused", turn.now, who=who, detail={"number": sent.number})
    all_refused = all(each.answer == "no" for each in broadcasts.answers(turn.tx, number))
    over = all_refused and broadcasts.end(turn.tx, number, (ASKING,), DROPPED, turn.now)
    tell(turn.tx, sent, "dropped" if over else "refused", turn.now, who)
    return Reply(then=STAY, tap="noted")


def _steer(turn: Turn, what: str, before: tuple[str, ...], state: str) -> Reply:
    sent = broadcast.manage(turn, int(turn.args[0]))
    if sent is None:
        return Reply(then=STAY, tap="not_yours")
    if not broadcasts.move(turn.tx, sent.id or 0, before, state):
        return Reply(then=STAY, tap="already")
    _noted(turn.tx, sent, what, turn.now, turn.who.person_id)
    return Reply(then=STAY, tap="noted")


def _noted(tx: Tx, sent: Broadcast, what: str, now: datetime, who: int | None) -> None:
    journal.add(tx, what, now, who=who, detail={"number": sent.number})
    shown(tx, sent, now)


def pause(turn: Turn) -> Reply:
    """Jeda: what waits is held, in steps, by the clock (`broadcast_clock`)."""
    return _steer(turn, "broadcast_paused", (SENDING,), PAUSED)


def resume(turn: Turn) -> Reply:
    return _steer(turn, "broadcast_resumed", (PAUSED,), SENDING)


def stop(turn: Turn) -> Reply:
    """Hentikan."""
    sent = broadcast.manage(turn, int(turn.args[0]))
    if sent is None:
        return Reply(then=STAY, tap="not_yours")
    halted = halt(turn.tx, sent, turn.now, turn.who.person_id)
    return Reply(then=STAY, tap="noted" if halted else "already")


def halt(tx: Tx, sent: Broadcast, now: datetime, who: int | None) -> bool:
    """Before it started nothing goes; afterwards what has not left is taken back, in steps. False: it was over."""
    number = sent.id or 0
    halted = broadcasts.end(tx, number, (ASKING, SCHEDULED), DROPPED, now) or broadcasts.move(
        tx, number, (SENDING, PAUSED), STOPPED
    )
    if halted:
        _noted(tx, sent, "broadcast_stopped", now, who)
    return halted
