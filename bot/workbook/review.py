"""A whole workbook checked: what it wants, and which rows are refused or doubtful, and why. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, TypeVar

from bot.workbook import check, periods, rules, sheets, times, words
from bot.workbook.check import Day
from bot.workbook.known import Known
from bot.workbook.periods import DayOf
from bot.workbook.read import Book, Sheet
from bot.workbook.row import Fault, Row
from messages.words import day as day_words
from storage import imports, names
from storage.imports import At, Wanted
from storage.who import Said

V = TypeVar("V")

NOUNS = {
    sheets.ELECTION: imports.ELECTION,
    sheets.TPS: imports.TPS,
    sheets.PUSKESMAS: imports.PUSKESMAS,
    sheets.OFFICERS: imports.OFFICER,
    sheets.COVERAGES: imports.COVERAGE,
    sheets.WORKERS: imports.WORKER,
    sheets.COORDINATORS: imports.COORDINATOR,
    sheets.CANDIDATES: imports.CANDIDATE,
}
_SHEETS = {noun: sheet for sheet, noun in NOUNS.items()}

# Which fields stay as they are where a sheet has no such column.
_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    sheets.ELECTION: {"nomor_darurat": ("emergency_number",), "dasar_upah": ("wage_base",), "skema": ("scheme",),
                      "sekretariat": ("secretariat",)},
    sheets.TPS: {"puskesmas": ("puskesmas",), "jenis": ("kind",), "tanggal": ("voting_day",),
                 "pindah_ke": ("moved_to",), "alamat": ("address",), "lintang": ("latitude",), "bujur": ("longitude",)},
    sheets.PUSKESMAS: {"telepon": ("phone",), "kelurahan": ("serves",)},
    sheets.OFFICERS: {"jabatan": ("position",)},
    sheets.COVERAGES: {"kpj": ("kpj_hash", "kpj_last4"), "upah": ("wage",), "status": ("active",),
                       "per_tanggal": ("as_of",)},
    sheets.WORKERS: {"jabatan": ("position",)},
}  # fmt: skip
_DATES = {"tanggal", "mulai", "akhir", "selesai", "per_tanggal", "lintang", "bujur"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One fault or doubt of one cell, as a person reads it; long numbers are masked."""

    sheet: str
    row: int
    column: str
    value: str
    reason: str
    code: str


@dataclass(slots=True)
class Review:
    """What came of a workbook: the wanted values, and the remarks; `refused`: row numbers by sheet, in order."""

    wanted: Wanted = field(default_factory=Wanted)
    refusals: list[Remark] = field(default_factory=list)
    doubts: list[Remark] = field(default_factory=list)
    refused: dict[str, dict[int, str]] = field(default_factory=dict)

    def note(self, sheet: Sheet, row: Row) -> bool:
        """Keep the remarks of a row; True if it may go in."""
        self.doubts += [_remark(sheet, row, each) for each in row.doubts]
        found = [_remark(sheet, row, each) for each in row.faults]
        self.refusals += found
        if found:
            told = dict.fromkeys(f"{each.column}: {each.reason}" for each in found)
            self.refused.setdefault(sheet.name, {})[row.number] = "; ".join(told)
            self._mention(row)
        return not found

    def _mention(self, row: Row) -> None:
        """Who is in a refused row has not left."""
        nik = "".join(ch for ch in rules.text(row.cells.get("nik", "")) if ch.isdigit())
        self.wanted.mentioned |= {nik, names.person_key(rules.text(row.cells.get("nama", "")))} - {""}


def say(found: Review, book: Book, refused: Iterable[Said], doubts: Iterable[Said]) -> None:
    """What the plan has against rows: somebody else's NIK, or an officer who was replaced in the chat."""
    found.doubts += (_said(book, each) for each in doubts)
    for each in refused:
        remark = _said(book, each)
        found.refusals.append(remark)
        found.refused.setdefault(_SHEETS[each.noun], {})[each.row] = f"{each.column}: {remark.reason}"


def _said(book: Book, each: Said) -> Remark:
    sheet = book.sheets[_SHEETS[each.noun]]
    return Remark(sheet.title, each.row, each.column, "", words.reason(each.code, each.about), each.code)


