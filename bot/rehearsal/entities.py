"""Formatted text: the Bot API's HTML into plain text and entities, and the commands in what people write."""

from __future__ import annotations

import html
import re

from bot.rehearsal.wire import Json, bad, units

_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-zA-Z-]+)(?P<more>[^<>]*)>|(?P<ref>&(?:#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);)|<"
)
_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "blockquote": "blockquote", "tg-spoiler": "spoiler",
}  # fmt: skip
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?(?!\w)")


class _Html:
    """Reads the markup strictly: what Telegram would refuse (a stray `<`, a wrong end) is refused."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.entities: list[Json] = []
        self._open: list[tuple[str, Json]] = []
        self._at = 0

    def read(self, source: str) -> tuple[str, list[Json]]:
        done = 0
        for token in _TOKEN.finditer(source):
            self._say(source[done : token.start()])
            done = token.end()
            if token["ref"]:
                self._say(html.unescape(token["ref"]))
            else:
                self._tag(token)
        self._say(source[done:])
        if self._open:
            raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{self._open[-1][0]}\"")
        return "".join(self.text), [entity for entity in self.entities if entity["length"]]

    def _say(self, text: str) -> None:
        self.text.append(text)
        self._at += units(text)

    def _tag(self, token: re.Match[str]) -> None:
        tag = (token["tag"] or "").lower()
        if tag not in _TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {token.start()}')
        if token["end"]:
            self._close(tag, token.start())
            return
        entity: Json = {"type": _TAGS[tag], "offset": self._at, "length": 0}
        if tag == "a" and (href := _HREF.search(token["more"])):
            entity["url"] = html.unescape(next(part for part in href.groups() if part is not None))
        self.entities.append(entity)
        self._open.append((tag, entity))

    def _close(self, tag: str, at: int) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise bad(f"can't parse entities: Unexpected end tag at byte offset {at}")
        entity = self._open.pop()[1]
        entity["length"] = self._at - entity["offset"]


def formatted(text: str, mode: str, given: list[Json] | None) -> tuple[str, list[Json]]:
    """The text as it will stand in the chat, and its entities. HTML is the one parse mode played here."""
    if not mode:
        return text, list(given or ())
    if mode.lower() != "html":
        raise bad("unsupported parse_mode")
    return _Html().read(text)


def commands(text: str) -> list[Json]:
    """The entities of the commands that somebody wrote."""
    if "/" not in text:
        return []
    return [
        {"type": "bot_command", "offset": units(text[: found.start()]), "length": units(found.group())}
        for found in _COMMAND.finditer(text)
    ]
