"""As whom a coordinator sends, and which broadcasts he may steer and read.

He writes to all of his areas at once, but as one institution's coordinator: who signs is who may write there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from handlers import areas, audience
from handlers.audience import Bounds
from storage import audience as shelf
from storage.audience import Filter, Names
from storage.broadcasts import Broadcast
from storage.database import Tx
from storage.elections import Known
from storage.roster import Role


@dataclass(frozen=True, slots=True)
class Sender:
    """One institution's coordinator in one election: by which roles, and what may be named there.

    `several`: he could also send as another one.
    """

    roles: tuple[Role, ...]
    known: Names
    several: bool = False

    @property
    def role(self) -> Role:
        return self.roles[0]

    @property
    def election(self) -> Known:
        return self.role.election

    @property
    def bounds(self) -> tuple[Bounds, ...]:
        return tuple(audience.bounds(role) for role in self.roles)

    @property
    def number(self) -> int:
        """The role by which a button names him; 0: it need not."""
        return self.role.id if self.several else 0

    @property
    def refs(self) -> dict[str, int]:
        """What a draft is to know of him."""
        return {"role": self.role.id} if self.several else {}

    def may_send(self, chosen: Filter) -> bool:
        """Whether all of an audience is within his limits."""
        return audience.narrowed(chosen, self.bounds, self.known) == chosen


def of(tx: Tx, roles: Iterable[Role]) -> list[Sender]:
    """As whom somebody with these roles may send, the widest first."""
    found = areas.alike(roles)
    known = {election_id: shelf.known(tx, election_id) for election_id in {each[0].election.id for each in found}}
    return [Sender(each, known[each[0].election.id], len(found) > 1) for each in found]


def one(tx: Tx, roles: Iterable[Role], role_id: int | None) -> Sender | None:
    """The one whom a button or a draft names by his role, as long as it is his; unnamed, the widest."""
    found = of(tx, roles)
    if role_id is None:
        return next(iter(found), None)
    return next((each for each in found if any(role.id == role_id for role in each.roles)), None)


def author(sent: Broadcast, found: Iterable[Sender]) -> Sender | None:
    """As whom a broadcast was written, if that is still among these."""
    mine = (each for each in found if each.election.id == sent.election_id)
    return next((each for each in mine if each.role.institution == sent.institution), None)


def steering(tx: Tx, sent: Broadcast, found: Iterable[Sender]) -> Sender | None:
    """As whom a broadcast may be steered: its sender, as long as the audience is his, and whoever might have sent it: a
    lost phone must not be the only hand that stops it."""
    chosen = Filter.of_json(sent.chosen)
    for each in found:
        if sent.number >= 0 and each.may_send(chosen):
            his = sent.sender_id == each.role.person_id
            if his or audience.holds(each.bounds, shelf.span(tx, chosen)):
                return each
    return None


def may_read(sent: Broadcast, found: Iterable[Sender]) -> bool:
    """The words of what goes to one's area may be read by the organisers' coordinators, KPU's and Bawaslu's alike."""
    return any(_may_read(sent, each) for each in found)


def _may_read(sent: Broadcast, by: Sender) -> bool:
    if sent.number <= 0 or sent.election_id != by.election.id:
        return False
    organiser = bool(audience.own(by.role.institution))
    meets = audience.meets(by.bounds, Filter.of_json(sent.chosen), by.known)
    return sent.sender_id == by.role.person_id or (organiser and meets)
