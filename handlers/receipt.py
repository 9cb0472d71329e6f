"""Receipts: "Sudah saya terima" with one tap, a chair for his crew, and a coordinator who sees and reminds the rest."""

from __future__ import annotations

from collections.abc import Iterable

from handlers import broadcast, reading
from handlers.broadcast_clock import LIVES
from handlers.turn import STAY, Letter, Reply, Turn
from messages import broadcast_receipt as told
from storage import broadcasts, deliveries, fanout, installation, journal, receipts, roster
from storage.broadcasts import STOPPED, Broadcast
from storage.database import Tx
from storage.roster import Role

PAGES = 10_000


Family = list[Broadcast]  # a broadcast, and after it its repeats


def _asked(turn: Turn) -> Family:
    """A broadcast that asks for receipts, with its repeats; of a repeat, the one that it repeats. Empty: none."""
    sent = broadcasts.by_id(turn.tx, int(turn.args[0]))
    if sent is None or not sent.receipt or not turn.who.linked or turn.who.person_id is None:
        return []
    return broadcasts.family(turn.tx, sent)


def _sent(turn: Turn) -> Family:
    """The same, if it came to the one who taps."""
    family = _asked(turn)
    return family if family and receipts.of(turn.tx, family[0].id or 0, turn.who.person_id or 0) else []


def got(turn: Turn) -> Reply:
    """Only the recipient; a second tap changes nothing."""
    family, me = _asked(turn), turn.who.person_id or 0
    if not family:
        return Reply(then=STAY, tap="not_yours")
    fresh = receipts.receive_own(turn.tx, family[0].id or 0, me, turn.now)
    if not fresh and receipts.of(turn.tx, family[0].id or 0, me) is None:
        return Reply(then=STAY, tap="not_yours")
    _received(turn, family, [me] if fresh else [])
    return Reply(then=STAY, tap="noted" if fresh else "already")


def _received(turn: Turn, family: Family, fresh: list[int]) -> None:
    """Write down who has it now, and show it to them and to who said so."""
    by = turn.who.person_id or 0
    if fresh:
        detail = {"number": family[0].number, "people": fresh}
        journal.add(turn.tx, "received", turn.now, who=by, detail=detail)
    for person_id in {*fresh, by}:  # their own messages say so, the repeats and reminders too
        for delivery_id in fanout.shown_to(turn.tx, family, person_id):
            deliveries.post_edit(turn.tx, delivery_id, turn.now)


def chairs(roles: Iterable[Role]) -> list[Role]:
    """By which roles somebody is the chair of a KPPS."""
    return [role for role in roles if role.is_chair and role.where.tps_id]


def crew_of(tx: Tx, sent: Broadcast, mine: list[Role]) -> list[tuple[int, str]]:
    """Who of a chair's crew is meant by a broadcast and has not said that he has it; himself apart."""
    ids = {role.where.tps_id for role in mine if role.where.tps_id}
    own, institutions = {role.person_id for role in mine}, {role.institution for role in mine}
    theirs = receipts.open_of_tps(tx, sent.id or 0, ids, institutions)
    return [(person_id, name) for person_id, name in theirs if person_id not in own]


def crew(turn: Turn) -> Reply:
    """Konfirmasi untuk rekan: the crew by name."""
    family, mine = _sent(turn), chairs(turn.roles)
    if not family or not mine:
        return Reply(then=STAY, tap="not_yours")
    sent = family[0]
    return Reply((told.Crew(sent.id or 0, sent.number, tuple(crew_of(turn.tx, sent, mine)[:12])),), STAY)


def crew_for(turn: Turn) -> Reply:
    """One of the crew by id, or all of them (0)."""
    family, mine, wanted = _sent(turn), chairs(turn.roles), int(turn.args[1])
    if not family or not mine:
        return Reply(then=STAY, tap="not_yours")
    sent = family[0]
    crew_ids = {role.person_id for chair in mine for role in roster.crew(turn.tx, chair.where.tps_id or 0, turn.now)
                if role.institution == chair.institution}  # fmt: skip
    if wanted and wanted not in crew_ids:
        return Reply(then=STAY, tap="not_yours")
    meant = [wanted] if wanted else crew_ids - {turn.who.person_id or 0}
    fresh = receipts.receive(turn.tx, sent.id or 0, meant, turn.who.person_id or 0, turn.now)
    _received(turn, family, fresh)
    left = tuple(crew_of(turn.tx, sent, mine)[:12])
    return Reply((told.Crew(sent.id or 0, sent.number, left),), STAY, tap="noted" if fresh else "already")


def who(turn: Turn) -> Reply:
    """Belum terima: by TPS, page by page."""
    sent = broadcast.manage(turn, int(turn.args[0]))
    if sent is None or not sent.receipt:
        return Reply(then=STAY, tap="not_yours")
    reading.recipients(turn, sent)
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
