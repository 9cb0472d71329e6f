"""Letters of the timetable: what is due for a group or a person, as the timetable stands when it is sent."""

from __future__ import annotations

from handlers import timetable
from handlers.letters.registry import Writing, letter
from messages import notice as told
from messages.render import Words
from storage import elections, notices, places
from storage.notices import ACTIVE


@letter("notice")
def _notice(w: Writing) -> Words | None:
    """None where every line of it was paused meanwhile."""
    slots = [slot for slot in notices.by_ids(w.tx, w.refs["slots"]) if slot.notice_state == ACTIVE]
    covered = {timetable.COVERS.get(slot.key) for slot in slots if not slot.words}
    items = dict.fromkeys((slot.key, slot.words) for slot in slots if slot.words or slot.key not in covered)
    election = elections.by_id(w.tx, w.refs["election"])
    asks = any(slot.every for slot in slots) and w.refs["tps"] and not places.handed(w.tx, w.refs["tps"])
    name = election.name if election else ""
    return told.Notice(tuple(items), name, w.refs["tps"] if asks else 0) if items else None
