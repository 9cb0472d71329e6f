"""An incident climbs until somebody has taken it: calling, repeating, moving. What is told of it: `telling`.

Every function here works on an incident that the turn has locked. Due times are columns of the incident.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import ladder, post, telling, triage
from handlers.ladder import Callee
from handlers.letters import details
from handlers.turn import Letter, Rules
from storage import calls, deliveries, elections, incidents, journal, people
from storage.database import Tx
from storage.deliveries import ALERT
from storage.incidents import CANCELLED, CLOSED, GREEN, RED, TAKEN, WAITING, YELLOW, Incident
from storage.places import Where

AFTER_ARRIVAL = timedelta(minutes=30)
ASK_AGAIN = timedelta(minutes=60)  # an arrived or referred case that stays open
TELL_AFTER = (timedelta(minutes=2), timedelta(minutes=5))


def ladder_of(tx: Tx, incident: Incident, rules: Rules) -> tuple[int, ...]:
    """The election's own ladder where it differs from the setting."""
    election = elections.by_id(tx, incident.election_id) if incident.election_id else None
    own = tuple(int(part) for part in election.ladder.split(",")) if election and election.ladder else ()
    return own or rules.ladder


def start(tx: Tx, incident: Incident, now: datetime, rules: Rules) -> Incident:
    """Call the first rung that reaches somebody, tell the area of a red case, set the reporter's clock."""
    incident = incidents.change(tx, incident.known_id, tell_at=incident.reported_at + TELL_AFTER[0], told=0)
    incident = climb(tx, incident, 0, now, rules)
    if incident.severity == RED:
        telling.tell_area(tx, incident, now)
    return incident


def climb(
    tx: Tx, incident: Incident, rung: int, now: datetime, rules: Rules, *, red: bool = False, why: str = ""
) -> Incident:
    """Call rung `rung` and all below it, climbing past what reaches nobody; then write when it climbs again.

    Where nobody is left at the end of the ladder, those are asked again who said that they cannot: they said so while
    there were others. `why`: what brought it about, if its reporter is to read of it.
    """
    signs = tuple(details(tx, incident)["signs"])
    declined = {each.person_id for each in calls.every(tx, incident.known_id) if each.declined_at}
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
        journal.add(tx, "rung_empty", now, incident_id=incident.known_id, detail={"rung": rung})
        rung += 1
    nobody = rung >= last and not people.reachable(tx, set(callees) - declined)
    wanted = [callee for callee in callees.values() if nobody or callee.person_id not in declined]
    if incident.round:  # everybody is called anew: what has not left by now would only come twice
        reason = "called again before it left"
        deliveries.withdraw(tx, reason=reason, now=now, incident_id=incident.id, kinds=("alert",), changes=False)
    reached = call(tx, incident, wanted, rung, now, red=red, nobody=nobody)
    journal.add(tx, "called", now, incident_id=incident.known_id, detail={"rung": rung, "people": sorted(reached)})
    if nobody:
        _nobody_left(tx, incident, reached, now)
    if why or (nobody and reached):
        telling.tell_reporter(tx, incident, why or "all_declined", now, alone=nobody)
    due = (
        None
        if incident.severity == GREEN
        else now + ladder.interval(ladder_of(tx, incident, rules), rung, incident.severity)
    )
    return incidents.change(tx, incident.known_id, rung=rung, round=incident.round + 1, climb_at=due)


def _nobody_left(tx: Tx, incident: Incident, asked: set[int], now: datetime) -> None:
    """Everybody who can be reached has said no, and is asked again; or nobody can be. The area's coordinators learn."""
    for person_id in asked:
        calls.accept(tx, incident.known_id, person_id)
    if asked:
        journal.add(tx, "all_declined", now, incident_id=incident.known_id, detail={"people": sorted(asked)})
    what = "declined" if asked else "unreached"
    telling.to_area(tx, incident, Letter("nobody_left", {"incident": incident.known_id, "what": what}), what, now)


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
    zone = telling.zone_of(tx, incident)
    for callee in callees:
        calls.call(tx, incident.known_id, callee.person_id, callee.view, rung, now)
        refs = {
            "incident": incident.known_id,
            "person": callee.person_id,
            "again": incident.round - incident.round_here,
            "red": red,
            "nobody": nobody,
        }
        for address_id in reachable.get(callee.person_id, ()):
            post.say(tx, address_id, Letter("alert", refs), now, zone=zone, lane=ALERT,
                     incident=(incident.known_id, incident.number), rung=incident.round)  # fmt: skip
    if incident.round:  # the first call comes before anything can be shown
        telling.bring(tx, incident, set(reachable), now)
    return set(reachable)


def show_anew(tx: Tx, incident_id: int, now: datetime) -> None:
    """Taps on Telegram were lost while we were away: who may have tapped gets the alert with fresh buttons. Nothing
    that was filed is asked again, and nobody is called who was not."""
    incident = incidents.need(tx, incident_id)
    wanted = _asked(tx, incident)
    for address_id, person_id in people.on_channel(tx, "telegram", wanted):
        refs = {"incident": incident_id, "person": person_id, "again": 0, "red": False, "missed": True}
        post.say(tx, address_id, Letter("alert", refs), now, zone=telling.zone_of(tx, incident), lane=ALERT,
                 incident=(incident_id, incident.number))  # fmt: skip
    if wanted:
        journal.add(tx, "shown_anew", now, incident_id=incident_id, detail={"people": sorted(wanted)})


