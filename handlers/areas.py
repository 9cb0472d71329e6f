"""What somebody coordinates: his areas apart from each other, each with what his roles let him see there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from handlers import answering, audience, ladder
from handlers.facts import place_words
from handlers.turn import Turn
from messages.words import joined
from storage.areas import Area
from storage.database import Tx
from storage.places import Where
from storage.roster import COORDINATOR, Role


@dataclass(frozen=True, slots=True)
class Ground:
    """One area, which lies in no other of his; `roles`: by which he coordinates it or a part of it, the widest first.

    The place is as wide as the first role. Whose names he reads there each role says by itself: an institution stays
    with its own area. `several`: he has other areas beside it.
    """

    roles: tuple[Role, ...]
    several: bool = False

    @property
    def role(self) -> Role:
        return self.roles[0]

    @property
    def where(self) -> Where:
        return self.role.where

    @property
    def areas(self) -> tuple[Area, ...]:
        return tuple(area(role) for role in self.roles)

    @property
    def deciding(self) -> tuple[Area, ...]:
        """Where, and for whose data, he answers when somebody asks about his own."""
        return tuple(area(role) for role in self.roles if answering.decides(role, audience.own(role.institution)))

    @property
    def number(self) -> int:
        """The role by which a button names it; 0: it need not."""
        return self.role.id if self.several else 0

    @property
    def refs(self) -> dict[str, int]:
        """What a letter, or a draft, is to know of it."""
        return {"role": self.role.id} if self.several else {}

    def called(self, tx: Tx) -> str:
        """What it is called where it must be said which one it is; "" where he has no other."""
        return label(tx, [self.role]) if self.several else ""


def area(role: Role) -> Area:
    """What a role lets see: the names of its own institution's people there (others: of all)."""
    where = role.where
    return Area(role.election.id, where.kecamatan_id, where.kelurahan_id, audience.own(role.institution))


def grounds(roles: Iterable[Role]) -> list[Ground]:
    """The areas of somebody with these roles, the widest first."""
    found: list[list[Role]] = []
    for role in sorted((role for role in roles if role.kind == COORDINATOR), key=_width):
        around = next((each for each in found if _inside(role, each[0])), None)
        if around is None:
            found.append([role])
        elif not any(_says_all(each, role) for each in around):
            around.append(role)
    return [Ground(tuple(each), len(found) > 1) for each in found]


def _width(role: Role) -> tuple[bool, bool, bool]:
    """The widest first; of equally wide ones who may read of everybody, so that another adds nothing to him."""
    where = role.where
    return bool(where.kelurahan_id), bool(where.kecamatan_id), not answering.decides(role, "")


def _inside(role: Role, other: Role) -> bool:
    return role.election.id == other.election.id and ladder.holds(other, role.where)


def _says_all(role: Role, other: Role) -> bool:
    """Whether a role gives all that another one does."""
    same = role.institution == other.institution
    return _inside(other, role) and (same or answering.decides(role, audience.own(other.institution)))


def ground(roles: Iterable[Role], role_id: int | None) -> Ground | None:
    """The area that a button, a letter or a draft names by its role, as long as it is his; unnamed, the widest."""
    found = grounds(roles)
    if role_id is None:
        return next(iter(found), None)
    return next((each for each in found if each.role.id == role_id), None)


def alike(roles: Iterable[Role]) -> list[tuple[Role, ...]]:
    """His areas together, as far as he coordinates them for one institution in one election; the widest first."""
    found: dict[tuple[int, str], list[Role]] = {}
    for role in sorted((role for role in roles if role.kind == COORDINATOR), key=_width):
        mine = found.setdefault((role.election.id, role.institution), [])
        if not any(_inside(role, each) for each in mine):
            mine.append(role)
    return [tuple(each) for each in found.values()]


def named(turn: Turn, at: int) -> Ground | None:
    """The area that the button named, in this of its arguments."""
    return ground(turn.roles, int(turn.args[at]) if len(turn.args) > at else None)


def label(tx: Tx, roles: Iterable[Role]) -> str:
    """What the areas of these roles are called; one that is a whole city, by its election."""
    return joined(dict.fromkeys(place_words(tx, role.where) or role.election.name for role in roles))
