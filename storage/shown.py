"""What is shown of a case under its alert: photos, voice notes, documents and places, each once at an address.

It leaves after the alert that it stands under (`claims.ready`), never without it (`bot.outbox.ledger`), and follows to
the next one where that one did not come.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, null, select, update

from storage.claims import const, numbers
from storage.database import Tx
from storage.deliveries import NEVER_CAME, SENDING, SENT, WAITING, deliveries
from storage.people import addresses
from storage.types import Instant

KIND = "shown"
_D = deliveries.c
_alert = deliveries.alias("alert")
_NOT_HERE = _D.state.in_([const(each) for each in (WAITING, *NEVER_CAME)])


def newest_alerts(tx: Tx, incident_id: int, person_ids: Iterable[int]) -> dict[int, int]:
    """The newest alert of an incident at each active address of these people: address id → delivery id."""
    where = (_D.incident_id == incident_id) & (_D.kind == "alert") & _D.edits.is_(None)
    here = addresses.c.person_id.in_(set(person_ids)) & (addresses.c.state == "active")
    query = (
        select(_D.address_id, func.max(_D.id))
        .join(addresses, addresses.c.id == _D.address_id)
        .where(where & here & _D.state.in_((WAITING, SENDING, SENT)))
        .group_by(_D.address_id)
    )
    return {row[0]: row[1] for row in tx.rows(query)}


def keys(tx: Tx, incident_id: int) -> set[str]:
    """The keys of all that was shown, or is to be."""
    where = (_D.incident_id == incident_id) & (_D.kind == KIND) & _D.once.is_not(None)
    return {row.once for row in tx.rows(select(_D.once).where(where))}


_ALONE = (
    select(_D.id, _D.address_id)
    .join(_alert, _alert.c.id == _D.under)
    .where(_D.incident_id == bindparam("of"), _D.kind == KIND, _NOT_HERE, _alert.c.state.in_(NEVER_CAME))
)


def _follow(sqlite: bool) -> Any:
    fresh = {"state": WAITING, "reason": "", "tries": 0, "settled_at": null()}
    fresh |= {"created_at": bindparam("at", type_=Instant), "expires_at": bindparam("until", type_=Instant)}
    these = _D.id.in_(numbers("ids", sqlite)) & _NOT_HERE
    return update(deliveries).where(these).values(under=bindparam("alert"), **fresh)


_FOLLOW = {True: _follow(sqlite=True), False: _follow(sqlite=False)}


def follow(tx: Tx, incident_id: int, alerts: dict[int, int], now: datetime, until: datetime) -> None:
    """What has not come, and whose alert never will, goes under the newest one of its address (`newest_alerts`). Two
    statements, however many pictures there are."""
    mine: dict[int, list[int]] = {}
    for row in tx.rows(_ALONE, {"of": incident_id}):
        if row.address_id in alerts:
            mine.setdefault(row.address_id, []).append(row.id)
    given = [{"ids": json.dumps(ids), "alert": alerts[at], "at": now, "until": until} for at, ids in mine.items()]
    if given:
        tx.execute(_FOLLOW[tx.is_sqlite], given)
