"""Receipts: "Sudah saya terima" with one tap, a chair for his crew, and a coordinator who sees and reminds the rest."""

from __future__ import annotations

from collections.abc import Iterable

from handlers import broadcast
from handlers.broadcast_clock import LIVES
from handlers.turn import STAY, Letter, Reply, Turn
from messages import broadcast_receipt as told
from storage import broadcasts, deliveries, fanout, installation, journal, receipts, roster
from storage.broadcasts import STOPPED, Broadcast
from storage.database import Tx
from storage.roster import Role

CHAIR = ("KPPS", "ketua")
PAGES = 10_000


def _sent(turn: Turn) -> Broadcast | None:
    """A broadcast that asks for receipts and came to the one who taps; of a repeat, the one that it repeats."""
    sent = broadcasts.by_id(turn.tx, int(turn.args[0]))
    if sent is None or not sent.receipt or not turn.who.linked or turn.who.person_id is None:
        return None
    sent = broadcasts.family(turn.tx, sent)[0]
    return sent if receipts.of(turn.tx, sent.id or 0, turn.who.person_id) else None


def got(turn: Turn) -> Reply:
    """Only the recipient; a second tap changes nothing."""
    sent = _sent(turn)
    if sent is None:
        return Reply(then=STAY, tap="not_yours")
    fresh = _receive(turn, sent, [turn.who.person_id or 0])
    return Reply(then=STAY, tap="noted" if fresh else "already")


def _receive(turn: Turn, sent: Broadcast, person_ids: Iterable[int]) -> int:
    by = turn.who.person_id or 0
    fresh = receipts.receive(turn.tx, sent.id or 0, person_ids, by, turn.now)
    if fresh:
        detail = {"number": sent.number, "people": fresh}
        journal.add(turn.tx, "received", turn.now, who=by, detail=detail)
    family = broadcasts.family(turn.tx, sent)
    for person_id in {*fresh, by}:  # their own messages say so, the repeats and reminders too
        for delivery_id in fanout.shown_to(turn.tx, family, person_id):
            deliveries.post_edit(turn.tx, delivery_id, turn.now)
    return len(fresh)


def chairs(roles: Iterable[Role]) -> list[Role]:
    """By which roles somebody is the chair of a KPPS."""
    return [role for role in roles if (role.role, role.position) == CHAIR and role.where.tps_id]


def crew_of(tx: Tx, sent: Broadcast, mine: list[Role]) -> list[tuple[int, str]]:
    """Who of a chair's crew is meant by a broadcast and has not said that he has it; himself apart."""
    ids = {role.where.tps_id for role in mine if role.where.tps_id}
    own, institutions = {role.person_id for role in mine}, {role.institution for role in mine}
    theirs = receipts.open_of_tps(tx, sent.id or 0, ids, institutions)
    return [(person_id, name) for person_id, name in theirs if person_id not in own]


def crew(turn: Turn) -> Reply:
    """Konfirmasi untuk rekan: the crew by name."""
    sent, mine = _sent(turn), chairs(turn.roles)
    if sent is None or not mine:
        return Reply(then=STAY, tap="not_yours")
    return Reply((told.Crew(sent.id or 0, sent.number, tuple(crew_of(turn.tx, sent, mine)[:12])),), STAY)


def crew_for(turn: Turn) -> Reply:
    """One of the crew by id, or all of them (0)."""
    sent, mine, wanted = _sent(turn), chairs(turn.roles), int(turn.args[1])
    if sent is None or not mine:
        return Reply(then=STAY, tap="not_yours")
    crew_ids = {role.person_id for chair in mine for role in roster.crew(turn.tx, chair.where.tps_id or 0, turn.now)
                if role.institution == chair.institution}  # fmt: skip
    if wanted and wanted not in crew_ids:
        return Reply(then=STAY, tap="not_yours")
    fresh = _receive(turn, sent, [wanted] if wanted else crew_ids - {turn.who.person_id or 0})
    left = tuple(crew_of(turn.tx, sent, mine)[:12])
    return Reply((told.Crew(sent.id or 0, sent.number, left),), STAY, tap="noted" if fresh else "already")


def who(turn: Turn) -> Reply:
    """Belum terima: by TPS, page by page."""
    sent = broadcast.manage(turn, int(turn.args[0]))
    if sent is None or not sent.receipt:
        return Reply(then=STAY, tap="not_yours")
    first = broadcasts.family(turn.tx, sent)[0]
    return Reply((Letter("receipts", {"broadcast": first.id, "page": min(int(turn.args[1]), PAGES)}),), STAY)


def remind(turn: Turn) -> Reply:
    """Ingatkan yang belum: only those; twice within minutes is once, and what was stopped is not said again."""
    sent = broadcast.manage(turn, int(turn.args[0]))
    if sent is None or not sent.receipt or sent.bulk_id is None or sent.state == STOPPED:
        return Reply(then=STAY, tap="not_yours")
    family = broadcasts.family(turn.tx, sent)
    nth = broadcasts.remind_once(turn.tx, family[0].id or 0, turn.now)
    if nth is None:
        return Reply((told.Reminded(sent.number),), STAY, tap="already")
    bulk = installation.count(turn.tx, "bulk")
    people = fanout.remind(turn.tx, family, bulk, turn.now, turn.now + LIVES, nth)
    detail = {"number": sent.number, "people": people}
    journal.add(turn.tx, "receipts_reminded", turn.now, who=turn.who.person_id, detail=detail)
    return Reply((told.Reminded(sent.number, people),), STAY, tap="noted")
