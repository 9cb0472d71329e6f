"""What the sender and the ledger tell each other: values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.outbox.failures import Verdict
from messages.chat import Said
from storage.claims import Row
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Skip:
    """The words decided that there is nothing to say any more: `state` is withdrawn or expired."""

    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """It may not go before `at`, and then only until `until`."""

    at: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """It goes to another address of the same person."""

    address_id: int
    channel: str
    reason: str


Compose = Callable[[Tx, Row, datetime], Said | Skip | Later | Elsewhere]
AfterSettle = Callable[[Tx, Row, str, datetime], None]
Fence = Callable[[Tx], bool]


class Ended(NamedTuple):
    """A row that was in flight, and how it ended."""

    row: Row
    verdict: Verdict
    external: str = ""


class Ask(NamedTuple):
    """What one channel may send now."""

    channel: str
    room: dict[int, int]
    busy: list[int]
    held: list[int]
    had: dict[int, int]  # broadcasts that compete, and what each has had
    owed: bool = False  # one broadcast message goes before the replies


@dataclass(slots=True)
class Plan:
    """What the sender wants of one transaction. `careful`: after a database error, each row in its own savepoint."""

    claim: str
    now: datetime
    ended: list[Ended]
    asks: list[Ask]
    known: frozenset[str]
    house: bool = False
    recover: list[int] | None = None  # take up what nobody has in hand; these are in ours
    careful: bool = False


class Loud(NamedTuple):
    """Something for the log: no words and no names, only which delivery and what kind of fault."""

    delivery: int
    kind: str
    fault: str


@dataclass(slots=True)
class Done:
    """What came of it."""

    ours: bool = True
    said: list[tuple[Row, Said]] = field(default_factory=list)
    left: dict[str, set[int]] = field(default_factory=dict)
    full: bool = False  # there is more to claim at once
    loud: list[Loud] = field(default_factory=list)
    due: datetime | None = None
    running: list[int] | None = None  # the broadcasts of which something waits, where that was looked up
    unsent: list[tuple[Row, str]] = field(default_factory=list)  # ended without having been in flight, and how
    recovered: tuple[int, int] = (0, 0)
