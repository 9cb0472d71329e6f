"""Minta diperiksa: who is not on his institution's list asks, who coordinates there answers, and a list closes it.

It informs and promises nothing: what is written down is that it was submitted, never that somebody is covered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import answering, areas, cover, ladder, post, reading
from handlers.turn import STAY, Letter, Next, Reply, Turn
from messages import coverage_case as said
from messages import menu
from storage import coverage_cases, deliveries, journal, names, people, readings, requests
from storage.database import Tx
from storage.deliveries import NOTICE
from storage.requests import ALIVE_STATES, COVERAGE, REFUSED, SUBMITTED, Request
from storage.roster import OFFICER, Role

LONGEST = 200  # characters of a reason
A_PAGE = 8
SINGLY, HOUR = 20, timedelta(hours=1)  # so many cases of an institution in an hour come each by itself
STATUS = Letter("status")
KINDS = (COVERAGE,)


def ask(turn: Turn) -> Reply:
    """A button under /status; asked ten times it is one case."""
    role = next((role for role in turn.roles if role.id == int(turn.args[0]) and role.kind == OFFICER), None)
    if role is None or turn.who.person_id is None:
        return Reply(then=STAY, tap="not_yours")
    found = cover.covers(turn.tx, [role], turn.who.nik_hash, turn.now)
    (his,) = cover.with_cases(turn.tx, found, [role], turn.who.person_id, turn.now)
    number = _keep(turn, role, turn.who.person_id) if his.may_ask else None
    if number is None:
        return Reply((STATUS,), STAY, tap="already")
    asked = ladder.nearest_coordinators(
        turn.tx, [role], turn.now, but=turn.who.person_id, may=lambda each: answering.concerns(each, role.institution)
    )
    journal.add(turn.tx, "coverage_asked", turn.now, who=turn.who.person_id,
                detail={"request": number, "asked": len(asked)})  # fmt: skip
    _tell(turn, role, number, asked)
    return Reply((said.Asked("sent" if asked else "nobody", role.institution),), STAY, tap="noted")


def _tell(turn: Turn, role: Role, number: int, asked: set[int]) -> None:
    """Each by itself; where many come, as after a list with holes, the list of them once an hour."""
    lately = coverage_cases.lately(turn.tx, role.election.id, role.institution, turn.now - HOUR)
    many, hour = lately > SINGLY, int(turn.now.timestamp() // HOUR.total_seconds())
    about = {"page": 0, "request": number} if many else {"request": number}
    letter = Letter("coverage_cases" if many else "coverage_case", about)
    for addresses in people.latest(turn.tx, asked).values():
        for address_id in addresses:
            once = f"covs:{hour}:{address_id}" if many else f"cov:{number}:{address_id}"
            post.say(turn.tx, address_id, letter, turn.now, lane=NOTICE, once=once, lives=post.NOTICE_LIVES)


def _keep(turn: Turn, role: Role, person_id: int) -> int | None:
    where = role.where
    values = {"address_id": turn.who.address_id, "election_id": role.election.id, "role": role.role,
              "institution": role.institution, "kecamatan_id": where.kecamatan_id, "kelurahan_id": where.kelurahan_id,
              "tps_id": where.tps_id, "created_at": turn.now}  # fmt: skip
    return requests.ask_once(turn.tx, COVERAGE, person_id, values)


def listing(turn: Turn) -> Reply:
    """The open cases of his area, the oldest first; that their names were read is written down."""
    ground = areas.named(turn, 1)
    if ground is None:
        return Reply(then=STAY, tap="not_yours")
    reading.areas(turn, ground.roles, readings.CASES)
    return Reply((Letter("coverage_cases", {"page": int(turn.args[0]), **ground.refs}),), STAY, tap="noted")


def show(turn: Turn) -> Reply:
    case = answering.of(turn, KINDS)
    if case is None:
        return Reply(then=STAY, tap="not_yours")
    reading.person(turn, answering.by_role(turn, case), readings.CASE, case.subject_id)
    address_id = turn.who.address_id  # with a key, so that this copy too shows how it ends
    post.say(turn.tx, address_id, Letter("coverage_case", {"request": case.id}), turn.now,
             once=f"cov:{case.id}:{address_id}:{turn.heard.update_id}")  # fmt: skip
    return Reply(then=STAY, tap="ok")


def submitted(turn: Turn) -> Reply:
    """Sudah diajukan: it stays until a list brings it."""
    case = answering.of(turn, KINDS)
    if case is None:
        return Reply(then=STAY, tap="not_yours")
    if not requests.settle(turn.tx, case.id or 0, SUBMITTED, turn.who.person_id, turn.now):
        return _late(turn, case)
    told = _answered(turn, case, SUBMITTED)
    return Reply((said.Noted(told),), STAY, tap="noted")


def refuse(turn: Turn) -> Reply:
    """Tidak berhak asks why."""
    case = answering.of(turn, KINDS)
    if case is None:
        return Reply(then=STAY, tap="not_yours")
    if case.state not in ALIVE_STATES:
        return _late(turn, case)
    return Reply((said.WhyAsk(),), Next("coverage", "why", {"request": case.id}))


def refused(turn: Turn) -> Reply:
    """The typed reason; it is what the officer reads."""
    turn.args = (str(turn.kept.get("request", 0)),)
    case, why = answering.of(turn, KINDS), names.without_nik(" ".join(turn.heard.text.split()))
    if case is None:
        return Reply((menu.NotYours(turn.menu),), None)
    if not why or len(why) > LONGEST:
        return Reply((said.WhyAsk(wrong=True),), STAY)
    if not requests.settle(turn.tx, case.id or 0, REFUSED, turn.who.person_id, turn.now, before=ALIVE_STATES, why=why):
        return Reply((Letter("coverage_case", {"request": case.id}),), None)
    return Reply((said.Noted(_answered(turn, case, REFUSED, why)),), None)


def _late(turn: Turn, case: Request) -> Reply:
    """Somebody was first, or a list came: what he sees is set right."""
    _shown(turn, case.id or 0)
    return Reply(then=STAY, tap="already")


def _answered(turn: Turn, case: Request, what: str, why: str = "") -> bool:
    """Tell the officer, where he speaks now; whether he could be told."""
    journal.add(
        turn.tx, f"coverage_{what}", turn.now, who=turn.who.person_id, detail={"request": case.id, "words": why}
    )
    _shown(turn, case.id or 0)
    subject = {case.subject_id or 0}
    reached = people.latest(turn.tx, subject - people.silent(turn.tx, subject))
    zone = next((role.election.zone for role in turn.roles if role.election.id == case.election_id), None)
    for addresses in reached.values():
        for address_id in addresses:
            post.say(turn.tx, address_id, said.Answer(what, case.institution, why), turn.now, zone=zone)
    return bool(reached)


def _shown(turn: Turn, number: int) -> None:
    _shown_anew(turn.tx, number, turn.now)


def _shown_anew(tx: Tx, number: int, now: datetime) -> None:
    """Everybody who was asked sees how it stands."""
    for delivery_id in deliveries.with_key(tx, f"cov:{number}:"):
        deliveries.post_edit(tx, delivery_id, now)


def reopen(tx: Tx, election_id: int, run: int, since: datetime, after: int, now: datetime) -> int | None:
    """An import was taken back, and with it coverage that had closed cases since it began: they are open again, and the
    nearest coordinators read their list once. Where to go on after the id `after`, None at the end."""
    back, more = coverage_cases.reopen(tx, election_id, since, after, now)
    for number in back:
        _shown_anew(tx, number, now)
    cases = [case for number in back if (case := requests.by_id(tx, number)) is not None]
    posts = [(case.id or 0, case.institution, case.where) for case in cases]
    told = answering.nearest(tx, posts, now, answering.concerns)
    for person_id, addresses in people.latest(tx, told).items():
        letter = Letter("coverage_cases", {"page": 0, "request": told[person_id][0], "back": True})
        for address_id in addresses:
            post.say(tx, address_id, letter, now, lane=NOTICE, once=f"covs:undo:{run}:{address_id}",
                     lives=post.NOTICE_LIVES)  # fmt: skip
    return more
