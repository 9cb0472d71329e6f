"""Consent, linking by the own contact, and the way out again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers import deciding, details, ladder, leaving, mine, post, rights
from handlers import incident as emergencies
from handlers.turn import STAY, Letter, Next, Reply, Turn, menu_keys
from messages import menu, welcome
from messages.render import label
from messages.words import local_phone
from storage import denials, journal, people, roster
from storage import rights as shelf
from storage.deliveries import REPLY
from storage.names import mobile
from storage.requests import DELETE
from storage.roster import Role

HIDES_NUMBERS = "whatsapp"  # where a person may write without showing his number
ASK_NUMBER = Reply((welcome.AskContact(),), Next("welcome", "contact"))


def start(turn: Turn) -> Reply:
    """Consent first, then the contact; who is linked is greeted. `/start darurat` opens the emergency."""
    if turn.args and turn.args[0].startswith("darurat"):
        return emergencies.start(turn)
    if turn.who.consent != "yes" or turn.who.consent_version != welcome.CONSENT_VERSION:
        return Reply((welcome.Consent(),), Next("welcome", "consent"))
    if turn.who.linked:
        return Reply((Letter("linked"), menu.Menu(turn.menu)))
    if turn.who.phone and len(denials.sharing(turn.tx, turn.who.address_id, turn.who.phone)) > 1:
        return Reply((Letter("which"),), STAY)
    return _ask_number(turn)


def _ask_number(turn: Turn) -> Reply:
    """A number that the platform itself shows is the identity; else it is asked for."""
    return _with_number(turn, turn.heard.phone) if turn.heard.phone else ASK_NUMBER


def agree(turn: Turn) -> Reply:
    """Setuju: kept with version and time."""
    if turn.who.step != "consent":
        return details.words(turn) if turn.who.consent == "yes" else start(turn)
    people.consent(turn.tx, turn.who.address_id, "yes", welcome.CONSENT_VERSION, turn.now)
    detail = {"version": welcome.CONSENT_VERSION, "address": turn.who.address_id}
    journal.add(turn.tx, "consent_given", turn.now, who=turn.who.person_id, detail=detail)
    if turn.who.person_id is not None:  # he agreed to an older version before
        return _greeted(turn, turn.who.person_id)
    return _ask_number(turn)


def refuse(turn: Turn) -> Reply:
    """Tidak: Darurat works all the same; asked again only at /start."""
    if turn.who.step != "consent":
        return details.words(turn)
    people.consent(turn.tx, turn.who.address_id, "no", welcome.CONSENT_VERSION, turn.now)
    if turn.who.person_id is not None:
        people.unlink(turn.tx, turn.who.address_id)
    return Reply((welcome.Refused(),))


def consent_again(turn: Turn) -> Reply:
    """Other words where Setuju or Tidak was asked; in an emergency they belong to it."""
    if _in_emergency(turn):
        return details.words(turn)
    return Reply((welcome.Consent(),), STAY)


def contact_again(turn: Turn) -> Reply:
    """Typed words where the contact button was asked: a typed number proves nothing."""
    if _in_emergency(turn):
        return details.words(turn)
    return _with_number(turn, turn.heard.phone) if turn.heard.phone else Reply((welcome.NotYourContact(),), STAY)


def _in_emergency(turn: Turn) -> bool:
    return turn.who.file_at is not None or mine.newest(turn) is not None


def contact(turn: Turn) -> Reply:
    """The sender's own contact links; anybody else's proves nothing, and belongs to what he is in the middle of."""
    shared = turn.heard.contact
    if shared is not None and not shared.own and (turn.who.linked or _in_emergency(turn)):
        turn.heard = replace(turn.heard, text=f"{label('contact_card')} {local_phone(shared.phone)}")
        return details.words(turn)
    if turn.who.consent != "yes":
        return start(turn)
    if turn.heard.phone:
        return _with_number(turn, turn.heard.phone)
    if shared is not None and turn.who.channel == HIDES_NUMBERS:
        return _not_found(turn)  # a number that he gives where his own is hidden proves nothing
    if shared is None or not shared.own:
        return Reply((welcome.NotYourContact(),), Next("welcome", "contact"))
    return _with_number(turn, shared.phone)


def _with_number(turn: Turn, number: str) -> Reply:
    """The platform vouches for this number: whoever has it in the roster is linked, unless he said not to be him."""
    phone = mobile(number) or number
    found = denials.sharing(turn.tx, turn.who.address_id, phone)
    people.link(turn.tx, turn.who.address_id, found[0][0] if len(found) == 1 else None, phone, turn.now)
    if not found:
        return _not_found(turn)
    if len(found) > 1:
        return Reply((Letter("which"),))
    return _linked(turn, found[0][0])


def _not_found(turn: Turn) -> Reply:
    secretariat = turn.election.secretariat if turn.election else ""
    return Reply((welcome.NotFound(("status", "data", "bantuan"), secretariat),))


def _linked(turn: Turn, person_id: int) -> Reply:
    journal.add(turn.tx, "linked", turn.now, who=person_id, detail={"address": turn.who.address_id})
    rights.came_back(turn.tx, turn.who.address_id, person_id, turn.now)
    return _greeted(turn, person_id, *mine.of_person(turn.tx, person_id))


def _greeted(turn: Turn, person_id: int, *more: Letter) -> Reply:
    roles = roster.roles(turn.tx, person_id, turn.now)
    kinds = {role.kind for role in roles}
    return Reply((Letter("linked"), menu.Menu(menu_keys(kinds)), *deciding.linked(turn, roles), *more))


def i_am(turn: Turn) -> Reply:
    """Which of the people who share the number is speaking."""
    person_id = int(turn.args[0])
    phone = turn.who.phone if turn.who.consent == "yes" else None
    sharing = denials.sharing(turn.tx, turn.who.address_id, phone) if phone else []
    if person_id not in dict(sharing) or turn.who.phone is None:
        return Reply(then=STAY, tap="not_yours")
    people.link(turn.tx, turn.who.address_id, person_id, turn.who.phone, turn.now)
    return _linked(turn, person_id)


def not_me(turn: Turn) -> Reply:
    """Bukan saya: unlinked, everything hidden, the coordinator told."""
    if not turn.who.linked or turn.who.person_id is None:
        return Reply(then=STAY, tap="already")
    person_id, roles = turn.who.person_id, turn.roles
    _leave(turn)
    denials.deny(turn.tx, turn.who.address_id, person_id)
    journal.add(turn.tx, "not_me", turn.now, who=person_id, detail={"address": turn.who.address_id})
    _tell(
        turn,
        ladder.nearest_coordinators(turn.tx, roles, turn.now, but=turn.who.person_id),
        Letter("somebody_else", {"person": person_id}),
    )
    return Reply((welcome.Unlinked(),), tap="noted")


def _leave(turn: Turn) -> None:
    leaving.leave(turn.tx, turn.who.address_id, turn.who.person_id, turn.now, turn.rules)


def _tell(turn: Turn, person_ids: set[int], letter: Letter) -> None:
    for addresses in people.latest(turn.tx, person_ids).values():
        for address_id in addresses:
            post.say(turn.tx, address_id, letter, turn.now, lane=REPLY)


# --- what is held, and the way out ---


def data(turn: Turn) -> Reply:
    """/data: what is held about who asks."""
    return Reply((Letter("my_data"),), STAY)


def delete(turn: Turn) -> Reply:
    """/hapus asks once, and says what goes and what stays."""
    return Reply((welcome.DeleteAsk(turn.who.linked and bool(turn.roles)),), STAY)


def delete_answer(turn: Turn) -> Reply:
    """Withdraw consent and unlink at once; the rest is asked of who coordinates there. A worker on duty: his head is
    told."""
    if turn.args[0] != "yes":
        return Reply((menu.Dropped(turn.menu),), STAY)
    person_id, roles = turn.who.person_id, turn.roles
    shifts = [role for role in roles if role.kind == roster.WORKER]
    on_duty = bool(shifts) and roster.on_duty(shifts, turn.now)
    due, asked = _asked_to_delete(turn)
    _leave(turn)
    people.consent(turn.tx, turn.who.address_id, "", welcome.CONSENT_VERSION, turn.now)
    journal.add(turn.tx, "consent_withdrawn", turn.now, who=person_id, detail={"address": turn.who.address_id})
    if due is None:  # there is nobody to be asked
        leaving.erase(turn.tx, person_id, turn.who.address_id, turn.now, turn.rules)
    if on_duty and person_id is not None:
        centre = shifts[0].where.puskesmas_id
        _tell(turn, _heads(turn, shifts), Letter("worker_left", {"person": person_id, "puskesmas": centre}))
    return Reply((welcome.Deleted(due, asked),), tap="noted")


def _asked_to_delete(turn: Turn) -> tuple[datetime | None, bool]:
    """Until when the rest is answered, None where he is nobody's of a roster; and whether somebody was asked."""
    if not turn.who.linked or not turn.roles:
        return None, False
    asked = rights.keep(turn, DELETE, turn.roles)
    waits = shelf.alive(turn.tx, DELETE, turn.who.person_id or 0)
    return (waits.due_at if waits else None), asked != 0


def _heads(turn: Turn, shifts: list[Role]) -> set[int]:
    """The heads of his puskesmas; none reachable: Dinkes."""
    centres = [role.where.puskesmas_id for role in shifts if role.where.puskesmas_id]
    heads = {w.person_id for w in roster.workers(turn.tx, centres, turn.now) if "kepala" in w.position.casefold()}
    heads -= {turn.who.person_id or 0}
    if people.reachable(turn.tx, heads):
        return heads
    around = ladder.area_coordinators(turn.tx, shifts[0].where, turn.now)
    return {role.person_id for role in around if role.institution == "Dinkes"}
