"""Hapus and Ada yang salah: what somebody asks about his own data, answered within 3×24 hours by who coordinates there.

What he can do by himself happens at once: consent is withdrawn and the chat unlinked. The rest is a request, whose
approval carries out in the same commit what can be carried out here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from handlers import answering, areas, ladder, leaving, post, reading
from handlers.turn import STAY, Letter, Next, Reply, Rules, Turn
from messages import menu
from messages import rights as said
from messages.words import short
from storage import deliveries, elections, journal, names, people, readings, requests, roster
from storage import rights as shelf
from storage.database import Tx
from storage.deliveries import NOTICE
from storage.requests import CORRECT, DELETE, DONE, OPEN, REFUSED, REPLACED, RIGHTS, Request
from storage.roster import Role

WITHIN = timedelta(hours=72)  # 3×24 jam
REMINDED = timedelta(hours=24)  # before it is due
LONGEST, WHOLE = 500, 1000  # characters of one complaint, and of all that is kept of them
WHY = 200
SHOWN = 8  # requests of a list
REMIND, LATE = 1, 2


def keep(turn: Turn, kind: str, roles: list[Role], words: str = "") -> int | None:
    """Write a request down and tell the nearest who answer for it; how many they are, None: one like it waits."""
    role, person_id, tx = roles[0], turn.who.person_id or 0, turn.tx
    where = role.where
    values = {"address_id": turn.who.address_id, "election_id": role.election.id, "role": role.role or role.position,
              "institution": role.institution, "kecamatan_id": where.kecamatan_id, "kelurahan_id": where.kelurahan_id,
              "tps_id": where.tps_id, "puskesmas_id": where.puskesmas_id, "created_at": turn.now,
              "due_at": turn.now + WITHIN, "next_at": turn.now + WITHIN - REMINDED,
              "words_sealed": tx.vault.seal(words) if words else None}  # fmt: skip
    number = requests.ask_once(tx, kind, person_id, values)
    if number is None:
        return None
    asked = nearest(tx, roles, turn.now, person_id)
    journal.add(tx, f"{kind}_asked", turn.now, who=person_id, detail={"request": number, "asked": len(asked)})
    _ask(tx, number, asked, turn.now, 0)
    return len(asked)


def nearest(tx: Tx, roles: list[Role], now: datetime, person_id: int) -> set[int]:
    institution = roles[0].institution
    may = partial(answering.decides, institution=institution)
    return ladder.nearest_coordinators(tx, roles, now, but=person_id, may=may)


def _ask(tx: Tx, number: int, person_ids: set[int], now: datetime, nth: int) -> None:
    letter = Letter("right_decide", {"request": number, "nth": nth})
    for addresses in people.latest(tx, person_ids).values():
        for address_id in addresses:
            post.say(tx, address_id, letter, now, lane=NOTICE, once=f"right:{number}:{address_id}:{nth}",
                     lives=post.NOTICE_LIVES)  # fmt: skip


# --- something is wrong in what is held ---


def fix_ask(turn: Turn) -> Reply:
    """Ada yang salah, under /data."""
    if not turn.who.linked or not turn.roles:
        return Reply(then=STAY, tap="not_yours")
    return Reply((said.FixAsk(),), Next("rights", "fix", {}))


def fix_typed(turn: Turn) -> Reply:
    """What is wrong, in his own words; a second complaint joins the first."""
    words = names.without_nik(short(turn.heard.text, LONGEST + 1))
    if not turn.who.linked or not turn.roles:
        return Reply((menu.NotYours(turn.menu),), None)
    if not words or len(words) > LONGEST:
        return Reply((said.FixAsk(wrong=True),), STAY)
    asked = keep(turn, CORRECT, turn.roles, words)
    if asked is not None:
        return Reply((said.Sent("asked" if asked else "nobody", turn.now + WITHIN),), None)
    return _joined(turn, words)


def _joined(turn: Turn, words: str) -> Reply:
    waits = shelf.alive(turn.tx, CORRECT, turn.who.person_id or 0)
    if waits is None:
        return Reply((said.Sent("asked"),), None)  # answered this moment
    before = turn.tx.vault.open(waits.words_sealed) if waits.words_sealed else ""
    shelf.reword(turn.tx, waits.id or 0, short(f"{before} / {words}", WHOLE))
    _shown(turn.tx, waits.id or 0, turn.now)
    return Reply((said.Sent("asked", waits.due_at),), None)


# --- who answers ---


def listing(turn: Turn) -> Reply:
    """The open ones of his area, what is due first; that these were read is written down."""
    ground = areas.named(turn, 0)
    if ground is None:
        return Reply(then=STAY, tap="not_yours")
    shown = shelf.waiting(turn.tx, ground.deciding, SHOWN)
    reading.people(turn, ground.role, readings.RIGHTS, [row.subject_id for row in shown])
    return Reply((Letter("rights", ground.refs),), STAY, tap="noted")


def show(turn: Turn) -> Reply:
    case = answering.of(turn, RIGHTS)
    if case is None:
        return Reply(then=STAY, tap="not_yours")
    reading.person(turn, answering.by_role(turn, case), readings.RIGHT, case.subject_id)
    address_id = turn.who.address_id
    post.say(turn.tx, address_id, Letter("right_decide", {"request": case.id, "nth": 0}), turn.now,
             once=f"right:{case.id}:{address_id}:{turn.heard.update_id}")  # fmt: skip
    return Reply(then=STAY, tap="ok")


def done(turn: Turn) -> Reply:
    """Selesai: what can be carried out here is, in this very commit."""
    case = answering.of(turn, RIGHTS)
    if case is None:
        return Reply(then=STAY, tap="not_yours")
    if not requests.settle(turn.tx, case.id or 0, DONE, turn.who.person_id, turn.now):
        return _late(turn, case)
    told = _answered(turn, case, DONE)
    if case.kind == DELETE:
        _carry_out(turn, case)
    return Reply((said.Noted(told),), STAY, tap="noted")


def _carry_out(turn: Turn, case: Request) -> None:
    """…and each chat that it cuts off reads why."""
    here = people.addresses_of(turn.tx, case.subject_id or 0)
    leaving.erase(turn.tx, case.subject_id, case.address_id, turn.now, turn.rules)
    for row in here:
        post.say(turn.tx, row.id, said.Answer(DELETE, DONE), turn.now)


def refuse(turn: Turn) -> Reply:
    """Tolak asks why."""
    case = answering.of(turn, RIGHTS)
    if case is None:
        return Reply(then=STAY, tap="not_yours")
    if case.state != OPEN:
        return _late(turn, case)
    return Reply((said.WhyAsk(),), Next("rights", "why", {"request": case.id}))


def refused(turn: Turn) -> Reply:
    """The typed reason; it is what who asked reads."""
    turn.args = (str(turn.kept.get("request", 0)),)
    case, why = answering.of(turn, RIGHTS), names.without_nik(" ".join(turn.heard.text.split()))
    if case is None:
        return Reply((menu.NotYours(turn.menu),), None)
    if not why or len(why) > WHY:
        return Reply((said.WhyAsk(wrong=True),), STAY)
    if not requests.settle(turn.tx, case.id or 0, REFUSED, turn.who.person_id, turn.now, why=why):
        return Reply((Letter("right_decide", {"request": case.id, "nth": 0}),), None)
    return Reply((said.Noted(_answered(turn, case, REFUSED, why)),), None)


def _late(turn: Turn, case: Request) -> Reply:
    _shown(turn.tx, case.id or 0, turn.now)
    return Reply(then=STAY, tap="void" if case.state == REPLACED else "already")


def _answered(turn: Turn, case: Request, what: str, why: str = "") -> bool:
    """Tell who asked; whether he could be told."""
    detail = {"request": case.id, "words": why}
    journal.add(turn.tx, f"{case.kind}_{what}", turn.now, who=turn.who.person_id, detail=detail)
    _shown(turn.tx, case.id or 0, turn.now)
    return _tell(turn.tx, case, said.Answer(case.kind, what, why), turn.now)


def _tell(tx: Tx, case: Request, words: said.Answer, now: datetime) -> bool:
    known = elections.by_id(tx, case.election_id)
    told = answering.reached(tx, case)
    for address_id in told:
        post.say(tx, address_id, words, now, zone=known.zone if known else None)
    return bool(told)


def _shown(tx: Tx, number: int, now: datetime) -> None:
    for delivery_id in deliveries.with_key(tx, f"right:{number}:"):
        deliveries.post_edit(tx, delivery_id, now)


def came_back(tx: Tx, address_id: int, person_id: int, now: datetime) -> None:
    """He registers again from the chat by which he asked to be deleted: then he does not want to be."""
    waits = shelf.alive(tx, DELETE, person_id)
    if waits is not None and waits.address_id == address_id:
        requests.settle(tx, waits.id or 0, REPLACED, None, now)
        _shown(tx, waits.id or 0, now)


# --- the clock ---


def step(tx: Tx, request_id: int, now: datetime, rules: Rules) -> bool:
    """A day before it is due who was asked is reminded; late, it goes to the city's, and who asked is told so."""
    del rules
    case = requests.by_id(tx, request_id)
    if case is None or case.state != OPEN or case.next_at is None or case.next_at > now or case.due_at is None:
        return False
    late = now >= case.due_at
    if not shelf.advance(tx, case, None if late else case.due_at):
        return False
    roles = roster.roles(tx, case.subject_id or 0, now)
    around = ladder.area_coordinators(tx, case.where, now)
    mine = [role for role in around if answering.may([role], case)]
    if late:
        journal.add(tx, f"{case.kind}_late", now, detail={"request": case.id})
        city = {role.person_id for role in mine if ladder.nearness(role) == 0}
        _ask(tx, request_id, city, now, LATE)
        if not people.silent(tx, [case.subject_id or 0]):  # his answer is owed to him all the same, once there is one
            _tell(tx, case, said.Answer(case.kind, "late" if people.reachable(tx, city) else "late_alone"), now)
    else:
        asked = nearest(tx, roles, now, case.subject_id or 0) if roles else {role.person_id for role in mine}
        _ask(tx, request_id, asked, now, REMIND)
    return False
