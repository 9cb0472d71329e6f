"""/cakupan: a coordinator sees who of his area is not covered by BPJS Ketenagakerjaan, both organisers side by side."""

from __future__ import annotations

from handlers import areas, reading
from handlers.turn import STAY, Letter, Reply, Turn
from messages import menu
from storage import readings

NAMES_A_PAGE = 20


def show(turn: Turn) -> Reply:
    """A page each of his areas: who coordinates two kecamatan has two."""
    found = areas.grounds(turn.roles)
    if not found:
        return Reply((menu.NotYours(turn.menu),), STAY)
    return Reply(tuple(Letter("coverage", each.refs) for each in found), STAY)


def names(turn: Turn) -> Reply:
    """Names, a page at a time; that they were read is written down."""
    ground = areas.named(turn, 1)
    if ground is None:
        return Reply(then=STAY, tap="not_yours")
    reading.areas(turn, ground.roles, readings.NAMES)
    return Reply((Letter("coverage_names", {"page": int(turn.args[0]), **ground.refs}),), STAY, tap="noted")


def sheet(turn: Turn) -> Reply:
    ground = areas.named(turn, 0)
    if ground is None:
        return Reply(then=STAY, tap="not_yours")
    reading.areas(turn, ground.roles, readings.SHEET)
    return Reply((Letter("coverage_sheet", ground.refs),), STAY, tap="noted")
