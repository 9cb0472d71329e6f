"""`siaga import --undo`: the last import's rows taken back, step by step, while everything else goes on."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import datetime
from functools import partial
from typing import TextIO

from bot.commands.workbook import ALL_IN, Bar, complain
from bot.workbook import leavers, load, words
from bot.workbook.read import Unreadable
from handlers import coverage_case
from storage import applying, moves, undo
from storage import leavers as shelf
from storage.database import Database
from storage.leavers import Lost
from storage.undo import Run


async def last_import(
    db: Database,
    *,
    now: datetime,
    as_json: bool = False,
    election: str | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Take the newest import of an election back; the exit code. A killed undo is finished by the next one."""
    out, err = out or sys.stdout, err or sys.stderr
    try:
        chosen = await db.read(partial(load.choose, asked=election, now=now))
        run = await _undoable(db, chosen.id)
    except Unreadable as fault:
        return complain(fault, err)
    with Bar(err, "undoing") as bar:
        told = await _take_back(db, run, bar, now)
    at = run.at.astimezone(chosen.tz).strftime("%d-%m-%Y %H.%M")
    if as_json:
        print(json.dumps({"election": chosen.code, "file": run.file, "at": run.at.isoformat(), **told}), file=out)
    else:
        print(words.say("report", "undone", election=chosen.code, file=run.file or "-", at=at, **told), file=out)
        if told["let_go"]:
            print(words.say("report", "let_go", count=told["let_go"]), file=out)
    return ALL_IN


async def _undoable(db: Database, election: int) -> Run:
    """Raises `Unreadable` where there is none, or where a later import changed the same rows."""
    run = await db.read(partial(undo.last, election_id=election))
    if run is None:
        raise Unreadable("undo_none")
    both = await db.read(partial(undo.clashes, run=run))
    if both:
        raise Unreadable("undo_later", file=run.file or "-", count=both)
    return run


async def _take_back(db: Database, run: Run, bar: Bar, now: datetime) -> dict[str, int]:
    told: Counter[str] = Counter(left=0, back=0, changed=0, kept=0)
    lost: list[Lost] = []
    run_id, election = run.id or 0, run.election_id
    await db.write(partial(moves.forget, election=election))
    total = left = await db.read(partial(undo.left, run_id=run_id))
    while (step := await db.read(partial(undo.newest, run_id=run_id))) is not None:
        lost += await db.read(partial(shelf.put_in, step_id=step))
        told.update(await db.write(partial(undo.take_back, step_id=step)))
        left -= 1
        bar.show(total - left, total)
    await db.write(partial(moves.settle, election=election))
    await db.write(partial(applying.put_last_day, election=election))
    await _reopen(db, run, now)
    told["let_go"] = await leavers.let_go(db, f"undo:{run_id}", lost, now)
    await db.write(partial(undo.close, run_id=run_id))
    return dict(told)


async def _reopen(db: Database, run: Run, now: datetime) -> None:
    """Who was told that a list has him by now is told that it was taken back."""
    after: int | None = 0
    while after is not None:
        after = await db.write(partial(coverage_case.reopen, election_id=run.election_id, run=run.id or 0,
                                       since=run.at, after=after, now=now))  # fmt: skip
