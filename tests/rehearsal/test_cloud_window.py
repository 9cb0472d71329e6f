"""When words may go to whom: the 24 hours, the people of a day, opting out; and how far a message is told to have come."""

from __future__ import annotations

import pytest

from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.cloud.limits import Limits

from .conftest import Hands
from .meta import GREETING, RINA_ID, SITI_ID, SITI_NUMBER, Callback, Graph, filled, told

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def _approved(cloud: CloudApi) -> None:
    cloud.templates.create(GREETING)


async def codes(cloud: CloudApi, callback: Callback, message_id: str) -> list[int]:
    await told(cloud)
    return [one["code"] for status in callback.statuses(message_id) for one in status.get("errors", ())]


async def test_words_go_within_a_day_and_fail_after_it(
    graph: Graph, cloud: CloudApi, callback: Callback, hands: Hands
) -> None:
    assert await codes(cloud, callback, await graph.text()) == [131047]  # he never wrote
    cloud.say(SITI_ID, "Halo")
    hands.passes(DAY - 1)
    assert await codes(cloud, callback, await graph.text()) == []
    hands.passes(1)
    for body in (
        {"type": "text", "text": {"body": "x"}},
        {"type": "location", "location": {"latitude": 1, "longitude": 2}},
        {"type": "interactive", "interactive": {"type": "location_request_message", "body": {"text": "?"}, "action": {"name": "send_location"}}},
    ):  # fmt: skip
        answer = await graph.send(**body)
        assert await codes(cloud, callback, answer["messages"][0]["id"]) == [131047]
    cloud.react(SITI_ID, "wamid.x", "👍")  # whatever he sends opens the window
    assert await codes(cloud, callback, await graph.text()) == []


