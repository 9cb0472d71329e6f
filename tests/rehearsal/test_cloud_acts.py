"""What people do becomes a webhook as Meta would send it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rehearsal.cloud.api import CloudApi

from .conftest import Hands
from .meta import RINA_ID, SITI_ID, SITI_NUMBER, Callback, Graph, told


async def last(cloud: CloudApi, callback: Callback) -> dict[str, Any]:
    await told(cloud)
    return callback.messages()[-1]


async def test_a_text_comes_in_metas_whole_envelope(cloud: CloudApi, callback: Callback, hands: Hands) -> None:
    said = cloud.say(SITI_NUMBER, "Halo — apa kabar? 🔴")
    await told(cloud)
    assert callback.bodies == [
        {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": "102290129340398",
                    "changes": [
                        {
                            "value": {
                                "messaging_product": "whatsapp",
                                "metadata": {
                                    "display_phone_number": "6281100000001",
                                    "phone_number_id": "106540352242922",
                                },
                                "contacts": [
                                    {"profile": {"name": "Siti Aminah"}, "wa_id": SITI_NUMBER, "user_id": SITI_ID}
                                ],
                                "messages": [
                                    {
                                        "from": SITI_NUMBER,
                                        "from_user_id": SITI_ID,
                                        "id": said,
                                        "timestamp": str(int(hands.now().timestamp())),
                                        "type": "text",
                                        "text": {"body": "Halo — apa kabar? 🔴"},
                                    }
                                ],
                            },
                            "field": "messages",
                        }
                    ],
                }
            ],
        }
    ]


async def test_without_a_number_there_is_only_the_bsuid(cloud: CloudApi, callback: Callback) -> None:
    cloud.say(RINA_ID, "Halo")
    message = await last(cloud, callback)
    assert message.keys() == {"from_user_id", "id", "timestamp", "type", "text"}
    (value,) = callback.changes()
    assert value["contacts"] == [{"profile": {"name": "Rina", "username": "rina.k"}, "user_id": RINA_ID}]


async def test_older_webhooks_know_no_bsuid(cloud: CloudApi, callback: Callback) -> None:
    cloud.habits.user_ids = False
    cloud.say(SITI_ID, "Halo")
    assert "from_user_id" not in await last(cloud, callback)
    assert callback.changes()[0]["contacts"] == [{"profile": {"name": "Siti Aminah"}, "wa_id": SITI_NUMBER}]


async def test_buttons_and_rows_come_back_with_their_ids(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    cloud.say(SITI_ID, "Halo")
    replies = [{"type": "reply", "reply": {"id": "take:7", "title": "Saya tangani"}}]
    asked = await graph.send(
        type="interactive", interactive={"type": "button", "body": {"text": "Alert"}, "action": {"buttons": replies}}
    )
    rows = [{"id": "k:1", "title": "Pingsan", "description": "tidak sadar"}, {"id": "k:2", "title": "Luka"}]
    await graph.send(
        type="interactive",
        interactive={
            "type": "list",
            "body": {"text": "Apa?"},
            "action": {"button": "Pilih", "sections": [{"rows": rows}]},
        },
    )
    await told(cloud)
    cloud.tap(SITI_ID, None, "tangani")
    message = await last(cloud, callback)
    assert message["interactive"] == {"type": "button_reply", "button_reply": {"id": "take:7", "title": "Saya tangani"}}
    assert message["context"] == {"from": "6281100000001", "id": asked["messages"][0]["id"]}
    for label, expected in (("Pingsan", rows[0]), ("Luka", rows[1])):
        cloud.tap(SITI_ID, None, label)
        message = await last(cloud, callback)
        assert message["interactive"] == {"type": "list_reply", "list_reply": expected}
    with pytest.raises(ValueError, match="no button 'Hapus'"):
        cloud.tap(SITI_ID, None, "Hapus")


async def test_what_is_asked_for_is_given(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    cloud.add_person("6281211112222", "ID.7", "Budi Santoso", hidden=True)
    cloud.say("ID.7", "Halo")
    for kind, name in (("location_request_message", "send_location"), ("request_contact_info", "request_contact_info")):
        await graph.send(
            to=None, recipient="ID.7", type="interactive",
            interactive={"type": kind, "body": {"text": "?"}, "action": {"name": name}},
        )  # fmt: skip
    await told(cloud)
    cloud.tap("ID.7", None, "Kirim lokasi")
    message = await last(cloud, callback)
    assert (message["type"], message["location"].keys()) == ("location", {"latitude", "longitude"})
    assert "context" in message and "from" not in message
    cloud.tap("ID.7", None, "Bagikan info kontak")
    message = await last(cloud, callback)
    assert message["contacts"] == [
        {
            "name": {"formatted_name": "Budi Santoso", "first_name": "Budi", "last_name": "Santoso"},
            "phones": [{"phone": "+6281211112222", "wa_id": "6281211112222", "type": "CELL"}],
            "origin": "contact_request",
        }
    ]
    assert message["from"] == "6281211112222"  # from now on the number is told


async def test_a_link_tells_the_bot_nothing(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    cloud.say(SITI_ID, "Halo")
    parameters = {"display_text": "Buka peta", "url": "https://maps.example/1"}
    await graph.send(
        type="interactive",
        interactive={"type": "cta_url", "body": {"text": "?"}, "action": {"name": "cta_url", "parameters": parameters}},
    )
    await told(cloud)
    with pytest.raises(ValueError, match="opens a link"):
        cloud.tap(SITI_ID, None, "Buka peta")


async def test_the_other_things_people_send(cloud: CloudApi, callback: Callback) -> None:
    said = cloud.say(SITI_ID, "Halo")
    cloud.say(SITI_ID, "dan", reply_to=said)
    assert (await last(cloud, callback))["context"] == {"from": "6281100000001", "id": said}
    cloud.share_location(SITI_ID, -7.9, 112.6)
    assert (await last(cloud, callback))["location"] == {"latitude": -7.9, "longitude": 112.6}
    cloud.send_contact(SITI_ID, "Dewi", "0812-3333-4444")
    card = (await last(cloud, callback))["contacts"][0]
    assert (card["origin"], card["phones"][0]["wa_id"], "BEGIN:VCARD" in card["vcard"]) == (
        "other",
        "081233334444",
        True,
    )
    cloud.react(SITI_ID, said, "👍")
    assert (await last(cloud, callback))["reaction"] == {"message_id": said, "emoji": "👍"}
    cloud.react(SITI_ID, said, "")
    assert (await last(cloud, callback))["reaction"] == {"message_id": said}
    cloud.send_unsupported(SITI_ID, "poll")
    message = await last(cloud, callback)
    assert (message["type"], message["errors"][0]["code"]) == ("unsupported", 131051)
    assert message["unsupported"] == {"type": "poll"}


async def test_another_number_is_told_by_the_system_without_contacts(cloud: CloudApi, callback: Callback) -> None:
    cloud.change_number(SITI_ID, "+62 811 2222 3333")
    message = await last(cloud, callback)
    assert (message["from"], message["type"]) == (SITI_NUMBER, "system")
    assert message["system"] == {
        "body": f"User Siti Aminah changed from {SITI_NUMBER} to 6281122223333",
        "wa_id": "6281122223333",
        "user_id": SITI_ID,
        "type": "user_changed_number",
    }
    assert "contacts" not in callback.changes()[0]
    assert cloud.phones.find("6281122223333") and not cloud.phones.find(SITI_NUMBER)


async def test_the_business_reacts_too(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    said = cloud.say(SITI_ID, "Halo")
    await graph.send(type="reaction", reaction={"message_id": said, "emoji": "✅"})
    await told(cloud)
    assert cloud.phones.screen(cloud.phones.person(SITI_ID))["messages"][0]["reactions"] == ["✅"]
    assert callback.statuses() == []


async def test_a_page_is_told_what_changes(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    with cloud.phones.watchers.watch([SITI_ID]) as queue:
        cloud.say(SITI_ID, "Halo")
        cloud.say(RINA_ID, "tidak ditonton")
        await graph.text("Selamat pagi")
        await told(cloud)
        cloud.set_reach(SITI_ID, "sent")
        kinds = [queue.get_nowait() for _ in range(queue.qsize())]
    assert {event.data["chat"] for event in kinds} == {SITI_ID}
    shown = [event.data["message"] for event in kinds if event.kind == "message"]
    assert [one["text"] for one in shown if one["mine"]] == ["Halo", "Halo"]  # sent, then taken
    assert [one["status"] for one in shown if not one["mine"]] == ["", "sent", "delivered", "read"]
    assert kinds[-1] == ("blocked", {"chat": SITI_ID, "blocked": True})


@pytest.mark.parametrize(
    ("number", "bsuid"), [(SITI_NUMBER, "ID.9"), ("6281200000009", SITI_ID), ("6281200000009", "siti")]
)
def test_nobody_is_two_people(cloud: CloudApi, number: str, bsuid: str) -> None:
    with pytest.raises(ValueError, match=r"is somebody else's|no business-scoped user id"):
        cloud.add_person(number, bsuid, "Siti")


def test_a_stranger_does_nothing(cloud: CloudApi) -> None:
    with pytest.raises(ValueError, match="add_person first"):
        cloud.say("ID.404", "Halo")
