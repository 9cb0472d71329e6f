"""Recorded updates in, what was heard out."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.hush import secret_matches
from bot.channels.telegram.listen import hear
from bot.channels.telegram.prune import NotAnUpdate
from messages.chat import Address, Contact, File, Happened, Heard, Place

RECORDED: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("updates.json").read_text(encoding="utf-8"))
START = datetime(2024, 11, 26, 22, 26, 40, tzinfo=UTC)  # 1732660000
NOW = START + timedelta(hours=1)
SITI, RINA = Address("telegram", "42"), Address("telegram", "43")
GROUP, OLD_GROUP = Address("telegram", "-1001234567890"), Address("telegram", "-5551234")


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def heard(number: int, sent: int, shown: str, **rest: Any) -> Heard:
    told: dict[str, Any] = {"sender": SITI, "chat": SITI, "named": "Siti", "message": shown} | rest
    return Heard(f"7000000{number:02}", at=at(sent), **told)


EXPECTED: dict[str, Heard | Happened | None] = {
    "text": heard(1, 0, "11", text="Darurat", named="Siti Aminah"),
    "start": heard(2, 1, "12", text="/start tps-012"),
    "caption": heard(3, 2, "13", text="Pak Budi pingsan", file=File("photo", "AgAClarge")),
    "own contact": heard(4, 3, "14", contact=Contact("+6281234567890", own=True)),
    "somebody else's contact": heard(5, 4, "15", contact=Contact("+6281299990000", own=False)),
    "own contact, forwarded": heard(6, 5, "16", contact=Contact("+6281234567890", own=False)),
    "contact of the address book": heard(7, 6, "17", contact=Contact("081234567890", own=False)),
    "location": heard(8, 7, "18", place=Place(-7.982914, 112.630811)),
    "live location moves": heard(9, 67, "18", place=Place(-7.983001, 112.631102), edited=True),
    "edited text": heard(10, 90, "11", text="sudah sadar", edited=True),
    "voice": heard(11, 8, "19", file=File("voice", "AwACvoice")),
    "document": heard(12, 9, "20", file=File("document", "BQACdoc")),
    "sticker": heard(13, 10, "21", unread=True),
    "tap": Heard(
        "700000014", RINA, RINA, NOW, choice="take:7", tap="183251234567890123", named="dr. Rina", message="55"
    ),
    "tap on a forgotten message": Heard(
        "700000015", RINA, RINA, NOW, choice="take:6", tap="183251234567890124", named="dr. Rina", message="54"
    ),
    "tap in a group": Heard(
        "700000016",
        SITI,
        GROUP,
        NOW,
        choice="ready:12",
        tap="183251234567890125",
        group=True,
        named="Siti",
        message="90",
    ),
    "blocked": Happened("700000017", SITI, at(13), "blocked"),
    "returned": Happened("700000018", SITI, at(14), "returned"),
    "joined": Happened("700000019", OLD_GROUP, at(15), "joined"),
    "left": Happened("700000020", OLD_GROUP, at(16), "left"),
    "made administrator": None,
    "moved, said in the old chat": Happened("700000022", OLD_GROUP, at(18), "moved", "-1001234567890"),
    "moved, said in the new chat": Happened("700000023", OLD_GROUP, at(18), "moved", "-1001234567890"),
    "reply in a group": heard(24, 19, "91", text="siap", chat=GROUP, group=True),
    "chatter in a group": None,
    "anonymous administrator": None,
    "linked channel": None,
    "channel post": None,
    "inline query": None,
    "reaction": None,
    "poll": None,
    "a kind of tomorrow": None,
    "pinned": None,
}


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_recorded_is_heard_as(name: str) -> None:
    assert hear(RECORDED[name], "siaga_bot", NOW) == EXPECTED[name]


def said(text: str, *, group: bool = False, **more: Any) -> dict[str, Any]:
    raw = copy.deepcopy(RECORDED["chatter in a group" if group else "text"])
    raw["message"] |= {"text": text} | more
    return raw


def text_of(raw: dict[str, Any], me: str = "siaga_bot") -> str | None:
    found = hear(raw, me, NOW)
    return found.text if isinstance(found, Heard) else None


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("/tps", "/tps"),
        ("/tps@siaga_bot", "/tps"),
        ("/TPS@Siaga_Bot besok", "/TPS besok"),
        ("/tps@other_bot", None),
        ("/tps@siaga_bot2", None),
        ("@siaga_bot darurat", "darurat"),
        ("tolong @SIAGA_BOT", "tolong"),
        ("@siaga_bot", ""),
        ("@siaga_bot2 darurat", None),
        ("surel@siaga_bot", None),
        ("harga 1/2 saja", None),
        ("/", None),
    ],
)
def test_a_group_calls_us_by_command_or_name(text: str, understood: str | None) -> None:
    assert text_of(said(text, group=True)) == understood


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("/status@siaga_bot", "/status"),
        ("/status@other_bot", "/status@other_bot"),
        ("Pingsan\x00 di\x07 TPS\r\nbaris dua\tkolom", "Pingsan di TPS\nbaris dua kolom"),
        ("patah \ud83d hati \ud83d\ude4f", "patah \ufffd hati 🙏"),
        ("rtl \u202e tetap di teks", "rtl \u202e tetap di teks"),
    ],
)
def test_a_private_text_is_heard_clean(text: str, understood: str) -> None:
    assert text_of(said(text)) == understood


def test_a_command_for_another_bot_stays_his_even_under_our_message() -> None:
    raw = copy.deepcopy(RECORDED["reply in a group"])
    raw["message"]["text"] = "/siap@other_bot"
    assert hear(raw, "siaga_bot", NOW) is None


def test_a_reply_to_another_bot_is_not_for_us() -> None:
    raw = copy.deepcopy(RECORDED["reply in a group"])
    raw["message"]["reply_to_message"]["from"]["username"] = "other_bot"
    assert hear(raw, "siaga_bot", NOW) is None


def test_our_name_may_come_with_its_sign() -> None:
    assert text_of(said("/tps@siaga_bot", group=True), "@Siaga_Bot") == "/tps"


def test_without_knowing_our_name_only_plain_commands_are_ours() -> None:
    assert text_of(said("/tps", group=True), "") == "/tps"
    assert text_of(said("/tps@siaga_bot", group=True), "") is None
    assert text_of(said("@ halo", group=True), "") is None


def test_a_contact_through_an_inline_bot_proves_nothing() -> None:
    raw = copy.deepcopy(RECORDED["own contact"])
    raw["message"]["via_bot"] = {"id": 9, "is_bot": True, "first_name": "Nakal"}
    found = hear(raw, "siaga_bot", NOW)
    assert isinstance(found, Heard)
    assert found.contact == Contact("+6281234567890", own=False)


def test_nobody_speaks_in_the_private_chat_of_another() -> None:
    raw = said("Darurat")
    raw["message"]["from"]["id"] = 43
    assert hear(raw, "siaga_bot", NOW) is None


def test_a_bot_is_not_heard() -> None:
    raw = said("Darurat")
    raw["message"]["from"]["is_bot"] = True
    assert hear(raw, "siaga_bot", NOW) is None


@pytest.mark.parametrize(
    "change", [{"data": None}, {"inline_message_id": "x"}, {"from": {"id": 1, "is_bot": True, "first_name": "B"}}]
)
def test_a_tap_that_is_not_ours_is_nothing(change: dict[str, Any]) -> None:
    raw = copy.deepcopy(RECORDED["tap"])
    raw["callback_query"] |= change
    assert hear(raw, "siaga_bot", NOW) is None


def test_a_tap_whose_message_is_unknown_is_private() -> None:
    raw = copy.deepcopy(RECORDED["tap"])
    del raw["callback_query"]["message"]
    found = hear(raw, "siaga_bot", NOW)
    assert isinstance(found, Heard)
    assert (found.chat, found.choice, found.message) == (RINA, "take:7", "")


def test_a_restricted_member_is_inside_only_while_a_member() -> None:
    raw = copy.deepcopy(RECORDED["left"])
    rights = [
        "messages",
        "audios",
        "documents",
        "photos",
        "videos",
        "video_notes",
        "voice_notes",
        "polls",
        "other_messages",
    ]
    can = {f"can_send_{what}": False for what in rights} | dict.fromkeys(
        (
            "can_add_web_page_previews",
            "can_react_to_messages",
            "can_edit_tag",
            "can_change_info",
            "can_invite_users",
            "can_pin_messages",
            "can_manage_topics",
        ),
        False,
    )
    member = raw["my_chat_member"]["new_chat_member"]
    member |= {"status": "restricted", "until_date": 0, "is_member": False} | can
    found = hear(raw, "siaga_bot", NOW)
    assert isinstance(found, Happened)
    assert found.what == "left"
    member["is_member"] = True
    silenced = hear(raw, "siaga_bot", NOW)
    assert isinstance(silenced, Happened)
    assert silenced.what == "muted"
    member["can_send_messages"] = True
    assert hear(raw, "siaga_bot", NOW) is None


@pytest.mark.parametrize(("status", "what"), [("administrator", None), ("kicked", "left"), ("restricted", None)])
def test_rights_that_aiogram_does_not_know_hide_no_departure(status: str, what: str | None) -> None:
    raw = copy.deepcopy(RECORDED["left"])
    raw["my_chat_member"]["new_chat_member"] = {"status": status, "can_fly": True}
    found = hear(raw, "siaga_bot", NOW)
    assert (found.what if isinstance(found, Happened) else None) == what


def test_a_name_is_one_short_line() -> None:
    raw = said("x")
    raw["message"]["from"] |= {"first_name": "Siti\n\u202eterbalik", "last_name": "A" * 100}
    found = hear(raw, "siaga_bot", NOW)
    assert isinstance(found, Heard)
    assert found.named == ("Siti terbalik " + "A" * 100)[:64]


@pytest.mark.parametrize(
    "where", [{"latitude": "nan", "longitude": 1}, {"latitude": 91, "longitude": 0}, {"latitude": 0, "longitude": 181}]
)
def test_a_place_off_the_earth_is_no_place(where: dict[str, Any]) -> None:
    found = hear(said("di sini", location=where), "siaga_bot", NOW)
    assert isinstance(found, Heard)
    assert (found.text, found.place) == ("di sini", None)


HUGE = {"id": 10**400}
ODD: list[tuple[str, dict[str, Any]]] = [
    ("an entity of tomorrow", {"entities": "none"}),
    ("a photo without sizes", {"photo": "AgAC"}),
    ("a user's odd flag", {"from": {"id": 42, "is_bot": False, "first_name": "Siti", "is_premium": {"till": 3}}}),
    ("a chat's odd title", {"chat": {"id": 42, "type": "private", "title": 7}}),
    ("a date of another kind", {"date": "kemarin"}),
    ("a message id of another kind", {"message_id": None}),
    ("a reply nested without end", {"reply_to_message": {"message_id": 1}}),
]


@pytest.mark.parametrize("odd", [change for _, change in ODD], ids=[name for name, _ in ODD])
def test_one_odd_field_does_not_silence_an_emergency(odd: dict[str, Any]) -> None:
    found = hear(said("Darurat", **odd), "siaga_bot", NOW)
    assert isinstance(found, Heard)
    assert (found.text, found.sender, found.chat, found.named[:4]) == ("Darurat", SITI, SITI, "Siti")


@pytest.mark.parametrize(
    "name", [name for name, found in EXPECTED.items() if isinstance(found, Heard) and name != "sticker"]
)
def test_what_is_heard_is_heard_with_an_odd_field_too(name: str) -> None:
    """All but a group's reply, which cannot be told from chatter without the message it answers."""
    raw = copy.deepcopy(RECORDED[name]) | {"poll": "odd"}
    expected = EXPECTED[name]
    found = hear(raw, "siaga_bot", NOW)
    if name == "reply in a group":
        assert found is None
    elif isinstance(found, Heard) and found.edited:
        assert isinstance(expected, Heard)
        assert (found.text, found.place) == (expected.text, expected.place)
    else:
        assert found == expected


