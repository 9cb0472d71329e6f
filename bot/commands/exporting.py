"""`siaga export`: which rows, in which form, to where."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.commands import workbook
from bot.commands.export import Row, write_rows
from bot.installation import clock_of
from bot.workbook import load
from bot.workbook.read import Unreadable
from storage import readings, reports
from storage.database import Database

Rows = Callable[[Database, datetime, str | None], Awaitable[list[Row]]]


async def _incidents(db: Database, now: datetime, election: str | None) -> list[Row]:
    chosen = await _chosen(db, now, election)
    rows: list[Row] = list(await db.read(partial(reports.incident_rows, election_id=chosen)))
    await workbook.noted(db, now, readings.INCIDENTS, chosen, len(rows))
    return rows


async def _deliveries(db: Database, now: datetime, election: str | None) -> list[Row]:
    chosen = await _chosen(db, now, election)
    return list(await db.read(partial(reports.delivery_rows, election_id=chosen)))


async def _chosen(db: Database, now: datetime, election: str | None) -> int | None:
    """The election that was asked for; none: everything, for an emergency may belong to no election yet."""
    if election is None:
        return None
    return (await db.read(partial(load.choose, asked=election, now=now))).id


async def _people(db: Database, now: datetime, election: str | None) -> list[Row]:
    return await workbook.people_rows(db, now=now, election=election)


async def _coverage(db: Database, now: datetime, election: str | None) -> list[Row]:
    return await workbook.coverage_rows(db, now=now, election=election)


WHAT: dict[str, tuple[Rows, tuple[str, ...]]] = {
    "incidents": (_incidents, ("number", "state", "severity", "kind", "kelurahan", "tps", "verified", "reported_at",
                               "taken_at", "taken_by", "journal")),
    "deliveries": (_deliveries, ("to", "lane", "state", "reason", "about", "channel")),
    "people": (_people, ()),
    "coverage": (_coverage, ()),
}  # fmt: skip


async def export(db: Database, what: str, form: str, out: Path | None, election: str | None) -> int:
    """Write the rows; the exit code."""
    if what not in WHAT:
        print(f"siaga: export what? One of {', '.join(WHAT)}", file=sys.stderr)
        return 2
    rows_of, columns = WHAT[what]
    try:
        rows = await rows_of(db, (await clock_of(db)).now(), election)
        write_rows(rows, form, out or sys.stdout, () if rows else columns)
    except Unreadable as fault:
        return workbook.complain(fault, sys.stderr)
    return 0