def _asked(tx: Tx, incident: Incident) -> set[int]:
    """Of whom something is wanted: everybody called who has not declined, the taker alone, nobody at its end."""
    if incident.state in {CLOSED, CANCELLED}:
        return set()
    if incident.state != WAITING:
        return {incident.taken_by} if incident.taken_by else set()
    return {c.person_id for c in calls.every(tx, incident.known_id) if not c.dropped and not c.declined_at}


def vanished(tx: Tx, incident_id: int, delivery_id: int, address_id: int, kind: str, now: datetime) -> None:
    """A message of a case was taken off somebody's phone: an alert that still wants something of him comes anew."""
    if not deliveries.vanished(tx, delivery_id) or kind != "alert":
        return
    incident = incidents.need(tx, incident_id)
    mine = (person for at, person in people.on_channel(tx, "telegram", _asked(tx, incident)) if at == address_id)
    if (person_id := next(mine, None)) is not None:
        telling.show_again(tx, incident, address_id, person_id, now)


def widen(tx: Tx, incident: Incident, now: datetime) -> None:
    """Call those who stand on a rung that was climbed already and were not called yet (the puskesmas joins a riot)."""
    signs = tuple(details(tx, incident)["signs"])
    known = {each.person_id for each in calls.every(tx, incident.known_id)}
    missing: dict[int, Callee] = {}
    for rung in range(max(incident.rung, 0) + 1):
        for callee in ladder.rung(tx, incident, rung, signs, now):
            if callee.person_id not in known:
                missing.setdefault(callee.person_id, callee)
    if missing:
        reached = call(tx, incident, list(missing.values()), max(incident.rung, 0), now)
        journal.add(tx, "joined", now, incident_id=incident.known_id, detail={"people": sorted(reached)})


def turn_red(tx: Tx, incident: Incident, now: datetime, rules: Rules) -> Incident:
    """Yellow turned red: a new message, the red times from now, and the coordinators told."""
    incident = incidents.change(tx, incident.known_id, severity=RED)
    journal.add(tx, "turned_red", now, incident_id=incident.known_id)
    if incident.state == WAITING:
        incident = climb(tx, incident, max(incident.rung, 0), now, rules, red=True)
    elif incident.taken_by:
        for addresses in people.reachable(tx, [incident.taken_by]).values():
            for address_id in addresses:
                telling.show_again(tx, incident, address_id, incident.taken_by, now, red=True)
    telling.tell_area(tx, incident, now)
    return incident


def move(tx: Tx, incident: Incident, where: Where, now: datetime, rules: Rules, who: int | None) -> Incident:
    """The place was named or changed: the ladder starts anew there; what was taken stays with who took it."""
    if where == incident.where:
        return incident
    incident = incidents.change(tx, incident.known_id, **incidents.where_values(where))
    entry = journal.add(tx, "place", now, incident_id=incident.known_id, who=who, detail={
        "words": telling.place_of(tx, where), **incidents.where_values(where)})  # fmt: skip
    if incident.state == WAITING:
        calls.drop_others(tx, incident.known_id, set())
        telling.withdraw_alerts(tx, incident.known_id, now, "the place changed")
        telling.refresh(tx, incident.known_id, now)
        incident = climb(tx, incidents.change(tx, incident.known_id, round_here=incident.round), 0, now, rules)
    else:
        telling.refresh(tx, incident.known_id, now)
        addition = Letter("addition", {"incident": incident.known_id, "entry": entry})
        telling.tell(tx, incident, telling.listening(tx, incident), addition, now)
    if incident.severity == RED:
        telling.tell_area(tx, incident, now)
    return incident


def heard_of(tx: Tx, incident: Incident, now: datetime, rules: Rules) -> None:
    """Any step of the worker's starts his quiet time anew."""
    if incident.severity == GREEN:
        return  # a green case is left in peace
    wait = timedelta(seconds=rules.quiet) if incident.state == TAKEN else AFTER_ARRIVAL
    incidents.change(tx, incident.known_id, quiet_at=now + wait, quiet_asked=False)


def hand_back(tx: Tx, incident: Incident, now: datetime, rules: Rules, why: str = "handed_back") -> None:
    """It waits again (the state is changed already): the next rung at once, and the reporter told `why`: handed_back or
    quiet."""
    if incident.severity == GREEN:  # it was green because somebody was there
        incident = incidents.change(tx, incident.known_id, severity=YELLOW)
    climb(tx, incident, incident.rung + 1, now, rules, why=why)
    incidents.change(tx, incident.known_id, tell_at=now + TELL_AFTER[0], told=0)
    telling.refresh(tx, incident.known_id, now)


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
    everybody = [each for each in calls.every(tx, incident.known_id) if not each.dropped]
    reached = people.reachable(tx, [each.person_id for each in everybody])
    if incident.state != WAITING or not all(each.declined_at for each in everybody if each.person_id in reached):
        return
    at_the_end = incident.rung >= _last(incident, tuple(details(tx, incident)["signs"]))
    if not (at_the_end and journal.last(tx, incident.known_id, "all_declined")):
        climb(tx, incident, incident.rung + 1, now, rules)
