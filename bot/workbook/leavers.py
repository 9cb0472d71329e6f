"""After an import, or its undoing: who uses the bot and whom no list names any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from handlers import leavers
from storage import applying
from storage import leavers as shelf
from storage.database import Database
from storage.leavers import Lost


async def let_go(db: Database, key: str, lost: Sequence[Lost], now: datetime) -> int:
    """Mark them for the heartbeat, and tell their coordinators; how many they are. `key` names the import, or its
    undoing.

    The coordinators come first: killed in between, the same again finds who is not marked yet, and tells nobody twice.
    """
    gone = await db.read(partial(shelf.without_post, lost={each.person_id for each in lost}, now=now))
    leaving = set(gone)
    theirs = [each for each in lost if each.person_id in leaving]
    told = await db.read(partial(leavers.coordinators_of, lost=theirs, now=now)) if theirs else {}
    for person_id, names in told.items():
        await db.write(partial(leavers.tell_coordinator, person_id=person_id, names=names, key=key, now=now))
    for some in applying.chunks(gone):
        await db.write(partial(shelf.mark, person_ids=some, now=now))
    return len(gone)
