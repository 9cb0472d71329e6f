"""The menu, help, and what does not exist."""

from __future__ import annotations

from handlers.turn import STAY, Reply, Turn
from messages import menu, welcome


def show(turn: Turn) -> Reply:
    if turn.who.consent != "yes":
        return Reply((welcome.ConsentFirst(),), STAY)
    return Reply((menu.Menu(turn.menu),), STAY)


def help_(turn: Turn) -> Reply:
    chair_or_pps = any(role.role == "PPS" or role.is_chair for role in turn.roles)
    return Reply((menu.Help(turn.menu, turn.emergency_number, chair_or_pps),), STAY)


def lost(turn: Turn) -> Reply:
    return Reply((menu.Lost(turn.menu),), STAY)


def put_aside(turn: Turn) -> Reply:
    """Batal under an open question."""
    return Reply((menu.Dropped(turn.menu),), None, tap="noted")


def unknown_tap(turn: Turn) -> Reply:
    """A button that we do not know (forged, or from a version before this one)."""
    return Reply(then=STAY, tap="unknown")


def in_group(turn: Turn) -> Reply:
    return Reply((menu.InGroup(),), STAY)
