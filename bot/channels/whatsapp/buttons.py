"""Buttons within Meta's limits: up to three under a message, up to ten as the rows of a list. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.whatsapp import LABEL
from messages.chat import Ask, Choice, Refused, Said
from messages.fit import clean, cut, units
from messages.render import label

MOST_BUTTONS, MOST_ROWS = 3, 10
TITLE_UNITS, ROW_UNITS, MORE_UNITS = 20, 24, 72
DATA_BYTES, ID_UNITS = 64, 200  # the id of a row; that of a button may be longer
NAMELESS = "…"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """`id` comes back with the tap."""

    id: str
    label: str


def of(said: Said) -> list[Button]:
    """All that can be tapped, in order. Two that would do the same are one: WhatsApp takes no id twice."""
    rows = (*said.choices, *said.keyboard)
    made = [_button(choice) for row in rows for choice in row if isinstance(choice, Choice)]
    return list({button.id: button for button in reversed(made)}.values())[::-1]


def asks(said: Said) -> list[Ask]:
    return [ask for row in said.keyboard for ask in row if isinstance(ask, Ask)]


def pages(buttons: Sequence[Button]) -> Iterator[Sequence[Button]]:
    """As many as one message holds, then the next: a longer list goes on in another message."""
    return (buttons[at : at + MOST_ROWS] for at in range(0, len(buttons), MOST_ROWS))


def few(buttons: Sequence[Button]) -> bool:
    """Whether they go under the message itself: not too many, and still different when they are cut."""
    cuts = {cut(button.label, TITLE_UNITS, TITLE_UNITS // 2).casefold() for button in buttons}
    return len(buttons) <= MOST_BUTTONS and len(cuts) == len(buttons)


def under(buttons: Sequence[Button]) -> Json:
    """The `action` of a message with its buttons under it."""
    titles = distinct([button.label for button in buttons], TITLE_UNITS)
    replies = ({"id": button.id, "title": title} for button, title in zip(buttons, titles, strict=True))
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def listed(buttons: Sequence[Button]) -> Json:
    """The `action` of a message with a list to open; a label that had to be cut stands whole under its title."""
    titles = distinct([button.label for button in buttons], ROW_UNITS)
    rows = [_row(button, title) for button, title in zip(buttons, titles, strict=True)]
    return {"button": label("list_open"), "sections": [{"rows": rows}]}


def distinct(labels: Sequence[str], limit: int) -> list[str]:
    """The labels within `limit`, none twice: the second of a kind gets a number."""
    made: list[str] = []
    for each in labels:
        title, count = cut(each, limit, limit // 2), 1
        while title.casefold() in {other.casefold() for other in made}:
            count += 1
            tail = f" {count}"
            title = cut(each, limit - len(tail), limit // 2) + tail
        made.append(title)
    return made


def _row(button: Button, title: str) -> Json:
    row = {"id": button.id, "title": title}
    return row if title == button.label else row | {"description": cut(button.label, MORE_UNITS)}


def _button(choice: Choice) -> Button:
    words = " ".join(clean(choice.label).split())
    typed = f"/start {choice.start}" if choice.start else words
    data = choice.data or LABEL + typed
    return Button(_sound(choice, data), words or NAMELESS)


def _sound(choice: Choice, data: str) -> str:
    """The id as it may stand on a button; what would come back as something else goes to nobody."""
    size = len(choice.data.encode(errors="replace"))
    if size > DATA_BYTES:
        raise Refused(f"the button {choice.label!r} carries {size} bytes of data, and may carry 64")
    if choice.data.startswith(LABEL) or data != data.strip() or data != clean(data) or units(data) > ID_UNITS:
        raise Refused(f"the button {choice.label!r} carries data that would not come back as it is")
    return data
