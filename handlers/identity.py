"""Somebody whom no roster knows, or only by another number: he names himself, and who knows him there decides."""

from __future__ import annotations

import difflib
import re
from datetime import datetime, timedelta

from handlers import deciding, finding, mine, post, reading, welcome
from handlers.deciding import INSTITUTION, NAKES
from handlers.facts import post_words
from handlers.turn import STAY, Letter, Next, Reply, Turn, menu_keys
from messages import identity as said
from messages import menu
from messages.render import Words
from storage import denials, elections, journal, people, places, readings, requests, roster
from storage.database import Tx
from storage.names import key, person_key
from storage.places import Where
from storage.requests import APPROVED, OPEN, REFUSED, REPLACED, Request
from storage.roster import OFFICER, WORKER, Role

MOST, WITHIN = 3, timedelta(hours=24)
ALIKE, SHOWN = 0.6, 3
LISTED = 8  # requests of a list
_NAME = re.compile(r"[^\W\d_][\w .,'’-]{1,78}[\w.]")
_ADDRESS = re.compile(r"^(?:pak|bapak|bpk|bu|ibu|sdr|sdri)\b\.?\s+", re.IGNORECASE)  # no part of a name
_TITLES = {"kpps": "KPPS", "linmas": "Linmas", "ptps": "PTPS", "pps": "PPS", "pkd": "PKD", "ppk": "PPK",
           "panwascam": "Panwascam"}  # fmt: skip
AT_TPS, OF_KECAMATAN = {"kpps", "linmas", "ptps"}, {"ppk", "panwascam"}


def ask(turn: Turn) -> Reply:
    """Minta dicatat."""
    if turn.who.linked or turn.who.consent != "yes":
        return welcome.start(turn)
    if requests.asked_since(turn.tx, turn.who.address_id, turn.now - WITHIN) >= MOST:
        return Reply((said.Sent("often"),), STAY)
    return Reply((said.RoleAsk(),), Next("identity", "role", {}))


def role(turn: Turn) -> Reply:
    if turn.args[0] not in said.ROLES or turn.who.dialog != "identity":
        return Reply(then=STAY, tap="unknown")
    return Reply((said.NameAsk(),), Next("identity", "name", {"role": turn.args[0]}))


def role_again(turn: Turn) -> Reply:
    return Reply((said.RoleAsk(),), STAY)


def full_name(typed: str) -> str | None:
    """A name as it is kept: letters, more than an initial; a number is none."""
    plain = _ADDRESS.sub("", " ".join(typed.split()))
    return plain if _NAME.fullmatch(plain) and len(key(plain)) > 2 else None  # noqa: PLR2004 - shorter is an initial


def named(turn: Turn) -> Reply:
    """His name."""
    typed = full_name(turn.heard.text)
    if typed is None:
        return Reply((said.NameAsk(wrong=True),), STAY)
    return Reply((said.PlaceAsk(turn.kept["role"]),), Next("identity", "place", {**turn.kept, "name": typed}))


def placed(turn: Turn) -> Reply:
    """Where; then it is asked."""
    kept = turn.kept
    found = _centre(turn, turn.heard.text) if kept["role"] == NAKES else _place(turn, kept["role"], turn.heard.text)
    if isinstance(found, said.PlaceAsk):
        return Reply((found,), STAY)
    election = elections.by_id(turn.tx, found.election_id or 0)
    assert election is not None  # the place is of it
    values = {"address_id": turn.who.address_id, "election_id": election.id, "role": kept["role"],
              "name": kept["name"], "kecamatan_id": found.kecamatan_id, "kelurahan_id": found.kelurahan_id,
              "tps_id": found.tps_id, "puskesmas_id": found.puskesmas_id, "created_at": turn.now,
              **deciding.times(election, turn.now, turn.rules)}  # fmt: skip
    before = requests.open_of(turn.tx, turn.who.address_id)
    number = requests.ask(turn.tx, values)
    for each in before:
        deciding.shown(turn.tx, each.id or 0, turn.now)
    request = requests.by_id(turn.tx, number)
    assert request is not None
    asked = deciding.nearest(turn.tx, request, turn.now)
    journal.add(turn.tx, "identity_asked", turn.now, detail={"request": number, "asked": len(asked)})
    deciding.ask(turn.tx, number, asked, turn.now)
    return Reply((said.Sent("sent" if asked else "nobody", post_words(turn.tx, found)),), None)