async def test_a_template_goes_at_any_time(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    answer = await graph.template("Siti", "001")
    await told(cloud)
    assert callback.told(answer) == {"sent", "delivered", "read"}
    assert callback.statuses(answer)[0]["pricing"] == {
        "billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility",
    }  # fmt: skip


async def test_a_failed_message_is_never_seen(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    await graph.text("ada yang baca?")
    await told(cloud)
    assert not cloud.phones.person(SITI_ID).messages


async def test_the_error_of_a_failed_message_has_metas_shape(
    graph: Graph, cloud: CloudApi, callback: Callback, hands: Hands
) -> None:
    message_id = await graph.text()
    await told(cloud)
    (value,) = callback.changes()
    assert value == {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "6281100000001", "phone_number_id": "106540352242922"},
        "statuses": [
            {
                "id": message_id,
                "status": "failed",
                "timestamp": str(int(hands.now().timestamp())),
                "recipient_id": SITI_NUMBER,
                "errors": [
                    {
                        "code": 131047,
                        "title": "Re-engagement message",
                        "message": "Re-engagement message",
                        "error_data": {
                            "details": "Message failed to send because more than 24 hours have passed since the "
                            "customer last replied to this number."
                        },
                        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize("wa_limits", [Limits(tier=2)], ids=["a tier of two"])
async def test_one_person_too_many_in_a_day_is_accepted_and_fails(
    graph: Graph, cloud: CloudApi, callback: Callback, hands: Hands
) -> None:
    for number in ("6281200000001", "6281200000002"):
        cloud.add_person(number, f"ID.{number}", "Seseorang")
    cloud.say("6281200000002", "Halo")
    for number in ("6281200000001", "6281200000002", "6281200000001", SITI_NUMBER):  # the second one wrote himself
        assert await codes(cloud, callback, await graph.template("x", "y", to=number)) == []
    answer = await graph.send(to=None, recipient=RINA_ID, type="template", template=filled("salam", "x", "y"))
    assert await codes(cloud, callback, answer["messages"][0]["id"]) == [131048]
    assert cloud.sent[-1].to == RINA_ID


async def test_the_tier_slides_with_business_time(
    graph: Graph, cloud: CloudApi, callback: Callback, hands: Hands
) -> None:
    cloud.limits = Limits(tier=1, clock=hands.monotonic)
    assert await codes(cloud, callback, await graph.template("x", "y")) == []
    cloud.add_person("6281200000001", "ID.1", "Seseorang")
    assert await codes(cloud, callback, await graph.template("x", "y", to="6281200000001")) == [131048]
    assert (await graph.get("106540352242922", fields="messaging_limit_tier"))["messaging_limit_tier"] == "TIER_1"
    hands.passes(DAY)
    assert await codes(cloud, callback, await graph.template("x", "y", to="6281200000001")) == []


async def test_who_opted_out_gets_no_marketing_but_what_concerns_him(
    graph: Graph, cloud: CloudApi, callback: Callback
) -> None:
    cloud.templates.create({**GREETING, "name": "promosi", "category": "MARKETING"})
    cloud.opt_out(SITI_ID)
    assert await codes(cloud, callback, await graph.template("x", "y", name="promosi")) == [131050]
    assert await codes(cloud, callback, await graph.template("x", "y")) == []
    cloud.opt_in(SITI_ID)
    assert await codes(cloud, callback, await graph.template("x", "y", name="promosi")) == []
    wishes = [value["user_preferences"][0] for value in callback.changes("user_preferences")]
    assert [one["value"] for one in wishes] == ["stop", "resume"]
    assert wishes[0]["wa_id"] == SITI_NUMBER and wishes[0]["user_id"] == SITI_ID


async def test_a_message_comes_as_far_as_the_phone_lets_it(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    cloud.say(SITI_ID, "Halo")
    cloud.set_reach(SITI_ID, "sent")
    message_id = await graph.text(biz_opaque_callback_data="delivery 7")
    await told(cloud)
    assert callback.told(message_id) == {"sent"}
    cloud.set_reach(SITI_ID, "delivered")
    await told(cloud)
    assert callback.told(message_id) == {"sent", "delivered"}
    cloud.set_reach(SITI_ID, "read")
    await told(cloud)
    assert callback.told(message_id) == {"sent", "delivered", "read"}
    assert len(callback.statuses(message_id)) == 3
    assert {one["biz_opaque_callback_data"] for one in callback.statuses(message_id)} == {"delivery 7"}


async def test_statuses_come_in_either_shape(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    cloud.say(SITI_ID, "Halo")
    first = await graph.text()
    await told(cloud)
    values = [value for value in callback.changes() if "statuses" in value]
    assert {value["contacts"][0]["user_id"] for value in values} == {SITI_ID}
    assert {value["contacts"][0]["wa_id"] for value in values} == {SITI_NUMBER}
    assert {one["recipient_user_id"] for one in callback.statuses(first)} == {SITI_ID}
    callback.bodies.clear()
    cloud.habits.status_contacts = cloud.habits.user_ids = False
    second = await graph.text()
    await told(cloud)
    assert not any("contacts" in value for value in callback.changes())
    assert not any("recipient_user_id" in one for one in callback.statuses(second))


async def test_who_hides_his_number_is_told_of_by_his_bsuid_only(
    graph: Graph, cloud: CloudApi, callback: Callback
) -> None:
    cloud.say(RINA_ID, "Halo")
    answer = await graph.send(to=None, recipient=RINA_ID, text={"body": "Halo"})
    await told(cloud)
    statuses = callback.statuses(answer["messages"][0]["id"])
    assert len(statuses) == 3
    assert not any("recipient_id" in one for one in statuses)
    assert {one["recipient_user_id"] for one in statuses} == {RINA_ID}
    contacts = {
        value["statuses"][0]["status"]: value["contacts"][0] for value in callback.changes() if "statuses" in value
    }
    assert contacts["sent"] == {"profile": {"name": "Rina"}, "user_id": RINA_ID}
    assert contacts["read"] == {"profile": {"name": "Rina", "username": "rina.k"}, "user_id": RINA_ID}


async def test_delivered_may_be_skipped_and_failed_may_follow_sent(
    graph: Graph, cloud: CloudApi, callback: Callback
) -> None:
    cloud.habits.skip_delivered = cloud.habits.fail_after_sent = True
    failed = await graph.text()
    cloud.say(SITI_ID, "Halo")
    read = await graph.text()
    await told(cloud)
    assert callback.told(failed) == {"sent", "failed"}
    assert callback.told(read) == {"sent", "read"}


async def test_what_a_person_said_is_ticked_when_it_was_taken_and_when_it_was_read(
    graph: Graph, cloud: CloudApi, callback: Callback
) -> None:
    callback.answers = [500]
    said = cloud.say(SITI_ID, "Halo")
    message = cloud.phones.person(SITI_ID).messages[said]
    assert message["status"] == "sent"
    await told(cloud)
    assert message["status"] == "delivered"
    receipt = {"to": None, "status": "read", "message_id": said}
    status, answer = await graph.call("POST", "106540352242922/messages", json={
        "messaging_product": "whatsapp", "status": "read", "message_id": said, "typing_indicator": {"type": "text"},
    })  # fmt: skip
    assert (status, answer) == (200, {"success": True})
    assert message["status"] == "read"
    assert (await graph.refused(**receipt))["code"] == 100  # a receipt has no receiver
