"""An officer is replaced on the morning itself: the chair of the TPS, or PPS, names who comes instead."""

from __future__ import annotations

from handlers import identity, ladder, leaving, post, reading
from handlers.letters import place_words, role_words
from handlers.turn import STAY, Letter, Next, Reply, Turn, menu_keys
from messages import menu
from messages import replacing as said
from storage import denials, journal, people, places, readings, replacements, roster
from storage.names import mobile
from storage.roster import Assignment, Role

PPS, KPU = "PPS", "KPU"  # Bawaslu names its own


def start(turn: Turn) -> Reply:
    """/ganti."""
    for role in turn.roles:
        if role.is_chair and role.where.tps_id:
            return _crew(turn, role.where.tps_id)
    for role in turn.roles:
        if role.role == PPS and role.where.kelurahan_id:
            return Reply((said.TpsAsk(place_words(turn.tx, role.where)),), Next("replacing", "tps", {}))
    return Reply((menu.NotYours(turn.menu),), STAY)


def tps(turn: Turn) -> Reply:
    """PPS names the TPS of his kelurahan by its number."""
    ward = next((role for role in turn.roles if role.role == PPS and role.where.kelurahan_id), None)
    if ward is None or ward.where.kelurahan_id is None:
        return Reply((menu.NotYours(turn.menu),), None)
    digits = "".join(ch for ch in turn.heard.text if ch.isascii() and ch.isdigit())[:4]
    found = places.tps_by_number(turn.tx, ward.where.kelurahan_id, int(digits)) if digits else None
    if found is None:
        return Reply((said.TpsAsk(place_words(turn.tx, ward.where), wrong=True),), STAY)
    return _crew(turn, found)


def _crew(turn: Turn, tps_id: int) -> Reply:
    """Those whom he may replace: of KPU's crew, himself apart. A TPS that moved has its crew where it is now."""
    now = places.moved_to(turn.tx, tps_id)
    where = places.of_tps(turn.tx, now)
    crew = [role for role in roster.crew(turn.tx, now, turn.now)
            if role.person_id != turn.who.person_id and _post(turn, role.id) is not None]  # fmt: skip
    mine = next(role for role in turn.roles if role.is_chair or role.role == PPS)
    reading.people(turn, mine, readings.CREW, [role.person_id for role in crew])
    shown = tuple((role.id, f"{_short(role)}: {role.name}") for role in crew)
    return Reply((said.CrewAsk(place_words(turn.tx, where), shown),), None)


def _short(role: Role) -> str:
    return "Ketua" if role.is_chair else role.role


def _may(turn: Turn, found: Assignment, role: Role) -> bool:
    """The chair of the same crew, or PPS of the kelurahan to which the TPS belongs or moved."""
    if found.tps_id is None:
        return False
    chairs = (replacements.post(turn.tx, each.id) for each in turn.roles if each.is_chair)
    if any(own is not None and own.tps_id == found.tps_id for own in chairs):
        return True
    wards = {found.kelurahan_id, role.where.kelurahan_id}
    return any(each.role == PPS and each.where.kelurahan_id in wards for each in turn.roles)


def _post(turn: Turn, post_id: int) -> tuple[Assignment, Role] | None:
    """The row that a tap is about, if the speaker may give it to somebody else."""
    found = replacements.post(turn.tx, post_id)
    if found is None or not turn.who.linked or found.person_id == turn.who.person_id or found.institution != KPU:
        return None
    role = next((each for each in roster.roles(turn.tx, found.person_id, turn.now) if each.id == post_id), None)
    return (found, role) if role is not None and _may(turn, found, role) else None


def whom(turn: Turn) -> Reply:
    """Whose place it is."""
    found = _post(turn, int(turn.args[0]))
    if found is None:
        return Reply(then=STAY, tap="not_yours")
    return Reply((said.NameAsk(found[1].name),), Next("replacing", "name", {"post": found[0].id}))


def named(turn: Turn) -> Reply:
    found = _post(turn, int(turn.kept["post"]))
    if found is None:
        return Reply((menu.NotYours(turn.menu),), None)
    typed = identity.full_name(turn.heard.text)
    if typed is None:
        return Reply((said.NameAsk(found[1].name, wrong=True),), STAY)
    return Reply((said.PhoneAsk(typed),), Next("replacing", "phone", {**turn.kept, "name": typed}))