def _place(turn: Turn, wanted: str, typed: str) -> Where | said.PlaceAsk:
    rows = places.all_kelurahan(turn.tx, [each.id for each in turn.elections])
    found = finding.place(typed, rows)
    if wanted in OF_KECAMATAN and (within := found.kecamatan or found.kelurahan):
        return Where(within.election_id, within.kecamatan_id)
    if found.kelurahan is None:
        wrong = "which" if found.several else "unknown"
        return said.PlaceAsk(wanted, wrong, found.several or found.near)
    ward = found.kelurahan
    if wanted not in AT_TPS:
        return Where(ward.election_id, ward.kecamatan_id, ward.id)
    tps_id = places.tps_by_number(turn.tx, ward.id, found.number) if found.number is not None else None
    return places.of_tps(turn.tx, tps_id) if tps_id else said.PlaceAsk(wanted, "tps")


def _centre(turn: Turn, typed: str) -> Where | said.PlaceAsk:
    """A puskesmas by its name, with or without that word."""
    rows = places.every_puskesmas(turn.tx, [each.id for each in turn.elections])
    by_key = {row.key.removeprefix("puskesmas"): row for row in rows}
    word = key(typed).removeprefix("puskesmas")
    row = by_key.get(word)
    if row is None:
        near = difflib.get_close_matches(word, by_key, n=3, cutoff=0.6)
        return said.PlaceAsk(NAKES, "unknown", tuple(by_key[each].name for each in near))
    return Where(row.election_id, row.kecamatan_id, puskesmas_id=row.id)


def listing(turn: Turn) -> Reply:
    """Minta dicatat, under /rekap: the open ones that are his to decide, the oldest first; that he read them is written
    down."""
    seats = deciding.seats(turn.roles)
    if not seats:
        return Reply(then=STAY, tap="not_yours")
    shown = [(deciding.by_role(turn.roles, each), each) for each in requests.oldest(turn.tx, seats, LISTED)]
    reading.asked(turn, [(role, each) for role, each in shown if role], readings.IDENTITIES)
    return Reply((Letter("identities"),), STAY, tap="noted")


def show(turn: Turn) -> Reply:
    """One of them, with whom of the roster he may be; with a key, so that this copy too shows how it ends."""
    found, at = deciding.mine(turn), turn.who.address_id
    role = deciding.by_role(turn.roles, found) if found else None
    if found is None or role is None:
        return Reply(then=STAY, tap="not_yours")
    reading.asked(turn, [(role, found)], readings.IDENTITY)
    if found.state == OPEN:
        reading.people(turn, role, readings.ALIKE, [each.person_id for each in alike(turn.tx, found, turn.now)])
    post.say(turn.tx, at, Letter("identity_decide", {"request": found.id, "nth": 0}), turn.now,
             once=f"id:{found.id}:{at}:{turn.heard.update_id}", lives=post.NOTICE_LIVES)  # fmt: skip
    return Reply(then=STAY, tap="ok")


def alike(tx: Tx, request: Request, now: datetime) -> list[Role]:
    """Who serves there in the roster and is called like that, the likest first."""
    there = _roster_there(tx, request, now)
    wanted = person_key(request.name)
    scored = {role.person_id: (difflib.SequenceMatcher(None, wanted, person_key(role.name)).ratio(), role)
              for role in there}  # fmt: skip
    ordered = sorted((each for each in scored.values() if each[0] >= ALIKE), key=lambda each: -each[0])
    return [role for _, role in ordered[:SHOWN]]


def _roster_there(tx: Tx, request: Request, now: datetime) -> list[Role]:
    if request.role == NAKES:
        return roster.workers(tx, [request.puskesmas_id or 0], now)
    if request.tps_id:
        return roster.crew(tx, request.tps_id, now)
    if request.role in OF_KECAMATAN:
        there = roster.of_kecamatan(tx, request.kecamatan_id or 0, now)
    else:
        there = roster.of_kelurahan(tx, request.kelurahan_id or 0, now)
    return [each for each in there if each.kind == OFFICER]


