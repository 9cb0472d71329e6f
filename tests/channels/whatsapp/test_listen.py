"""Recorded webhooks in, what was heard and what happened out."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.whatsapp.listen import hear
from bot.channels.whatsapp.split import NotAnUpdate, split
from messages.chat import Address, Contact, File, Happened, Heard, Place
from tests.channels.whatsapp.conftest import PHONE_ID

RECORDED: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("webhooks.json").read_text(encoding="utf-8"))
START = datetime(2024, 11, 26, 22, 26, 40, tzinfo=UTC)  # 1732660000
NOW = START + timedelta(hours=1)
SITI, BUDI = Address("whatsapp", "6281234567890"), Address("whatsapp", "ID.13491208655302741918")
NUMBER = "+6281234567890"
EDITED = {"message": "wamid.01", "edited": True}


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def heard(number: int, who: Address = SITI, **rest: Any) -> Heard:
    known = {"named": "Siti Aminah", "phone": NUMBER} if who is SITI else {"named": "Budi"}
    told: dict[str, Any] = known | {"message": f"wamid.{number:02}"} | rest
    return Heard(f"wamid.{number:02}", who, who, at(number), **told)


def tapped(number: int, data: str, message: str) -> Heard:
    return heard(number, choice=data, tap=f"wa:wamid.{number:02}", message=message)


def befell(number: int, what: Any, key: str, who: Address = SITI, detail: str = "") -> Happened:
    return Happened(f"wamid.out{number}:{key}", who, at(number), what, detail, f"wamid.out{number}")


def moved(number: int, who: Address, to: str) -> Happened:
    return Happened(f"wamid.{number}", who, at(number), "moved", to)


EXPECTED: dict[str, Heard | Happened | None] = {
    "text": heard(1, text="Darurat"),
    "text without a user id": heard(2, text="halo"),
    "text of who hides his number": heard(3, BUDI, text="halo"),
    "reply": heard(4, text="siap"),
    "template button": tapped(5, "take:7", "wamid.out1"),
    "template button without data": heard(6, text="Darurat"),
    "reply button": tapped(7, "take:7", "wamid.out2"),
    "list row": tapped(8, "who:7:3", "wamid.out3"),
    "label row": heard(9, text="Sesak atau nyeri dada"),
    "deep link row": heard(10, text="/start darurat_12"),
    "flow": heard(11),
    "location": heard(12, place=Place(-7.982914, 112.630811)),
    "image": heard(13, text="Pak Budi pingsan", file=File("photo", "1001")),
    "voice": heard(14, file=File("voice", "1002")),
    "document": heard(15, text="surat", file=File("document", "1003")),
    "video": heard(16, text="lihat ini", unread=True),
    "sticker": heard(17, unread=True),
    "somebody's contact": heard(18, contact=Contact("+6281299990000", own=False)),
    "own contact by hand": heard(19, contact=Contact(NUMBER, own=True)),
    "contact of the address book": heard(20, contact=Contact("081234567890", own=False)),
    "number given at our request": heard(21, BUDI, contact=Contact(NUMBER, own=True)),
    "number given, told in the card": heard(22, BUDI, contact=Contact(NUMBER, own=True)),
    "number given, forwarded": heard(23, BUDI, contact=Contact("+6281299990000", own=False)),
    "empty contact": heard(24),
    "reaction": None,
    "unsupported": heard(26, unread=True),
    "order": heard(27, unread=True),
    "welcome": None,
    "a kind of tomorrow": heard(29, unread=True),
    "edit": heard(30, text="sudah sadar", **EDITED),
    "revoke": None,
    "group message": None,
    "new number": moved(33, SITI, "6281277778888"),
    "new number of long ago": moved(34, SITI, "6281277778888"),
    "new id": moved(35, BUDI, "ID.99"),
    "new number of who hid his": moved(36, BUDI, "6281277778888"),
    "new phone": None,
    "sent": None,
    "delivered": befell(41, "delivered", "delivered"),
    "delivered, without contacts": befell(42, "delivered", "delivered"),
    "delivered to who hides his number": befell(43, "delivered", "delivered", BUDI),
    "read": befell(44, "read", "read"),
    "played": befell(45, "read", "played"),
    "failed": befell(46, "failed", "failed", detail="131047: Re-engagement message"),
    "failed, naming somebody": befell(47, "failed", "failed", detail="131026: To <somebody> or <somebody>"),
    "failed without a reason": befell(48, "failed", "failed"),
    "delivered in a group": None,
    "warned": None,
    "wants no more": Happened("preference:6281234567890:marketing_messages:stop:1732660051", SITI, at(51), "stopped"),
    "wants more again": Happened(
        "preference:ID.13491208655302741918:marketing_messages:resume:1732660052", BUDI, at(52), "resumed"
    ),
    "wants another thing": None,
}


def posted(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": list(changes)}]}


def told(*changes: dict[str, Any], now: datetime = NOW) -> list[Heard | Happened | None]:
    return [hear(event, now) for event in split(posted(*changes), PHONE_ID)]


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_recorded_is_heard_as(name: str) -> None:
    assert told(RECORDED[name]) == [EXPECTED[name]]


def test_who_speaks_opens_his_window_with_it() -> None:
    (found,) = told(RECORDED["text"])
    assert isinstance(found, Heard)
    assert (found.sender.heard_at, found.chat.heard_at) == (found.at, found.at)


def changed(name: str, **message: Any) -> dict[str, Any]:
    """A recorded change with parts of its one message replaced; None takes a part away."""
    change = copy.deepcopy(RECORDED[name])
    (part,) = change["value"].get("messages") or change["value"].get("statuses")
    part |= message
    for key in [key for key, value in part.items() if value is None]:
        del part[key]
    return change


def test_who_has_opted_out_is_two_things() -> None:
    change = changed("failed", errors=[{"code": 131050, "title": "User has stopped marketing"}])
    detail = "131050: User has stopped marketing"
    failed, stopped = told(change)
    assert failed == befell(46, "failed", "failed", detail=detail)
    assert stopped == befell(46, "stopped", "stopped", detail=detail)


@pytest.mark.parametrize("told_at", [None, "besok", "1" * 30, "-1e9", [], str(int(NOW.timestamp()) + 90)])
def test_a_time_that_cannot_be_is_now(told_at: Any) -> None:
    (found,) = told(changed("text", timestamp=told_at))
    assert found is not None
    assert found.at == NOW


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Siti\n\u202eterbalik", "Siti terbalik"), ("A" * 100, "A" * 63 + "…"), ("a\ud83d", "a\ufffd"), (7, "")],
)
def test_a_name_is_one_short_line(name: Any, shown: str) -> None:
    change = copy.deepcopy(RECORDED["text"])
    change["value"]["contacts"][0]["profile"] = {"name": name}
    (found,) = told(change)
    assert isinstance(found, Heard)
    assert found.named == shown


def test_a_text_is_heard_clean() -> None:
    (found,) = told(changed("text", text={"body": "Pingsan\x00 di\x07 TPS\r\nbaris dua\tkolom \ud83d"}))
    assert isinstance(found, Heard)
    assert found.text == "Pingsan di TPS\nbaris dua kolom \ufffd"


@pytest.mark.parametrize(
    "where",
    [{}, 7, {"latitude": 91, "longitude": 0}, {"latitude": 0, "longitude": -181}, {"latitude": True, "longitude": 1}],
)
def test_a_place_off_the_earth_is_heard_without_words(where: Any) -> None:
    (found,) = told(changed("location", location=where))
    assert found == heard(12)


@pytest.mark.parametrize(
    "odd", [{"text": "Darurat"}, {"text": None}, {"type": None}, {"type": ["text"]}, {"context": 7}, {"errors": 7}]
)
def test_one_odd_field_makes_nobody_unheard(odd: dict[str, Any]) -> None:
    (found,) = told(changed("text", **odd))
    assert isinstance(found, Heard)
    assert (found.sender, found.phone) == (SITI, NUMBER)


def test_a_number_may_come_with_its_sign() -> None:
    (found,) = told(changed("text", **{"from": "+6281234567890"}))
    assert isinstance(found, Heard)
    assert found.sender == SITI


@pytest.mark.parametrize("name", ["text", "delivered, without contacts"])
def test_what_names_nobody_cannot_be_read(name: str) -> None:
    nobody = {"from": "x", "from_user_id": "13", "recipient_id": None, "recipient_user_id": None}
    change = changed(name, **nobody)
    change["value"].pop("contacts", None)
    with pytest.raises(NotAnUpdate):
        told(change)
