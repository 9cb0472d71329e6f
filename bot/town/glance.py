"""What the page draws of the city: once its map, and again and again how its cases and the outbox stand."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any

from bot.town import ground
from handlers import escalation, ladder, ticks, triage
from handlers.letters import details
from handlers.turn import Rules
from messages.render import label
from storage import deliveries, elections, overview, people, places, reports
from storage.database import Tx
from storage.deliveries import EXPIRED, FAILED, LANES, SENDING, SENT, UNKNOWN, WAITING
from storage.fanout import PAUSED
from storage.incidents import CANCELLED, CLOSED, Incident

Json = dict[str, Any]
SHOWN = timedelta(minutes=90)  # how long a case stays on the map after its end
NIGHT = timedelta(hours=5)  # so far the hours after midnight belong to the day before, as its boxes do
MOST = 40  # cases, the newest; a page cannot show more of them
NAMED = 6  # people named on a rung
_COLUMN = {WAITING: "waiting", SENDING: "waiting", PAUSED: "waiting", SENT: "sent", FAILED: "failed",
           EXPIRED: "failed", UNKNOWN: "failed"}  # fmt: skip


def city(tx: Tx, now: datetime) -> Json:
    """The map of the nearest election. Points are metres, `tps` rows: id, number, kelurahan (its place), x, y."""
    election = elections.active(tx, now)[0]
    rows = overview.wards(tx, election.id)
    drawn = ground.wards(tuple(row.name for row in rows))
    stations: dict[int, list[Any]] = defaultdict(list)
    for station in overview.stations(tx, election.id):
        stations[station.kelurahan_id].append(station)
    found = []
    for n, (row, ward) in enumerate(zip(rows, drawn, strict=True)):
        here = stations[row.id]
        strewn = ward.spots(max((each.number for each in here), default=0))
        found += [[each.id, each.number, n, *_spot(each, strewn)] for each in here]
    centres = [(name, ground.puskesmas(name)) for name in overview.centres(tx, election.id)]
    return {
        "name": election.name,
        "wards": [{"id": row.id, "name": row.name, "kecamatan": row.kecamatan, "middle": ward.middle,
                   "border": ward.border} for row, ward in zip(rows, drawn, strict=True)],
        "tps": found,
        "puskesmas": [{"name": name, "at": at} for name, at in centres if at],
    }  # fmt: skip


def _spot(station: Any, strewn: list[ground.Point]) -> ground.Point:
    """Where the roster says that a TPS is, or else its made-up place."""
    if station.latitude is not None and station.longitude is not None:
        return ground.metres(station.latitude, station.longitude)
    spot: ground.Point = strewn[station.number - 1]
    return spot


def stand(tx: Tx, now: datetime, rules: Rules) -> Json:
    """How things stand now. Times are milliseconds since 1970."""
    shown = overview.cases(tx, now - SHOWN, MOST)
    calls: dict[int, list[Any]] = defaultdict(list)
    for each in overview.calls(tx, (case.id or 0 for case in shown)):
        calls[each.incident_id].append(each)
    takers = people.names(tx, {case.taken_by for case in shown if case.taken_by})
    nearest = elections.active(tx, now)[:1]
    local = now.astimezone(nearest[0].tz if nearest else None)
    midnight = datetime.combine((local - NIGHT).date(), time(), local.tzinfo)
    return {
        "cases": [_case(tx, case, calls[case.id or 0], takers, rules) for case in shown],
        "ended": overview.ended(tx, midnight),
        "none": not overview.any_case(tx),
        "lanes": lanes(tx),
        "linked": sum(reports.linked(tx).values()),
        "handed": overview.handed(tx, nearest[0].id) if nearest else [],
        "next": _ms(ticks.next_due(tx)),
    }


def lanes(tx: Tx) -> Json:
    """Deliveries by lane: how many wait, went out, failed; what was taken back counts nowhere."""
    found = {lane: {"waiting": 0, "sent": 0, "failed": 0} for lane in LANES}
    for (lane, state), many in deliveries.tally(tx).items():
        if state in _COLUMN:
            found[LANES[lane]][_COLUMN[state]] += many
    return found


def _ms(at: datetime | None) -> int | None:
    return int(at.timestamp() * 1000) if at else None


def _case(tx: Tx, case: Incident, calls: list[Any], takers: dict[int, str], rules: Rules) -> Json:
    named = places.named(tx, case.where)
    over = case.state in {CLOSED, CANCELLED}
    waits = ladder.interval(escalation.ladder_of(tx, case, rules), case.rung, case.severity)
    return {
        "id": case.id,
        "number": f"L-{case.number:04d}",
        "state": case.state,
        "severity": case.severity,
        "kind": ", ".join(label(kind) for kind in case.said),
        "tps": case.tps_id,
        "kelurahan": case.kelurahan_id,
        "place": _place(named),
        "reported": _ms(case.reported_at),
        "climbs": None if over else _ms(case.climb_at),
        "wait": int(waits.total_seconds() * 1000),
        "round": case.round,
        "taker": takers.get(case.taken_by or 0, ""),
        "outcome": label("wafat" if case.outcome == "meninggal" else case.outcome) if case.outcome else "",
        "rung": case.rung,
        "rungs": _rungs(tx, case, calls),
    }


def _place(named: places.Named) -> str:
    tps = f"TPS {named.tps:03d}" if named.tps else ""
    return " · ".join(part for part in (tps, named.kelurahan or named.kecamatan or named.puskesmas) if part)


def _rungs(tx: Tx, case: Incident, calls: list[Any]) -> list[Json]:
    """Each rung of this case's ladder: whom it called by name, and how many it could not reach (`silent`)."""
    signs = tuple(details(tx, case)["signs"])
    medical = triage.needs_medicine(case.said, signs, case.casualty)
    last = max(ladder.last_rung(case.said, case.severity, medical), case.rung)
    found = []
    for n in range(last + 1):
        here = [each for each in calls if each.rung == n]
        reached = [{"name": each.name, "how": _how(case, each)} for each in here if each.reached]
        found.append({"medical": medical, "people": reached[:NAMED], "more": max(0, len(reached) - NAMED),
                      "silent": len(here) - len(reached)})  # fmt: skip
    return found


def _how(case: Incident, call: Any) -> str:
    if call.person_id == case.taken_by:
        return "took"
    if call.declined_at:
        return "declined"
    return "called"
