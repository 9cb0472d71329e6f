"""The same dialogs on Telegram and on WhatsApp, written down side by side.

A dialog is a script that knows no channel. It is walked on each, and what every phone shows is written in two columns.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import zip_longest

from tests.stories.stage import Actor, Stage

WIDTH = 74
SEAL = re.compile(r"(?<=Segel catatan: )[0-9a-f-]{19}")
Lines = list[str]


@dataclass
class Told:
    """What was done, and what it brought to each phone, in order."""

    steps: list[tuple[str, Lines]] = field(default_factory=list)

    def columns(self, other: Told) -> str:
        """Both, step by step; the steps of one script are the same ones. What is the same on both stands there once."""
        out: Lines = []
        for (title, left), (_, right) in zip(self.steps, other.steps, strict=True):
            out += [f"── {title} ".ljust(2 * WIDTH + 3, "─")]
            if left == right:
                out += left
            else:
                out += [f"{a:{WIDTH}} │ {b}".rstrip() for a, b in zip_longest(wrapped(left), wrapped(right), fillvalue="")]
        return "\n".join(out) + "\n"


def wrapped(lines: Lines) -> Lines:
    return [part for line in lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="  ", drop_whitespace=True) or [""]]


@dataclass
class Hall:
    """The people of one dialog on one channel."""

    stage: Stage
    channel: str
    told: Told = field(default_factory=Told)
    people: list[Phone] = field(default_factory=list)

    async def join(self, who: Actor, called: str, *, linked: bool = True, hidden: bool = False) -> Phone:
        """Somebody with this channel on his phone, consented and linked; `hidden`: his number is not shown."""
        here = who.on_whatsapp(hidden) if self.channel == "whatsapp" else who
        if linked:
            await here.links()
        phone = Phone(self, here, called)
        phone.catch_up()
        self.people.append(phone)
        return phone

    async def step(self, title: str, doing: Awaitable[object]) -> None:
        answer = await doing
        lines = [f"({answer})"] if self.channel == "telegram" and isinstance(answer, str) and title.endswith("]") and answer else []
        for phone in self.people:
            lines += phone.new()
        self.told.steps.append((title, lines))

    async def passes(self, minutes: float) -> None:
        await self.step(f"{minutes:g} menit berlalu", self._passes(minutes))

    async def _passes(self, minutes: float) -> None:
        """…and some seconds more, in which the clock sees what the outbox has settled: that a broadcast is over."""
        await self.stage.passes(minutes=minutes)
        for _ in range(3):
            await self.stage.passes(seconds=5)


@dataclass
class Phone:
    hall: Hall
    actor: Actor
    called: str
    seen: dict[str, object] = field(default_factory=dict)

    async def says(self, words: str) -> None:
        """Type it, or press it under the text field; a command goes without its slash where people know none."""
        typed = words.removeprefix("/") if self.hall.channel == "whatsapp" else words
        await self.hall.step(f"{self.called} → {words}", self.actor.says(typed))

    async def taps(self, label: str, on: str = "") -> None:
        await self.hall.step(f"{self.called} → [{label}]", self.actor.taps(label, on))

    async def taps_late(self, label: str, data: str) -> None:
        """A button that was shown once."""
        await self.hall.step(f"{self.called} → [{label}]", self.actor.forges(data))

    async def gives_number(self, *, always: bool = False) -> None:
        """Where the platform does not show it with every word."""
        doing = self.actor.shares_contact() if always or self.hall.channel == "telegram" else _nothing()
        await self.hall.step(f"{self.called} → kontak{'' if always else ' (hanya di Telegram)'}", doing)

    async def sends(self, kind: str, caption: str = "") -> None:
        ref = "file-1" if self.hall.channel == "telegram" else "101"
        await self.hall.step(f"{self.called} → {kind} {caption}".rstrip(), self.actor.sends(kind, ref, caption))

    async def is_at(self, latitude: float, longitude: float) -> None:
        await self.hall.step(f"{self.called} → lokasi", self.actor.shares_place(latitude, longitude))

    def catch_up(self) -> None:
        self.seen = {each.id: each.said for each in self.actor.messages}

    def new(self) -> Lines:
        """What is new or changed since it was last looked at."""
        found: Lines = []
        for shown in self.actor.messages:
            if self.seen.get(shown.id) != shown.said:
                changed = " (diubah)" if shown.id in self.seen else ""
                text = SEAL.sub("…", shown.said.text)  # the digests are salted: other ones at every run
                found += [f"{self.called}{changed}:", *(f"  {line}" for line in text.splitlines())]
                if shown.said.file:
                    found.append(f"  <{shown.said.file.kind} {shown.said.file.name}>".replace(" >", ">"))
                if shown.said.place:
                    found.append("  <lokasi>")
                buttons = [choice.label for row in shown.said.choices for choice in row]
                keys = [choice.label for row in shown.said.keyboard for choice in row]
                found += [f"  [{'] ['.join(buttons)}]"] if buttons else []
                found += [f"  ⌨ {' | '.join(keys)}"] if keys else []
        self.catch_up()
        return found


async def _nothing() -> None: ...


Script = Callable[[Hall], Awaitable[None]]

