"""A large workbook into PostgreSQL: the lists of coverage go in from a process of their own."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.commands import workbook
from bot.installation import open_installation
from bot.settings import read as settings
from bot.workbook import apart, read, sample, words, write
from bot.workbook.apart import Apart
from bot.workbook.apply import Progress
from storage import elections
from storage.coverages import coverages
from storage.database import Database
from tests.conftest import SECRET

NOW = datetime(2024, 11, 20, tzinfo=UTC)
Rows = dict[str, list[list[Any]]]


@pytest.fixture
async def db(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """An installation on PostgreSQL that another process finds as this one does; every workbook is a large one."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("SECRET", SECRET), ("DATABASE_URL", postgres_url), ("TELEGRAM_TOKEN", "1:made-up")):
        monkeypatch.setenv(f"SIAGA_{name}", value)
    monkeypatch.setattr(apart, "WORTH", 0)
    opened = await open_installation(settings())
    yield opened
    await opened.close()


def rows(tps: int = 4) -> Rows:
    return {name: [list(row) for row in sheet] for name, sheet in sample.rows(tps).items()}


def book(folder: Path, content: Rows) -> Path:
    write.sample(content, folder / "kota.xlsx")
    return folder / "kota.xlsx"


async def told(db: Database, path: Path) -> tuple[int, Any, str]:
    out, err = io.StringIO(), io.StringIO()
    code = await workbook.import_file(db, path, now=NOW, as_json=True, out=out, err=err)
    return code, json.loads(out.getvalue() or "null"), err.getvalue()


async def lists(db: Database) -> list[tuple[Any, ...]]:
    c = coverages.c
    wanted = select(c.nik_hash, c.programme, c.institution, c.starts, c.ends, c.active, c.wage, c.kpj_last4)
    return sorted(tuple(row) for row in await db.read(lambda tx: tx.rows(wanted)))


