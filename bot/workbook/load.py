"""An import from beginning to end: read what stands, check the rows, plan, and write in steps."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from sqlalchemy import select

from bot.workbook import check, days, leavers, review, sheets
from bot.workbook.apply import Import, Progress, apply, begin, finish
from bot.workbook.check import Day
from bot.workbook.days import Own
from bot.workbook.known import Known
from bot.workbook.periods import DayOf
from bot.workbook.read import Book, Rows, Sheet, Unreadable
from bot.workbook.review import Remark, Review
from bot.workbook.told import Teller
from storage import coverage_cases, coverages, elections, names, plans, standing
from storage import leavers as shelf
from storage.database import Database, Tx
from storage.imports import At, ElectionRow, Wanted
from storage.planned import Difference, Plan
from storage.standing import Standing
from storage.vault import Vault


@dataclass(slots=True)
class Counts:
    """What became of a sheet's rows."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(slots=True)
class Outcome:
    """What an import did, or with `check` would do."""

    election: str
    checked: bool
    counts: dict[str, Counts]
    refusals: list[Remark]
    doubts: list[Remark]
    refused: dict[str, dict[int, str]]  # sheet → row → why, for the workbook of refused rows
    differences: list[Difference]
    ignored: list[str] = field(default_factory=list)
    below: dict[str, list[int]] = field(default_factory=dict)  # title → rows under its table that are none of it
    replaced: bool = False
    new_areas: list[str] = field(default_factory=list)  # kecamatan by name
    new_wards: list[str] = field(default_factory=list)  # kelurahan, each with its kecamatan
    teller: Teller | None = None  # of the differences, if there can be any: of thousands fifty are shown
    strangers: int = 0  # NIKs of coverage lists that no roster has
    let_go: int = 0  # people who use the bot and whom no list names any more

    @property
    def all_in(self) -> bool:
        return not self.refusals

    def add(self, part: Outcome) -> None:
        """What was said of a sheet that was worked on beside the others."""
        self.counts |= part.counts
        self.refusals += part.refusals
        self.doubts += part.doubts
        self.refused |= part.refused
        self.below |= part.below


class Beside(Protocol):
    """Works on one sheet elsewhere; gives what it said of it, and the sheet with its refused rows only."""

    async def work(
        self, code: str, under: Import, institutions: dict[str, str], days: Own, progress: Progress
    ) -> tuple[Outcome, Sheet]: ...


async def load(
    db: Database,
    book: Book,
    *,
    now: datetime,
    election: str | None = None,
    check_only: bool = False,
    replace: bool = False,
    progress: Progress | None = None,
    file: str = "",
    beside: Beside | None = None,
) -> Outcome:
    """Check a workbook and, unless `check_only`, write its good rows; with `replace` who stands in its institutions and
    areas and not in it is taken out. A sheet that is worked on `beside` is not in `book`; its refused rows are added.
    Raises `Unreadable`; nothing is changed then."""
    first = Review()
    stated = _stated(book, first)
    code = await _code(db, stated, first, election, now)
    now_in = await db.read(partial(standing.read, code=code))
    stated = _complete(stated, first, now_in)
    outcome = Outcome(code, check_only, {}, first.refusals, first.doubts, first.refused, [], book.ignored)
    outcome.replaced = replace
    judge = Judge(db.vault, now_in, stated, outcome)
    if check_only:
        await asyncio.to_thread(judge.plan, book)
        return outcome
    under = await begin(db, judge.election(book), code, file, now)
    await _write(db, book, judge, under, progress or _silent, beside)
    lost = await db.read(partial(shelf.taken_out, run_id=under.run))
    outcome.let_go = await leavers.let_go(db, f"import:{under.run}", lost, now)
    await finish(db, under)
    await _close_cases(db, under.election, now)
    outcome.strangers = await db.read(partial(coverages.of_strangers, election_id=under.election))
    return outcome


async def _close_cases(db: Database, election: int, now: datetime) -> None:
    """Who asked why he is not on a list, and is now, is told. Looked at after every import, also one that changed
    nothing, so that the same file finishes a killed one."""
    after: int | None = 0
    while after is not None:
        after = await db.write(partial(coverage_cases.close, election_id=election, after=after, now=now))


def _silent(done: int, total: int) -> None:
    """Nobody watches."""
    del done, total


async def _write(
    db: Database, book: Book, judge: Judge, under: Import, progress: Progress, beside: Beside | None
) -> None:
    own, others = _shares(progress, 2)
    try:
        async with asyncio.TaskGroup() as parts:
            if beside is not None:
                review.spell(book, judge.known)
                own_days = await asyncio.to_thread(judge.own_days, book)
                working = parts.create_task(
                    beside.work(judge.outcome.election, under, judge.known.institutions, own_days, others)
                )
            await apply(db, await asyncio.to_thread(judge.plan, book), under, own)
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    if beside is not None:
        part, refused = working.result()
        judge.outcome.add(part)
        book.sheets[refused.name] = refused


def _shares(progress: Progress, parts: int) -> list[Progress]:
    """One bar for parts that are written side by side."""
    shares = [(0, 0)] * parts

    def tell(part: int, done: int, total: int) -> None:
        shares[part] = (done, total)
        progress(sum(each[0] for each in shares), sum(each[1] for each in shares))

    return [partial(tell, part) for part in range(parts)]


