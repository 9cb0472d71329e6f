"""Broadcasts that run at the same time share their lane: whoever has had least is next. Pure; lives in memory only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import count

from storage.claims import BULK, Row

AT_ONCE = 8  # broadcasts looked at in one claim, those first that had least


class Shares:
    """How many messages each running broadcast (`bulk_id`) has had, counted from when they began to run together."""

    def __init__(self) -> None:
        self._had: dict[int, int] = {}

    def running(self, bulks: Collection[int]) -> None:
        """These run now. A new one begins where the one that had least stands: it catches nothing up."""
        least = min((had for bulk, had in self._had.items() if bulk in bulks), default=0)
        self._had = {bulk: self._had.get(bulk, least) for bulk in bulks}

    def spent(self, rows: Iterable[Row]) -> None:
        """These were sent off."""
        for row in rows:
            if row.bulk_id in self._had and row.tier == BULK:
                self._had[row.bulk_id] += 1

    def compete(self) -> dict[int, int]:
        """Who competes, with what each has had; empty where nobody does."""
        least = sorted(self._had, key=self._had.__getitem__)[:AT_ONCE]
        return {bulk: self._had[bulk] for bulk in least} if len(least) > 1 else {}


def in_turn(rows: Iterable[Row], had: Mapping[int, int]) -> list[Row]:
    """By lane, and inside a bulk lane in turn; what belongs to no broadcast counts as one that had least."""
    least = min(had.values(), default=0)
    turns = {bulk: count(had.get(bulk, least)) for bulk in (0, *had)}

    def turn(row: Row) -> int:
        if row.tier != BULK or not had:
            return 0
        return next(turns.get(row.bulk_id or 0, turns[0]))

    ordered = sorted(rows, key=lambda row: (row.lane, row.id))
    keyed = [((row.lane, turn(row), row.id), row) for row in ordered]
    return [row for _, row in sorted(keyed, key=lambda one: one[0])]


def one_ahead(rows: list[Row]) -> list[Row]:
    """The first bulk row before the replies, but behind the alerts: a storm of replies must not starve a broadcast."""
    first = next((row for row in rows if row.tier == BULK), None)
    if first is None:
        return rows
    alerts = [row for row in rows if row.lane == 0]
    return [*alerts, first, *(row for row in rows if row.lane > 0 and row is not first)]
