"""/status: am I covered. One message; it informs and never promises a claim."""

from __future__ import annotations

from handlers.turn import STAY, Letter, Reply, Turn
from messages import welcome
from storage import denials


def show(turn: Turn) -> Reply:
    if turn.who.linked:
        return Reply((Letter("status"),), STAY)
    if turn.who.consent != "yes":  # never, or not any more: nobody has looked for his number
        return Reply((welcome.NotLinked(("data", "bantuan")),), STAY)
    if turn.who.phone and denials.sharing(turn.tx, turn.who.address_id, turn.who.phone):
        return Reply((Letter("which"),), STAY)
    secretariat = turn.election.secretariat if turn.election else ""
    return Reply((welcome.NotFound(("data", "bantuan"), secretariat),), STAY)
