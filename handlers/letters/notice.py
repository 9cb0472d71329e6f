"""Letters of the timetable: what is due for a group or a person, as the timetable stands when it is sent."""

from __future__ import annotations

from datetime import datetime

from handlers import areas, schedule, timetable
from handlers.letters.registry import Writing, letter
from messages import notice as told
from messages import schedule as shown
from messages.render import Words
from messages.words import day_in, hour_in, place
from storage import elections, notices, places, reach
from storage.notices import ACTIVE, PEOPLE, Notice
from storage.roster import Role


@letter("notice")
def _notice(w: Writing) -> Words | None:
    """None where every line of it was paused meanwhile."""
    slots = [slot for slot in notices.by_ids(w.tx, w.refs["slots"]) if slot.notice_state == ACTIVE]
    covered = {timetable.COVERS.get(slot.key) for slot in slots if not slot.words}
    items = dict.fromkeys((slot.key, slot.words) for slot in slots if slot.words or slot.key not in covered)
    election = elections.by_id(w.tx, w.refs["election"])
    asks = any(slot.every for slot in slots) and w.refs["tps"] and not places.handed(w.tx, w.refs["tps"])
    name = election.name if election else ""
    group = w.to.person_id is None
    return told.Notice(tuple(items), name, w.refs["tps"] if asks else 0, group) if items else None


LOST_SHOWN = 8


@letter("schedule")
def _schedule(w: Writing) -> Words | None:
    ground = areas.ground(w.to.roles, w.refs.get("role"))
    if ground is None:
        return None
    role, found = ground.role, schedule.lines(w.tx, ground.where)
    ahead = schedule.next_times(w.tx, role, _as_active(found), w.now)
    coming = sorted((each for each in found if each.id in ahead), key=lambda each: ahead[each.id or 0][0])
    total, lost = reach.unreached(w.tx, role.where)
    return shown.Schedule(
        area=ground.called(w.tx),
        role=ground.number,
        lines=tuple((each.id or 0, _when(role, ahead[each.id or 0][0])) for each in coming[: shown.SHOWN]),
        says=tuple((each.key, each.words) for each in coming[: shown.SHOWN]),
        paused=tuple(each.id or 0 for each in coming if each.state != ACTIVE),
        people=tuple(each.id or 0 for each in coming if each.audience == PEOPLE),
        tps=total,
        missing=len(lost),
        lost=tuple((place(each.number, each.kelurahan, ""), each.reason) for each in lost[:LOST_SHOWN]),
    )


def _as_active(lines: list[Notice]) -> list[Notice]:
    """A resting line has a time as well: it is shown, so that it can be resumed."""
    return [Notice(**{**each.model_dump(), "state": ACTIVE}) for each in lines]


def _when(role: Role, moment: datetime) -> str:
    return f"{day_in(moment, role.election.zone)} {hour_in(moment, role.election.zone)}"


@letter("line")
def _line(w: Writing) -> Words | None:
    ground = areas.ground(w.to.roles, w.refs.get("role"))
    lines = schedule.lines(w.tx, ground.where) if ground else []
    found = [each for each in lines if each.id == w.refs["notice"]]
    if ground is None or not found:
        return None
    times = schedule.next_times(w.tx, ground.role, _as_active(found), w.now).get(found[0].id or 0, [])
    ahead = tuple(_when(ground.role, each) for each in times[: shown.TIMES])
    return shown.Line(ground.called(w.tx), ground.number, found[0].id or 0, found[0].key, found[0].words, ahead,
                      found[0].state != ACTIVE)  # fmt: skip
