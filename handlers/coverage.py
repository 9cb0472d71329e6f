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


def role_of(roles: list[Role], role_id: int | None) -> Role | None:
    """By which role somebody looks: the one that a button names, as long as it is his, else the widest."""
    if role_id is None:
        return schedule.of(roles)
    return next((role for role in schedule.every(roles) if role.id == role_id), None)


def refs(turn: Turn, at: int) -> dict[str, int]:
    """What a letter is to know of the area that a button names."""
    return {"role": int(turn.args[at])} if len(turn.args) > at else {}


def show(turn: Turn) -> Reply:
    """A page each of his areas: who coordinates two kecamatan has two."""
    areas = schedule.every(turn.roles)
    if not areas:
        return Reply((menu.NotYours(turn.menu),), STAY)
    return Reply(tuple(Letter("coverage", {"role": role.id} if len(areas) > 1 else {}) for role in areas), STAY)


def names(turn: Turn) -> Reply:
    """Names, a page at a time; that they were read is written down."""
    named = refs(turn, 1)
    role = role_of(turn.roles, named.get("role"))
    if role is None:
        return Reply(then=STAY, tap="not_yours")
    reading.area(turn, role, readings.NAMES, area(role).institution)
    return Reply((Letter("coverage_names", {"page": int(turn.args[0]), **named}),), STAY, tap="noted")


def sheet(turn: Turn) -> Reply:
    named = refs(turn, 0)
    role = role_of(turn.roles, named.get("role"))
    if role is None:
        return Reply(then=STAY, tap="not_yours")
    reading.area(turn, role, readings.SHEET, area(role).institution)
    return Reply((Letter("coverage_sheet", named),), STAY, tap="noted")
