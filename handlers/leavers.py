"""Who has no duty left since an import, or its undoing: told, and his chats are not his any more.

An import only marks them (`storage/leavers.py`). The heartbeat takes one after the other, emergencies between two.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from handlers import answering, escalation, leaving, post
from handlers.turn import Rules, menu_keys
from messages import leavers as said
from messages.words import number
from storage import calls, deliveries, incidents, journal, leavers, people, roster, speakers
from storage.database import Tx
from storage.deliveries import NOTICE
from storage.incidents import Incident
from storage.leavers import Lost

LOOK_AGAIN = timedelta(minutes=1)  # while a case is his
NAMED = 3  # of those who left, in a coordinator's line


def step(tx: Tx, person_id: int, now: datetime, rules: Rules) -> bool:
    """Let one person go. True: he was looked at, and emergencies come before the next one.

    A case that is his he keeps, with its buttons and /kasus, until it is not his any more; all that waits is others'.
    """
    here = sorted(row.id for row in people.addresses_of(tx, person_id))
    for address_id in here:
        speakers.speaker_of(tx, address_id, lock=True)  # what he says this moment comes before, or after
    if not leavers.is_due(tx, person_id, now):
        return False
    if roster.roles(tx, person_id, now):
        leavers.look_again(tx, person_id, None)
        return True
    waiting = [case.id or 0 for case in calls.waiting_for(tx, person_id)]
    for case_id in waiting:
        _take_back(tx, case_id, person_id, here, now)
    held = incidents.taken_by(tx, person_id)
    if held:
        _keep(tx, person_id, held, now)
    else:
        _let_go(tx, person_id, here, now, rules)
    for case_id in waiting:
        escalation.call_on(tx, incidents.need(tx, case_id), now, rules)
    return True


def _take_back(tx: Tx, case_id: int, person_id: int, here: list[int], now: datetime) -> None:
    """He is not called for this case any more; what his phone shows of it is taken back."""
    incidents.need(tx, case_id)
    calls.drop(tx, case_id, person_id)
    for address_id in here:
        deliveries.withdraw(tx, reason="no duty left", now=now, incident_id=case_id, address_id=address_id)
    for delivery_id in deliveries.shown(tx, incident_id=case_id, kinds=("alert",), address_ids=here):
        deliveries.post_edit(tx, delivery_id, now)


def _keep(tx: Tx, person_id: int, held: list[Incident], now: datetime) -> None:
    told = said.Left(menu_keys(set(), serves=True), tuple(number(case.number) for case in held))
    _tell(tx, person_id, _addresses(tx, person_id), told, now, f"keeps:{held[0].id}")
    leavers.look_again(tx, person_id, now + LOOK_AGAIN)


def _let_go(tx: Tx, person_id: int, here: list[int], now: datetime, rules: Rules) -> None:
    reached = _addresses(tx, person_id)
    for address_id in here:
        leaving.leave(tx, address_id, person_id, now, rules)
    journal.add(tx, "let_go", now, who=person_id, detail={"addresses": here})
    _tell(tx, person_id, reached, said.Left(menu_keys(set(), linked=False)), now, None)


def _addresses(tx: Tx, person_id: int) -> list[int]:
    return people.reachable(tx, [person_id]).get(person_id, [])


def _tell(tx: Tx, person_id: int, at: list[int], words: said.Left, now: datetime, key: str | None) -> None:
    """On each of his phones, for each has a keyboard; `key`: no second time."""
    if people.silent(tx, [person_id]):
        return
    for address_id in at:
        post.say(tx, address_id, words, now, lane=NOTICE, lives=post.NOTICE_LIVES,
                 once=f"{key}:{address_id}" if key else None)  # fmt: skip


# --- the coordinators ---


def coordinators_of(tx: Tx, lost: Iterable[Lost], now: datetime) -> dict[int, list[str]]:
    """By the nearest coordinator of each who left: the names of his."""
    posts = [(each.person_id, each.institution, each.where) for each in dict.fromkeys(lost)]
    names = people.names(tx, {person_id for person_id, _, _ in posts})
    found = answering.nearest(tx, posts, now, answering.decides)
    return {to: [names[each] for each in dict.fromkeys(theirs)] for to, theirs in found.items()}


def tell_coordinator(tx: Tx, person_id: int, names: list[str], key: str, now: datetime) -> None:
    """One line, however many they are; `key`: no second time."""
    line = said.LeftTold(tuple(names[:NAMED]), max(0, len(names) - NAMED))
    for addresses in people.latest(tx, [person_id]).values():
        for address_id in addresses:
            post.say(tx, address_id, line, now, lane=NOTICE, lives=post.NOTICE_LIVES, once=f"{key}:{address_id}")
