"""Letters of /cakupan: counts and names as the lists stand when they are sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from handlers import answering, audience, coverage, coverage_case, ladder, schedule
from handlers.letters.facts import name_of, place_words
from handlers.letters.registry import Writing, letter
from messages import coverage as told
from messages import coverage_case as told_case
from messages.render import Words
from messages.words import day as day_words
from messages.words import day_in, place
from storage import coverage_cases, gaps, requests
from storage.database import Tx
from storage.gaps import Area, Count
from storage.roster import Role, assignments

AREAS = 8
ROLES = 10


def _role(w: Writing) -> tuple[Role, date] | None:
    """The area that is asked for, or, where a request brought the letter, that in which it lies."""
    case = requests.by_id(w.tx, w.refs["request"]) if "request" in w.refs else None
    around = schedule.every(list(w.to.roles)) if case is not None else []
    role = next((each for each in around if ladder.holds(each, case.where)), None) if case is not None else None
    role = role or coverage.role_of(list(w.to.roles), w.refs.get("role"))
    return (role, w.now.astimezone(role.election.tz).date()) if role else None


@letter("coverage")
def _coverage(w: Writing) -> Words | None:
    found = _role(w)
    if found is None:
        return None
    role, day = found
    counts, lists = gaps.counts(w.tx, coverage.area(role), day), gaps.lists(w.tx, role.election.id)
    inside = role.where.kelurahan_id or role.where.kecamatan_id
    areas = _largest(counts, lambda each: _place(each, bool(inside)))
    mine = audience.own(role.institution)
    return told.Gaps(
        area=place_words(w.tx, role.where) or role.election.name,
        day=day_words(day),
        institutions=tuple(_institution(name, counts, lists) for name in _institutions(counts)),
        roles=_largest(counts, lambda each: each.role)[:ROLES],
        areas=areas[:AREAS],
        more=max(0, len(areas) - AREAS),
        gaps=sum(each.missing + each.lapsed + each.unseen for each in counts if not mine or each.institution == mine),
        role=w.refs.get("role", 0),
        cases=requests.count(w.tx, coverage.area(role), requests.COVERAGE),
    )


def _institutions(counts: Iterable[Count]) -> list[str]:
    return sorted({each.institution for each in counts})


def _institution(
    name: str, counts: Iterable[Count], lists: dict[str, date | None]
) -> tuple[str, str, str, str, str, str, str]:
    mine = [each for each in counts if each.institution == name]
    of = {what: sum(getattr(each, what) for each in mine) for what in told.STATES}
    as_of = lists.get(name)
    dated = "" if name not in lists else day_words(as_of) if as_of else "tanpa tanggal"
    return (name, str(sum(of.values())), str(of["covered"]), str(of["lapsed"]), str(of["missing"]), str(of["unseen"]),
            dated)  # fmt: skip


def _place(each: Count, within: bool) -> str:
    """In a city by kecamatan, further in by kelurahan."""
    return f"Kel. {each.kelurahan}" if within and each.kelurahan else f"Kec. {each.kecamatan}" if each.kecamatan else ""


def _largest(counts: Iterable[Count], called: Callable[[Count], str]) -> tuple[tuple[str, str, str, str], ...]:
    """What is not covered, by something and institution, the largest first; what has no gap is left out."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in counts:
        if called(each):
            sums = found[called(each), each.institution]
            sums[0] += each.missing + each.lapsed
            sums[1] += sum(getattr(each, what) for what in told.STATES)
    ordered = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    return tuple((name, institution, str(gap), str(all_)) for (name, institution), (gap, all_) in ordered if gap)


@letter("coverage_names")
def _names(w: Writing) -> Words | None:
    found = _role(w)
    if found is None:
        return None
    role, day = found
    page, size = w.refs["page"], coverage.NAMES_A_PAGE
    rows = gaps.names(w.tx, coverage.area(role), day, page * size, size + 1)
    people = tuple((_where(row), f"{row.name}, {row.role} {row.institution}", row.state) for row in rows[:size])
    return told.Names(people, page, len(rows) > size, w.refs.get("role", 0))


def _where(row: Any) -> str:
    return place(row.number, row.kelurahan or "", row.kecamatan or "" if not row.kelurahan else "")


@letter("coverage_sheet")
def _sheet(w: Writing) -> Words | None:
    found = _role(w)
    return told.Sheet(found[0].id, found[1].isoformat()) if found else None


@letter("coverage_case")
def _case(w: Writing) -> Words | None:
    """To who answers for it, as long as he does."""
    case = requests.by_id(w.tx, w.refs["request"])
    if case is None or case.subject_id is None or not answering.may(list(w.to.roles), case):
        return None
    zone = next(role.election.tz for role in w.to.roles if role.election.id == case.election_id)
    alive = case.state in requests.ALIVE_STATES
    day = w.now.astimezone(zone).date()
    return told_case.Case(
        request=case.id or 0,
        person=name_of(w.tx, case.subject_id),
        role=case.role,
        place=place_words(w.tx, case.where),
        institution=case.institution,
        lacks=coverage_cases.lacking(w.tx, case.subject_id, case.election_id, case.institution, day) if alive else (),
        since=case.created_at,
        state=case.state,
        by=name_of(w.tx, case.answered_by),
        why=w.tx.vault.open(case.answer_sealed) if case.answer_sealed else "",
    )


@letter("coverage_cases")
def _cases(w: Writing) -> Words | None:
    found = _role(w)
    if found is None:
        return None
    page, size = w.refs["page"], coverage_case.A_PAGE
    rows = coverage_cases.page(w.tx, coverage.area(found[0]), page * size, size + 1)
    shown, zone = rows[:size], found[0].election.zone
    return told_case.Cases(
        cases=tuple((row.id, row.name) for row in shown),
        lines=tuple((_case_line(row, zone), row.state) for row in shown),
        page=page,
        more=len(rows) > size,
        role=_several(w, found[0]),
        back=bool(w.refs.get("back")),
    )  # fmt: skip


def _several(w: Writing, role: Role) -> int:
    """The role that buttons must name: 0 where he has one area."""
    return role.id if len(schedule.every(list(w.to.roles))) > 1 else 0


def _case_line(row: Any, zone: str) -> str:
    return f"{row.name}: {row.role} {row.institution}, {_where(row)}, {day_in(row.created_at, zone)}"


def sheet(tx: Tx, made: str) -> Callable[[], bytes]:
    """`ROLE:DAY` → the names of that coordinator's area, read now; called, they become a workbook."""
    role_id, _, day = made.partition(":")
    role = tx.first(select(assignments).where(assignments.c.id == int(role_id)))
    assert role is not None  # a message asked for it
    area = Area(role.election_id, role.kecamatan_id, role.kelurahan_id, audience.own(role.institution))
    rows = gaps.names(tx, area, date.fromisoformat(day))
    return partial(told.workbook, [_line(row) for row in rows])


def _line(row: Any) -> tuple[str, ...]:
    number = f"{row.number:03d}" if row.number else ""
    return (row.name, row.role, row.institution, row.kecamatan or "", row.kelurahan or "", number, row.state)
