"""What /siaran asks, shows before sending, and tells while and after it is sent; and the broadcast itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from messages.areas import data
from messages.chat import File, FileKind, Template
from messages.render import Button, Rows, Words
from messages.schedule import QUIT
from messages.templates import filled

Pairs = tuple[tuple[str, str], ...]
COMMON = {
    "": ("all", "kpps", "linmas", "pps", "ptps", "uncovered"),
    "KPU": ("all", "kpps", "linmas", "pps", "uncovered"),
    "Bawaslu": ("all", "ptps", "pkd", "uncovered"),
}
FILES: dict[str, FileKind] = {"photo": "photo", "document": "document"}


@dataclass(frozen=True)
class AsAsk(Words):
    """As whom? Each by his role, with his institution and its areas."""

    name = "broadcast_as"
    senders: tuple[tuple[int, str], ...] = ()

    def choices(self) -> Rows:
        return (*((Button("as_one", f"b_as:{role}", name=called),) for role, called in self.senders), QUIT)


@dataclass(frozen=True)
class ToAsk(Words):
    """For whom? `institution`: whose people only; `role`: as whom, for who could also send as another one."""

    name = "broadcast_to"
    area: str = ""
    institution: str = ""
    role: int = 0

    def choices(self) -> Rows:
        rows = [Button(f"to_{key}", data("b_to", self.role, key)) for key in COMMON.get(self.institution, COMMON[""])]
        pairs = tuple(tuple(rows[at : at + 2]) for at in range(0, len(rows), 2))
        return (*pairs, (Button("recent", "b_recent"), *QUIT))


@dataclass(frozen=True)
class ToWrong(Words):
    """What was typed is no audience, or not one for this coordinator; the question stays open."""

    name = "broadcast_to_wrong"
    private = True
    code: str = ""
    word: str = ""
    near: tuple[str, ...] = ()

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class TextAsk(Words):
    name = "broadcast_text"
    audience: Pairs = ()

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class TextWrong(Words):
    """`code`: empty, long, caption, voice, number, name; `over`: how many characters too many."""

    name = "broadcast_text_wrong"
    private = True
    code: str = ""
    word: str = ""
    over: int = 0

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class ReceiptAsk(Words):
    name = "broadcast_receipt"

    def choices(self) -> Rows:
        return ((Button("receipt_yes", "b_receipt:yes"), Button("receipt_no", "b_receipt:no")), QUIT)


@dataclass(frozen=True)
class Message(Words):
    """The broadcast as it is received. `receipt`: "", asked, received; `crew`: his crew may be confirmed by him."""

    name = "broadcast"
    broadcast: int = 0
    text: str = ""
    sender: str = ""
    institution: str = ""
    receipt: str = ""
    at: datetime | None = None
    by: str = ""
    reminds: bool = False
    crew: bool = False
    file_kind: str = ""
    file_ref: str = ""

    def attachment(self) -> File | None:
        return File(FILES[self.file_kind], self.file_ref) if self.file_kind in FILES else None

    def choices(self) -> Rows:
        own = (Button("received", f"b_got:{self.broadcast}"),) if self.receipt == "asked" else ()
        crew = (Button("received_crew", f"b_crew:{self.broadcast}"),) if self.crew else ()
        return tuple(row for row in (own, crew) if row)

    def template(self, said: str, zone: str) -> Template:
        if self.receipt == "asked" and self.broadcast:
            return filled("siaga_tanda_terima", said, taps=(f"b_got:{self.broadcast}",))
        return filled("siaga_siaran", said)

    def brief(self) -> Words | None:
        return Received(self.at, self.by) if self.receipt == "received" else None


@dataclass(frozen=True)
class Received(Words):
    """That a receipt was noted, and when; `by` whom, if not by himself."""

    name = "broadcast_received"
    at: datetime | None = None
    by: str = ""


class Day(NamedTuple):
    """How many are reached by each channel.

    Of those on WhatsApp, `outside` last wrote more than 24 hours ago, `both` of them have Telegram too. Of the people
    whom WhatsApp lets us begin with, `today` are left (None: no limit), and `kept` more for alerts.
    """

    telegram: int = 0
    whatsapp: int = 0
    outside: int = 0
    both: int = 0
    today: int | None = None
    kept: int = 0

    @property
    def rest(self) -> int:
        """So many cannot be begun with today."""
        return 0 if self.today is None else max(0, self.outside - self.today)

    def seconds(self, telegram_rate: float, whatsapp_rate: float) -> int:
        """How long it takes today: both channels at the same time."""
        return round(max(self.telegram / telegram_rate, (self.whatsapp - self.rest) / whatsapp_rate))


NO_LIMIT = Day()


@dataclass(frozen=True)
class Preview(Words):
    """Under the message as it will be received: to how many, who cannot be reached and why, and how long it takes.

    `elsewhere`: what WhatsApp does not let out today goes by Telegram to those who have it, else all of it tomorrow.
    """

    name = "broadcast_preview"
    broadcast: int = 0
    audience: Pairs = ()
    people: int = 0
    reachable: int = 0
    why: Pairs = ()
    seconds: int = 0
    receipt: bool = False
    beyond: bool = False
    day: Day = NO_LIMIT
    elsewhere: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", Day(*self.day))  # kept as JSON it is a plain list

    def choices(self) -> Rows:
        if not self.reachable:
            return ((Button("send_not", f"b_drop:{self.broadcast}"),),)
        go = (Button("send", f"b_send:{self.broadcast}"), Button("send_later", f"b_later:{self.broadcast}"))
        turn = "rest_tomorrow" if self.elsewhere else "rest_elsewhere"
        rest = ((Button(turn, f"b_rest:{self.broadcast}"),),) if self.day.rest and self.day.both else ()
        return (go, *rest, (Button("send_not", f"b_drop:{self.broadcast}"),))


@dataclass(frozen=True)
class WhenAsk(Words):
    """When it is to go; `wrong`: what was typed is no time ahead."""

    name = "broadcast_when"
    wrong: bool = False

    def choices(self) -> Rows:
        return (QUIT,)


@dataclass(frozen=True)
class Booked(Words):
    """What `siaga broadcast` answers; without a `number` nothing was booked."""

    name = "broadcast_booked"
    number: int = 0
    audience: Pairs = ()
    reachable: int = 0
    why: Pairs = ()
    seconds: int = 0
    due_at: datetime | None = None
    day: Day = NO_LIMIT  # only printed, never kept


@dataclass(frozen=True)
class Halted(Words):
    """What `siaga broadcast --stop` answers; `halted` False: it was over, None: there is no such broadcast."""

    name = "broadcast_halted"
    called: str = ""
    halted: bool | None = None


@dataclass(frozen=True)
class Progress(Words):
    """How a broadcast stands, in one message that is changed. `counts` by state of a delivery; `asked`: names of those
    who were asked to agree, each with the answer. Without `broadcast` it is only to be read."""

    name = "broadcast_progress"
    broadcast: int = 0
    number: int = 0
    state: str = ""
    audience: Pairs = ()
    people: int = 0
    counts: Pairs = ()
    why: Pairs = ()
    asked: Pairs = ()
    due_at: datetime | None = None
    lapses_at: datetime | None = None
    receipt: bool = False

    def choices(self) -> Rows:
        if not self.broadcast:
            return ()
        stop = Button("bulk_stop", f"b_stop:{self.broadcast}")
        turn = {"sending": Button("bulk_pause", f"b_pause:{self.broadcast}"),
                "paused": Button("bulk_resume", f"b_resume:{self.broadcast}")}.get(self.state)  # fmt: skip
        if turn is not None:
            return ((turn, stop),)
        return ((stop,),) if self.state in {"asking", "scheduled"} else ()

    def brief(self) -> Words | None:
        """Once as it begins and whenever it is paused, with the buttons of that; no counts, which the report has."""
        begins = self.state == "sending" and {"sent", "failed", "unknown"}.isdisjoint(dict(self.counts))
        return replace(self, counts=()) if begins or self.state in {"paused", "scheduled"} else None


@dataclass(frozen=True)
class Agree(Words):
    """Another coordinator is asked to agree, under the message itself. `answer`: "", yes, no, or over."""

    name = "broadcast_agree"
    broadcast: int = 0
    number: int = 0
    sender: str = ""
    institution: str = ""
    audience: Pairs = ()
    people: int = 0
    due_at: datetime | None = None
    lapses_at: datetime | None = None
    answer: str = ""

    def choices(self) -> Rows:
        if self.answer:
            return ()
        return ((Button("agree", f"b_yes:{self.broadcast}"), Button("disagree", f"b_no:{self.broadcast}")),)


@dataclass(frozen=True)
class Told(Words):
    """Something that the sender is told. `what`: agreed, refused, dropped, lapsed, alone, changed."""

    name = "broadcast_told"
    number: int = 0
    what: str = "agreed"
    who: str = ""


@dataclass(frozen=True)
class Report(Words):
    """How it ended. `reasons`: codes of why it failed, with their counts; `repeated`: what was repeated already."""

    name = "broadcast_report"
    broadcast: int = 0
    number: int = 0
    stopped: bool = False
    people: int = 0
    counts: Pairs = ()
    reasons: Pairs = ()
    why: Pairs = ()
    repeated: tuple[str, ...] = ()
    receipt: bool = False

    def choices(self) -> Rows:
        counts = dict(self.counts)
        rows: list[tuple[Button, ...]] = []
        if ("failed" in counts or "expired" in counts) and "failed" not in self.repeated:
            rows.append((Button("again_failed", f"b_again:failed:{self.broadcast}"),))
        if "unknown" in counts and "unknown" not in self.repeated:
            rows.append((Button("again_unknown", f"b_again:unknown:{self.broadcast}"),))
        if self.receipt:
            rows.append((Button("who_not", f"b_who:{self.broadcast}:0"),))
        return (*rows, (Button("sheet", f"b_sheet:{self.broadcast}"),))


@dataclass(frozen=True)
class Recent(Words):
    """The newest broadcasts of an area: id and number with day."""

    name = "broadcast_recent"
    items: tuple[tuple[int, str], ...] = ()

    def choices(self) -> Rows:
        return tuple((Button("recent_one", f"b_read:{number}", name=title),) for number, title in self.items)
