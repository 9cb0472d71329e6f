"""Several rows of coverage for one NIK, institution and programme: the one that counts on the voting day. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple, TypeAlias

from storage import names
from storage.imports import At, CoverageRow

_Key: TypeAlias = tuple[str, str, str]
DayOf: TypeAlias = Callable[[CoverageRow], date]  # when who is covered by a row votes


class Said(NamedTuple):
    """Why a row does not stand by itself, and which one stands for it; `day`: when he votes, where that decided."""

    row: int
    code: str
    used: int
    day: date | None = None


def settle(rows: list[At[CoverageRow]], day_of: DayOf) -> tuple[list[At[CoverageRow]], list[Said]]:
    """One coverage a NIK, institution and programme, and what is to be said of the other rows."""
    again = _again(rows)
    said: list[Said] = []
    stand: dict[int, list[CoverageRow]] = {row: [] for its in again.values() for row, _ in its}
    for (_, _, programme), several in again.items():
        row, value = _best(list(_joined(several, said)), day_of(several[0].value), said)
        stand[row].append(value._replace(programmes=(programme,)))
    settled = []
    for each in rows:
        if each.row not in stand:
            settled.append(each)
            continue
        rest = tuple(one for one in each.value.programmes if (*_whose(each.value), one) not in again)
        its = [*stand[each.row], *(each.value._replace(programmes=(one,)) for one in rest)]
        settled += (At(each.row, value) for value in _together(its))
    return settled, sorted(set(said), key=lambda each: each[:3])


def _again(rows: list[At[CoverageRow]]) -> dict[_Key, list[At[CoverageRow]]]:
    """What more than one row states; nearly always nothing."""
    first: dict[_Key, At[CoverageRow]] = {}
    again: dict[_Key, list[At[CoverageRow]]] = {}
    for each in rows:
        whose = _whose(each.value)
        for programme in each.value.programmes:
            key = (*whose, programme)
            before = first.setdefault(key, each)
            if before is not each:
                again.setdefault(key, [before]).append(each)
    return again


def _whose(value: CoverageRow) -> tuple[str, str]:
    return value.nik, names.key(value.institution)


def _together(values: list[CoverageRow]) -> Iterator[CoverageRow]:
    """Programmes of which a row says the same are one value again."""
    found: dict[CoverageRow, list[str]] = {}
    for each in values:
        found.setdefault(each._replace(programmes=()), []).extend(each.programmes)
    for value, programmes in found.items():
        yield value._replace(programmes=tuple(sorted(programmes)))


def _joined(rows: list[At[CoverageRow]], said: list[Said]) -> Iterator[At[CoverageRow]]:
    """Periods of one card that overlap or adjoin are one; its last row speaks for it."""

    def card(each: At[CoverageRow]) -> tuple[str, bool]:
        return each.value.kpj, each.value.active

    for _, mine in groupby(sorted(rows, key=lambda each: (*card(each), each.value.starts, each.row)), card):
        held: At[CoverageRow] | None = None
        for each in mine:
            if held is None or each.value.starts > held.value.ends + timedelta(days=1):
                if held is not None:
                    yield held
                held = each
                continue
            later, other = (each, held) if each.value.ends > held.value.ends else (held, each)
            same = each.value[3:] == held.value[3:]
            said.append(Said(other.row, "coverage_same" if same else "coverage_joined", later.row))
            held = At(later.row, later.value._replace(starts=held.value.starts))
        if held is not None:
            yield held


def _best(rows: list[At[CoverageRow]], day: date, said: list[Said]) -> At[CoverageRow]:
    """The one that holds on the voting day, else the one that ends last."""

    def holds(each: At[CoverageRow]) -> bool:
        return each.value.active and each.value.starts <= day <= each.value.ends

    best = max(rows, key=lambda each: (holds(each), each.value.ends, each.value.active, -each.row))
    for each in rows:
        if each is not best:
            why = "holds" if holds(best) > holds(each) else "later" if best.value.ends > each.value.ends else "first"
            said.append(Said(each.row, f"coverage_{why}", best.row, day))
    return best