def _remark(sheet: Sheet, row: Row, fault: Fault) -> Remark:
    value = rules.text(row.cells.get(fault.column, ""))
    if fault.column not in _DATES:
        value = names.masked_text(value)
    about = {key: names.masked_text(each) if isinstance(each, str) else each for key, each in fault.about.items()}
    return Remark(sheet.title, row.number, fault.column, value, words.reason(fault.code, about), fault.code)


def rows(sheet: Sheet) -> Iterator[Row]:
    columns, indices = tuple(sheet.columns), tuple(sheet.columns.values())
    width = max(indices) + 1
    pick = itemgetter(*indices) if len(indices) > 1 else lambda cells: (cells[indices[0]],)
    for number, cells in sheet.rows:
        padded = cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]
        yield Row(number, dict(zip(columns, pick(padded), strict=True)))


def spell(book: Book, known: Known) -> None:
    """Take the institutions' spellings from a book before its rows are looked at, for whoever looks at others."""
    for sheet in (book.sheets[name] for name in (sheets.OFFICERS, sheets.COORDINATORS) if name in book.sheets):
        at = sheet.columns.get("lembaga", len(sheet.header))
        for cell in dict.fromkeys(cells[at] for _, cells in sheet.rows if at < len(cells)):
            if written := rules.text(cell):
                with suppress(rules.Bad):  # its row is refused
                    known.institution(written)


def review(book: Book, known: Known, day: Day, election: At[imports.ElectionRow] | None, day_of: DayOf) -> Review:
    """Every sheet but `pemilihan`, which is read first of all because the others hang on it. `day_of`: when who is
    covered votes."""
    found = Review()
    found.wanted.election = election
    found.wanted.absent = absent(book)
    places(found, book, known, day)
    if sheets.TPS in book.sheets:
        found.wanted.areas, found.wanted.wards = known.areas, known.wards
    wanted = found.wanted
    wanted.officers += _good(found, book, sheets.OFFICERS, lambda row: check.officer(row, known),
                             lambda each: [(each.nik, names.key(each.institution))])  # fmt: skip
    wanted.coverages += _coverages(found, book, known, day_of)
    wanted.workers += _good(found, book, sheets.WORKERS, lambda row: check.worker(row, known, day),
                            lambda each: [(*_contact(each), each.puskesmas, each.starts_at, each.where)])  # fmt: skip
    wanted.coordinators += _good(found, book, sheets.COORDINATORS, lambda row: check.coordinator(row, known),
                                 lambda each: [(*_contact(each), names.key(each.institution), each.where)])  # fmt: skip
    wanted.candidates += _good(found, book, sheets.CANDIDATES, check.candidate,
                               lambda each: [each.number])  # fmt: skip
    return found


def absent(book: Book) -> dict[str, frozenset[str]]:
    """The fields for which a sheet has no column, by noun."""
    found = {}
    for name, sheet in book.sheets.items():
        fields = _FIELDS.get(name, {})
        kept = frozenset(each for column in sheet.absent for each in fields.get(column, ()))
        if kept:
            found[NOUNS[name]] = kept
    return found


def _contact(each: imports.WorkerRow | imports.CoordinatorRow) -> tuple[str, str]:
    return each.phone, names.person_key(each.name)


def places(found: Review, book: Book, known: Known, day: Day) -> None:
    """The sheet tps names the kelurahan, puskesmas serve them, and a TPS may name its puskesmas: in this order."""
    if sheets.TPS in book.sheets:
        known.found(Counter(ward for row in rows(book.sheets[sheets.TPS]) if all(ward := check.ward_of_tps(row))))
    health = _good(found, book, sheets.PUSKESMAS, lambda row: check.health(row, known),
                   lambda each: [names.key(each.name)])  # fmt: skip
    known.puskesmas |= {names.key(each.name): (each.name, each.kecamatan) for _, each in health}
    found.wanted.puskesmas += health
    stations = _good(found, book, sheets.TPS, lambda row: check.station(row, known, day), lambda each: [each.where])
    known.stations |= {each.where for _, each in stations}
    if "voting_day" not in found.wanted.absent.get(imports.TPS, ()):
        known.days |= {each.where: each.voting_day for _, each in stations}
    found.wanted.tps += _moved(found, book, stations, known)


