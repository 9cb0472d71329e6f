"""Whatever is thrown at `split` and `hear`, they answer or say `NotAnUpdate`; and what they answer can be stored."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.whatsapp import person
from bot.channels.whatsapp.listen import hear
from bot.channels.whatsapp.split import Event, NotAnUpdate, split
from messages.chat import Happened, Heard
from tests.channels.whatsapp.conftest import PHONE_ID
from tests.channels.whatsapp.test_listen import NOW, RECORDED, posted

texts = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["\ud83d", "\x00", "text", "edit", "system", "failed", "131050", "6281234567890", "ID.1", PHONE_ID, "messages"]
)
numbers = st.integers() | st.sampled_from([0, -1, 131050, 2**63, 10**30, 10**4000, 1732660000])
scalars = st.none() | st.booleans() | numbers | st.floats() | texts
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a payload."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [found for key, part in inner for found in paths(part, (*path, key))]


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """Recorded webhooks with a few of their parts replaced, removed, added or nested."""
    names = draw(st.lists(st.sampled_from(sorted(RECORDED)), min_size=1, max_size=2))
    raw = copy.deepcopy(posted(*(RECORDED[name] for name in names)))
    for _ in range(draw(st.integers(1, 4))):
        ways = [path for path in paths(raw) if len(path) > 3]
        if not ways:
            break
        *way, last = draw(st.sampled_from(ways))
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
    return raw


def storable(text: str) -> None:
    text.encode()
    assert not any(ord(character) < 32 and character != "\n" for character in text)


def check(event: Event, found: Heard | Happened) -> None:
    address = found.chat if isinstance(found, Heard) else found.address
    assert found.update_id == event.key
    assert person.is_number(address.id) or person.is_user(address.id)
    assert found.at <= NOW
    for name in (field.name for field in dataclasses.fields(found)):
        value = getattr(found, name)
        if isinstance(value, str):
            storable(value)
    if isinstance(found, Heard):
        assert len(found.named) <= 64
        assert found.file is None or storable(found.file.ref) is None
        assert found.phone in {"", f"+{address.id}"}
        assert bool(found.choice) == bool(found.tap)


def answered(raw: Any) -> None:
    """What is made of it, checked for what every caller relies on."""
    try:
        events = split(raw, PHONE_ID)
    except NotAnUpdate as error:
        storable(str(error))
        return
    assert len({event.key for event in events}) == len(events)
    for event in events:
        try:
            found = hear(event, NOW)
        except NotAnUpdate as error:
            storable(str(error))
            continue
        if found is not None:
            check(event, found)


FIELDS = ["object", "entry", "changes", "value", "field", "metadata", "messages", "statuses", "contacts", "id", "type"]
parts = st.dictionaries(st.sampled_from(FIELDS) | texts, junk, max_size=6)
values = st.dictionaries(st.sampled_from(["messages", "statuses", "contacts", "user_preferences"]), st.lists(parts | junk, max_size=3))
nonsense = junk | parts | st.lists(values | junk, max_size=3).map(
    lambda found: posted(*({"field": "messages", "value": {"metadata": {"phone_number_id": PHONE_ID}, **value}} if isinstance(value, dict) else value for value in found))
)  # fmt: skip


def unhurried(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@unhurried(200)
@given(damaged())
def test_a_damaged_webhook_is_heard_or_refused(raw: dict[str, Any]) -> None:
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


@pytest.mark.parametrize("key", ["context", "text", "edit", "system", "odd", "contacts", "errors"])
def test_no_depth_breaks_it(key: str) -> None:
    change = copy.deepcopy(RECORDED["text"])
    deep: Any = {}
    for _ in range(20_000):
        deep = {key: deep}
    change["value"]["messages"][0] |= {key: deep, "type": key if key != "context" else "text"}
    answered(posted(change))
