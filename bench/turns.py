"""Who reports next, where reports follow one another within seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import zip_longest

from storage import places, roster
from storage.database import Tx
from tests.product.harness import USER


def spread(tx: Tx, speaks: Callable[[int, int], bool] = lambda _station, _user: True) -> list[int]:
    """One officer of each TPS, and one puskesmas after the other.

    Where the same workers are called three times within five seconds, their chats wait for the platform's limit (an
    alert and its end are two messages, and a chat takes five): that would be measured, not what runs beside it.
    `speaks` chooses by the number of the station in the list and the user.
    """
    found: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for n, row in enumerate(places.every_tps(tx, 1)):
        crew = (USER + role.person_id for role in roster.crew(tx, row.id, datetime.now(UTC)) if role.role == "KPPS")
        found[tuple(places.serving(tx, places.of_tps(tx, row.id)))] += [user for user in crew if speaks(n, user)][:1]
    return [user for turn in zip_longest(*found.values()) for user in turn if user is not None]
