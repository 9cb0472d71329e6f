"""A workbook file as rows of cells: which sheets and columns it has, and nothing about what they mean."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from bot.workbook import sheets
from bot.workbook.merged import Down, Merged
from bot.workbook.rules import Cell, text
from storage import names

Numbered: TypeAlias = tuple[int, list[Cell]]

_HEADER_WITHIN = 15  # rows of titles that may stand above the header
_NIK = 16  # digits
_SHORT = 8  # longer than any column's number in brackets: both tests of a row are asked of a million
_NUMBER = re.compile(r"[\d.,%]+")
_SUM = re.compile(
    r"(grand |sub ?)?(total|jumlah)( (petugas|anggota|peserta|keseluruhan|seluruhnya|semua|orang|tps|kpps|ptps|pps"
    r"|pkd|ppk|panwascam|linmas|pantarlih|sekretariat|nakes|koordinator|puskesmas))*\W*$",
    re.IGNORECASE,
)
_SUM_BEGINS = frozenset("gstjGSTJ")
_ENCRYPTED = b"\xd0\xcf\x11\xe0"  # an .xlsx with a password is a file of the older kind around an unreadable one


class Unreadable(Exception):
    """Nothing of the file can be used: `code` names the sentence, `about` its values."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code)
        self.code = code
        self.about = about


@dataclass(slots=True)
class Sheet:
    """One known sheet: its own title and header, our columns by their index, and the rows with their numbers."""

    name: str
    title: str
    header: list[Cell]
    columns: dict[str, int]
    rows: Rows | list[Numbered]

    @property
    def absent(self) -> set[str]:
        return set(sheets.LAYOUTS[self.name].columns) - set(self.columns)


@dataclass(slots=True)
class Book:
    """The known sheets by our name, and the titles of those that are not ours."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


def read(path: Path, sheet: str | None = None, but: str | None = None) -> Book:
    """Read an .xlsx workbook (only `sheet`, or all `but` one), or a .csv that is the sheet named `sheet`.

    Raises `Unreadable`.
    """
    if path.is_dir():
        raise Unreadable("is_folder", file=path.name)
    if not path.is_file():
        raise Unreadable("missing", file=path.name)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable("cannot_read", file=path.name, why=error.strerror or str(error)) from error
    if path.suffix.casefold() == ".csv":
        return of_rows({_named(sheet, path): _csv_rows(path, raw)})
    only = _named(sheet, path) if sheet is not None else None

    def is_wanted(title: str) -> bool:
        name = sheets.known_sheet(title)
        return name == only if only else but is None or name != but

    return of_rows(_workbook_rows(path, raw, is_wanted))


def of_rows(found: Mapping[str, Iterable[Sequence[Cell]]]) -> Book:
    """A book of rows by title, the header among the first of them; they are gone through more than once."""
    book = Book()
    for title, rows in found.items():
        name = sheets.known_sheet(title)
        if name is None:
            if names.key(title) != sheets.INSTRUCTIONS:
                book.ignored.append(title)
        elif any(_filled(cell) for row in rows for cell in row):
            if name in book.sheets:
                raise Unreadable("sheet_twice", one=book.sheets[name].title, other=title, sheet=name)
            book.sheets[name] = _sheet(name, title, rows)
    if not book.sheets:
        raise Unreadable("no_sheet", known=", ".join(sheets.LAYOUTS))
    return book


def _named(sheet: str | None, path: Path) -> str:
    name = sheets.known_sheet(sheet) if sheet else None
    if name is None:
        code = "csv_sheet" if sheet is None else "sheet_unknown"
        raise Unreadable(code, file=path.name, sheet=sheet or "", known=", ".join(sheets.LAYOUTS))
    return name


def _sheet(name: str, title: str, rows: Iterable[Sequence[Cell]]) -> Sheet:
    head = list(islice(rows, _HEADER_WITHIN + 1))
    at, columns = _header(name, head)
    first = at + 1 + (columns != _columns(name, head[at]))  # a header of two lines
    missing = [each for each in sheets.LAYOUTS[name].required if each not in columns]
    if missing:
        raise Unreadable("columns_missing", sheet=title, columns=", ".join(missing))
    needed = [columns[each] for each in sheets.LAYOUTS[name].required]
    return Sheet(name, title, list(head[at]), columns, Rows(rows, first, needed))


class Rows:
    """The rows that somebody has filled, from the one of index `first` on, with their numbers. They are made anew each
    time: to keep a million of them costs more than to make them twice.

    `needed`: the columns that a row must have. `below`, once gone through: what stands apart under the table, such as
    place, day and who signed, and is no row of it."""

    def __init__(self, source: Iterable[Sequence[Cell]], first: int, needed: Sequence[int]) -> None:
        self._source = source
        self._first = first
        self._needed = needed
        self._many: int | None = None
        self.below: list[int] = []

    def __iter__(self) -> Iterator[Numbered]:
        many, merged = 0, Merged(self._source.merged) if isinstance(self._source, _Lazy) else None
        apart, held = False, list[Numbered]()  # whether a gap was the last; what is the table's if it goes on
        for number, row in enumerate(islice(self._source, self._first, None), start=self._first + 1):
            is_person = _is_person(row)
            if not is_person and (not any(map(_filled, row)) or _numbering(row) or _total(row)):
                apart = many > 0
                continue
            cells = row if isinstance(row, list) else list(row)
            cells = merged.filled(number, cells) if merged else cells
            if apart and not is_person and self._is_thin(cells):
                held.append((number, cells))
                continue
            if held:
                many += len(held)
                yield from held
                held = []
            apart = False
            many += 1
            yield number, cells
        self._many, self.below = many, [number for number, _ in held]

    def _is_thin(self, cells: Sequence[Cell]) -> bool:
        return sum(at < len(cells) and _filled(cells[at]) for at in self._needed) <= 1

    def __len__(self) -> int:
        if self._many is None:
            self._many = sum(1 for _ in self)
        return self._many


class _Lazy(Iterable[list[Cell]]):
    """The rows of a parsed sheet, made into Python's objects when they are gone through."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._sheet = sheet
        left = sheet.start[1] if sheet.start else 0
        ranges = (Down(top + 1, bottom + 1, at - left) for (top, at), (bottom, _) in sheet.merged_cell_ranges or ())
        self.merged = sorted(each for each in ranges if each.top < each.bottom and 0 <= each.column < sheet.width)

    def __iter__(self) -> Iterator[list[Cell]]:
        return self._sheet.iter_rows()


