"""The people on WhatsApp and what their phones show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.rehearsal.cloud.habits import Reach
from bot.rehearsal.phones import KEPT_MESSAGES
from bot.rehearsal.watching import Watchers
from bot.rehearsal.wire import Json

WINDOW = timedelta(hours=24)
BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}")
_FURTHER = {"": 0, "failed": 0, "sent": 1, "delivered": 2, "read": 3}


@dataclass(slots=True)
class Person:
    """Somebody with WhatsApp. `bsuid` is his id for this business; a `hidden` number is not told to it.

    `reach` is how far messages come on his phone: off, on, or open before him.
    """

    bsuid: str
    number: str
    name: str
    hidden: bool = False
    username: str = ""
    reach: Reach = "read"
    opted_out: bool = False
    wrote_at: datetime | None = None
    messages: dict[str, Json] = field(default_factory=dict)

    @property
    def told_number(self) -> str:
        """His number as far as the business is told."""
        return "" if self.hidden else self.number

    def within(self, now: datetime) -> bool:
        """Whether free words may go to him."""
        return self.wrote_at is not None and now - self.wrote_at < WINDOW


class Phones:
    """All people. A message is a dict: `id`, `mine` (said by the person), `at`, `status` and what the phone draws."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}  # by BSUID
        self._numbers: dict[str, Person] = {}
        self._writers: dict[str, Person] = {}  # who sent a message that still stands, by its id
        self.watchers = Watchers()  # the page sets its own, so that one queue serves both platforms

    def add(self, person: Person) -> Person:
        """Another person."""
        if not BSUID.fullmatch(person.bsuid):
            raise ValueError(f"{person.bsuid!r} is no business-scoped user id like ID.1349")
        if person.bsuid in self.people or person.number in self._numbers:
            raise ValueError(f"{person.bsuid} or his number is somebody else's")
        self.people[person.bsuid] = person
        if person.number:
            self._numbers[person.number] = person
        return person

    def find(self, who: str) -> Person | None:
        """By BSUID or number."""
        return self.people.get(who) or self._numbers.get(who)

    def person(self, who: str) -> Person:
        """A known person, by BSUID or number."""
        found = self.find(digits(who) or who)
        if found is None:
            raise ValueError(f"nobody has the id or number {who}: add_person first")
        return found

    def renumber(self, person: Person, number: str) -> None:
        """Another number for the same person."""
        self._numbers.pop(person.number, None)
        person.number = number
        self._numbers[number] = person

    def put(self, person: Person, message: Json) -> None:
        """A new message on a phone."""
        person.messages[message["id"]] = message
        if message["mine"]:
            self._writers[message["id"]] = person
        if len(person.messages) > KEPT_MESSAGES:
            oldest = next(iter(person.messages))
            del person.messages[oldest]
            self._writers.pop(oldest, None)
        self._tell(person, message)

    def writer(self, message_id: str) -> Person | None:
        """Who sent this message to the business."""
        return self._writers.get(message_id)

    def tick(self, person: Person, message_id: str, status: str) -> bool:
        """A message has come further; False if it had already."""
        message = person.messages.get(message_id)
        if message is None or _FURTHER[status] <= _FURTHER[message["status"]]:
            return False
        message["status"] = status
        self._tell(person, message)
        return True

    def react(self, person: Person, message_id: str, emoji: str, *, mine: bool) -> None:
        """Put an emoji under a message, or take it away."""
        if message := person.messages.get(message_id):
            reactions = message.setdefault("reactions", {})
            reactions["mine" if mine else "theirs"] = emoji
            self._tell(person, message)

    def set_reach(self, person: Person, reach: Reach) -> None:
        """The phone goes off, on, or before its owner's eyes."""
        person.reach = reach
        self.watchers.announce(person.bsuid, "blocked", {"blocked": reach == "sent"})

    def newest(self, person: Person) -> Iterator[Json]:
        """His messages from the newest back."""
        return reversed(person.messages.values())

    def _tell(self, person: Person, message: Json) -> None:
        if person.bsuid in self.watchers:
            self.watchers.announce(person.bsuid, "message", {"message": view(message, person)})

    def screen(self, person: Person) -> Json:
        """A whole chat as its phone shows it."""
        shown = [view(message, person) for message in person.messages.values()]
        return {"chat": person.bsuid, "messages": shown, "rows": [], "blocked": person.reach == "sent"}


def digits(number: str) -> str:
    """A number as WhatsApp writes it, "" if it is none."""
    bare = re.sub(r"[+\-\s()]", "", number)
    return bare if re.fullmatch(r"[0-9]{7,15}", bare) else ""


_SHOWN = ("header", "text", "footer", "photo", "voice", "document", "contact", "location", "mine", "status")


def view(message: Json, person: Person) -> Json:
    """A message as the page needs it: the data behind buttons and rows stays here."""
    shown = {name: message[name] for name in _SHOWN if name in message}
    shown |= {"message_id": message["id"], "date": message["at"], "edited": False}
    shown["buttons"] = [[{"text": one["text"], "url": one.get("url", "")}] for one in message.get("buttons", ())]
    if listed := message.get("list"):
        shown["list"] = {"button": listed["button"], "sections": [_section(one) for one in listed["sections"]]}
    if "voice" in message:
        shown["voice"] = {"file_id": message["voice"], "duration": 3}
    if quoted := person.messages.get(message.get("context", "")):
        shown["reply"] = quoted.get("text", "")
    shown["reactions"] = [emoji for emoji in message.get("reactions", {}).values() if emoji]
    return shown


def _section(section: Json) -> Json:
    rows = [{"title": row["title"], "description": row.get("description", "")} for row in section["rows"]]
    return {"title": section.get("title", ""), "rows": rows}
