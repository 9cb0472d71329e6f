"""Whatever is thrown at `hear`, it answers or says `NotAnUpdate`; and what it answers can be stored and sent."""

from __future__ import annotations

import copy
import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram.listen import hear
from bot.channels.telegram.prune import NotAnUpdate
from messages.chat import Happened, Heard

RECORDED: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("updates.json").read_text(encoding="utf-8"))
NOW = datetime(2024, 11, 27, 0, 0, tzinfo=UTC)

texts = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["\ud83d", "\ude00\ud83d", "/start@siaga_bot", "\x00", "@siaga_bot"]
)
numbers = st.integers() | st.sampled_from([0, -1, 42, 2**31, 2**63, -(2**63), 10**30, 10**4000, 1732660000])
scalars = st.none() | st.booleans() | numbers | st.floats() | texts
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts | st.integers(), inner, max_size=4),
    max_leaves=12,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a payload."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [found for key, part in inner for found in paths(part, (*path, key))]


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A recorded update with a few of its parts replaced, removed, added or nested."""
    raw = copy.deepcopy(RECORDED[draw(st.sampled_from(sorted(RECORDED)))])
    for _ in range(draw(st.integers(1, 4))):
        *way, last = draw(st.sampled_from([path for path in paths(raw) if path != ("update_id",)]))
        where: Any = raw
        for step in way:
            where = where[step]
        harm = draw(st.sampled_from(["replace", "remove", "add", "nest"]))
        if harm == "replace":
            where[last] = draw(junk)
        elif harm == "remove":
            del where[last]
        elif harm == "nest":
            where[last] = {last: where[last]}
        elif isinstance(where, dict):
            where[draw(texts)] = draw(junk)
        if len(raw) < 2:
            break
    return raw


def storable(text: str) -> None:
    text.encode()
    assert not any(ord(character) < 32 and character != "\n" for character in text)


def answered(raw: Any) -> Heard | Happened | None:
    """What `hear` makes of it, checked for what every caller relies on."""
    try:
        found = hear(raw, "siaga_bot", NOW)
    except NotAnUpdate as error:
        storable(str(error))
        return None
    if found is not None:
        check(found)
    return found


def check(found: Heard | Happened) -> None:
    address = found.chat if isinstance(found, Heard) else found.address
    assert found.update_id.lstrip("-").isdigit()
    assert address.id.lstrip("-").isdigit()
    assert found.at.utcoffset() is not None
    for name in (field.name for field in dataclasses.fields(found)):
        value = getattr(found, name)
        if isinstance(value, str):
            storable(value)
    if isinstance(found, Heard):
        assert len(found.named) <= 64
        assert found.file is None or storable(found.file.ref) is None
        assert found.group or found.sender == found.chat


KINDS = ["message", "edited_message", "callback_query", "my_chat_member", "channel_post"]
FIELDS = ["message_id", "date", "chat", "from", "text", "contact", "location", "photo", "data", "id", "message", "type"]
parts = st.dictionaries(st.sampled_from(FIELDS) | texts, junk, max_size=6)
nonsense = st.dictionaries(st.sampled_from(["update_id", *KINDS]) | texts, parts | junk, max_size=4) | junk


def unhurried(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@unhurried(300)
@given(damaged())
def test_a_damaged_update_is_heard_or_refused(raw: dict[str, Any]) -> None:
    answered(raw)


@unhurried(200)
@given(nonsense)
def test_nonsense_is_heard_or_refused(raw: Any) -> None:
    answered(raw)


@pytest.mark.soak
@unhurried(30_000)
@given(damaged() | nonsense)
def test_it_never_breaks(raw: Any) -> None:
    answered(raw)


@settings(max_examples=200, deadline=None)
@given(texts, texts, texts)
def test_any_words_and_names_are_heard(text: str, first: str, last: str) -> None:
    raw = copy.deepcopy(RECORDED["text"])
    raw["message"] |= {"text": "x" + text}
    raw["message"]["from"] |= {"first_name": first, "last_name": last}
    assert isinstance(answered(raw), Heard)


@pytest.mark.parametrize("key", ["reply_to_message", "message", "odd", "chat", "from", "photo"])
def test_no_depth_breaks_it(key: str) -> None:
    raw = copy.deepcopy(RECORDED["text"])
    deep: Any = copy.deepcopy(raw["message"])
    for _ in range(20_000):
        deep = {**raw["message"], key: deep}
    deep["text"] = "Darurat"
    found = answered({"update_id": 1, "message": deep})
    if key not in {"chat", "from"}:
        assert isinstance(found, Heard)
        assert found.text == "Darurat"
