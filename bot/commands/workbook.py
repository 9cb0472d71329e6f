"""`siaga import`, `siaga sample` and `siaga export people|coverage`: plain functions that give an exit code."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from tqdm import tqdm

from bot.commands import export
from bot.workbook import apart, load, read, review, sheets, told, words, write
from bot.workbook import sample as example
from bot.workbook.apart import Apart
from bot.workbook.load import Outcome
from bot.workbook.read import Book, Unreadable
from bot.workbook.told import Told
from storage import exports, readings, who
from storage.database import Away, Database
from storage.planned import LEAVES, Difference

OPERATOR = "Posko"
ALL_IN, SOME_REFUSED, UNREADABLE = 0, 1, 2
_LINES = 50  # of each kind that a terminal shows; --json has all


async def import_file(
    db: Database,
    path: Path,
    *,
    now: datetime,
    check: bool = False,
    replace: bool = False,
    as_json: bool = False,
    sheet: str | None = None,
    election: str | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Read a workbook into the tables, or with `check` only say what would happen. Gives the exit code."""
    out, err = out or sys.stdout, err or sys.stderr
    is_plain = not (check or replace or sheet)
    try:
        with Bar(err) as bar, _no_collector():
            async with _read(db, path, sheet, is_plain) as (book, beside):
                outcome = await load.load(db, book, now=now, election=election, check_only=check, replace=replace,
                                          progress=bar.show, file=path.name, beside=beside)  # fmt: skip
    except Unreadable as fault:
        return complain(fault, err)
    except Away:
        return complain(Unreadable("cut_off"), err)
    written = _refused(book, outcome, path, err)
    old = _outdated(outcome, path)
    print(_as_json(outcome, path, written, old) if as_json else _as_text(outcome, written, old), file=out)
    return ALL_IN if outcome.all_in else SOME_REFUSED


@asynccontextmanager
async def _read(
    db: Database, path: Path, sheet: str | None, is_plain: bool
) -> AsyncIterator[tuple[Book, Apart | None]]:
    """The workbook; of a large one without the lists of coverage, which are read and worked on beside."""
    if not (is_plain and apart.is_worth(db, path)):
        yield read.read(path, sheet), None
        return
    beside = await Apart.start(path)
    try:
        book = await asyncio.to_thread(_others, path)
        found = await beside.ready()
        yield book or read.read(path), beside if book and found else None
    finally:
        await beside.close()


def _others(path: Path) -> Book | None:
    """The workbook without the lists of coverage; None if it has nothing else."""
    try:
        return read.read(path, but=sheets.COVERAGES)
    except Unreadable as fault:
        if fault.code != "no_sheet":
            raise
        return None


def complain(fault: Unreadable, err: TextIO) -> int:
    print(words.say("unreadable", fault.code, **fault.about), file=err)
    return UNREADABLE


def _refused(book: Book, outcome: Outcome, path: Path, err: TextIO) -> Path | None:
    """Write the refused rows; that the folder cannot be written to does not undo what went in."""
    if outcome.checked or not outcome.refused:
        return None
    to = write.refused_path(path)
    try:
        write.refused(book, outcome.refused, to)
    except Unreadable as fault:
        print(words.say("report", "not_written", file=to, why=fault.about["why"]), file=err)
        return None
    return to


def _outdated(outcome: Outcome, path: Path) -> Path | None:
    """The refused rows of an import before, where all is in now. Told, not deleted: somebody may be mending it."""
    before = write.refused_path(path)
    return before if not (outcome.checked or outcome.refused) and before.is_file() else None


class Bar:
    """Progress for a person who watches; silent in a pipe. `code`: the word for what goes on."""

    def __init__(self, err: TextIO, code: str = "progress") -> None:
        self._err = err
        self._code = code
        self._bar: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, done: int, total: int) -> None:
        if not self._err.isatty():
            return
        if self._bar is None:
            self._bar = tqdm(total=total, desc=words.say("report", self._code), file=self._err, leave=False)
        self._bar.update(done - self._bar.n)


