"""Kotak diserahkan: the chair says that the boxes of his TPS are handed over, and its evening notices end."""

from __future__ import annotations

from handlers.letters import place_words
from handlers.turn import STAY, Reply, Turn
from messages import notice
from storage import journal, places


def handed(turn: Turn) -> Reply:
    """Only the chair of that very TPS; a second tap changes nothing."""
    tps_id = int(turn.args[0])
    mine = [role for role in turn.roles if role.is_chair and role.where.tps_id == tps_id]
    if not mine:
        return Reply(then=STAY, tap="not_yours")
    if not places.hand_over(turn.tx, tps_id, mine[0].person_id, turn.now):
        return Reply(then=STAY, tap="already")
    journal.add(turn.tx, "boxes_handed", turn.now, who=mine[0].person_id, detail={"tps": tps_id})
    return Reply((notice.Handed(place_words(turn.tx, mine[0].where), turn.now),), STAY, tap="noted")
