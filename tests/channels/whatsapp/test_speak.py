"""What is said in, the exact requests out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.whatsapp.account import Approval, Number
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.channels.whatsapp.template import Draft
from messages.chat import Address, Ask, Choice, File, Refused, Said, Template, Undelivered, Unreachable, WindowClosed
from messages.menu import Tap
from messages.render import label, render
from tests.channels.whatsapp.conftest import ACCOUNT_ID, NOW, PHONE_ID, RECENTLY, TOKEN, CloudApi, made

SITI = Address("whatsapp", "6281234567890", RECENTLY)
HIDDEN = Address("whatsapp", "ID.13491208655302741918", RECENTLY)
LONG_AGO = replace(SITI, heard_at=NOW - timedelta(hours=24))
TAKE = ((Choice("Saya tangani", "take:7"), Choice("Tidak bisa", "decline:7")),)
APPROVED = Template("alert_red", values=("L-0007",), taps=("take:7",))
TO_SITI = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "6281234567890"}
TO_HIDDEN = {"messaging_product": "whatsapp", "recipient_type": "individual", "recipient": HIDDEN.id}
HALO = {"type": "text", "text": {"body": "halo", "preview_url": False}}
LONG = "kata " * 300
TEMPLATE = {
    "type": "template",
    "template": {
        "name": "alert_red",
        "language": {"code": "id"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "L-0007"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "take:7"}]},
        ],
    },
}  # fmt: skip

REQUESTS: list[tuple[str, Address, Said, dict[str, Any]]] = [
    ("a text", SITI, Said("halo"), TO_SITI | HALO),
    ("a text to who hides his number", HIDDEN, Said("halo"), TO_HIDDEN | HALO),
    ("a reply", SITI, Said("halo", under="wamid.9"), TO_SITI | HALO | {"context": {"message_id": "wamid.9"}}),
    ("a change", SITI, Said("halo", edits="wamid.8"), TO_SITI | HALO | {"context": {"message_id": "wamid.8"}}),
    ("an answer that must be read", SITI, Said("halo", answers="wa:wamid.7", aloud=True), TO_SITI | HALO),
    ("inside the window", SITI, Said("halo", template=APPROVED), TO_SITI | HALO),
    ("outside it", LONG_AGO, Said("halo", template=APPROVED), TO_SITI | TEMPLATE),
    ("a photo", SITI, Said(file=File("photo", "11")), TO_SITI | {"type": "image", "image": {"id": "11"}}),
    ("who hides his number is asked for it", HIDDEN, Said("Nomor?", keyboard=((Ask("contact", "x"),),)),
     TO_HIDDEN | {"type": "interactive", "interactive": {"type": "request_contact_info", "body": {"text": "Nomor?"}, "action": {"name": "request_contact_info"}}}),
]  # fmt: skip


@pytest.mark.parametrize(("to", "said", "body"), [case[1:] for case in REQUESTS], ids=[case[0] for case in REQUESTS])
async def test_is_sent_as(api: CloudApi, channel: WhatsAppChannel, to: Address, said: Said, body: dict[str, Any]) -> None:
    assert await channel.speak(to, said) == "wamid.1"
    (asked,) = api.asked
    assert (asked.method, asked.path) == ("POST", f"/v26.0/{PHONE_ID}/messages")
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.body == body


async def test_a_tap_needs_no_answer(api: CloudApi, channel: WhatsAppChannel) -> None:
    assert await channel.speak(LONG_AGO, Said("Dicatat.", answers="wa:wamid.7")) == ""
    assert api.asked == []


@pytest.mark.parametrize(("what", "aloud"), [("ok", False), ("taken", False), ("taken_by_other", True), ("not_yours", True),
                                             ("unknown", True), ("already", True), ("still", True)])  # fmt: skip
async def test_a_tap_that_changed_nothing_is_answered(
    api: CloudApi, channel: WhatsAppChannel, what: str, aloud: bool
) -> None:
    said = replace(render(Tap(what), "WIB"), answers="wa:wamid.7")
    assert bool(await channel.speak(SITI, said)) is aloud
    assert [body["text"]["body"] for body in api.messages] == [said.text] * aloud


async def test_free_words_never_leave_outside_the_window(api: CloudApi, channel: WhatsAppChannel) -> None:
    file = File("document", "", "x.xlsx", content=b"x")
    for said in (Said("halo"), Said("x", choices=TAKE), Said(file=file), Said("x", edits="wamid.1"), Said("x", answers="y", aloud=True)):
        for to in (LONG_AGO, replace(SITI, heard_at=None), replace(HIDDEN, heard_at=None)):
            with pytest.raises(WindowClosed):
                await channel.speak(to, said)
    assert api.asked == []


async def test_a_message_of_two_requests_is_the_one_with_the_buttons(api: CloudApi, channel: WhatsAppChannel) -> None:
    assert await channel.speak(SITI, Said(LONG, choices=TAKE, under="wamid.9")) == "wamid.2"
    first, second = api.messages
    assert first["text"]["body"] == LONG
    assert first["context"] == {"message_id": "wamid.9"}
    assert second["interactive"]["body"]["text"] == label("list_choose")
    assert "context" not in second


async def test_what_was_said_by_half_goes_on_where_it_stopped(api: CloudApi, channel: WhatsAppChannel) -> None:
    said = Said(LONG, choices=TAKE)
    api.succeeds()
    api.refuses(131016)
    with pytest.raises(Unreachable):
        await channel.speak(SITI, said)
    assert await channel.speak(SITI, said) == "wamid.2"
    assert [body["type"] for body in api.messages] == ["text", "interactive", "interactive"]
    assert await channel.speak(SITI, said) == "wamid.4"  # a new one is said from its beginning


async def test_a_file_of_ours_is_brought_there_first(api: CloudApi, channel: WhatsAppChannel) -> None:
    api.says(200, {"id": "1234"})
    file = File("document", "", "siaran-B-0001.xlsx", content=b"PK made")
    assert await channel.speak(SITI, Said("Daftar", file=file)) == "wamid.1"
    upload, message = api.asked
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert upload.path == f"/v26.0/{PHONE_ID}/media"
    assert upload.body == {"file": ("siaran-B-0001.xlsx", xlsx, b"PK made"), "messaging_product": "whatsapp", "type": xlsx}
    assert message.body["document"] == {"id": "1234", "caption": "Daftar", "filename": "siaran-B-0001.xlsx"}


async def test_a_file_that_did_not_get_there_may_be_tried_again(api: CloudApi, channel: WhatsAppChannel) -> None:
    file = File("document", "", "a.csv", content=b"a")
    for fault in (api.hangs, api.hangs_up, lambda: api.says(200, {"no": "id"}), lambda: api.says(200, [1])):
        fault()
        with pytest.raises(Unreachable):
            await channel.speak(SITI, Said(file=file))
    assert api.messages == []


@pytest.mark.parametrize("said", [Said(file=File("photo", "AgACAgQAAx")), Said("x", choices=((Choice("Ya", "a" * 65),),))])
async def test_what_cannot_be_sent_reaches_nobody(api: CloudApi, channel: WhatsAppChannel, said: Said) -> None:
    with pytest.raises(Refused):
        await channel.speak(SITI, said)
    assert api.asked == []


@pytest.mark.parametrize("name", ["", "-100123", "+62812", "ID", "Y2FwaV9ncm91cDoxNzA1"])
async def test_another_platforms_address_is_refused(api: CloudApi, channel: WhatsAppChannel, name: str) -> None:
    with pytest.raises(Refused):
        await channel.speak(Address("whatsapp", name, RECENTLY), Said("halo"))
    assert api.asked == []


async def test_a_base_may_have_a_path_of_its_own(api: CloudApi) -> None:
    channel = made(api.base + "/cloud/")
    await channel.start()
    await channel.speak(SITI, Said("halo"))
    await channel.stop()
    assert api.asked[0].path == f"/cloud/v26.0/{PHONE_ID}/messages"
    assert api.asked[0].headers["Host"] == api.base.removeprefix("http://")


async def test_starting_and_stopping_twice_does_no_harm(api: CloudApi, channel: WhatsAppChannel) -> None:
    await channel.start()
    await channel.speak(SITI, Said("halo"))
    await channel.stop()
    await channel.stop()
    await channel.start()
    assert await channel.speak(SITI, Said("halo")) == "wamid.2"


async def test_a_file_is_fetched(api: CloudApi, channel: WhatsAppChannel) -> None:
    api.says(200, {"url": f"{api.base}/whatsapp_business/attachments/s3cret?mid=1", "file_size": 5, "id": "11", "mime_type": "image/jpeg"})
    api.says(200, b"photo")
    assert await channel.fetch("11") == (b"photo", ".jpg")
    where, itself = api.asked
    assert where.path == "/v26.0/11"
    assert (itself.path, itself.query) == ("/whatsapp_business/attachments/s3cret", {"mid": "1"})
    assert itself.headers["Authorization"] == f"Bearer {TOKEN}"


async def test_a_file_at_metas_own_host_is_fetched_from_our_base(api: CloudApi, channel: WhatsAppChannel) -> None:
    api.says(200, {"url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"})
    api.says(302, b"", Location="https://scontent.whatsapp.net/v/1")
    api.says(200, b"photo")
    assert await channel.fetch("11") == (b"photo", "")
    assert [asked.path for asked in api.asked[1:]] == ["/whatsapp_business/attachments/", "/v/1"]


@pytest.mark.parametrize("size", [{"file_size": 20 * 2**20 + 1}, {"file_size": "20971521"}, {}])
async def test_a_file_that_is_too_large_is_refused(api: CloudApi, size: dict[str, Any]) -> None:
    channel = made(api.base, read_seconds=5)
    await channel.start()
    api.says(200, {"url": f"{api.base}/file"} | size)
    api.says(200, b"x" * (20 * 2**20 + 1))
    with pytest.raises(Refused, match="20 MB"):
        await channel.fetch("11")
    await channel.stop()


async def test_a_file_that_is_not_there_is_a_trouble(api: CloudApi, channel: WhatsAppChannel) -> None:
    with pytest.raises(Refused):
        await channel.fetch("AgACAgQAAx")
    api.says(200, {"id": "11"})
    with pytest.raises(Unreachable):
        await channel.fetch("11")
    api.says(200, {"url": f"{api.base}/file"})
    api.says(404, b"gone")
    with pytest.raises(Unreachable):
        await channel.fetch("11")
    api.says(200, {"url": f"{api.base}/file"})
    api.hangs()
    with pytest.raises(Unreachable):
        await channel.fetch("11")


async def test_the_number_knows_itself(api: CloudApi, channel: WhatsAppChannel) -> None:
    api.says(200, {"verified_name": "Siaga TPS", "display_phone_number": "+62 341 000", "quality_rating": "GREEN",
                   "throughput": {"level": "STANDARD"}, "messaging_limit_tier": "TIER_2K", "id": PHONE_ID})  # fmt: skip
    assert await channel.me() == Number(PHONE_ID, "Siaga TPS", "+62 341 000", "GREEN", "STANDARD", "TIER_2K")
    fields = "verified_name,display_phone_number,quality_rating,throughput,messaging_limit_tier"
    assert (api.asked[0].path, api.asked[0].query) == (f"/v26.0/{PHONE_ID}", {"fields": fields})
    api.says(200, {})
    assert await channel.me() == Number(PHONE_ID, "", "", "", "", "")


async def test_all_pages_of_templates_are_read(api: CloudApi, channel: WhatsAppChannel) -> None:
    one = {"name": "alert_red", "language": "id", "status": "APPROVED", "category": "UTILITY", "rejected_reason": "NONE"}
    two = {"name": "notice", "language": "id", "status": "REJECTED", "category": "MARKETING", "rejected_reason": "PROMOTIONAL"}
    api.says(200, {"data": [one, 7], "paging": {"cursors": {"after": "MjQ"}, "next": "https://x"}})
    api.says(200, {"data": [two], "paging": {"cursors": {"after": "MjQ"}}})
    assert await channel.templates() == (
        Approval("alert_red", "id", "APPROVED", "UTILITY"),
        Approval("notice", "id", "REJECTED", "MARKETING", "PROMOTIONAL"),
    )
    assert [asked.path for asked in api.asked] == [f"/v26.0/{ACCOUNT_ID}/message_templates"] * 2
    assert [asked.query.get("after") for asked in api.asked] == [None, "MjQ"]


async def test_a_list_of_templates_without_end_is_left(api: CloudApi, channel: WhatsAppChannel) -> None:
    for _ in range(3):
        api.says(200, {"data": [{"name": "x"}], "paging": {"cursors": {"after": "same"}, "next": "https://x"}})
    assert len(await channel.templates()) == 2


async def test_a_template_is_submitted(api: CloudApi, channel: WhatsAppChannel) -> None:
    api.says(200, {"id": "5944", "status": "PENDING", "category": "UTILITY"})
    draft = Draft("alert_red", "Laporan {{1}} di {{2}}.", ("L-0007", "TPS 012"), ("Saya tangani",))
    assert await channel.submit_template(draft) == Approval("alert_red", "id", "PENDING", "UTILITY")
    assert api.asked[0].body == {
        "name": "alert_red",
        "language": "id",
        "category": "UTILITY",
        "components": [
            {"type": "BODY", "text": "Laporan {{1}} di {{2}}.", "example": {"body_text": [["L-0007", "TPS 012"]]}},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Saya tangani"}]},
        ],
    }


async def test_without_an_account_there_are_no_templates(api: CloudApi) -> None:
    channel = made(api.base, account_id="")
    await channel.start()
    with pytest.raises(Refused, match="SIAGA_WHATSAPP_ACCOUNT_ID"):
        await channel.templates()
    await channel.stop()


async def test_one_persons_failure_is_no_others(api: CloudApi, channel: WhatsAppChannel) -> None:
    api.refuses(131026)
    with pytest.raises(Undelivered):
        await channel.speak(SITI, Said("halo"))
    assert await channel.speak(HIDDEN, Said("halo")) == "wamid.1"
