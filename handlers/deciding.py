"""Who decides whether somebody is recorded, and how his request reaches them: at once, again, wider, and who links
later."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta

from handlers import ladder, post
from handlers.timetable import Quiet
from handlers.turn import Letter, Rules, Turn
from messages import identity as said
from storage import deliveries, elections, journal, people, requests, roster, speakers
from storage import rights as shelf
from storage.database import Tx
from storage.elections import Known
from storage.places import Where
from storage.requests import APPROVED, IDENTITY, OPEN, Request
from storage.roster import COORDINATOR, WORKER, Role

NAKES = "nakes"
INSTITUTION = {"kpps": "KPU", "linmas": "KPU", "pps": "KPU", "ppk": "KPU", "ptps": "Bawaslu", "pkd": "Bawaslu",
               "panwascam": "Bawaslu"}  # fmt: skip
ORGANISERS = {"KPU", "Bawaslu"}
NEVER = {"BPJS"}  # whose coordinators know nobody by sight
SOON, DAILY = timedelta(minutes=15), timedelta(hours=24)
DAWN, BUSY = time(6), timedelta(hours=66)  # from the morning before voting day until the day after it is over
REMIND, WIDER = 1, 2


# --- who ---


def titles(role: Role) -> tuple[str, ...]:
    """As what somebody with this role may have others recorded: the head of a puskesmas and Dinkes health workers, a
    coordinator the officers of his institution, who belongs to neither organiser those of both."""
    if role.kind == WORKER:
        return (NAKES,) if "kepala" in role.position.casefold() else ()
    if role.kind != COORDINATOR or role.institution in NEVER:
        return ()
    if role.institution == "Dinkes":
        return () if role.where.kelurahan_id else (NAKES,)
    other = ORGANISERS - {role.institution} if role.institution in ORGANISERS else set()
    return tuple(title for title, institution in INSTITUTION.items() if institution not in other)


def seats(roles: Iterable[Role]) -> list[tuple[Where, tuple[str, ...]]]:
    """Where, and as what, somebody with these roles may have others recorded."""
    return [(role.where, titles(role)) for role in roles if titles(role)]


def by_role(roles: Iterable[Role], request: Request) -> Role | None:
    """By which of these roles somebody may decide it, if by any."""
    return next((role for role in roles if decides(role, request)), None)


def decides(role: Role, request: Request) -> bool:
    if (request.kind, request.election_id) != (IDENTITY, role.election.id) or request.role not in titles(role):
        return False
    if role.kind == WORKER:
        return role.where.puskesmas_id == request.puskesmas_id
    return ladder.holds(role, request.where)


def deciders(tx: Tx, request: Request, now: datetime) -> list[Role]:
    """Who may decide: for an officer the coordinators of his area and institution, for a health worker the heads of his
    puskesmas and Dinkes."""
    heads = roster.workers(tx, [request.puskesmas_id], now) if request.puskesmas_id else []
    around = roster.coordinators(tx, [request.election_id], now)
    return [role for role in (*heads, *around) if decides(role, request)]


def nearest(tx: Tx, request: Request, now: datetime, but: Collection[int] = ()) -> set[int]:
    """Of those who may decide and can be reached, the nearest: his head, or his kelurahan's, else further out. `but`:
    not who has any of these addresses."""
    found = deciders(tx, request, now)
    reachable = people.reachable(tx, [role.person_id for role in found])
    asked = {who for who, at in reachable.items() if not set(at) & set(but)} - people.silent(tx, reachable)
    here = [role for role in found if role.person_id in asked]
    heads = {role.person_id for role in here if role.kind == WORKER}
    near = max((ladder.nearness(role) for role in here), default=0)
    return heads or {role.person_id for role in here if ladder.nearness(role) == near}


# --- how it reaches them ---


def times(election: Known, now: datetime, rules: Rules) -> dict[str, datetime]:
    """When somebody is reminded of a request of this moment, and until when it should be decided."""
    reminded = again(election, now, rules)
    return {"next_at": reminded, "due_at": again(election, reminded, rules)}


def again(election: Known, at: datetime, rules: Rules) -> datetime:
    """When to look again: a day later; soon while a voting day is near, since who is not recorded has no help then."""
    later = at + DAILY
    for day in sorted({election.voting_day, election.last_day}):
        dawn = datetime.combine(day - timedelta(days=1), DAWN, election.tz)
        if dawn <= at < dawn + BUSY:
            return at + SOON
        if at < dawn:
            later = min(later, dawn)
    return Quiet(*rules.quiet_hours).end(later, election.tz)


def ask(tx: Tx, number: int, person_ids: Collection[int], now: datetime, nth: int = 0) -> None:
    letter = Letter("identity_decide", {"request": number, "nth": nth})
    for addresses in people.latest(tx, person_ids).values():
        for address_id in addresses:
            post.say(tx, address_id, letter, now, once=f"id:{number}:{address_id}:{nth}", lives=post.NOTICE_LIVES)


def shown(tx: Tx, number: int, now: datetime) -> None:
    """Everybody who was asked sees how it ended."""
    for delivery_id in deliveries.with_key(tx, f"id:{number}:"):
        deliveries.post_edit(tx, delivery_id, now)


def solved(tx: Tx, request: Request, now: datetime, by: int | None = None) -> bool:
    """Whether who asked speaks for somebody already: a newer list had his number, or a chair named him. Then nobody is
    to be added, and the request is over."""
    found = speakers.speaker_of(tx, request.address_id).person_id
    if found is not None:
        requests.settle(tx, request.id or 0, APPROVED, by, now, found)
        shown(tx, request.id or 0, now)
    return found is not None


def linked(turn: Turn, roles: list[Role]) -> tuple[Letter, ...]:
    """Who speaks here is known from now on: what he asked himself is over, and he reads what waits for him."""
    for request in requests.open_of(turn.tx, turn.who.address_id):
        solved(turn.tx, request, turn.now)
    return waiting(turn.tx, roles)


def waiting(tx: Tx, roles: list[Role]) -> tuple[Letter, ...]:
    """What waits for somebody with these roles, as one list however much it is; nothing, if nothing does."""
    mine = seats(roles)
    return (Letter("identities"),) if mine and requests.to_decide(tx, mine) else ()


def mine(turn: Turn) -> Request | None:
    """The request of a tap, if the speaker may decide it."""
    found = requests.by_id(turn.tx, int(turn.args[0])) if turn.who.linked else None
    return found if found is not None and by_role(turn.roles, found) else None


# --- the clock ---


def step(tx: Tx, request_id: int, now: datetime, rules: Rules) -> bool:
    """Undecided, the nearest are reminded once; after that who stands further out is asked, ring by ring, and who asked
    is told so. As long as nobody at all is reached it is tried again."""
    request = requests.by_id(tx, request_id)
    if request is None or request.state != OPEN or request.next_at is None or request.next_at > now:
        return False
    if solved(tx, request, now) or request.due_at is None:
        return False
    election = next((each for each in elections.active(tx, now) if each.id == request.election_id), None)
    late = now >= request.due_at
    here = nearest(tx, request, now)
    asked = nearest(tx, request, now, deliveries.addressed(tx, f"id:{request_id}:")) if late else here
    then = again(election, now, rules) if late and election and (asked or not here) else None
    if not shelf.advance(tx, request, then if late else request.due_at):
        return False
    ask(tx, request_id, asked, now, WIDER if late else REMIND)
    if late and request.next_at <= request.due_at:
        journal.add(tx, "identity_late", now, detail={"request": request_id, "asked": len(asked)})
        post.say(tx, request.address_id, said.Sent("wider" if asked else "late" if here else "late_alone"), now)
    return False