def _is_person(row: Sequence[Cell]) -> bool:
    """A row that begins with a NIK, as the sample has it: no more needs to be looked at."""
    first = row[0] if row else ""
    return isinstance(first, str) and len(first) == _NIK and first.isdigit()


def _numbering(row: Sequence[Cell]) -> bool:
    """The row `1 2 3 …` (`(1) (2) …`) by which offices number their columns."""
    number = 0
    for cell in row:
        if _filled(cell):
            number += 1
            if (isinstance(cell, str) and len(cell) > _SHORT) or text(cell).strip("()") != str(number):
                return False
    return number > 2  # noqa: PLR2004 - no row of ours


def _total(row: Sequence[Cell]) -> bool:
    """`Jumlah` or `Total` with nothing but numbers beside it: a sum, and nobody's row."""
    found = False
    for cell in row:
        if cell is None or cell == "" or (isinstance(cell, str) and cell.isdigit()):
            continue
        if isinstance(cell, str) and cell[0].isalpha() and cell[0] not in _SUM_BEGINS:
            return False
        written = text(cell)
        if written and not _NUMBER.fullmatch(written):
            if found or not _SUM.match(written):
                return False
            found = True
    return found


def _filled(cell: Cell) -> bool:
    """Whether anything stands in a cell (cheap: it is asked of every cell of every row)."""
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _header(name: str, rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int]]:
    """The row among the first that knows most of the required columns."""
    required = set(sheets.LAYOUTS[name].required)
    best: tuple[int, dict[str, int]] = (0, {})
    for at, row in enumerate(rows[:_HEADER_WITHIN]):
        below = rows[at + 1] if at + 1 < len(rows) else ()
        for columns in (_columns(name, row), _columns(name, _both_lines(row, below))):
            if _worth(columns, required) > _worth(best[1], required):
                best = (at, columns)
    return best


def _worth(columns: dict[str, int], required: set[str]) -> tuple[int, int]:
    return len(required & columns.keys()), len(columns)


def _both_lines(row: Sequence[Cell], below: Sequence[Cell]) -> list[Cell]:
    """A header of two lines: `Wilayah`, merged over Kecamatan, Kelurahan and TPS, which stand in the next."""
    wide = max(len(row), len(below))
    upper, lower = [*row, *[""] * (wide - len(row))], [*below, *[""] * (wide - len(below))]
    return [low if _filled(low) else up for up, low in zip(upper, lower, strict=True)]


def _columns(name: str, header: Iterable[Cell]) -> dict[str, int]:
    """Our columns by index; the column that bears the very name wins over one that bears a synonym."""
    known = sheets.known_columns(name)
    found: dict[str, int] = {}
    exact: set[str] = set()
    for index, cell in enumerate(header):
        written = names.key(text(cell))
        column = known.get(written)
        if column is None:
            continue
        is_exact = written == names.key(column)
        if column not in found or (is_exact and column not in exact):
            found[column] = index
        if is_exact:
            exact.add(column)
    return found


def _workbook_rows(path: Path, raw: bytes, is_wanted: Callable[[str], bool]) -> dict[str, Iterable[list[Cell]]]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            titles = filter(is_wanted, book.sheet_names)
            return {title: _Lazy(book.get_sheet_by_name(title)) for title in titles}
    except PasswordError:
        raise Unreadable("encrypted", file=path.name) from None
    except (CalamineError, OSError, ValueError) as error:
        code = "encrypted" if raw.startswith(_ENCRYPTED) and path.suffix.casefold() != ".xls" else "not_a_workbook"
        raise Unreadable(code, file=path.name) from error


def _csv_rows(path: Path, raw: bytes) -> list[list[Cell]]:
    if b"\0" in raw:
        raise Unreadable("not_a_csv", file=path.name)
    try:
        written = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        written = raw.decode("cp1252", errors="replace")  # what Excel writes where it does not write UTF-8
    head = written[: written.find("\n") if "\n" in written else len(written)]
    delimiter = max(";,\t", key=head.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(written, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise Unreadable("not_a_csv", file=path.name) from error
