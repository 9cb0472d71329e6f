"""An incident climbs until somebody has taken it: calling, repeating, moving, and telling those who must know.

Every function here works on an incident that the turn has locked. Due times are columns of the incident.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from handlers import ladder, post, triage
from handlers.ladder import Callee
from handlers.letters import details
from handlers.turn import DEFAULT_ZONE, Letter, Rules
from messages.render import Words
from storage import calls, deliveries, elections, incidents, journal, people, places, shown, twins
from storage.database import Tx
from storage.deliveries import ALERT
from storage.incidents import CANCELLED, CLOSED, GREEN, RED, TAKEN, WAITING, YELLOW, Incident
from storage.places import Where

AFTER_ARRIVAL = timedelta(minutes=30)
ASK_AGAIN = timedelta(minutes=60)  # an arrived or referred case that stays open
TELL_AFTER = (timedelta(minutes=2), timedelta(minutes=5))
SHOWN = ("alert", "red_notice", "questions", "twin_ask")


def zone_of(tx: Tx, incident: Incident) -> str:
    election = elections.by_id(tx, incident.election_id) if incident.election_id else None
    return election.zone if election else DEFAULT_ZONE


def ladder_of(tx: Tx, incident: Incident, rules: Rules) -> tuple[int, ...]:
    """The election's own ladder where it differs from the setting."""
    election = elections.by_id(tx, incident.election_id) if incident.election_id else None
    own = tuple(int(part) for part in election.ladder.split(",")) if election and election.ladder else ()
    return own or rules.ladder


def start(tx: Tx, incident: Incident, now: datetime, rules: Rules) -> Incident:
    """Call the first rung that reaches somebody, tell the area of a red case, set the reporter's clock."""
    incident = incidents.change(tx, _id(incident), tell_at=incident.reported_at + TELL_AFTER[0], told=0)
    incident = climb(tx, incident, 0, now, rules)
    if incident.severity == RED:
        tell_area(tx, incident, now)
    return incident


def _id(incident: Incident) -> int:
    assert incident.id is not None  # what was filed has an id
    return incident.id


def climb(
    tx: Tx, incident: Incident, rung: int, now: datetime, rules: Rules, *, red: bool = False, why: str = ""
) -> Incident:
    """Call rung `rung` and all below it, climbing past what reaches nobody; then write when it climbs again.

    Where nobody is left at the end of the ladder, those are asked again who said that they cannot: they said so while
    there were others. `why`: what brought it about, if its reporter is to read of it.
    """
    signs = tuple(details(tx, incident)["signs"])
    declined = {each.person_id for each in calls.every(tx, _id(incident)) if each.declined_at}
    last = _last(incident, signs)
    rung = min(rung, last)
    callees: dict[int, Callee] = {}
    for below in range(rung):
        callees |= {c.person_id: c for c in ladder.rung(tx, incident, below, signs, now)}
    while True:
        here = {c.person_id: c for c in ladder.rung(tx, incident, rung, signs, now)}
        callees = here | callees
        if rung >= last or people.reachable(tx, set(here) - declined):
            break
        journal.add(tx, "rung_empty", now, incident_id=_id(incident), detail={"rung": rung})
        rung += 1
    nobody = rung >= last and not people.reachable(tx, set(callees) - declined)
    wanted = [callee for callee in callees.values() if nobody or callee.person_id not in declined]
    if incident.round:  # everybody is called anew: what has not left by now would only come twice
        reason = "called again before it left"
        deliveries.withdraw(tx, reason=reason, now=now, incident_id=incident.id, kinds=("alert",), changes=False)
    reached = call(tx, incident, wanted, rung, now, red=red, nobody=nobody)
    journal.add(tx, "called", now, incident_id=_id(incident), detail={"rung": rung, "people": sorted(reached)})
    if nobody:
        _nobody_left(tx, incident, reached, now)
    if why or (nobody and reached):
        tell_reporter(tx, incident, why or "all_declined", now, alone=nobody)
    due = (
        None
        if incident.severity == GREEN
        else now + ladder.interval(ladder_of(tx, incident, rules), rung, incident.severity)
    )
    return incidents.change(tx, _id(incident), rung=rung, round=incident.round + 1, climb_at=due)


