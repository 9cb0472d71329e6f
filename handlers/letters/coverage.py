"""Letters of /cakupan: counts and names as the lists stand when they are sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from handlers import answering, areas, audience, coverage, coverage_case
from handlers.areas import Ground
from handlers.facts import name_of, place_words
from handlers.letters.registry import Writing, letter
from messages import coverage as told
from messages import coverage_case as told_case
from messages.render import Words
from messages.words import day as day_words
from messages.words import day_in, place
from storage import coverage_cases, gaps, requests
from storage.areas import Area
from storage.database import Tx
from storage.gaps import Count
from storage.roster import assignments

AREAS = 8
ROLES = 10


def _ground(w: Writing) -> tuple[Ground, date] | None:
    """The area that is asked for, or, where a request brought the letter, that in which it lies; and its day."""
    case = requests.by_id(w.tx, w.refs["request"]) if "request" in w.refs else None
    found = areas.grounds(w.to.roles) if case is not None else []
    about = (each for each in found if case is not None and answering.may(list(each.roles), case))
    ground = next(about, None) or areas.ground(w.to.roles, w.refs.get("role"))
    return (ground, w.now.astimezone(ground.role.election.tz).date()) if ground else None


@letter("coverage")
def _coverage(w: Writing) -> Words | None:
    found = _ground(w)
    if found is None:
        return None
    ground, day = found
    counts, lists = gaps.counts(w.tx, ground.areas[0], day), gaps.lists(w.tx, ground.role.election.id)
    inside = ground.where.kelurahan_id or ground.where.kecamatan_id
    parts = _largest(counts, lambda each: _place(each, bool(inside)))
    mine = {each.institution for each in ground.areas}
    return told.Gaps(
        area=areas.label(w.tx, [ground.role]),
        day=day_words(day),
        institutions=tuple(_institution(name, counts, lists) for name in _institutions(counts)),
        roles=_largest(counts, lambda each: each.role)[:ROLES],
        areas=parts[:AREAS],
        more=max(0, len(parts) - AREAS),
        gaps=sum(each.missing + each.lapsed + each.unseen for each in counts if mine & {"", each.institution}),
        role=ground.number,
        cases=requests.count(w.tx, ground.areas, requests.COVERAGE),
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
    found = _ground(w)
    if found is None:
        return None
    ground, day = found
    page, size = w.refs["page"], coverage.NAMES_A_PAGE
    rows = gaps.names(w.tx, ground.areas, day, page * size, size + 1)
    people = tuple((_where(row), f"{row.name}, {row.role} {row.institution}", row.state) for row in rows[:size])
    return told.Names(ground.called(w.tx), people, page, len(rows) > size, ground.number)


def _where(row: Any) -> str:
    return place(row.number, row.kelurahan or "", row.kecamatan or "" if not row.kelurahan else "")


@letter("coverage_sheet")
def _sheet(w: Writing) -> Words | None:
    found = _ground(w)
    if found is None:
        return None
    ground, day = found
    return told.Sheet(ground.called(w.tx), tuple(role.id for role in ground.roles), day.isoformat())


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
    found = _ground(w)
    if found is None:
        return None
    ground, _ = found
    page, size = w.refs["page"], coverage_case.A_PAGE
    rows = coverage_cases.page(w.tx, ground.areas, page * size, size + 1)
    shown, zone = rows[:size], ground.role.election.zone
    return told_case.Cases(
        area=ground.called(w.tx),
        cases=tuple((row.id, row.name) for row in shown),
        lines=tuple((_case_line(row, zone), row.state) for row in shown),
        page=page,
        more=len(rows) > size,
        role=ground.number,
        back=bool(w.refs.get("back")),
    )


def _case_line(row: Any, zone: str) -> str:
    return f"{row.name}: {row.role} {row.institution}, {_where(row)}, {day_in(row.created_at, zone)}"


def sheet(tx: Tx, made: str) -> Callable[[], bytes]:
    """`ROLE+ROLE:DAY` → the names of these roles' areas, read now; called, they become a workbook."""
    roles, _, day = made.partition(":")
    ids = [int(each) for each in roles.split("+")]
    rows = tx.rows(select(assignments).where(assignments.c.id.in_(ids)))
    seen = [Area(row.election_id, row.kecamatan_id, row.kelurahan_id, audience.own(row.institution)) for row in rows]
    names = gaps.names(tx, seen, date.fromisoformat(day))
    return partial(told.workbook, [_line(row) for row in names])


def _line(row: Any) -> tuple[str, ...]:
    number = f"{row.number:03d}" if row.number else ""
    return (row.name, row.role, row.institution, row.kecamatan or "", row.kelurahan or "", number, row.state)
