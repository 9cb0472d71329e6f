"""Which coordinator answers for a request about somebody of the roster."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from handlers import audience, ladder
from handlers.turn import Turn
from storage import people, requests, roster, speakers, whereabouts
from storage.database import Tx
from storage.places import Where
from storage.requests import COVERAGE, Request
from storage.roster import COORDINATOR, Role


def concerns(role: Role, institution: str) -> bool:
    """Whether the people of an institution are a coordinator's: KPU's and Bawaslu's have their own only."""
    return audience.own(role.institution) in {"", institution}


def decides(role: Role, institution: str) -> bool:
    """Whether he may answer for their data too: BPJS Ketenagakerjaan only looks at who is covered."""
    return concerns(role, institution) and role.institution != "BPJS"


def may(roles: list[Role], case: Request) -> bool:
    """Whether somebody with these roles answers for a request: a coordinator of its place and institution, and not he
    whom it is about."""
    mine = [role for role in roles if role.kind == COORDINATOR and role.election.id == case.election_id]
    return any(_is_his(role, case) for role in mine)


def _is_his(role: Role, case: Request) -> bool:
    rule = concerns if case.kind == COVERAGE else decides
    return ladder.holds(role, case.where) and rule(role, case.institution) and role.person_id != case.subject_id


def of(turn: Turn, kinds: tuple[str, ...]) -> Request | None:
    """The request of a tap, if it is of these kinds and the speaker answers for it."""
    found = requests.by_id(turn.tx, int(turn.args[0])) if turn.who.linked else None
    return found if found is not None and found.kind in kinds and may(turn.roles, found) else None


def by_role(turn: Turn, case: Request) -> Role:
    """By which of his roles the speaker answers for a request that is his."""
    return next(role for role in turn.roles if may([role], case))


def nearest(
    tx: Tx, posts: Collection[tuple[int, str, Where]], now: datetime, rule: Callable[[Role, str], bool]
) -> dict[int, list[int]]:
    """By the nearest coordinator of each post (an id, its institution and place), as `ladder.nearest_coordinators` has
    it for one of them: the ids of his. `rule`: whom an institution's people concern at all."""
    every = roster.coordinators(tx, {where.election_id for _, _, where in posts if where.election_id}, now)
    there = people.reachable(tx, {role.person_id for role in every})
    mute = people.silent(tx, there)
    heard = [role for role in every if role.person_id in there and role.person_id not in mute]
    found: dict[int, list[int]] = {}
    for id_, institution, where in posts:
        around = [role for role in heard if ladder.holds(role, where) and rule(role, institution)]
        for person_id in ladder.nearest(around, institution):
            found.setdefault(person_id, []).append(id_)
    return found


def reached(tx: Tx, case: Request) -> set[int]:
    """Where who asked is told: where he asked, unless that is somebody else's chat by now or was cut off; else where he
    spoke last."""
    row, subject = speakers.speaker_of(tx, case.address_id), case.subject_id or 0
    unlinked = row.person_id is None and not whereabouts.was_cut_off(tx, subject)
    if (unlinked or row.person_id == subject) and row.state == "active":
        return {row.address_id}
    return {at for found in people.latest(tx, [subject]).values() for at in found}
