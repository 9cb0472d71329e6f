"""Which step takes a turn, by `tables`. An emergency's words go before any open question, a draft before free words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from handlers import alarms, broadcast, details, edited, group, hearing, menu, offering, replacing, triage, welcome
from handlers.tables import (
    BARE,
    COMMANDS,
    COMPOSING,
    DRAFTS,
    EMERGENCY_COMMANDS,
    EMERGENCY_TAPS,
    GROUP_STEPS,
    LABELS,
    NAMING,
    SLASHLESS,
    SPOKEN_TO_US,
    TAPS,
    TYPED,
)  # fmt: skip
from handlers.turn import Reply, Step
from messages.chat import Heard
from messages.render import labels

LARGEST_ID = 2**31 - 1
_CASE = re.compile(r"(?:kasus )?l-?0*(\d{1,9})$", re.IGNORECASE | re.ASCII)


def plain(text: str) -> str:
    """Letters, digits and single spaces in lower case: how a label is compared, whatever stands around it."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(ch if ch.isalnum() else " " for ch in folded).split())


@cache
def _heard_as() -> dict[str, str]:
    known = {plain(words): key for key, words in labels().items() if key in LABELS}
    return known | TYPED


def label_of(text: str) -> str | None:
    """The key of the label that this text is, if it is one."""
    return _heard_as().get(plain(text)) if text and len(text) < 60 else None  # noqa: PLR2004 - no label is longer


def command_of(text: str) -> tuple[str, tuple[str, ...]] | None:
    """`/start darurat` → ("start", ("darurat",)); None where it is no command."""
    words = text.split()
    return (words[0][1:].casefold(), tuple(words[1:3])) if words and words[0].startswith("/") else None


def _bare(heard: Heard) -> tuple[str, tuple[str, ...]] | None:
    """A command without its slash, where people do not know slashes; nothing else may stand with it."""
    word = plain(heard.text)
    name = BARE.get(word, word)
    bare = heard.sender.channel in SLASHLESS and name in COMMANDS and label_of(heard.text) is None
    return (name, ()) if bare else None


def _tap(choice: str) -> tuple[Step, tuple[str, ...]]:
    verb, *args = choice.split(":")
    step, shape = TAPS.get(verb, (menu.unknown_tap, ""))
    long_enough = len(shape.rstrip("r")) <= len(args) <= len(shape)
    good = long_enough and all(_fits(arg, kind) for arg, kind in zip(args, shape, strict=False))
    return (step, tuple(args)) if good else (menu.unknown_tap, ())


def _fits(arg: str, kind: str) -> bool:
    if kind == "w":
        return bool(arg) and arg.replace("_", "").isalnum() and arg.isascii() and (not arg.isdigit() or _fits(arg, "n"))
    return arg.isascii() and arg.isdigit() and len(arg) <= 10 and int(arg) <= LARGEST_ID  # noqa: PLR2004 - its digits


def number_in(heard: Heard) -> int | None:
    """The first argument of a tap, if it is a number: in most of them the case or message that it is about."""
    argument = heard.choice.split(":")[1:2]
    return int(argument[0]) if argument and _fits(argument[0], "n") else None


def route(  # noqa: C901, PLR0911 - one line a kind of thing that can be heard
    heard: Heard, dialog: str | None, step: str | None
) -> tuple[Step, tuple[str, ...]]:
    """The step for what was heard, and its arguments; `dialog` and `step` as the draft has them."""
    if heard.group:
        return _in_group(heard)
    if heard.edited and heard.place is None:  # a live location moves
        return _changed(heard, dialog, step), ()
    if heard.tap:
        return _tap(heard.choice)
    if heard.contact:
        return (replacing.numbered if (dialog, step) == ("replacing", "phone") else welcome.contact), ()
    if heard.place:
        return details.position, ()
    if heard.file:
        return (broadcast.worded if (dialog, step) == ("broadcast", "text") else details.file), ()
    command = command_of(heard.text) or _bare(heard)
    if command:
        return COMMANDS.get(command[0], menu.lost), command[1]
    key = label_of(heard.text)
    # A worker's typed reason, "kelelahan", is not a tap on a kind.
    reason = dialog == "response" and key in triage.KINDS and plain(heard.text) in TYPED
    if key and not reason:
        return LABELS[key], (key,)
    number = _CASE.match(heard.text.strip())
    if number and not dialog:
        return alarms.card, (number[1],)
    drafted: Callable[..., Reply] | None = DRAFTS.get((dialog or "", step or ""))
    if drafted and not reason and (kind := hearing.guess(heard.text)):
        if (dialog, step) in NAMING:
            return offering.beside(drafted, kind), ()
        if (dialog, step) not in COMPOSING:
            return offering.in_draft, ()
    return drafted or details.words, ()


def _changed(heard: Heard, dialog: str | None, step: str | None) -> Step:
    """What was understood and done stands; only free words are heard again."""
    done = command_of(heard.text) or (label_of(heard.text) and hearing.guess(heard.text) is None)
    composing = (dialog, step) in COMPOSING and dialog not in SPOKEN_TO_US
    return edited.nothing if done or composing else edited.changed


def _in_group(heard: Heard) -> tuple[Step, tuple[str, ...]]:
    """A group takes little: its binding, the way to an emergency, and the taps that are meant for it."""
    if heard.tap:
        step, args = _tap(heard.choice)
        return (step, args) if step in GROUP_STEPS else (menu.unknown_tap, ())
    command = command_of(heard.text)
    if command and command[0] == "tps":
        return group.bind, ()
    key = label_of(heard.text)
    if (command and command[0] in EMERGENCY_COMMANDS) or key in triage.KINDS or key == "darurat":
        return group.emergency, ()
    return menu.in_group, ()


def may_be_emergency(heard: Heard) -> bool:
    """Whether what was heard is, or may be, an emergency, as far as it can be told without the database."""
    if heard.group:
        return False
    if heard.tap:
        return heard.choice.split(":")[0] in EMERGENCY_TAPS
    command = command_of(heard.text)
    if command:
        return command[0] in EMERGENCY_COMMANDS or "darurat" in command[1]
    key = label_of(heard.text)
    return key in triage.KINDS or key == "darurat" or hearing.guess(heard.text) is not None
