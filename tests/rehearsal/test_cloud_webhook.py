"""How webhooks reach the bot: verified, signed, again until 200, in any order, several at once."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.cloud.habits import Fold

from .meta import ACCOUNT, PHONE, RINA_ID, SITI_ID, VERIFY, Callback, Graph, told


async def test_the_callback_is_verified_before_anything_is_told(
    graph: Graph, cloud: CloudApi, callback: Callback
) -> None:
    (asked,) = callback.asked
    assert (asked["hub.mode"], asked["hub.verify_token"]) == ("subscribe", VERIFY)
    assert asked["hub.challenge"].isdigit()
    callback.echo = False
    with pytest.raises(ValueError, match="challenge was answered with 403"):
        await cloud.subscribe(callback.url)


@pytest.mark.parametrize("url", ["https://example.com/callback", "http://127.0.0.1.example.com/", "ftp://127.0.0.1/"])
async def test_nothing_is_posted_outside_of_loopback(cloud: CloudApi, url: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        await cloud.subscribe(url)


async def test_the_business_subscribes_itself(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    cloud.webhook.unsubscribe()
    cloud.say(SITI_ID, "Halo")
    override = {"override_callback_uri": callback.url, "verify_token": VERIFY}
    for path, body in ((f"{ACCOUNT}/subscribed_apps", override), (f"{PHONE}/", {"webhook_configuration": override})):
        status, answer = await graph.call("POST", path, json={**body})
        assert (status, answer) == (200, {"success": True})
    await told(cloud)
    assert [one["text"]["body"] for one in callback.messages()] == ["Halo"]  # what waited is told as well
    wrong = {**override, "verify_token": "guess"}
    status, answer = await graph.call("POST", f"{ACCOUNT}/subscribed_apps", json=wrong)
    assert (status, answer["error"]["code"]) == (400, 100)
    gone = {"webhook_configuration": {"override_callback_uri": ""}}
    assert (await graph.call("POST", PHONE, json=gone))[0] == 200
    assert cloud.webhook.url == ""


@pytest.mark.parametrize("status", [500, 404, 201, 204, 302])
async def test_nothing_but_200_takes_a_webhook(cloud: CloudApi, callback: Callback, status: int) -> None:
    callback.answers = [status, status]
    cloud.say(SITI_ID, "Halo")
    await told(cloud)
    assert len(callback.bodies) == 3
    assert callback.bodies[0] == callback.bodies[1] == callback.bodies[2]
    assert cloud.webhook.counts == {"posts": 3, "not taken": 2}


async def test_one_that_is_not_taken_holds_up_no_other(cloud: CloudApi, callback: Callback) -> None:
    callback.answers = [500]
    cloud.say(SITI_ID, "satu")
    cloud.say(SITI_ID, "dua")
    await told(cloud)
    words = [one["text"]["body"] for one in callback.messages()]
    assert sorted(words) == ["dua", "dua", "satu"] or sorted(words) == ["dua", "satu", "satu"]
    assert words[-1] == words[0]


async def test_a_callback_that_is_away_is_tried_again(cloud: CloudApi, callback: Callback) -> None:
    url, cloud.webhook.url = cloud.webhook.url, "http://127.0.0.1:9/callback"
    cloud.say(SITI_ID, "Halo")
    with pytest.raises(TimeoutError, match="1 events were not taken"):
        await cloud.webhook.drained(0.05)
    cloud.webhook.url = url
    await told(cloud)
    assert len(callback.messages()) == 1


@pytest.mark.parametrize(("fold", "entries", "changes"), [("value", 1, 1), ("change", 1, 3), ("entry", 3, 3)])
async def test_several_events_ride_in_one_post(
    cloud: CloudApi, callback: Callback, fold: Fold, entries: int, changes: int
) -> None:
    cloud.habits.batch, cloud.habits.fold = 3, fold
    cloud.say(SITI_ID, "satu")
    cloud.say(RINA_ID, "dua")
    cloud.say(SITI_ID, "tiga")
    cloud.say(SITI_ID, "empat")
    await told(cloud)
    first, second = sorted(callback.bodies, key=lambda body: -len(str(body)))
    assert len(first["entry"]) == entries
    assert sum(len(entry["changes"]) for entry in first["entry"]) == changes
    assert [one["text"]["body"] for one in messages(first)] == ["satu", "dua", "tiga"]
    assert [one["text"]["body"] for one in messages(second)] == ["empat"]
    if fold == "value":
        assert [one["user_id"] for one in first["entry"][0]["changes"][0]["value"]["contacts"]] == [SITI_ID, RINA_ID]


def messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for entry in body["entry"] for change in entry["changes"] for one in change["value"]["messages"]]


async def test_statuses_and_messages_share_a_post_but_no_value(
    graph: Graph, cloud: CloudApi, callback: Callback
) -> None:
    cloud.habits.batch, cloud.habits.linger = 20, 0.3
    cloud.habits.status_contacts = False
    cloud.say(SITI_ID, "Halo")
    message_id = await graph.text()
    cloud.opt_out(SITI_ID)
    await told(cloud)
    (body,) = callback.bodies
    changes = body["entry"][0]["changes"]
    assert [change["field"] for change in changes] == ["messages", "messages", "user_preferences"]
    assert [("messages" in change["value"], "statuses" in change["value"]) for change in changes[:2]] == [
        (True, False),
        (False, True),
    ]
    assert callback.told(message_id) == {"sent", "delivered", "read"}


async def test_order_is_not_promised_and_once_is_not_either(cloud: CloudApi, callback: Callback) -> None:
    cloud.habits.shuffle, cloud.habits.twice, cloud.habits.batch = random.Random(1), True, 2
    for at in range(6):
        cloud.say(SITI_ID, f"{at}")
    await told(cloud)
    words = [one["text"]["body"] for one in callback.messages()]
    assert sorted(words) == sorted([*"012345", *"012345"])
    assert list(dict.fromkeys(words)) != [*"012345"]
