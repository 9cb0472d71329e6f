"""The ladder as pure decisions and short queries: who stands on which rung, and when the next one is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import triage
from storage import elections, people, places, roster
from storage.database import Tx
from storage.incidents import RED, YELLOW, Incident
from storage.places import Where
from storage.roster import Role

WORKER, DINKES, COORDINATOR = "worker", "dinkes", "coordinator"
MEDICAL = {WORKER, DINKES}  # who sees signs and age
MEDICAL_LAST = {RED: 3, YELLOW: 2}
RIOT_LAST = 2


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody on a rung; `view` says what he may read."""

    person_id: int
    view: str


def interval(ladder: tuple[int, ...], rung: int, severity: str) -> timedelta:
    """The time until the next rung; the last of the ladder repeats, yellow takes twice as long."""
    seconds = ladder[min(max(rung, 0), len(ladder) - 1)]
    return timedelta(seconds=seconds * (2 if severity == YELLOW else 1))


def last_rung(kinds: tuple[str, ...], severity: str, medical: bool) -> int:
    """The rung that repeats."""
    ends = [MEDICAL_LAST.get(severity, 2)] if medical else []
    return max([*ends, *([RIOT_LAST] if triage.RIOT in kinds else [])], default=RIOT_LAST)


def rung(tx: Tx, incident: Incident, n: int, signs: tuple[str, ...], now: datetime) -> list[Callee]:
    """Who stands on rung `n` of this incident, each once, the posted first; who called himself is left out."""
    where = incident.where
    found: list[Callee] = []
    if triage.RIOT in incident.said:
        found += _riot(tx, where, n, now)
    if triage.needs_medicine(incident.said, signs, incident.casualty):
        found += _medical(tx, where, n, now)
    seen: dict[int, Callee] = {}
    for callee in found:
        if callee.person_id != incident.reporter_id:
            seen.setdefault(callee.person_id, callee)
    return list(seen.values())


def _medical(tx: Tx, where: Where, n: int, now: datetime) -> list[Callee]:
    serving = places.serving(tx, where)
    if not serving:
        return [*_dinkes(tx, where, now), *_city(tx, where, now)]
    if n == 0:
        return _workers([*on_duty(roster.posted(tx, where, now), now), *on_duty(roster.workers(tx, serving, now), now)])
    if n == 1:
        return _workers(roster.workers(tx, serving, now))
    if n == 2:  # noqa: PLR2004 - the third rung
        around = [each for each in places.of_kecamatan(tx, places.kecamatan_of(tx, serving)) if each not in serving]
        return [*_workers(on_duty(roster.workers(tx, around, now), now)), *_dinkes(tx, where, now)]
    return _city(tx, where, now)


def _riot(tx: Tx, where: Where, n: int, now: datetime) -> list[Callee]:
    """Rung 0: coordinators of the kelurahan, 1: of the kecamatan, 2: of the city; nothing known: the city at once."""
    here = [role for role in area_coordinators(tx, where, now) if role.institution != "BPJS"]
    wanted = n if where.known else RIOT_LAST
    return _views(role for role in here if _level(role) == min(wanted, RIOT_LAST))


def _level(role: Role) -> int:
    if role.where.kelurahan_id:
        return 0
    return 1 if role.where.kecamatan_id else 2


def on_duty(shifts: list[Role], now: datetime) -> list[Role]:
    """Those of these workers who are on duty; a worker's shifts are weighed together."""
    by_person: dict[int, list[Role]] = {}
    for role in shifts:
        by_person.setdefault(role.person_id, []).append(role)
    return [role for role in shifts if roster.on_duty(by_person[role.person_id], now)]


def _workers(roles: list[Role]) -> list[Callee]:
    return [Callee(role.person_id, WORKER) for role in roles]


def _views(roles: Iterable[Role]) -> list[Callee]:
    return [Callee(r.person_id, DINKES if r.institution == "Dinkes" else COORDINATOR) for r in roles]


def _coordinators(tx: Tx, where: Where, now: datetime) -> list[Role]:
    ids = [where.election_id] if where.election_id and where.known else [each.id for each in elections.active(tx, now)]
    return roster.coordinators(tx, ids, now)


def holds(role: Role, where: Where) -> bool:
    """Whether a coordinator's area holds a place; the whole city holds every place."""
    if role.where.kelurahan_id:
        return role.where.kelurahan_id == where.kelurahan_id
    if role.where.kecamatan_id:
        return role.where.kecamatan_id == where.kecamatan_id
    return True


def _dinkes(tx: Tx, where: Where, now: datetime) -> list[Callee]:
    found = [r for r in _coordinators(tx, where, now) if r.institution == "Dinkes" and holds(r, where)]
    return _views(found)


def _city(tx: Tx, where: Where, now: datetime) -> list[Callee]:
    """The coordinators without kecamatan and kelurahan, BPJS apart."""
    everybody = _coordinators(tx, where, now)
    return _views(r for r in everybody if not (r.where.kecamatan_id or r.where.kelurahan_id or r.institution == "BPJS"))


def area_coordinators(tx: Tx, where: Where, now: datetime) -> list[Role]:
    """Every coordinator whose area holds the place."""
    return [role for role in _coordinators(tx, where, now) if holds(role, where)]


def nearest_coordinators(
    tx: Tx, roles: list[Role], now: datetime, *, but: int | None, may: Callable[[Role], bool] = lambda _role: True
) -> set[int]:
    """The coordinators nearest to a person's place who can be reached: of his institution first, then of any.

    `but`: who needs no telling. `may`: whom it concerns at all.
    """
    if not roles:
        return set()
    around = [role for role in area_coordinators(tx, roles[0].where, now) if may(role)]
    reachable = people.reachable(tx, [role.person_id for role in around])
    left_out = people.silent(tx, reachable) | {but}
    here = [role for role in around if role.person_id in reachable and role.person_id not in left_out]
    return nearest(here, roles[0].institution)


def nearest(around: list[Role], institution: str) -> set[int]:
    """Of coordinators whose areas hold a place the nearest: of an institution first, then of any."""
    here = [role for role in around if role.institution == institution] or around
    near = max((nearness(role) for role in here), default=0)
    return {role.person_id for role in here if nearness(role) == near}


def nearness(role: Role) -> int:
    """How close to a place a coordinator is: of its kelurahan, its kecamatan, the city."""
    return 2 if role.where.kelurahan_id else 1 if role.where.kecamatan_id else 0