def numbered(turn: Turn) -> Reply:
    """His number, typed; the platform vouches for it when he comes."""
    shared = turn.heard.contact  # his card will do
    found, phone = _post(turn, int(turn.kept["post"])), mobile(shared.phone if shared else turn.heard.text)
    if found is None:
        return Reply((menu.NotYours(turn.menu),), None)
    if phone is None or phone == turn.who.phone:
        return Reply((said.PhoneAsk(turn.kept["name"], wrong=True, own=phone is not None),), STAY)
    return _confirm(turn, found, {**turn.kept, "phone": phone})


def sure_again(turn: Turn) -> Reply:
    """Other words where a yes was asked: another number, or the question again."""
    found, phone = _post(turn, int(turn.kept["post"])), mobile(turn.heard.text) or turn.kept["phone"]
    if found is None:
        return Reply((menu.NotYours(turn.menu),), None)
    return _confirm(turn, found, {**turn.kept, "phone": phone})


def _confirm(turn: Turn, found: tuple[Assignment, Role], kept: dict[str, str]) -> Reply:
    post_id, old = found[0].id or 0, found[1]
    asked = said.Confirm(post_id, old.name, kept["name"], kept["phone"], role_words(turn.tx, old))
    return Reply((asked,), Next("replacing", "sure", kept))


def replace(turn: Turn) -> Reply:
    """Yes: the new one has the post at once, the old one has lost it, and both, and the coordinator, read of it."""
    kept, found = turn.kept, _post(turn, int(turn.args[0]))
    if (turn.who.dialog, turn.who.step) != ("replacing", "sure") or found is None or kept["post"] != found[0].id:
        return Reply(then=STAY, tap="not_yours" if found is None else "unknown")
    old, role = found
    new_id = replacements.take_place(turn.tx, old, kept["name"], kept["phone"], turn.who.person_id or 0, turn.now)
    if new_id is None:
        return Reply(then=None, tap="already")
    detail = {"old": old.person_id, "new": new_id, "tps": old.tps_id}
    entry = journal.add(turn.tx, "replaced", turn.now, who=turn.who.person_id, detail=detail)
    what = role_words(turn.tx, role)
    linked = _welcome(turn, new_id, kept["phone"])
    _dismiss(turn, old.person_id, what)
    _tell_coordinators(turn, role, entry)
    return Reply((said.Replaced(turn.menu, kept["name"], what, linked),), None)


def _welcome(turn: Turn, person_id: int, phone: str) -> bool:
    """Chats that waited for this number are his from now on; who uses the bot already reads of his new duty, and where
    somebody else speaks with this number, it is asked who. Whether any chat reaches him."""
    kinds = {role.kind for role in roster.roles(turn.tx, person_id, turn.now)}
    mine = people.reachable(turn.tx, [person_id]).get(person_id, [])
    for address_id in replacements.link_waiting(turn.tx, person_id, phone, turn.now):
        denials.take_back(turn.tx, address_id, person_id)
        mine.append(address_id)
    for address_id in mine:
        for each in (Letter("linked"), menu.Menu(menu_keys(kinds))):
            post.say(turn.tx, address_id, each, turn.now)
    for address_id in () if mine else replacements.spoken_for(turn.tx, phone):
        post.say(turn.tx, address_id, Letter("which"), turn.now)
    return bool(mine)


def _dismiss(turn: Turn, person_id: int, what: str) -> None:
    """Told where he is heard; with nothing left to do here, his chats are unlinked."""
    left = {role.kind for role in roster.roles(turn.tx, person_id, turn.now)}
    for address_id in people.reachable(turn.tx, [person_id]).get(person_id, []):
        if not left:
            leaving.leave(turn.tx, address_id, person_id, turn.now, turn.rules)
        told = said.NoLonger(menu_keys(left, bool(left)), what, turn.who.name or "", bool(left))
        if not people.silent(turn.tx, [person_id]):
            post.say(turn.tx, address_id, told, turn.now)


def _tell_coordinators(turn: Turn, role: Role, entry: int) -> None:
    near = ladder.nearest_coordinators(turn.tx, [role], turn.now, but=turn.who.person_id)
    for addresses in people.latest(turn.tx, near).values():
        for address_id in addresses:
            post.say(turn.tx, address_id, Letter("replaced_told", {"entry": entry}), turn.now)
