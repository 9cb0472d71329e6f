"""Receipts: who said that he has it, and who has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from messages.broadcast import Pairs
from messages.chat import File
from messages.render import Button, Rows, Words, called, label
from messages.sheet import xlsx

COLUMNS = ("name", "kelurahan", "tps", "state", "why", "received", "by")


@dataclass(frozen=True)
class Receipts(Words):
    """Who has not, `lines` TPS by TPS with the names there; `page` counts from 0, `more`: there is another."""

    name = "receipts"
    broadcast: int = 0
    number: int = 0
    received: int = 0
    people: int = 0
    lines: Pairs = ()
    page: int = 0
    more: bool = False

    def choices(self) -> Rows:
        back = (Button("earlier", f"b_who:{self.broadcast}:{self.page - 1}"),) if self.page else ()
        on = (Button("later", f"b_who:{self.broadcast}:{self.page + 1}"),) if self.more else ()
        remind = (Button("remind", f"b_remind:{self.broadcast}"),) if self.received < self.people else ()
        rows: tuple[tuple[Button, ...], ...] = ((*back, *on), remind, (Button("sheet", f"b_sheet:{self.broadcast}"),))
        return tuple(row for row in rows if row)


@dataclass(frozen=True)
class Crew(Words):
    """A chair confirms for his crew: those who have not said so themselves."""

    name = "receipt_crew"
    private = True
    broadcast: int = 0
    number: int = 0
    people: tuple[tuple[int, str], ...] = ()

    def choices(self) -> Rows:
        each = tuple((Button("received_one", f"b_for:{self.broadcast}:{number}", name=who),)
                     for number, who in self.people)  # fmt: skip
        return (*each, (Button("received_all", f"b_for:{self.broadcast}:0"),)) if each else ()


@dataclass(frozen=True)
class Reminded(Words):
    """`people` are reminded; none: it was done a moment ago, or nobody can be reached."""

    name = "receipt_reminded"
    number: int = 0
    people: int = 0


@dataclass(frozen=True)
class Sheet(Words):
    """The names, as a workbook that is made when it leaves."""

    name = "broadcast_sheet"
    broadcast: int = 0
    number: int = 0

    def attachment(self) -> File | None:
        return File("document", "", f"siaran-B-{self.number:04d}.xlsx", made=f"broadcast:{self.broadcast}")


def workbook(rows: Iterable[tuple[str, ...]]) -> bytes:
    """The workbook of a `Sheet`: every recipient's name, kelurahan, TPS, state, reason, receipt, and who said so."""
    return xlsx([label(f"col_{key}") for key in COLUMNS], [_row(row) for row in rows])


def _row(row: tuple[str, ...]) -> tuple[str, ...]:
    """With what the codes of its state and its reason are called."""
    name, kelurahan, tps, state, why, *rest = row
    return (name, kelurahan, tps, called("state", state), called("why", why), *rest)