async def test_what_is_said_and_written_is_the_same_as_in_one_process(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    content = rows()
    head = content["kepesertaan"][0]
    nik, body, kpj = (head.index(name) for name in ("nik", "lembaga", "kpj"))
    own = content["petugas"][0].index("lembaga")
    content["petugas"][1][own] = "Panitia  Kota"
    content["kepesertaan"][1][body] = "PANITIA KOTA"  # is spelled as the officers' sheet has it
    content["kepesertaan"][2][nik] = "12"
    content["kepesertaan"][3][kpj] = "x"
    code, said, _ = await told(db, book(tmp_path, content))
    assert code == workbook.SOME_REFUSED
    refused = read.read(tmp_path / said["refused_file"]).sheets["kepesertaan"]
    found = await lists(db)
    assert {row[2] for row in found} >= {"Panitia Kota"}
    assert "PANITIA KOTA" not in {row[2] for row in found}
    assert "kepesertaan" in said["sheets"]
    assert said["sheets"]["kepesertaan"]["rows"] == len(content["kepesertaan"]) - 1

    again = await told(db, book(tmp_path, content))
    assert again[1]["sheets"]["kepesertaan"]["new"] == 0, "the same file changes nothing"

    monkeypatch.setattr(apart, "WORTH", 10**12)
    alone = await told(db, book(tmp_path, content))
    assert alone == again, "in one process and in two the same is said"
    assert list(read.read(tmp_path / alone[1]["refused_file"]).sheets["kepesertaan"].rows) == list(refused.rows)
    assert await lists(db) == found


async def test_a_sheet_that_cannot_be_read_changes_nothing(db: Database, tmp_path: Path) -> None:
    content = rows()
    content["kepesertaan"][0][content["kepesertaan"][0].index("nik")] = "nomor"
    code, _, err = await told(db, book(tmp_path, content))
    assert code == workbook.UNREADABLE
    assert "kolom wajib: nik" in err
    assert await db.read(lambda tx: tx.first(select(elections.elections))) is None


async def test_who_votes_on_a_day_of_his_own_is_judged_by_it_there_too(db: Database, tmp_path: Path) -> None:
    content = rows()
    tps, lists = content["tps"], content["kepesertaan"]
    tps[1][tps[0].index("tanggal")] = date(2025, 1, 6)
    at = [tps[0].index(each) for each in ("kelurahan", "tps")], [content["petugas"][0].index(each) for each in ("kelurahan", "tps")]
    where = [tps[1][n] for n in at[0]]
    officer = next(row for row in content["petugas"][1:] if [row[n] for n in at[1]] == where)
    card = next(row for row in lists[1:] if row[0] == officer[0])
    starts, ends, kpj = (lists[0].index(each) for each in ("mulai", "akhir", "kpj"))
    later = list(card)
    later[starts], later[ends], later[kpj] = date(2025, 1, 3), date(2025, 2, 28), "25000000001"
    content["kepesertaan"].append(later)
    assert (await told(db, book(tmp_path, content)))[0] == 0
    assert {row[3] for row in await lists_of(db, str(card[0]))} == {date(2025, 1, 3)}


async def lists_of(db: Database, nik: str) -> list[tuple[Any, ...]]:
    return [row for row in await lists(db) if row[0] == db.vault.hash(nik)]


@pytest.mark.parametrize("kept", ["kepesertaan", "petugas"])
async def test_a_workbook_with_one_of_the_two_goes_in_as_well(db: Database, tmp_path: Path, kept: str) -> None:
    content = rows()
    assert (await told(db, book(tmp_path, {name: sheet for name, sheet in content.items() if name != "kepesertaan"})))[0] == 0
    code, said, _ = await told(db, book(tmp_path, {kept: content[kept]}))
    assert (code, list(said["sheets"])) == (0, [kept])


class Shot(Apart):
    """Its process is killed when it has just been told to begin."""

    async def work(self, code: str, under: Any, institutions: dict[str, str], days: Any, progress: Progress) -> Any:
        asyncio.get_running_loop().call_soon(self._process.kill)
        return await super().work(code, under, institutions, days, progress)


async def test_a_killed_child_is_a_sentence_and_the_same_file_finishes(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path, rows())
    monkeypatch.setattr(workbook, "Apart", Shot)
    code, _, err = await told(db, path)
    assert code == workbook.UNREADABLE
    assert "Impor lagi berkas yang sama" in err
    monkeypatch.setattr(workbook, "Apart", Apart)
    code, said, _ = await told(db, path)
    lists = said["sheets"]["kepesertaan"]
    assert (code, lists["new"]) == (workbook.ALL_IN, lists["rows"])


async def test_a_child_without_a_parent_ends(tmp_path: Path) -> None:
    beside = await Apart.start(book(tmp_path, rows()))
    assert await beside.ready()
    process = beside._process
    assert process.stdin is not None
    process.stdin.close()
    async with asyncio.timeout(20):
        assert await process.wait() == 1


async def test_a_killed_import_leaves_no_process_behind(db: Database, tmp_path: Path) -> None:
    path = book(tmp_path, rows(300))
    command = "from bot.workbook import apart; apart.WORTH = 0; from bot.cli import main; main()"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", command, "import", str(path))
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until = time.monotonic() + 30
    while not (await lists(db)) and time.monotonic() < until:
        await asyncio.sleep(0.01)
    (child,) = (int(each) for each in children.read_text().split())
    assert os.getpriority(os.PRIO_PROCESS, child) == min(os.getpriority(os.PRIO_PROCESS, 0) + apart.GIVES_WAY, 19), "it gives way"
    process.send_signal(signal.SIGKILL)
    await process.wait()
    while _lives(child) and time.monotonic() < until:
        await asyncio.sleep(0.01)
    assert not _lives(child)
    code, said, _ = await told(db, path)
    assert code == 0
    assert said["sheets"]["kepesertaan"]["unchanged"] + said["sheets"]["kepesertaan"]["new"] == said["sheets"]["kepesertaan"]["rows"]


async def test_ctrl_c_ends_both_and_says_how_to_go_on(db: Database, tmp_path: Path) -> None:
    path = book(tmp_path, rows(300))
    command = "from bot.workbook import apart; apart.WORTH = 0; from bot.cli import main; main()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", command, "import", str(path), stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    until = time.monotonic() + 30
    while not (await lists(db)) and time.monotonic() < until:
        await asyncio.sleep(0.01)
    (child,) = (int(each) for each in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, err.decode().strip()) == (130, words.say("unreadable", "cut_off"))
    while _lives(child) and time.monotonic() < until:
        await asyncio.sleep(0.01)
    assert not _lives(child)
    assert (await told(db, path))[0] == 0


def _lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
