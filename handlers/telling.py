"""What is told of a case, and to whom: its reporter, who is called or serves it, the coordinators of its area.

`escalation` says when. Every function here works on an incident that the turn has locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from handlers import ladder, post
from handlers.turn import DEFAULT_ZONE, Letter
from messages.render import Words
from storage import calls, deliveries, elections, journal, people, places, shown, twins
from storage.database import Tx
from storage.deliveries import ALERT
from storage.incidents import Incident
from storage.places import Where

SHOWN = ("alert", "red_notice", "questions", "twin_ask")


def zone_of(tx: Tx, incident: Incident) -> str:
    election = elections.by_id(tx, incident.election_id) if incident.election_id else None
    return election.zone if election else DEFAULT_ZONE


def refresh(tx: Tx, incident_id: int, now: datetime) -> None:
    """What was already shown is shown as things stand now."""
    for delivery_id in deliveries.shown(tx, incident_id=incident_id, kinds=SHOWN):
        deliveries.post_edit(tx, delivery_id, now)


def tell(tx: Tx, incident: Incident, person_ids: set[int], letter: Letter | Words, now: datetime) -> None:
    """One message to each of these people where he was heard last, in lane ALERT."""
    for addresses in people.latest(tx, person_ids).values():
        say(tx, incident, addresses, letter, now)


def say(tx: Tx, incident: Incident, address_ids: Iterable[int], letter: Letter | Words, now: datetime) -> None:
    """News of a case to these addresses, in lane ALERT."""
    for address_id in address_ids:
        post.say(tx, address_id, letter, now, zone=zone_of(tx, incident), lane=ALERT,
                 incident=(incident.known_id, incident.number))  # fmt: skip


def tell_reporter(tx: Tx, incident: Incident, what: str, now: datetime, **more: int) -> None:
    """To everybody who reported this event."""
    letter = Letter("to_reporter", {"incident": incident.known_id, "what": what, **more})
    say(tx, incident, twins.addresses_of(tx, incident), letter, now)


def listening(tx: Tx, incident: Incident) -> set[int]:
    """Who hears what is added: the taker alone, or while it waits everybody called."""
    if incident.taken_by:
        return {incident.taken_by}
    return {c.person_id for c in calls.every(tx, incident.known_id) if not c.dropped and not c.declined_at}


def withdraw_alerts(tx: Tx, incident_id: int, now: datetime, reason: str) -> None:
    """Alerts that have not left yet are not sent any more."""
    deliveries.withdraw(tx, reason=reason, now=now, incident_id=incident_id, kinds=("alert",))


def tell_area(tx: Tx, incident: Incident, now: datetime) -> None:
    """The area's coordinators learn of a red case: once each, edited as its state changes."""
    to_area(tx, incident, Letter("red_notice", {"incident": incident.known_id}), "red", now)


def to_area(tx: Tx, incident: Incident, letter: Letter, what: str, now: datetime) -> None:
    """To the area's coordinators who are not called themselves, once each."""
    called = {each.person_id for each in calls.every(tx, incident.known_id) if not each.dropped}
    roles = ladder.area_coordinators(tx, incident.where, now)
    wanted = {role.person_id for role in roles} - called - {incident.reporter_id or 0}
    for addresses in people.reachable(tx, wanted).values():
        for address_id in addresses:
            post.say(tx, address_id, letter, now, zone=zone_of(tx, incident), lane=ALERT,
                     incident=(incident.known_id, incident.number),
                     once=f"{what}:{incident.id}:{address_id}")  # fmt: skip


def place_of(tx: Tx, where: Where) -> str:
    named = places.named(tx, where)
    return ", ".join(str(each) for each in (named.tps, named.kelurahan, named.kecamatan, named.puskesmas) if each)


def may_read(tx: Tx, incident: Incident) -> set[int]:
    """Who may read the reporter's words and see his pictures: health workers, Dinkes, and whoever serves the case."""
    called = [each for each in calls.every(tx, incident.known_id) if not each.dropped]
    return {each.person_id for each in called if each.view in ladder.MEDICAL or each.person_id == incident.taken_by}


def show(tx: Tx, incident: Incident, entry: int, person_ids: set[int], now: datetime) -> None:
    """A photo, a voice note, a document or a place, once as a reply to the newest alert at each address."""
    _show(tx, incident, [entry], shown.newest_alerts(tx, incident.known_id, person_ids), now)


def bring(tx: Tx, incident: Incident, person_ids: set[int], now: datetime) -> None:
    """What was shown before these people were called, with every report of it: they see it now, each under his newest
    alert."""
    events = [incident.known_id, *(each.id or 0 for each in twins.reports(tx, incident.known_id))]
    if entries := journal.ids_of(tx, events, journal.FILES):
        alerts = shown.newest_alerts(tx, incident.known_id, person_ids & may_read(tx, incident))
        shown.follow(tx, incident.known_id, alerts, now, now + post.ALERT_LIVES)
        _show(tx, incident, entries, alerts, now)


def _show(tx: Tx, incident: Incident, entries: list[int], alerts: dict[int, int], now: datetime) -> None:
    zone, seen = zone_of(tx, incident), shown.keys(tx, incident.known_id)
    for address_id, alert_id in alerts.items():
        for entry in entries:
            once = f"{shown.KIND}:{entry}:{address_id}"
            if once not in seen:
                letter = Letter(shown.KIND, {"incident": incident.known_id, "entry": entry})
                post.say(tx, address_id, letter, now, zone=zone, lane=ALERT, under=alert_id,
                         incident=(incident.known_id, incident.number), once=once)  # fmt: skip


def show_again(
    tx: Tx, incident: Incident, address_id: int, person_id: int, now: datetime, *, red: bool = False
) -> None:
    """The alert as a fresh message with its buttons, to one address."""
    again = max(incident.round - incident.round_here - 1, 0)
    refs = {"incident": incident.known_id, "person": person_id, "again": again, "red": red}
    say(tx, incident, [address_id], Letter("alert", refs), now)