def approve_as(turn: Turn) -> Reply:
    """He is that person of the roster: linked, and known by the new number from now on."""
    request, person_id = deciding.mine(turn), int(turn.args[1])
    if request is not None and _is_over(turn, request):
        return _late(request)
    if request is None or person_id not in {role.person_id for role in alike(turn.tx, request, turn.now)}:
        return Reply(then=STAY, tap="not_yours")
    return _approved(turn, request, person_id)


def approve_new(turn: Turn) -> Reply:
    """He is new there: a replacement, or forgotten in the list."""
    request = deciding.mine(turn)
    if request is None:
        return Reply(then=STAY, tap="not_yours")
    if _is_over(turn, request):
        return _late(request)
    if request.role == NAKES:
        values = {"kind": WORKER, "role": "", "position": "", "institution": ""}
    else:
        position = "anggota" if request.role in AT_TPS else ""
        values = {"kind": OFFICER, "role": _TITLES[request.role], "position": position,
                  "institution": INSTITUTION[request.role]}  # fmt: skip
    phone = requests.phone_of(turn.tx, request.address_id)
    return _approved(turn, request, requests.add_person(turn.tx, request, person_key(request.name), phone, values))


def _is_over(turn: Turn, request: Request) -> bool:
    return request.state != OPEN or deciding.solved(turn.tx, request, turn.now, turn.who.person_id)


def _late(request: Request) -> Reply:
    """Somebody was first; or who asked has asked anew, or is gone."""
    return Reply(then=STAY, tap="void" if request.state == REPLACED else "already")


def _approved(turn: Turn, request: Request, person_id: int) -> Reply:
    number, phone = request.id or 0, requests.phone_of(turn.tx, request.address_id)
    if not requests.settle(turn.tx, number, APPROVED, turn.who.person_id or 0, turn.now, person_id):
        return Reply(then=STAY, tap="already")
    if phone:
        requests.renumber(turn.tx, person_id, phone)
    denials.take_back(turn.tx, request.address_id, person_id)
    people.link(turn.tx, request.address_id, person_id, phone or "", turn.now)
    detail = {"request": number, "person": person_id, "address": request.address_id}
    journal.add(turn.tx, "identity_approved", turn.now, who=turn.who.person_id, detail=detail)
    deciding.shown(turn.tx, number, turn.now)
    roles = roster.roles(turn.tx, person_id, turn.now)
    menu_of = menu.Menu(menu_keys({role.kind for role in roles}))
    says: tuple[Words | Letter, ...] = (Letter("linked"), menu_of, *deciding.waiting(turn.tx, roles))
    for words in says:
        post.say(turn.tx, request.address_id, words, turn.now)
    for case in mine.of_person(turn.tx, person_id):
        post.say(turn.tx, request.address_id, case, turn.now)
    _warn(turn, request, person_id)
    return Reply(then=STAY, tap="noted")


def _warn(turn: Turn, request: Request, person_id: int) -> None:
    """Whoever is linked as him already reads of it: it may be somebody else who asked."""
    for address_id in people.reachable(turn.tx, [person_id]).get(person_id, []):
        if address_id != request.address_id:
            post.say(turn.tx, address_id, said.AlsoLinked(turn.who.name or ""), turn.now)


def refuse(turn: Turn) -> Reply:
    request = deciding.mine(turn)
    if request is None:
        return Reply(then=STAY, tap="not_yours")
    if not requests.settle(turn.tx, request.id or 0, REFUSED, turn.who.person_id or 0, turn.now):
        return _late(request)
    journal.add(turn.tx, "identity_refused", turn.now, who=turn.who.person_id, detail={"request": request.id})
    deciding.shown(turn.tx, request.id or 0, turn.now)
    post.say(turn.tx, request.address_id, said.Sent("refused"), turn.now)
    return Reply(then=STAY, tap="noted")
