"""One writer for every export: rows as JSON, CSV or XLSX."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO, TypeAlias

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]

from bot.workbook.read import Unreadable

Row: TypeAlias = Mapping[str, Any]
FORMATS = ("json", "csv", "xlsx")
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet recognises a formula in what is only text


def write_rows(rows: Sequence[Row], form: str, out: TextIO | Path, columns: Sequence[str] = ()) -> None:
    """Write rows to a stream or a file; `columns` name the header where there may be no rows. Raises `Unreadable`."""
    if form not in FORMATS:
        raise Unreadable("format_unknown", format=form, known=", ".join(FORMATS))
    header = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    if form == "xlsx":
        _put(_xlsx(rows, header), out)
    else:
        _put((_json(rows) if form == "json" else _csv(rows, header)).encode(), out)


def _put(content: bytes, out: TextIO | Path) -> None:
    if isinstance(out, Path):
        if out.is_dir():
            raise Unreadable("is_folder", file=str(out))
        try:
            part = out.with_name(f".{out.name}.part")
            part.write_bytes(content)
            part.replace(out)
        except OSError as error:
            raise Unreadable("cannot_write", file=str(out), why=error.strerror or str(error)) from error
    elif content[:2] == b"PK":  # a workbook is no text
        if out is not sys.stdout or out.isatty():
            raise Unreadable("xlsx_stdout")
        out.buffer.write(content)
    else:
        out.write(content.decode())


def _json(rows: Sequence[Row]) -> str:
    return json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> str:
    """Dates and instants as ISO 8601, instants with their offset."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"no way to write {type(value).__name__}")


def _csv(rows: Sequence[Row], header: list[str]) -> str:
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(header)
    writer.writerows([[_guarded(_cell(row.get(name))) for name in header] for row in rows])
    return made.getvalue()


def _cell(value: Any) -> Any:
    """Lists and nested values as JSON, yes and no as `true` and `false`, nothing as an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool | list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return _plain(value) if isinstance(value, date | datetime) else value


def _guarded(value: Any) -> Any:
    """Text that a spreadsheet would run is given an apostrophe, which shows it as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value


def _xlsx(rows: Sequence[Row], header: list[str]) -> bytes:
    made = io.BytesIO()
    try:
        with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
            sheet, bold = book.add_worksheet("data"), book.add_format({"bold": True})
            sheet.freeze_panes(1, 0)
            for n, name in enumerate(header):
                sheet.write_string(0, n, name, bold)
            for at, row in enumerate(rows, start=1):
                for n, name in enumerate(header):
                    value = _guarded(_cell(row.get(name)))
                    if isinstance(value, int | float):
                        sheet.write_number(at, n, value)
                    else:
                        sheet.write_string(at, n, str(value)[:32_767])  # what a cell of Excel holds
    except XlsxWriterException as error:
        raise Unreadable("cannot_write", file="xlsx", why=str(error)) from error
    return made.getvalue()