def test_pruning_makes_no_proof_of_a_forwarded_contact() -> None:
    raw = copy.deepcopy(RECORDED["own contact, forwarded"]) | {"poll": "odd"}
    found = hear(raw, "siaga_bot", NOW)
    assert isinstance(found, Heard)
    assert found.contact == Contact("+6281234567890", own=False)


def test_pruning_gives_a_channel_no_voice() -> None:
    assert hear(copy.deepcopy(RECORDED["linked channel"]) | {"poll": "odd"}, "siaga_bot", NOW) is None


@pytest.mark.parametrize(
    "raw",
    [
        {},
        [],
        None,
        {"update_id": "7"},
        {"update_id": True},
        {"update_id": 10**30},
        {"update_id": 7, "message": "Darurat"},
        {"update_id": 7, "message": {"text": "Darurat"}},
        {"update_id": 7, "my_chat_member": {"chat": 7}},
        {"update_id": 7, "callback_query": [1]},
        {"update_id": 7, "my_chat_member": {"chat": {"id": 42, "type": "private"}, "date": 1}},
        said("x", **{"chat": HUGE | {"type": "private"}, "from": HUGE | {"is_bot": False, "first_name": ""}}),
    ],
)
def test_what_is_not_an_update_is_said_to_be_none(raw: Any) -> None:
    with pytest.raises(NotAnUpdate):
        hear(raw, "siaga_bot", NOW)


@pytest.mark.parametrize(
    ("header", "secret", "ours"),
    [
        ("s3cret", "s3cret", True),
        ("other", "s3cret", False),
        (None, "s3cret", False),
        ("", "", False),
        ("\udcff", "s", False),
    ],
)
def test_only_our_secret_opens_the_webhook(header: str | None, secret: str, ours: bool) -> None:
    assert secret_matches(header, secret) is ours
