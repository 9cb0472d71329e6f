"""The vocabulary that every channel speaks: what is heard, what is said, and what may go wrong on the way.

Values only. A channel translates its platform into these and back; nobody else knows a platform.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

FileKind = Literal["photo", "voice", "document"]
What = Literal[
    "joined", "left", "muted", "blocked", "returned", "moved", "delivered", "read", "failed", "stopped", "resumed"
]


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is reached: `channel` is the platform's name, `id` the platform's own id as text.

    `heard_at`: when he last said something there (UTC), for a platform that lets free words go for a while only.
    """

    channel: str
    id: str
    heard_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """A shared phone number as the platform gave it; `own` only where the platform vouches for it."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A position in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class File:
    """A file on the platform: `ref` is what the same platform takes to show it again.

    One of our own has no `ref` but a `name`: `made` says what it is made of, and `content` are its bytes, made when it
    leaves and never stored.
    """

    kind: FileKind
    ref: str
    name: str = ""
    made: str = ""
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that a person said, tapped or sent.

    `update_id` is unique on its channel; `choice` is the data of a tapped inline button and `tap` the id that
    acknowledges it; `at` is when the platform heard it (UTC); `edited` marks a change of something said before;
    `message` is the platform's id of what was said or, for a tap, of the message it was made on; `phone` (`+62…`) is
    the sender's own number, where the platform itself shows it and so vouches for it: nobody need be asked. `unread`:
    something came along that we cannot hand on, a video or a sticker.
    """

    update_id: str
    sender: Address
    chat: Address
    at: datetime
    text: str = ""
    choice: str = ""
    tap: str = ""
    contact: Contact | None = None
    place: Place | None = None
    file: File | None = None
    edited: bool = False
    group: bool = False
    named: str = ""
    message: str = ""
    phone: str = ""
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that befell an address without a word: blocked, returned, joined, left, muted, or moved (detail: the
    new id); it wants no bulk any more, or wants it again (stopped, resumed).

    Or something that befell our own `message` there: delivered, read, failed (detail: the platform's code and words).
    """

    update_id: str
    address: Address
    at: datetime
    what: What
    detail: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. `data` (at most 64 bytes) comes back with the tap; without it the label comes back as text. `start`
    (1 to 64 of A-Z, a-z, 0-9, _ and -) opens the private chat with the bot instead, which then hears `/start` with it.
    """

    label: str
    data: str = ""
    start: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A reply-keyboard button by which the platform itself hands over a contact or a position."""

    what: Literal["contact", "place"]
    label: str


@dataclass(frozen=True, slots=True)
class Template:
    """The same message as the platform approved it beforehand, where free words may not go: its `name` there, the
    `values` of its places in order, and the data of its quick replies, `taps`, in order."""

    name: str
    language: str = "id"
    values: tuple[str, ...] = ()
    taps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """One message as a channel sends it.

    `choices` are rows of inline buttons, `keyboard` rows of buttons that stay under the text field; `edits` names
    the platform's id of the message to change, `answers` the tap to acknowledge, `under` the message to reply to.
    `aloud`: this acknowledgement must be read, so a platform that shows none sends it as a message.
    """

    text: str = ""
    choices: tuple[tuple[Choice, ...], ...] = ()
    keyboard: tuple[tuple[Choice | Ask, ...], ...] = ()
    file: File | None = None
    place: Place | None = None
    edits: str = ""
    answers: str = ""
    under: str = ""
    template: Template | None = None
    aloud: bool = False


OPEN = timedelta(hours=24)  # so long after a person's last word WhatsApp takes free words for him
MARGIN = timedelta(minutes=2)  # for clocks that differ, and for the way


class Trouble(Exception):
    """A message that did not go out. The class says what to do, the text says why, for a person to read."""


@dataclass
class Throttled(Trouble):
    """Too fast: wait `wait` seconds; `scope` is whom the platform made wait, as far as it told."""

    wait: float
    why: str = "the platform asked us to wait"
    scope: Literal["chat", "bot"] = "chat"

    def __str__(self) -> str:
        return f"{self.why} ({self.wait:g} s)"


class Unreachable(Trouble):
    """The platform was not reached, or answered that it is ill: nothing was sent, so it is safe to repeat."""


class Gone(Trouble):
    """The address is no more: blocked, deactivated, kicked, not found."""


@dataclass
class Moved(Trouble):
    """The chat lives on under another id."""

    to: str
    why: str = "the chat moved"

    def __str__(self) -> str:
        return self.why


class Refused(Trouble):
    """The platform does not take this message as it is; ours to mend."""


class NoTemplate(Refused):
    """The platform has no approved template of this name, has it resting, or this message does not fit into it."""


class NotAdmitted(Refused):
    """The platform does not know us (a wrong or revoked token): nothing goes out until an operator mends it."""


class WindowClosed(Trouble):
    """Free words may not go to this person now, and there is no approved template for this message."""


class Undelivered(Trouble):
    """The platform cannot or will not bring this message to this person now; his address stays as it is."""


class OptedOut(Trouble):
    """This person told the platform that he wants no such messages."""


class Halted(Trouble):
    """The platform wants this campaign to stop; more of it would lock the number."""


class TooLate(Trouble):
    """The tap or the message to be changed has lived its life; nothing is lost by it."""


class Vanished(TooLate):
    """The message that was to be changed is not there any more: he took it off his phone."""


class Unsure(Trouble):
    """The answer never came: the platform may or may not have it."""


class Channel(Protocol):
    """What the outbox needs of a platform."""

    name: str

    async def speak(self, to: Address, said: Said) -> str:
        """Send one message and return the platform's id of it ("" for an acknowledged tap). Raises `Trouble`."""
        ...

    async def fetch(self, ref: str) -> tuple[bytes, str]:
        """A file that somebody sent there, and the ending of its name (`.jpg`). Raises `Trouble`."""
        ...

    def brought(self, ref: str) -> bool:
        """Whether a file of another platform lies here already, so that its bytes are not needed again."""
        ...
