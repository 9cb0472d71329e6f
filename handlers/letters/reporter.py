"""Letters to who reported an emergency."""

from __future__ import annotations

from handlers import triage
from handlers.facts import case_of, details, emergency_number, name_of, place_words
from handlers.letters.registry import Writing, letter
from messages import incident as said
from messages import relay as told
from messages import response, words
from messages.render import Words
from storage import calls, incidents, journal, people, places, roster, twins
from storage.incidents import CANCELLED, CLOSED, WAITING, Incident


@letter("filed")
def _filed(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None:
        return None
    called = [each for each in calls.every(w.tx, w.refs["incident"]) if not each.dropped]
    reached = people.reachable(w.tx, [each.person_id for each in called])
    views = {each.view for each in called if each.person_id in reached}
    serving = places.names_of_puskesmas(w.tx, places.serving(w.tx, incident.where))
    return said.Filed(
        number=incident.number,
        kind=incident.kind,
        at=incident.reported_at,
        place=place_words(w.tx, incident.where),
        told="puskesmas" if "worker" in views else ("coordinators" if views else "nobody"),
        puskesmas=serving[0] if len(serving) == 1 else "",
        verified=incident.verified,
        by_itself=bool(w.refs.get("by_itself")),
        emergency_number=emergency_number(w.tx, incident),
        police_number=w.refs.get("police", "110"),
    )


def _his(w: Writing, incident: Incident) -> bool:
    """Whether it is still to be shown here: the phone of who reported it may have been cut off since."""
    if incident.reporter_id is None or incident.reporter_id == w.to.person_id:
        return True
    return twins.reported_by(w.tx, incident.id or 0, w.to.address_id, w.to.person_id)


@letter("questions")
def _questions(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None:
        return None
    if not _his(w, incident):
        return response.Hidden()
    return said.Questions(
        over=incident.state in {CLOSED, CANCELLED},
        number=incident.number,
        incident=w.refs["incident"],
        who=incident.casualty,
        place=place_words(w.tx, incident.where),
        signs=tuple(details(w.tx, incident)["signs"]),
        crew=bool(_home_tps(w)),
        verified=incident.verified,
    )


def _home_tps(w: Writing) -> int | None:
    return next((role.where.tps_id for role in w.to.roles if role.where.tps_id), None)


@letter("crew")
def _crew(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None:
        return None
    took = w.to.linked and incident.taken_by == w.to.person_id is not None
    tps_id = incident.tps_id if took else _home_tps(w)
    crew = roster.crew(w.tx, tps_id, w.now) if tps_id else []
    mates = [(role.person_id, role.name) for role in crew if role.person_id != w.to.person_id]
    return said.Crew(incident.number, w.refs["incident"], tuple(dict.fromkeys(mates)), took)


@letter("signs")
def _signs(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None:
        return None
    if not _his(w, incident):
        return response.Hidden()
    case = incidents.casualty_of(w.tx, incident.id or 0) if triage.RIOT in incident.said else None
    case = case or incident  # the signs of who was hurt in a riot stand in his case
    return said.Signs(case.number, case.id or 0, tuple(triage.SIGNS), tuple(details(w.tx, case)["signs"]))


@letter("place_set")
def _place_set(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    kept = bool(w.refs.get("kept"))
    return said.PlaceSet(incident.number, place_words(w.tx, incident.where), kept) if incident else None


def _name_for(w: Writing, incident: Incident, person_id: int | None) -> str:
    """The name of who serves a case, for a reporter whose own report is verified; "" for any other."""
    every = [incident, *twins.reports(w.tx, w.refs["incident"])]
    his = [each for each in every if each.reporter_address_id == w.to.address_id
           or (w.to.linked and each.reporter_id is not None and each.reporter_id == w.to.person_id)]  # fmt: skip
    return name_of(w.tx, person_id) if all(each.verified for each in his or [incident]) else ""


@letter("my_case")
def _my_case(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None:
        return None
    worker = _name_for(w, incident, incident.taken_by)
    return said.MyCase(
        incident.number,
        w.refs["incident"],
        incident.state,
        worker,
        place_words(w.tx, incident.where),
        emergency_number(w.tx, incident),
    )


def _is_casualty(w: Writing, incident: Incident) -> bool:
    """Whether the reader is the casualty, by the roster or as he said himself."""
    if incident.casualty_id is not None:
        return w.to.linked and w.to.person_id == incident.casualty_id
    return incident.casualty == "me" and w.to.address_id == incident.reporter_address_id


@letter("to_reporter")
def _to_reporter(w: Writing) -> Words | None:
    incident = case_of(w.tx, w.refs)
    if incident is None:
        return None
    if w.refs["what"] in {"nobody", "all_declined"} and incident.state != WAITING:
        return None  # somebody took it meanwhile
    called = [each.person_id for each in calls.every(w.tx, w.refs["incident"]) if not each.dropped]
    centre = roster.centre_of(w.tx, incident.taken_by) if incident.taken_by else ""
    return said.ToReporter(
        menu=w.to.menu,
        number=incident.number,
        what=w.refs["what"],
        worker=_name_for(w, incident, incident.taken_by),
        puskesmas=centre,
        outcome=incident.outcome,
        minutes=w.refs.get("minutes", 0),
        reached=bool(people.reachable(w.tx, called)),
        alone=bool(w.refs.get("alone")),
        riot=triage.RIOT in incident.said,
        thanks=not (incident.outcome == "meninggal" and _is_casualty(w, incident)),
        hurt=triage.needs_medicine(incident.said, details(w.tx, incident)["signs"], incident.casualty),
        seal=incident.chain_head if incident.state in {CLOSED, CANCELLED} else "",
        emergency_number=emergency_number(w.tx, incident),
    )


@letter("twin_ask")
def _twin_ask(w: Writing) -> Words | None:
    """Is it the same event? To the later report's reporter, and to who has taken one of the two."""
    second, first = case_of(w.tx, w.refs), incidents.by_id(w.tx, w.refs["with"])
    if second is None or first is None:
        return None
    if not (w.to.linked or _his(w, second) or _his(w, first)):
        return None
    over = any(each.state in {CLOSED, CANCELLED} for each in (first, second))
    answer = "same" if second.merged_into else "apart" if twins.apart(w.tx, w.refs["incident"]) else ""
    return said.TwinAsk(
        number=second.number,
        other=first.number,
        incident=w.refs["incident"],
        first=w.refs["with"],
        kinds=second.said,
        place=place_words(w.tx, second.where),
        reported_at=first.reported_at,
        taken=w.to.person_id is not None and w.to.person_id in {first.taken_by, second.taken_by},
        answer=answer or ("over" if over else ""),
    )


@letter("joined")
def _joined(w: Writing) -> Words | None:
    first, was = case_of(w.tx, w.refs), incidents.by_id(w.tx, w.refs["was"])
    if first is None or was is None:
        return None
    worker = name_of(w.tx, first.taken_by) if was.verified else ""
    return said.Joined(first.number, was.number, first.state, worker, emergency_number(w.tx, first))


@letter("relay")
def _relay(w: Writing) -> Words | None:
    """What who has taken the case writes to its reporter; kept sealed in the journal only."""
    entry, incident = journal.entry(w.tx, w.refs["entry"]), case_of(w.tx, w.refs)
    if entry is None or incident is None:
        return None
    kept = w.tx.vault.open_json(entry.detail_sealed) or {}
    name, centre = _name_for(w, incident, entry.who), words.centre(roster.centre_of(w.tx, entry.who or 0))
    return told.Relay(incident.number, name, centre,
                      kept.get("words", ""), kept.get("kind", ""), kept.get("ref", ""))  # fmt: skip
