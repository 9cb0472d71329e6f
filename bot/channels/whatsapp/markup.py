"""What is said, as the requests that say it within Meta's limits: several where one cannot hold it all. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.whatsapp import buttons
from bot.channels.whatsapp.buttons import Button
from messages.chat import Ask, File, Place, Refused, Said
from messages.fit import cut, units
from messages.render import label

TEXT_UNITS, BODY_UNITS, CAPTION_UNITS = 4096, 1024, 1024  # the body over a list is as long as a text
TYPES = {"photo": "image", "voice": "audio", "document": "document"}
ASKS = {"place": ("location_request_message", "send_location"), "contact": ("request_contact_info",) * 2}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One request: the `kind` of message, and its object of that name."""

    kind: str
    body: Json


def parts(said: Said, ref: str = "", *, numbered: bool = True) -> tuple[Part, ...]:
    """The requests for `said`, in order; `ref` is its file on WhatsApp.

    A number that is visible is not asked for (`numbered`): it came with the first word. Raises `Refused` where there
    is nothing to say, or a button would not work.
    """
    words, pressed = _words(said), buttons.of(said)
    asked = [ask for ask in buttons.asks(said) if ask.what == "place" or not numbered]
    made: list[Part] = []
    header: Json | None = None
    if said.file:
        header = _header(said.file, ref, words, pressed)
        if header is None:
            captioned = not (pressed or asked) and said.file.kind != "voice" and units(words) <= CAPTION_UNITS
            made.append(_file(said.file, ref, words if captioned else ""))
            words = "" if captioned else words
    elif said.place and not said.text.strip():
        made.append(_position(said.place))
    made += _pressable(words, pressed, header) if pressed else _plain(words, asked)
    made += [_asking(ask, words if at == 0 and _asks_itself(words, pressed) else "") for at, ask in enumerate(asked)]
    if not made:
        raise Refused("there is nothing to say")
    return tuple(made)


def shown(made: Sequence[Part]) -> int:
    """Which of the requests is the message: the first that can be tapped, else the first that can be read."""
    for kind in ("interactive", "text"):
        for at, part in enumerate(made):
            if part.kind == kind:
                return at
    return 0


def _words(said: Said) -> str:
    """The text; a place that comes with words or a file is a link under it, as a position takes none."""
    link = _link(said.place) if said.place and (said.text.strip() or said.file) else ""
    if not (link and said.text.strip()):
        return link or cut(said.text, TEXT_UNITS) * bool(said.text.strip())
    return f"{cut(said.text, TEXT_UNITS - len(link) - 1)}\n{link}"


def _plain(words: str, asked: list[Ask]) -> list[Part]:
    asks_itself = asked and _asks_itself(words, [])
    return [Part("text", {"body": words, "preview_url": False})] if words and not asks_itself else []


def _asks_itself(words: str, pressed: Sequence[Button]) -> bool:
    """Whether the words fit over the button by which the platform hands something over, and have none of their own."""
    return not pressed and 0 < units(words) <= BODY_UNITS


def _pressable(words: str, pressed: Sequence[Button], header: Json | None) -> Iterator[Part]:
    for at, page in enumerate(buttons.pages(pressed)):
        few = buttons.few(page)
        body = label("list_more") if at else words or label("list_choose")
        if few and units(body) > BODY_UNITS:
            yield Part("text", {"body": body, "preview_url": False})
            body = label("list_choose")
        action = buttons.under(page) if few else buttons.listed(page)
        made: Json = {"type": "button" if few else "list", "body": {"text": body}, "action": action}
        yield Part("interactive", made | ({"header": header} if header else {}))


def _header(file: File, ref: str, words: str, pressed: Sequence[Button]) -> Json | None:
    """A photo stands over the words of a message with buttons, if there are such."""
    over = file.kind == "photo" and pressed and buttons.few(pressed) and 0 < units(words) <= BODY_UNITS
    return {"type": "image", "image": {"id": ref}} if over else None


def _file(file: File, ref: str, words: str) -> Part:
    body = {"id": ref} | ({"caption": words} if words else {})
    named = {"filename": file.name} if file.kind == "document" and file.name else {}
    return Part(TYPES[file.kind], body | named)


def _asking(ask: Ask, words: str) -> Part:
    kind, name = ASKS[ask.what]
    body = {"text": words or cut(ask.label.strip(), BODY_UNITS) or buttons.NAMELESS}
    return Part("interactive", {"type": kind, "body": body, "action": {"name": name}})


def _position(place: Place) -> Part:
    return Part("location", {"latitude": place.latitude, "longitude": place.longitude})


def _link(place: Place) -> str:
    return f"https://maps.google.com/?q={place.latitude:.6f},{place.longitude:.6f}"