class _no_collector:  # noqa: N801 - reads as a statement
    """An import makes a million small values that all stay until it ends: looking through them frees nothing."""

    def __enter__(self) -> None:
        gc.disable()

    def __exit__(self, *_: object) -> None:
        gc.enable()


def _as_json(outcome: Outcome, path: Path, written: Path | None, old: Path | None) -> str:
    said: dict[str, object] = {
        "file": path.name,
        "election": outcome.election,
        "check": outcome.checked,
        "sheets": {name: asdict(counts) for name, counts in outcome.counts.items()},
        "refused": [_remark(each) for each in outcome.refusals],
        "warnings": [_remark(each) for each in outcome.doubts],
        "new_kecamatan": outcome.new_areas,
        "new_kelurahan": outcome.new_wards,
        "ignored_sheets": outcome.ignored,
        "ignored_rows": outcome.below,
        "coverage_of_strangers": outcome.strangers,
        "refused_file": written.name if written else None,
        "old_refused_file": old.name if old else None,
    }
    said |= {"replace": outcome.replaced, "let_go": outcome.let_go}
    shown = _shown(outcome)
    said |= {
        title: [
            _difference(each) for each in _told(outcome, [each for each in outcome.differences if each.what == what])
        ]
        for title, what in (("joins", who.NEW), ("changes", who.CHANGED), ("leaves", LEAVES))
        if what in shown
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def _shown(outcome: Outcome) -> tuple[str, ...]:
    """Which differences are listed: all of them beforehand, and who was taken out."""
    if outcome.checked:
        return (who.NEW, who.CHANGED, LEAVES)
    return (LEAVES,) if outcome.replaced else ()


def _told(outcome: Outcome, differences: list[Difference]) -> list[Told]:
    return [outcome.teller.tell(each) for each in differences] if outcome.teller else []


def _remark(each: review.Remark) -> dict[str, object]:
    return {name: getattr(each, name) for name in ("sheet", "row", "column", "value", "reason", "code")}


def _difference(each: Told) -> dict[str, object]:
    names = ("sheet", "row", "name", "nik", "role", "institution", "place", "fields")
    its = {name: getattr(each, name) for name in names}
    changes = [dict(zip(("field", "old", "new"), change, strict=True)) for change in each.changes]
    return {**its, "row": each.row or None, "changes": changes}


def _as_text(outcome: Outcome, written: Path | None, old: Path | None) -> str:
    lines = [words.say("report", "checked" if outcome.checked else "imported", election=outcome.election)]
    lines += [words.say("report", "sheet", sheet=name, **asdict(each)) for name, each in outcome.counts.items()]
    if outcome.strangers:
        lines.append(words.say("report", "strangers", count=outcome.strangers))
    if outcome.let_go:
        lines.append(words.say("report", "let_go", count=outcome.let_go))
    for title, found in (("new_areas", outcome.new_areas), ("new_wards", outcome.new_wards)):
        if found:
            lines.append(words.say("report", title, names=_few(found)))
    if outcome.ignored:
        lines.append(words.say("report", "ignored", sheets=", ".join(outcome.ignored)))
    for title, below in outcome.below.items():
        lines.append(words.say("report", "below", sheet=title, rows=_few([str(row) for row in below])))
    for title, remarks in (("refusals", outcome.refusals), ("doubts", outcome.doubts)):
        shown = [words.say("report", "remark", sheet=each.sheet, row=each.row, column=each.column, reason=each.reason)
                 for each in remarks]  # fmt: skip
        lines += _listed(words.say("report", title), shown)
    for what in _shown(outcome):
        its = [each for each in outcome.differences if each.what == what]
        title = "taken_out" if what == LEAVES and outcome.replaced else what
        lines += [words.say("difference", title)] if its else []
        for sheet in sheets.LAYOUTS:  # each with its own limit: a list of TPS hides nobody
            mine = [each for each in its if told.SHEETS[each.noun] == sheet]
            lines += _limited([_line(each) for each in _told(outcome, mine[:_LINES])], len(mine))
    if written:
        lines.append(words.say("report", "written", file=written))
    if old:
        lines.append(words.say("report", "outdated", file=old))
    return "\n".join(lines)


def _listed(title: str, shown: list[str]) -> list[str]:
    return [title, *_limited(shown, len(shown))] if shown else []


def _limited(shown: list[str], many: int) -> list[str]:
    more = [words.say("report", "more", count=many - _LINES)] if many > _LINES else []
    return [*shown[:_LINES], *more]


def _few(found: list[str]) -> str:
    """Names in a row, no more of them than lines."""
    shown = ", ".join(found[:_LINES])
    return words.say("report", "and_more", names=shown, count=len(found) - _LINES) if len(found) > _LINES else shown


def _line(each: Told) -> str:
    post = " ".join(part for part in (each.role, each.institution, each.programme) if part)
    about = [part for part in (post, each.place if each.what != who.CHANGED else "") if part]
    changes = [words.say("difference", "change", field=field, old=old, new=new) for field, old, new in each.changes]
    if each.stays:
        changes.append(words.say("difference", "stays"))
    return words.say(
        "difference",
        "line",
        sheet=each.sheet,
        row=words.say("difference", "row", row=each.row) if each.row else "",
        who=each.name or each.nik or words.say("difference", "unnamed"),
        post="".join(f", {part}" for part in about),
        changes=f" ({'; '.join(changes)})" if changes else "",
    )


def sample(path: Path, *, tps: int = example.MOST, voting_day: date = example.VOTING_DAY,
           out: TextIO | None = None, err: TextIO | None = None) -> int:  # fmt: skip
    """Write an example workbook with the people of so many TPS."""
    out, err = out or sys.stdout, err or sys.stderr
    if not 1 <= tps <= example.MOST:
        return complain(Unreadable("sample_tps", most=example.MOST), err)
    rows = example.rows(tps, voting_day)
    try:
        write.sample(rows, path)
    except Unreadable as fault:
        return complain(fault, err)
    print(words.say("report", "sample", file=path, people=len(rows["petugas"]) - 1, tps=tps), file=out)
    return ALL_IN


async def people_rows(db: Database, *, now: datetime, election: str | None = None) -> list[export.Row]:
    """Everybody of an election's roster, one row an assignment; NIK and phone masked. Raises `Unreadable`."""
    chosen = await db.read(partial(load.choose, asked=election, now=now))
    rows = await db.read(partial(exports.people_of, election=chosen.id))
    await noted(db, now, readings.PEOPLE, chosen.id, len(rows))
    return rows


async def coverage_rows(db: Database, *, now: datetime, election: str | None = None) -> list[export.Row]:
    """The state of JKK and JKM of every person and institution. Raises `Unreadable`."""
    chosen = await db.read(partial(load.choose, asked=election, now=now))
    today = now.astimezone(chosen.tz).date()
    rows = await db.read(partial(exports.coverage_of, election=chosen.id, today=today))
    await noted(db, now, readings.COVERAGE, chosen.id, len(rows))
    return rows


async def noted(db: Database, now: datetime, what: str, election: int | None, rows: int) -> None:
    """The operator looked at names: whose they are may ask who did."""
    held = [{"election_id": election, "rows": rows}]
    await db.write(lambda tx: readings.note(tx, now, None, OPERATOR, what, held))


async def export_people(
    db: Database,
    *,
    now: datetime,
    form: str = "json",
    to: Path | None = None,
    election: str | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """`siaga export people`."""
    return await _export(people_rows(db, now=now, election=election), form, to or out or sys.stdout, err)


async def export_coverage(
    db: Database,
    *,
    now: datetime,
    form: str = "json",
    to: Path | None = None,
    election: str | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """`siaga export coverage`."""
    return await _export(coverage_rows(db, now=now, election=election), form, to or out or sys.stdout, err)


async def _export(rows: Awaitable[Sequence[export.Row]], form: str, out: TextIO | Path, err: TextIO | None) -> int:
    try:
        export.write_rows(await rows, form, out)
    except Unreadable as fault:
        return complain(fault, err or sys.stderr)
    return ALL_IN
