"""/cakupan: a coordinator sees who of his area is not covered by BPJS Ketenagakerjaan, both organisers side by side."""

from __future__ import annotations

from handlers import audience, reading, schedule
from handlers.turn import STAY, Letter, Reply, Turn
from messages import menu
from storage import readings
from storage.gaps import Area
from storage.roster import Role

NAMES_A_PAGE = 20


def area(role: Role) -> Area:
    """What a coordinator sees: the numbers of all his area, the names of his own institution's people (others: all)."""
    where = role.where
    return Area(role.election.id, where.kecamatan_id, where.kelurahan_id, audience.own(role.institution))


def show(turn: Turn) -> Reply:
    if schedule.of(turn.roles) is None:
        return Reply((menu.NotYours(turn.menu),), STAY)
    return Reply((Letter("coverage"),), STAY)


def names(turn: Turn) -> Reply:
    """Names, a page at a time; that they were read is written down."""
    role = schedule.of(turn.roles)
    if role is None:
        return Reply(then=STAY, tap="not_yours")
    page = int(turn.args[0])
    reading.area(turn, role, readings.NAMES, area(role).institution)
    return Reply((Letter("coverage_names", {"page": page}),), STAY, tap="noted")


def sheet(turn: Turn) -> Reply:
    role = schedule.of(turn.roles)
    if role is None:
        return Reply(then=STAY, tap="not_yours")
    reading.area(turn, role, readings.SHEET, area(role).institution)
    return Reply((Letter("coverage_sheet"),), STAY, tap="noted")
