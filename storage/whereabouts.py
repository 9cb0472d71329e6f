"""Where somebody is told what became of what he once said: that phone may be lost by now, or he may have another."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from storage.database import Tx
from storage.denials import denials
from storage.journal import journal
from storage.people import HEARD_EVERY, addresses

_NEVER = datetime.min.replace(tzinfo=UTC)


def told_at(tx: Tx, person_id: int | None, address_id: int) -> list[int]:
    """The address at which he is told who spoke from `address_id`, as this person or as a stranger.

    There, unless he was surely heard from another one since; where he is not linked there any more, at the one he used
    last; none if he was cut off (`siaga revoke`) and speaks from no other.
    """
    if person_id is None:
        return [address_id]
    his = _heard(tx, person_id)
    if address_id in his:
        latest = max(his, key=lambda each: his[each])
        return [latest if his[latest] - his[address_id] >= HEARD_EVERY else address_id]  # it is kept to the minute
    if _denied(tx, person_id, address_id):
        return [address_id]  # it was another, who said so
    return [max(his, key=lambda each: his[each])] if his else [] if was_cut_off(tx, person_id) else [address_id]


def _heard(tx: Tx, person_id: int) -> dict[int, datetime]:
    """The active addresses of a person, and when each was last heard."""
    where = (addresses.c.person_id == person_id) & (addresses.c.state == "active")
    rows = tx.rows(select(addresses.c.id, addresses.c.heard_at).where(where).order_by(addresses.c.id))
    return {row.id: row.heard_at or _NEVER for row in rows}


def _denied(tx: Tx, person_id: int, address_id: int) -> bool:
    """Whether who speaks from an address said not to be this person."""
    said = (denials.c.person_id == person_id) & (denials.c.address_id == address_id)
    return tx.first(select(denials.c.person_id).where(said)) is not None


def was_cut_off(tx: Tx, person_id: int) -> bool:
    """Whether a phone of his was cut off, ever: since then he speaks only from where he is linked."""
    where = (journal.c.who == person_id) & (journal.c.what == "revoked")
    return tx.first(select(journal.c.id).where(where).limit(1)) is not None
