"""Whom we wrote to first: WhatsApp counts the people of 24 hours to whom a template went outside their window."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from storage.audience import Filter, is_open, recipients
from storage.database import Tx
from storage.people import addresses

COUNTED = timedelta(hours=24)
_A = addresses.c


def used(tx: Tx, now: datetime) -> int:
    """How many people were begun with in the last 24 hours."""
    found: int = tx.scalar(select(func.count()).where(_A.begun_at > now - COUNTED)) or 0
    return found


def counted(begun_at: datetime | None, now: datetime) -> bool:
    """Whether somebody has his place already: more to him costs none."""
    return begun_at is not None and now - begun_at < COUNTED


def begin(tx: Tx, address_id: int, now: datetime) -> None:
    """A template goes to him outside his window."""
    tx.execute(update(addresses).where(_A.id == address_id).values(begun_at=now))


def elsewhere(tx: Tx, address_id: int, *, bulk: bool) -> tuple[int, str] | None:
    """Another address of the same person on another channel: its id and channel; `bulk`: one that wants broadcasts."""
    here = addresses.alias("here")
    query = (
        select(_A.id, _A.channel)
        .join(here, (here.c.person_id == _A.person_id) & (here.c.channel != _A.channel))
        .where(here.c.id == address_id, _A.state == "active", _A.consent == "yes")
        .order_by(_A.heard_at.is_(None), _A.heard_at.desc(), _A.id.desc())
    )
    row = tx.first(query.where(is_open()) if bulk else query)
    return (row.id, row.channel) if row else None


def _outside(since: datetime, now: datetime) -> ColumnElement[bool]:
    """An address of WhatsApp whose window is closed, and that has no place among the counted."""
    closed = or_(_A.heard_at.is_(None), _A.heard_at <= since)
    return and_(_A.channel == "whatsapp", closed, or_(_A.begun_at.is_(None), _A.begun_at <= now - COUNTED))


def reach(tx: Tx, chosen: Filter, since: datetime, now: datetime) -> dict[str, int]:
    """How many of an audience are reached by each channel, how many of them `outside` the window of WhatsApp (who last
    wrote before `since`) would have to be begun with, and how many of those have another channel too (`both`)."""
    inside = recipients(tx, chosen).subquery()
    other = addresses.alias("other")
    both = (
        select(other.c.id)
        .where(other.c.person_id == inside.c.person_id, other.c.channel != "whatsapp", other.c.state == "active",
               other.c.consent == "yes", other.c.stopped_at.is_(None))
        .exists()
    )  # fmt: skip
    outside = _outside(since, now)
    query = (
        select(_A.channel, func.count().label("n"), func.count().filter(outside).label("outside"),
               func.count().filter(outside, both).label("both"))
        .join(inside, inside.c.address_id == _A.id)
        .group_by(_A.channel)
    )  # fmt: skip
    found: dict[str, Any] = {"outside": 0, "both": 0}
    for row in tx.rows(query):
        found[row.channel] = row.n
        found["outside"] += row.outside
        found["both"] += row.both
    return found
