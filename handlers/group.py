"""The group of a TPS: bound by its chair, PPS or PPK; what befalls it; the way from it to an emergency."""

from __future__ import annotations

from datetime import datetime

from handlers import finding, ladder, post
from handlers.facts import place_words
from handlers.turn import STAY, Reply, Turn
from handlers.turn import emergency as urgent
from messages import group as told
from messages.chat import Happened
from storage import groups, journal, people, places
from storage.database import Tx
from storage.deliveries import REPLY
from storage.groups import LEFT, MUTED, Group
from storage.places import Where
from storage.roster import Role

BINDERS = {"PPS", "PPK"}


def only_in_groups(turn: Turn) -> Reply:
    return Reply((told.GroupOnly(turn.menu),), STAY)


def emergency(turn: Turn) -> Reply:
    """One reply with a button that opens the private chat on the report, the TPS filled in."""
    group = groups.of_address(turn.tx, turn.who.address_id)
    number = turn.emergency_number
    return urgent(told.GroupEmergency(number, group.tps_id if group else 0), then=STAY)


def bind(turn: Turn) -> Reply:
    """/tps: the chair binds the group to his TPS; PPS and PPK name one of their area."""
    found = _wanted(turn)
    if isinstance(found, str):
        return Reply((told.GroupRefused(found),), STAY)
    role, where = found
    before = groups.bind(turn.tx, turn.who.address_id, where.tps_id or 0, role.person_id, turn.now)
    detail = {"tps": where.tps_id, "group": turn.who.address_id}
    journal.add(turn.tx, "group_bound", turn.now, who=role.person_id, detail=detail)
    words = place_words(turn.tx, where)
    if before is not None:
        post.say(turn.tx, before.address_id, told.GroupReplaced(words), turn.now)
        _tell(turn.tx, where, "replaced", turn.now)
    return Reply((told.GroupBound(words),), STAY)


def _wanted(turn: Turn) -> tuple[Role, Where] | str:
    """By which role, and which TPS; or why not."""
    if turn.person is None or not turn.person.linked:
        return "unlinked"
    text = turn.heard.text.partition(" ")[2].strip()
    chair = next((role for role in turn.roles if role.is_chair and role.where.tps_id), None)
    binder = next((role for role in turn.roles if role.role in BINDERS), None)
    if chair is not None and (not text or binder is None):
        return _of_chair(turn, chair, text)
    return _of_area(turn, binder, text) if binder is not None else "not_yours"


def _of_chair(turn: Turn, chair: Role, text: str) -> tuple[Role, Where] | str:
    """Whoever chairs a TPS names no other."""
    named = places.named(turn.tx, chair.where).tps
    numbers = [int(part) for part in text.split() if part.isdigit()]
    return (chair, chair.where) if not numbers or numbers == [named] else "outside"


def _of_area(turn: Turn, role: Role, text: str) -> tuple[Role, Where] | str:
    """`12` in a kelurahan of one's own, `Kasin 12` in a kecamatan."""
    rows = places.all_kelurahan(turn.tx, [role.election.id])
    found = finding.place(text, rows)
    own = next((row for row in rows if row.id == role.where.kelurahan_id), None)
    ward = found.kelurahan or own
    if ward is None or found.number is None:
        return "which"
    inside = (
        ward.id == role.where.kelurahan_id if role.where.kelurahan_id else ward.kecamatan_id == role.where.kecamatan_id
    )
    if not inside:
        return "outside"
    tps_id = places.tps_by_number(turn.tx, ward.id, found.number)
    return (role, places.of_tps(turn.tx, tps_id)) if tps_id else "unknown"


def befell(tx: Tx, what: Happened, now: datetime) -> None:
    """The bot was removed from a group, silenced, brought back, or the group moved to another id."""
    group = groups.of_chat(tx, what.address.channel, what.address.id)
    if group is None:
        return
    if what.what == "moved":
        groups.move(tx, group.id or 0, what.address.channel, what.detail)
        journal.add(tx, "group_moved", now, detail={"tps": group.tps_id})
    elif (did := _settled(tx, group, what.what, now)) is not None:
        journal.add(tx, f"group_{did}", now, detail={"tps": group.tps_id})
        _tell(tx, places.of_tps(tx, group.tps_id), did, now)


def _settled(tx: Tx, group: Group, what: str, now: datetime) -> str | None:
    """What is new about it, if anything."""
    number = group.id or 0
    if what == "joined" and group.state in {LEFT, MUTED}:
        return "back" if groups.restore(tx, number, group.tps_id, now) else None
    state = {"left": LEFT, "muted": MUTED}.get(what)
    if state is None or group.state not in {groups.ACTIVE, MUTED}:
        return None
    return what if groups.settle(tx, number, state, now) else None


def _tell(tx: Tx, where: Where, did: str, now: datetime) -> None:
    """The nearest coordinators of the TPS who can be reached: of its kelurahan, else its kecamatan, else the city."""
    area = ladder.area_coordinators(tx, where, now)
    everybody = {role.person_id for role in area}
    reachable = people.latest(tx, everybody - people.silent(tx, everybody))
    near = [role for role in area if role.person_id in reachable]
    level = max((ladder.nearness(role) for role in near), default=0)
    words = told.GroupNews(place_words(tx, where), did)
    for person in {role.person_id for role in near if ladder.nearness(role) == level}:
        for address_id in reachable[person]:
            post.say(tx, address_id, words, now, lane=REPLY)
