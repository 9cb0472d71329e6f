"""Workbooks that we write: the example, and the rows that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]

from bot.workbook import sheets, words
from bot.workbook.read import Book, Unreadable
from bot.workbook.rules import Cell, text
from bot.workbook.sample import Rows
from storage import names

_WIDE, _COLUMN, _REASON = 110, 18, 60
_FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "time": "hh:mm", "timedelta": "[hh]:mm"}


def refused_path(source: Path) -> Path:
    """`kota-ditolak.xlsx` beside `kota.xlsx`."""
    return source.with_name(f"{source.stem}-ditolak.xlsx")


def refused(book: Book, why: dict[str, dict[int, str]], to: Path) -> None:
    """The refused rows, each with the cells that it had and the reason in a last column. Raises `Unreadable`."""
    with _Writer(to) as out:
        for name, reasons in why.items():
            sheet = book.sheets[name]
            width = len(sheet.header)
            while width and not text(sheet.header[width - 1]):
                width -= 1
            said = [n for n in range(width) if names.key(text(sheet.header[n])) == sheets.REASON]
            kept = [n for n in range(width) if n not in said]
            texts = {at for at, n in enumerate(kept) if n in {sheet.columns.get(each) for each in _TEXT}}
            rows = [[*_pick(cells, kept), reasons[number]] for number, cells in sheet.rows if number in reasons]
            out.sheet(sheet.title, [[*_pick(sheet.header, kept), sheets.REASON], *rows], texts)


def sample(rows: Rows, to: Path) -> None:
    """The example with a sheet of instructions in front. Raises `Unreadable`."""
    with _Writer(to) as out:
        out.instructions()
        for name, its in rows.items():
            columns = sheets.LAYOUTS[name].columns
            out.sheet(name, its, {n for n, column in enumerate(columns) if column in _TEXT})


_TEXT = {"nik", "no_hp", "telepon", "kpj", "kode_wilayah", "nomor_darurat"}


def _pick(cells: Sequence[Cell], which: list[int]) -> list[Cell]:
    return [cells[n] if n < len(cells) else "" for n in which]


class _Writer:
    """An .xlsx that appears whole or not at all."""

    def __init__(self, to: Path) -> None:
        if to.is_dir():
            raise Unreadable("is_folder", file=str(to))
        self._to = to
        self._part = to.with_name(f".{to.name}.part")
        # No cell is ever a formula or a link, whatever stands in it.
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(str(self._part), plain)
        self._bold = self._book.add_format({"bold": True})
        self._title = self._book.add_format({"bold": True, "font_size": 14})
        self._wrap = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._as_text = self._book.add_format({"num_format": "@"})
        self._formats = {each: self._book.add_format({"num_format": form}) for each, form in _FORMATS.items()}

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        try:
            self._book.close()
            self._part.replace(self._to)
        except (OSError, XlsxWriterException) as error:
            self._part.unlink(missing_ok=True)
            cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else error
            why = getattr(cause, "strerror", None) or str(cause)
            raise Unreadable("cannot_write", file=str(self._to), why=why) from error

    def sheet(self, title: str, rows: Sequence[Sequence[Cell]], texts: set[int]) -> None:
        out = self._book.add_worksheet(title)
        out.freeze_panes(1, 0)
        width = max(len(row) for row in rows)
        for n in range(width):
            last = n == width - 1 and rows[0][-1] == sheets.REASON
            out.set_column(n, n, _REASON if last else _COLUMN, self._as_text if n in texts else None)
        for at, row in enumerate(rows):
            for n, cell in enumerate(row):
                self._cell(out, at, n, cell, self._bold if at == 0 else self._as_text if n in texts else None)

    def _cell(self, out: Any, at: int, n: int, cell: Cell, form: Any) -> None:
        if isinstance(cell, str):
            if cell:
                out.write_string(at, n, cell, form)
        elif isinstance(cell, bool):
            out.write_boolean(at, n, cell)
        elif isinstance(cell, datetime | date | time | timedelta):
            out.write_datetime(at, n, cell, self._formats[type(cell).__name__])
        else:
            out.write_number(at, n, cell)

    def instructions(self) -> None:
        said = words.table()["instructions"]
        out = self._book.add_worksheet(sheets.INSTRUCTIONS)
        out.set_column(0, 0, _COLUMN)
        out.set_column(1, 2, 2 * _COLUMN, self._wrap)
        out.set_column(3, 3, _WIDE, self._wrap)
        out.write_string(0, 0, said["title"], self._title)
        for at, line in enumerate(said["lines"], start=2):
            out.write_string(at, 0, line)
        start = len(said["lines"]) + 3
        for n, title in enumerate(said["columns"]):
            out.write_string(start, n, title, self._bold)
        for at, (name, layout) in enumerate(sheets.LAYOUTS.items(), start=start + 1):
            cells = (name, ", ".join(layout.required), ", ".join(layout.optional), said["sheet"][name])
            for n, cell in enumerate(cells):
                out.write_string(at, n, cell, self._wrap)
