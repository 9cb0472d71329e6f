"""The lists of coverage in a process of their own: half of a province's rows, and of the others they need nothing but
the election, how institutions are spelled, and who votes on another day.

The two processes talk in pickled messages. To the child: `Order`. From it: `Ready`, then `Written` again and again,
then `Done`, or the exception that ended it. A child that cannot tell is alone, and ends.
"""

from __future__ import annotations

import asyncio
import gc
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from bot.workbook import read, sheets
from bot.workbook.apply import Import, Progress, apply
from bot.workbook.days import Own
from bot.workbook.load import Judge, Outcome
from bot.workbook.read import Book, Sheet, Unreadable
from storage import standing
from storage.database import Database

WORTH = 4_000_000  # bytes of a workbook: some 100,000 rows; a process costs a second before it begins

GIVES_WAY = 10  # of 19: a large import takes what alarms leave of the machine


class Ready(NamedTuple):
    """The child has read the file; `found`: the sheet is there."""

    found: bool


class Order(NamedTuple):
    code: str
    under: Import
    institutions: dict[str, str]
    days: Own


class Written(NamedTuple):
    rows: int
    of: int


class Done(NamedTuple):
    """What is said of the sheet, and the sheet with its refused rows only."""

    outcome: Outcome
    refused: Sheet


def is_worth(db: Database, path: Path) -> bool:
    """Not on SQLite: who writes there is one."""
    return not db.one_writer and path.suffix.casefold() != ".csv" and path.is_file() and path.stat().st_size >= WORTH


class Apart:
    """The parent's end: start, `ready`, `work`, and in any case `close`."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, path: Path) -> Apart:
        """It finds its settings as every command does. A session of its own: Ctrl-C is the parent's, who ends it."""
        command = (sys.executable, "-c", f"from {__name__} import main; main()", str(path))
        return cls(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, start_new_session=True))

    async def ready(self) -> bool:
        """Whether the file has such a sheet. Raises `Unreadable`."""
        said = await self._heard()
        assert isinstance(said, Ready)
        return said.found

    async def work(
        self, code: str, under: Import, institutions: dict[str, str], days: Own, progress: Progress
    ) -> tuple[Outcome, Sheet]:
        assert self._process.stdin is not None
        self._process.stdin.write(pickle.dumps(Order(code, under, institutions, days)))
        while isinstance(said := await self._heard(), Written):
            progress(*said)
        assert isinstance(said, Done)
        return said

    async def close(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def _heard(self) -> Any:
        """The next message; an exception is raised here."""
        assert self._process.stdout is not None
        try:
            size = int.from_bytes(await self._process.stdout.readexactly(_SIZE))
            said = pickle.loads(await self._process.stdout.readexactly(size))  # noqa: S301 - our own child's
        except asyncio.IncompleteReadError:
            raise Unreadable("cut_off") from None
        if isinstance(said, BaseException):
            raise said
        return said


# --- the child ---

_SIZE = 8


def _tell(pipe: BinaryIO, message: object) -> None:
    packed = pickle.dumps(message)
    pipe.write(len(packed).to_bytes(_SIZE) + packed)
    pipe.flush()


async def _work(book: Book, order: Order, progress: Progress) -> Done:
    from bot.installation import open_installation  # noqa: PLC0415 - the parent has it open
    from bot.settings import read as settings  # noqa: PLC0415 - as above

    db = await open_installation(settings())
    try:
        now_in = await db.read(partial(standing.lists, code=order.code))
        outcome = Outcome(order.code, False, {}, [], [], {}, [])
        judge = Judge(db.vault, now_in, None, outcome, order.days)
        judge.known.institutions = order.institutions
        await apply(db, judge.plan(book), order.under, progress, lanes=1)  # its parent has two
    finally:
        await db.close()
    sheet = book.sheets[sheets.COVERAGES]
    refused = outcome.refused.get(sheet.name, {})
    sheet.rows = [row for row in sheet.rows if row[0] in refused]
    return Done(outcome, sheet)


def _serve(path: Path, tell: Callable[[object], None]) -> None:
    try:
        book = read.read(path, sheets.COVERAGES)
    except Unreadable as fault:
        tell(Ready(False) if fault.code == "no_sheet" else fault)
        return
    tell(Ready(True))
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent's
    tell(asyncio.run(_work(book, order, lambda rows, of: tell(Written(rows, of)))))


def main() -> None:
    gc.disable()  # what is made here stays until it ends
    tell = partial(_tell, sys.stdout.buffer)
    try:
        _serve(Path(sys.argv[1]), tell)
    except (BrokenPipeError, EOFError):
        sys.exit(1)  # nobody is there any more; the same file finishes what was begun
    except Exception as error:  # noqa: BLE001 - the parent's to say
        tell(error)