def _nobody_left(tx: Tx, incident: Incident, asked: set[int], now: datetime) -> None:
    """Everybody who can be reached has said no, and is asked again; or nobody can be. The area's coordinators learn."""
    for person_id in asked:
        calls.accept(tx, _id(incident), person_id)
    if asked:
        journal.add(tx, "all_declined", now, incident_id=_id(incident), detail={"people": sorted(asked)})
    what = "declined" if asked else "unreached"
    _to_area(tx, incident, Letter("nobody_left", {"incident": _id(incident), "what": what}), what, now)


def _last(incident: Incident, signs: tuple[str, ...]) -> int:
    medical = triage.needs_medicine(incident.said, signs, incident.casualty)
    return ladder.last_rung(incident.said, incident.severity, medical)


def call(
    tx: Tx,
    incident: Incident,
    callees: list[Callee],
    rung: int,
    now: datetime,
    *,
    red: bool = False,
    nobody: bool = False,
) -> set[int]:
    """Post the alert to every address of these people, and what was shown so far; tells who has any. `nobody`: else is
    left."""
    reachable = people.reachable(tx, [callee.person_id for callee in callees])
    zone = zone_of(tx, incident)
    for callee in callees:
        calls.call(tx, _id(incident), callee.person_id, callee.view, rung, now)
        refs = {
            "incident": _id(incident),
            "person": callee.person_id,
            "again": incident.round - incident.round_here,
            "red": red,
            "nobody": nobody,
        }
        for address_id in reachable.get(callee.person_id, ()):
            post.say(tx, address_id, Letter("alert", refs), now, zone=zone, lane=ALERT,
                     incident=(_id(incident), incident.number), rung=incident.round)  # fmt: skip
    if incident.round:  # the first call comes before anything can be shown
        bring(tx, incident, set(reachable), now)
    return set(reachable)


def show_anew(tx: Tx, incident_id: int, now: datetime) -> None:
    """Taps on Telegram were lost while we were away: who may have tapped gets the alert with fresh buttons. Nothing
    that was filed is asked again, and nobody is called who was not."""
    incident = incidents.need(tx, incident_id)
    if incident.state in {CLOSED, CANCELLED}:
        return
    waiting = {c.person_id for c in calls.every(tx, incident_id) if not c.dropped and not c.declined_at}
    wanted = waiting if incident.state == WAITING else {incident.taken_by or 0}
    for address_id, person_id in people.on_channel(tx, "telegram", wanted):
        refs = {"incident": incident_id, "person": person_id, "again": 0, "red": False, "missed": True}
        post.say(tx, address_id, Letter("alert", refs), now, zone=zone_of(tx, incident), lane=ALERT,
                 incident=(incident_id, incident.number))  # fmt: skip
    if wanted:
        journal.add(tx, "shown_anew", now, incident_id=incident_id, detail={"people": sorted(wanted)})


def widen(tx: Tx, incident: Incident, now: datetime) -> None:
    """Call those who stand on a rung that was climbed already and were not called yet (the puskesmas joins a riot)."""
    signs = tuple(details(tx, incident)["signs"])
    known = {each.person_id for each in calls.every(tx, _id(incident))}
    missing: dict[int, Callee] = {}
    for rung in range(max(incident.rung, 0) + 1):
        for callee in ladder.rung(tx, incident, rung, signs, now):
            if callee.person_id not in known:
                missing.setdefault(callee.person_id, callee)
    if missing:
        reached = call(tx, incident, list(missing.values()), max(incident.rung, 0), now)
        journal.add(tx, "joined", now, incident_id=_id(incident), detail={"people": sorted(reached)})


def tell_area(tx: Tx, incident: Incident, now: datetime) -> None:
    """The area's coordinators learn of a red case: once each, edited as its state changes."""
    _to_area(tx, incident, Letter("red_notice", {"incident": _id(incident)}), "red", now)


