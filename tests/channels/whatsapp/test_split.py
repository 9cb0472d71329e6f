"""One webhook taken apart: several events, odd ones among them, and what is not ours."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from bot.channels.whatsapp.listen import hear
from bot.channels.whatsapp.split import NotAnUpdate, opened, split
from messages.chat import Heard
from tests.channels.whatsapp.conftest import PHONE_ID
from tests.channels.whatsapp.test_listen import NOW, RECORDED, changed, posted


def keys(payload: Any) -> list[str]:
    return [event.key for event in split(payload, PHONE_ID)]


def test_entries_changes_and_messages_are_all_handled() -> None:
    several = copy.deepcopy(RECORDED["text"])
    several["value"]["messages"] += changed("voice")["value"]["messages"]
    payload = posted(several, RECORDED["delivered"], RECORDED["read"])
    payload["entry"] += posted(RECORDED["image"], RECORDED["wants no more"])["entry"]
    preference = "preference:6281234567890:marketing_messages:stop:1732660051"
    out = ["wamid.out41:delivered", "wamid.out44:read"]
    assert keys(payload) == ["wamid.01", "wamid.14", *out, "wamid.13", preference]


def test_what_comes_twice_is_one() -> None:
    assert keys(posted(RECORDED["text"], RECORDED["text"], RECORDED["read"], RECORDED["read"])) == [
        "wamid.01",
        "wamid.out44:read",
    ]


def test_messages_and_statuses_may_come_together() -> None:
    both = copy.deepcopy(RECORDED["text"])
    both["value"] |= {"statuses": RECORDED["sent"]["value"]["statuses"], "errors": [{"code": 130429}, 7]}
    assert keys(posted(both)) == ["wamid.01", "wamid.out40:sent"]


def test_each_message_finds_its_own_contact() -> None:
    change = copy.deepcopy(RECORDED["text"])
    other = changed("text", **{"id": "wamid.99", "from": "6281299990000", "from_user_id": None})
    change["value"]["messages"] += other["value"]["messages"]
    change["value"]["contacts"].insert(0, {"profile": {"name": "Budi"}, "wa_id": "6281299990000"})
    found = [hear(event, NOW) for event in split(posted(change), PHONE_ID)]
    assert [(each.named, each.sender.id) for each in found if isinstance(each, Heard)] == [
        ("Siti Aminah", "6281234567890"),
        ("Budi", "6281299990000"),
    ]


def test_nobody_gets_the_name_of_another() -> None:
    change = copy.deepcopy(RECORDED["text"])
    change["value"]["messages"] += changed("text", **{"id": "w9", "from": "6281299990000", "from_user_id": None})["value"]["messages"]
    found = [hear(event, NOW) for event in split(posted(change), PHONE_ID)]
    assert [each.named for each in found if isinstance(each, Heard)] == ["Siti Aminah", ""]


def test_another_number_of_the_account_is_not_ours() -> None:
    other = copy.deepcopy(RECORDED["text"])
    other["value"]["metadata"]["phone_number_id"] = "999"
    unnamed = copy.deepcopy(RECORDED["text"])
    del unnamed["value"]["metadata"]
    assert keys(posted(other, unnamed, RECORDED["read"])) == ["wamid.out44:read"]


@pytest.mark.parametrize("field", ["message_template_status_update", "smb_message_echoes", None, ["messages"]])
def test_other_fields_are_nothing(field: Any) -> None:
    assert keys(posted(RECORDED["text"] | {"field": field})) == []


@pytest.mark.parametrize(
    "odd",
    [7, None, [], {"field": "messages"}, {"field": "messages", "value": []}, {"field": "messages", "value": {"metadata": 7}}],
)
def test_an_odd_change_spoils_no_other(odd: Any) -> None:
    assert keys(posted(odd, RECORDED["text"])) == ["wamid.01"]


@pytest.mark.parametrize("odd", [{"id": None}, {"id": 7.5}, {"id": "a b"}, {"id": "x" * 300}, {"id": "\x00"}])
def test_what_has_no_id_is_left_out_with_a_word(odd: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    change = changed("text", **odd)
    change["value"]["messages"].append(RECORDED["voice"]["value"]["messages"][0])
    assert keys(posted(change)) == ["wamid.14"]
    assert "left out" in caplog.text
    assert "Darurat" not in caplog.text


@pytest.mark.parametrize(
    "payload",
    [None, [], "x", {}, {"object": "page", "entry": []}, {"object": "whatsapp_business_account"},
     {"object": "whatsapp_business_account", "entry": {}}],
)  # fmt: skip
def test_what_is_no_webhook_is_said_to_be_none(payload: Any) -> None:
    with pytest.raises(NotAnUpdate):
        split(payload, PHONE_ID)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"1" * 5000])
def test_what_is_not_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotAnUpdate):
        opened(body)


def test_a_body_is_opened() -> None:
    assert keys(opened(json.dumps(posted(RECORDED["text"])).encode())) == ["wamid.01"]