@dataclass(slots=True)
class Judge:
    """Checks a workbook and gathers what is said of it in `outcome`."""

    vault: Vault
    now_in: Standing
    stated: At[ElectionRow] | None
    outcome: Outcome
    days: Own | None = None  # None: yet to be looked for
    known: Known = field(init=False)

    def __post_init__(self) -> None:
        self.known = Known(self.now_in)

    def election(self, book: Book) -> ElectionRow | None:
        """The election's row, if it is to be written."""
        return plans.election(Wanted(election=self.stated, absent=review.absent(book)), self.now_in)

    @property
    def _source(self) -> ElectionRow | elections.Known:
        source = self.stated.value if self.stated else self.now_in.election
        assert source is not None
        return source

    def own_days(self, book: Book) -> Own:
        return days.own(book, self.now_in, Day(self._source.voting_day, self._source.zone), self.vault)

    def _day_of(self, book: Book) -> DayOf:
        if self.days is None:
            self.days = self.own_days(book) if sheets.COVERAGES in book.sheets else {}
        own, otherwise = self.days, self._source.voting_day
        return lambda each: own.get((self.vault.hash(each.nik), names.key(each.institution)), otherwise)

    def plan(self, book: Book) -> Plan:
        source = self._source
        day = Day(source.voting_day, source.zone)
        found = review.review(book, self.known, day, self.stated, self._day_of(book))
        plan = plans.compare(found.wanted, self.now_in, self.vault, tell=self.outcome.checked,
                              replace=self.outcome.replaced)  # fmt: skip
        review.say(found, book, plan.refused, plan.doubts)
        self.outcome.refusals += found.refusals
        self.outcome.doubts += found.doubts
        self.outcome.refused |= found.refused
        self.outcome.counts |= _counts(book, plan, self.outcome.refused)
        its = ((sheet.title, sheet.rows.below) for sheet in book.sheets.values() if isinstance(sheet.rows, Rows))
        self.outcome.below |= {title: below for title, below in its if below}
        self.outcome.differences += plan.differences
        if plan.tell:
            self.outcome.teller = Teller(self.known, source.zone)
        self.outcome.new_areas += plan.areas.values()
        self.outcome.new_wards += [f"{name} ({self.known.areas[at.kecamatan]})" for at, name in plan.wards.items()]
        return plan


def _stated(book: Book, first: Review) -> At[ElectionRow] | None:
    """The election that the file states, if its row is good; remarks go to `first`."""
    sheet = book.sheets.get(sheets.ELECTION)
    if sheet is None:
        return None
    if len(sheet.rows) != 1:
        raise Unreadable("election_rows", sheet=sheet.title, count=len(sheet.rows))
    row = next(review.rows(sheet))
    value = check.election(row)
    first.note(sheet, row)
    return At(row.number, value)


async def _code(db: Database, stated: At[ElectionRow] | None, first: Review, asked: str | None, now: datetime) -> str:
    """Whose rows these are: the file's own election, the one asked for, or the only one there is."""
    asked = asked.casefold() if asked else None
    if stated is None:
        return (await db.read(partial(choose, asked=asked, now=now))).code
    if not stated.value.code:
        raise _bad_election(first)
    if asked and asked != stated.value.code:
        raise Unreadable("election_other", file=stated.value.code, asked=asked)
    return stated.value.code


def _bad_election(first: Review) -> Unreadable:
    return Unreadable("election_bad", reasons="; ".join(f"{each.column}: {each.reason}" for each in first.refusals))


def _complete(stated: At[ElectionRow] | None, first: Review, now_in: Standing) -> At[ElectionRow] | None:
    """A refused row of an election that is known already holds nobody up; a new one cannot be made of it."""
    if stated is None or not first.refusals:
        return stated
    if now_in.election is None:
        raise _bad_election(first)
    return None


def choose(tx: Tx, asked: str | None, now: datetime) -> elections.Known:
    """The election asked for, else the only active one, else the only one. Raises `Unreadable`."""
    codes = [code for (code,) in tx.rows(select(elections.elections.c.code).order_by(elections.elections.c.code))]
    if asked is not None:
        found = elections.by_code(tx, asked.casefold())
        if found is None:
            raise Unreadable("election_unknown", asked=asked, known=", ".join(codes) or "–")
        return found
    if not codes:
        raise Unreadable("election_none")
    active = elections.active(tx, now)
    only = active[0] if len(active) == 1 else elections.by_code(tx, codes[0]) if len(codes) == 1 else None
    if only is None:
        raise Unreadable("election_which", known=", ".join(each.code for each in active) or ", ".join(codes))
    return only


def _counts(book: Book, plan: Plan, refused: dict[str, dict[int, str]]) -> dict[str, Counts]:
    found = {
        name: Counts(rows=len(sheet.rows), refused=len(refused.get(name, ()))) for name, sheet in book.sheets.items()
    }
    titles = {noun: name for name, noun in review.NOUNS.items()}
    for (noun, verdict), rows in plan.verdicts.items():
        setattr(found[titles[noun]], verdict, rows)
    for each in found.values():  # a row that another one speaks for changes nothing
        each.unchanged = each.rows - each.new - each.changed - each.refused
    return found