def _moved(found: Review, book: Book, stations: list[At[imports.TpsRow]], known: Known) -> Iterator[At[imports.TpsRow]]:
    """A TPS may move to one that stands further down in the sheet."""
    moved = {each.row for each in stations if each.value.moved_to}
    again = {row.number: row for row in rows(book.sheets[sheets.TPS]) if row.number in moved} if moved else {}
    for each in stations:
        if each.row in again:
            check.moved_exists(again[each.row], each.value, known)
            if not found.note(book.sheets[sheets.TPS], again[each.row]):
                known.stations.discard(each.value.where)
                continue
        yield each


def _coverages(found: Review, book: Book, known: Known, day_of: DayOf) -> list[At[imports.CoverageRow]]:
    """Of several rows that state the same coverage one stands; the others are told, not refused."""
    good = _good(found, book, sheets.COVERAGES, lambda row: check.coverage(row, known), lambda _: [])
    _doubt_cards(found, book, good)
    settled, said = periods.settle(good, day_of)
    niks = {each.row: each.value.nik for each in good} if said else {}
    for row, code, used, day in said:
        reason = words.reason(code, {"row": used, "day": day_words(day) if day else ""})
        value = names.masked(niks[row])
        found.doubts.append(Remark(book.sheets[sheets.COVERAGES].title, row, "nik", value, reason, code))
    return settled


def _doubt_cards(found: Review, book: Book, good: list[At[imports.CoverageRow]]) -> None:
    """A card is one person's: the number of a second one was typed wrongly, or is nobody's."""
    first: dict[str, At[imports.CoverageRow]] = {}
    for each in good:
        kpj = each.value.kpj
        if kpj and (before := first.setdefault(kpj, each)).value.nik != each.value.nik:
            reason = words.reason("kpj_twice", {"row": before.row})
            title, value = book.sheets[sheets.COVERAGES].title, names.masked_text(kpj)
            found.doubts.append(Remark(title, each.row, "kpj", value, reason, "kpj_twice"))


def _good(
    found: Review, book: Book, name: str, rule: Callable[[Row], V], twins: Callable[[V], Sequence[Hashable]]
) -> list[At[V]]:
    """The values of a sheet's good rows; of rows that state the same (`twins`) the first one stands."""
    sheet = book.sheets.get(name)
    good: list[At[V]] = []
    seen: dict[Hashable, int] = {}
    for row in rows(sheet) if sheet else ():
        value = rule(row)
        for key in [] if row.faults else twins(value):
            if seen.setdefault(key, row.number) != row.number:
                first = good[bisect_left(good, seen[key], key=itemgetter(0))].value
                code = "name_row" if name == sheets.OFFICERS and _names_differ(first, value) else f"twin_{name}"
                row.refuse(_TWIN_COLUMN[name], code, row=seen[key], name=getattr(first, "name", ""))
                break
        if row.faults or row.doubts:
            assert sheet is not None
            if not found.note(sheet, row):
                continue
        good.append(At(row.number, value))
    if sheet is not None:
        _doubt_swapped(found, sheet)
    return good


def _doubt_swapped(found: Review, sheet: Sheet) -> None:
    """Where one date of a sheet has its month first, so may those in which that is not seen."""
    if not any(each.code == "date_swapped" and each.sheet == sheet.title for each in found.refusals):
        return
    refused = found.refused[sheet.name]
    for row in rows(sheet):
        for column, cell in row.cells.items() if row.number not in refused else ():
            if column in _DATES and times.either_way(cell):
                row.doubt(column, "date_either", value=rules.text(cell))
        if row.doubts:
            found.note(sheet, row)


def _names_differ(first: Any, second: Any) -> bool:
    return names.person_key(first.name) != names.person_key(second.name)


_TWIN_COLUMN = {
    sheets.TPS: "tps",
    sheets.PUSKESMAS: "puskesmas",
    sheets.OFFICERS: "nik",
    sheets.WORKERS: "nama",
    sheets.COORDINATORS: "nama",
    sheets.CANDIDATES: "nomor",
}
