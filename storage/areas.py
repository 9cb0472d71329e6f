"""Areas of coordinators, and which assignments lie in them: who serves a TPS that moved serves where that is now.

An assignment's row keeps what its list names. What moved is few, and asked beforehand: as a part of the condition,
both databases would look at every assignment there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from storage.database import Tx
from storage.places import kelurahan, tps
from storage.roster import assignments

_A, _T = assignments.c, tps.c
_OWN, _FROM = tps.alias("own"), kelurahan.alias("before")


@dataclass(frozen=True, slots=True)
class Area:
    """A coordinator's area of one election; `institution` "" sees the names of all."""

    election_id: int
    kecamatan_id: int | None = None
    kelurahan_id: int | None = None
    institution: str = ""

    def holds(self, kelurahan_id: int, kecamatan_id: int) -> bool:
        if self.kelurahan_id:
            return self.kelurahan_id == kelurahan_id
        return self.kecamatan_id in {None, kecamatan_id}


class Move(NamedTuple):
    """A TPS whose people are in another kelurahan by now; each place is its kelurahan and kecamatan."""

    tps_id: int
    before: tuple[int, int]
    after: tuple[int, int]


def within(areas: Iterable[Area], of: Any) -> ColumnElement[bool]:
    """What lies in any of these areas, each with its own institution: of rows with columns named as in `Area`."""
    return or_(false(), *(and_(*_bounds(each, of)) for each in areas))


def _bounds(area: Area, of: Any) -> Iterator[ColumnElement[bool]]:
    yield of.election_id == area.election_id
    if area.kelurahan_id:
        yield of.kelurahan_id == area.kelurahan_id
    elif area.kecamatan_id:
        yield of.kecamatan_id == area.kecamatan_id
    if area.institution:
        yield of.institution == area.institution


def moved(tx: Tx, election_id: int) -> list[Move]:
    """Every TPS of an election that moved to another kelurahan, or was merged into one there."""
    query = (
        select(_OWN.c.id, _FROM.c.id, _FROM.c.kecamatan_id, kelurahan.c.id, kelurahan.c.kecamatan_id)
        .join(tps, _T.id == _OWN.c.moved_id)
        .join(_FROM, _FROM.c.id == _OWN.c.kelurahan_id)
        .join(kelurahan, kelurahan.c.id == _T.kelurahan_id)
        .where(_OWN.c.election_id == election_id, _FROM.c.id != kelurahan.c.id)
    )
    return [Move(row[0], (row[1], row[2]), (row[3], row[4])) for row in tx.rows(query)]


def serving(tx: Tx, areas: Sequence[Area]) -> ColumnElement[bool]:
    """The assignments that are served in any of these areas of one election, each of its own institution's."""
    whole = not any(area.kecamatan_id or area.kelurahan_id for area in areas)
    moves = [] if whole else moved(tx, areas[0].election_id)
    return or_(*(_serving(area, moves) for area in areas))


def _serving(area: Area, moves: Iterable[Move]) -> ColumnElement[bool]:
    here = followed(within([replace(area, institution="")], _A), area.holds, moves)
    return here & (_A.institution == area.institution) if area.institution else here


def followed(
    listed: ColumnElement[bool], holds: Callable[[int, int], bool], moves: Iterable[Move]
) -> ColumnElement[bool]:
    """The assignments that lists place somewhere (`listed`; `holds` a kelurahan and kecamatan), but for the TPS that
    left, and those of the TPS that came."""
    left = [each.tps_id for each in moves if holds(*each.before) and not holds(*each.after)]
    came = [each.tps_id for each in moves if holds(*each.after) and not holds(*each.before)]
    found = listed & (_A.tps_id.is_(None) | _A.tps_id.not_in(left)) if left else listed
    # Of which election they are goes without saying; said for both, SQLite would go through all of it.
    return found | _A.tps_id.in_(came) if came else found


def placed(query: Select[Any]) -> Select[Any]:
    """A query of assignments with `tps` and `kelurahan`, where each is served now, if it is at any."""
    return (
        query.outerjoin(_OWN, _OWN.c.id == _A.tps_id)
        .outerjoin(tps, _T.id == func.coalesce(_OWN.c.moved_id, _OWN.c.id))
        .outerjoin(kelurahan, kelurahan.c.id == func.coalesce(_T.kelurahan_id, _A.kelurahan_id))
    )
