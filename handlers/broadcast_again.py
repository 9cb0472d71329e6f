"""After a broadcast: its names, and the same again to those it did not reach."""

from __future__ import annotations

from handlers import broadcast, broadcast_send, reading
from handlers.turn import STAY, Letter, Reply, Turn
from storage import broadcasts, fanout
from storage.broadcasts import SCHEDULED, Broadcast
from storage.deliveries import EXPIRED, FAILED, UNKNOWN

RESTS = {"failed": (FAILED, EXPIRED), "unknown": (UNKNOWN,)}
COPIED = (
    "election_id",
    "sender_id",
    "sender_address_id",
    "institution",
    "chosen",
    "words_sealed",
    "file_kind",
    "receipt",
)


def again(turn: Turn) -> Reply:
    """Its frozen words to a part of its own recipients, which were agreed on: nobody is asked again."""
    which, sent = turn.args[0], broadcast.manage(turn, int(turn.args[1]))
    if sent is None or which not in RESTS:
        return Reply(then=STAY, tap="not_yours")
    if sent.ended_at is None or not broadcasts.repeat_once(turn.tx, sent.id or 0, which):
        return Reply(then=STAY, tap="already")
    copied = {name: getattr(sent, name) for name in COPIED}
    number = broadcasts.draft(turn.tx, {**copied, "repeats": sent.id, "created_at": turn.now})
    _book(turn, number, sent, RESTS[which])
    return Reply((Letter("broadcast_report", {"broadcast": sent.id}),), STAY, tap="noted")


def _book(turn: Turn, broadcast_id: int, before: Broadcast, states: tuple[str, ...]) -> None:
    number = broadcasts.confirm(turn.tx, broadcast_id, SCHEDULED, turn.now, due_at=turn.now)
    made = broadcasts.by_id(turn.tx, broadcast_id)
    assert number is not None  # it was made a moment ago, by this very turn
    assert made is not None
    people = fanout.freeze_rest(turn.tx, broadcast_id, before, states)
    broadcasts.note(turn.tx, broadcast_id, reach=fanout.reach(turn.tx, broadcast_id))
    broadcast_send.announced(turn.tx, made, number, people, turn.now, turn.who.person_id)


def sheet(turn: Turn) -> Reply:
    """Daftar nama as a document."""
    sent = broadcast.manage(turn, int(turn.args[0]))
    if sent is None:
        return Reply(then=STAY, tap="not_yours")
    reading.recipients(turn, sent)
    return Reply((Letter("broadcast_sheet", {"broadcast": sent.id}),), STAY)