def _to_area(tx: Tx, incident: Incident, letter: Letter, what: str, now: datetime) -> None:
    """To the area's coordinators who are not called themselves, once each."""
    called = {each.person_id for each in calls.every(tx, _id(incident)) if not each.dropped}
    roles = ladder.area_coordinators(tx, incident.where, now)
    wanted = {role.person_id for role in roles} - called - {incident.reporter_id or 0}
    for addresses in people.reachable(tx, wanted).values():
        for address_id in addresses:
            post.say(tx, address_id, letter, now, zone=zone_of(tx, incident), lane=ALERT,
                     incident=(_id(incident), incident.number), once=f"{what}:{incident.id}:{address_id}")  # fmt: skip


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
                 incident=(_id(incident), incident.number))  # fmt: skip


def tell_reporter(tx: Tx, incident: Incident, what: str, now: datetime, **more: int) -> None:
    """To everybody who reported this event."""
    letter = Letter("to_reporter", {"incident": _id(incident), "what": what, **more})
    say(tx, incident, twins.addresses_of(tx, incident), letter, now)


def listening(tx: Tx, incident: Incident) -> set[int]:
    """Who hears what is added: the taker alone, or while it waits everybody called."""
    if incident.taken_by:
        return {incident.taken_by}
    return {c.person_id for c in calls.every(tx, _id(incident)) if not c.dropped and not c.declined_at}


def turn_red(tx: Tx, incident: Incident, now: datetime, rules: Rules) -> Incident:
    """Yellow turned red: a new message, the red times from now, and the coordinators told."""
    incident = incidents.change(tx, _id(incident), severity=RED)
    journal.add(tx, "turned_red", now, incident_id=_id(incident))
    if incident.state == WAITING:
        incident = climb(tx, incident, max(incident.rung, 0), now, rules, red=True)
    elif incident.taken_by:
        for addresses in people.reachable(tx, [incident.taken_by]).values():
            for address_id in addresses:
                show_again(tx, incident, address_id, incident.taken_by, now, red=True)
    tell_area(tx, incident, now)
    return incident


def move(tx: Tx, incident: Incident, where: Where, now: datetime, rules: Rules, who: int | None) -> Incident:
    """The place was named or changed: the ladder starts anew there; what was taken stays with who took it."""
    if where == incident.where:
        return incident
    incident = incidents.change(tx, _id(incident), **incidents.where_values(where))
    entry = journal.add(tx, "place", now, incident_id=_id(incident), who=who, detail={
        "words": place_of(tx, where), **incidents.where_values(where)})  # fmt: skip
    if incident.state == WAITING:
        calls.drop_others(tx, _id(incident), set())
        withdraw_alerts(tx, _id(incident), now, "the place changed")
        refresh(tx, _id(incident), now)
        incident = climb(tx, incidents.change(tx, _id(incident), round_here=incident.round), 0, now, rules)
    else:
        refresh(tx, _id(incident), now)
        addition = Letter("addition", {"incident": _id(incident), "entry": entry})
        tell(tx, incident, listening(tx, incident), addition, now)
    if incident.severity == RED:
        tell_area(tx, incident, now)
    return incident


def place_of(tx: Tx, where: Where) -> str:
    named = places.named(tx, where)
    return ", ".join(str(each) for each in (named.tps, named.kelurahan, named.kecamatan, named.puskesmas) if each)


def heard_of(tx: Tx, incident: Incident, now: datetime, rules: Rules) -> None:
    """Any step of the worker's starts his quiet time anew."""
    if incident.severity == GREEN:
        return  # a green case is left in peace
    wait = timedelta(seconds=rules.quiet) if incident.state == TAKEN else AFTER_ARRIVAL
    incidents.change(tx, _id(incident), quiet_at=now + wait, quiet_asked=False)


def hand_back(tx: Tx, incident: Incident, now: datetime, rules: Rules, why: str = "handed_back") -> None:
    """It waits again (the state is changed already): the next rung at once, and the reporter told `why`: handed_back or
    quiet."""
    if incident.severity == GREEN:  # it was green because somebody was there
        incident = incidents.change(tx, _id(incident), severity=YELLOW)
    climb(tx, incident, incident.rung + 1, now, rules, why=why)
    incidents.change(tx, _id(incident), tell_at=now + TELL_AFTER[0], told=0)
    refresh(tx, _id(incident), now)


