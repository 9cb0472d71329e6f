"""/jaga: on and off duty, by a worker's own word, until his next shift begins or ends."""

from __future__ import annotations

from handlers.turn import STAY, Letter, Reply, Turn
from messages import menu
from storage import journal, roster


def show(turn: Turn) -> Reply:
    """How it stands, with the button to change it."""
    if "jaga" not in turn.menu:
        return Reply((menu.NotYours(turn.menu),), STAY)
    return Reply((Letter("duty"),), STAY)


def change(turn: Turn) -> Reply:
    """On or off, until the next start or end of a shift of his."""
    if "jaga" not in turn.menu or turn.who.person_id is None or turn.args[0] not in {"on", "off"}:
        return Reply(then=STAY, tap="not_yours")
    shifts = [role for role in turn.roles if role.kind == roster.WORKER]
    on = turn.args[0] == "on"
    if roster.on_duty(shifts, turn.now) == on:
        return Reply((Letter("duty"),), STAY, tap="already")
    roster.say_duty(turn.tx, turn.who.person_id, on, turn.now, roster.next_change(shifts, turn.now))
    journal.add(turn.tx, "duty_on" if on else "duty_off", turn.now, who=turn.who.person_id)
    return Reply((Letter("duty"),), STAY, tap="noted")
