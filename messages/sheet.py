"""A table as a workbook of one sheet, for a document that goes out. Every cell is text: nothing in it is a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter  # type: ignore[import-untyped]

WIDTH = 24
LONGEST = 32_767  # characters of a cell


def xlsx(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """The bytes of the workbook; the header stays in sight."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet("data"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, WIDTH)
        for n, name in enumerate(header):
            sheet.write_string(0, n, name, bold)
        for at, row in enumerate(rows, start=1):
            for n, value in enumerate(row):
                sheet.write_string(at, n, value[:LONGEST])
    return made.getvalue()