def alert_settled_badly(tx: Tx, incident_id: int, round_: int, now: datetime, rules: Rules) -> None:
    """An alert failed or expired: when every alert of this call did, the next rung is called at once."""
    incident = incidents.need(tx, incident_id)
    if incident.state != WAITING or incident.round != round_ + 1 or deliveries.any_alive(tx, incident_id, round_):
        return
    signs = tuple(details(tx, incident)["signs"])
    journal.add(tx, "alerts_failed", now, incident_id=incident_id, detail={"rung": incident.rung})
    if incident.rung < _last(incident, signs):
        climb(tx, incident, incident.rung + 1, now, rules)


def call_on(tx: Tx, incident: Incident, now: datetime, rules: Rules) -> None:
    """Where nobody is left of those who were called and can be reached, the next rung is called at once. At the end of
    the ladder they are asked again, at once the first time and then by the clock, or every no would bring the next
    call."""
    everybody = [each for each in calls.every(tx, _id(incident)) if not each.dropped]
    reached = people.reachable(tx, [each.person_id for each in everybody])
    if incident.state != WAITING or not all(each.declined_at for each in everybody if each.person_id in reached):
        return
    at_the_end = incident.rung >= _last(incident, tuple(details(tx, incident)["signs"]))
    if not (at_the_end and journal.last(tx, _id(incident), "all_declined")):
        climb(tx, incident, incident.rung + 1, now, rules)


def withdraw_alerts(tx: Tx, incident_id: int, now: datetime, reason: str) -> None:
    """Alerts that have not left yet are not sent any more."""
    deliveries.withdraw(tx, reason=reason, now=now, incident_id=incident_id, kinds=("alert",))


def may_read(tx: Tx, incident: Incident) -> set[int]:
    """Who may read the reporter's words and see his pictures: health workers, Dinkes, and whoever serves the case."""
    called = [each for each in calls.every(tx, _id(incident)) if not each.dropped]
    return {each.person_id for each in called if each.view in ladder.MEDICAL or each.person_id == incident.taken_by}


def show(tx: Tx, incident: Incident, entry: int, person_ids: set[int], now: datetime) -> None:
    """A photo, a voice note, a document or a place, once as a reply to the newest alert at each address."""
    _show(tx, incident, [entry], shown.newest_alerts(tx, _id(incident), person_ids), now)


def bring(tx: Tx, incident: Incident, person_ids: set[int], now: datetime) -> None:
    """What was shown before these people were called, with every report of it: they see it now, each under his newest
    alert."""
    events = [_id(incident), *(each.id or 0 for each in twins.reports(tx, _id(incident)))]
    if entries := journal.ids_of(tx, events, journal.FILES):
        alerts = shown.newest_alerts(tx, _id(incident), person_ids & may_read(tx, incident))
        shown.follow(tx, _id(incident), alerts, now, now + post.ALERT_LIVES)
        _show(tx, incident, entries, alerts, now)


def _show(tx: Tx, incident: Incident, entries: list[int], alerts: dict[int, int], now: datetime) -> None:
    zone, seen = zone_of(tx, incident), shown.keys(tx, _id(incident))
    for address_id, alert_id in alerts.items():
        for entry in entries:
            once = f"{shown.KIND}:{entry}:{address_id}"
            if once not in seen:
                letter = Letter(shown.KIND, {"incident": _id(incident), "entry": entry})
                post.say(tx, address_id, letter, now, zone=zone, lane=ALERT, under=alert_id,
                         incident=(_id(incident), incident.number), once=once)  # fmt: skip


def show_again(
    tx: Tx, incident: Incident, address_id: int, person_id: int, now: datetime, *, red: bool = False
) -> None:
    """The alert as a fresh message with its buttons, to one address."""
    again = max(incident.round - incident.round_here - 1, 0)
    refs = {"incident": _id(incident), "person": person_id, "again": again, "red": red}
    say(tx, incident, [address_id], Letter("alert", refs), now)
