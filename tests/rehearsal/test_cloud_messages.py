"""What a message may hold, and how Meta words what it may not."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from bot.rehearsal.cloud.api import CloudApi

from .meta import PHONE, RINA_ID, SITI_ID, SITI_NUMBER, UNKNOWN, Callback, Graph, whole


@pytest.fixture(autouse=True)
def _in_the_window(cloud: CloudApi) -> None:
    cloud.say(SITI_ID, "Halo")
    cloud.say(RINA_ID, "Halo")


def buttons(*titles: str, body: str = "Pilih", **more: Any) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"b:{at}", "title": title}} for at, title in enumerate(titles)]
    return {"type": "button", "body": {"text": body}, "action": {"buttons": replies}, **more}


def rows(count: int, **more: str) -> list[dict[str, str]]:
    return [{"id": f"r:{at}", "title": f"Baris {at}", **more} for at in range(count)]


def listed(*sections: dict[str, Any], button: str = "Buka", body: str = "Pilih") -> dict[str, Any]:
    return {"type": "list", "body": {"text": body}, "action": {"button": button, "sections": list(sections)}}


async def test_a_number_is_answered_with_the_number_and_a_bsuid_with_the_bsuid(graph: Graph) -> None:
    answer = await graph.send(to="+62 812-3456-7890", type="text", text={"body": "Halo"})
    assert answer["messaging_product"] == "whatsapp"
    assert answer["contacts"] == [{"input": "+62 812-3456-7890", "wa_id": SITI_NUMBER}]
    assert answer["messages"][0].keys() == {"id"} and answer["messages"][0]["id"].startswith("wamid.")
    answer = await graph.send(to=None, recipient=RINA_ID, type="text", text={"body": "Halo"})
    assert answer["contacts"] == [{"input": RINA_ID, "user_id": RINA_ID}]
    answer = await graph.send(
        recipient=RINA_ID, text={"body": "Halo"}
    )  # the number goes first, and text is the default
    assert answer["contacts"] == [{"input": SITI_NUMBER, "wa_id": SITI_NUMBER}]


async def test_a_refusal_has_metas_shape(graph: Graph) -> None:
    error = await graph.refused(type="interactive", interactive=buttons("a" * 21))
    assert error.pop("fbtrace_id")
    assert error == {
        "message": "(#131009) Parameter value is not valid",
        "type": "OAuthException",
        "code": 131009,
        "error_data": {
            "messaging_product": "whatsapp",
            "details": "Button title length invalid. Min length: 1, Max length: 20",
        },
    }


GOOD: list[dict[str, Any]] = [
    {"type": "text", "text": {"body": "x" * 4096, "preview_url": False}, "context": {"message_id": "wamid.x"}},
    {"type": "interactive", "interactive": buttons("Ya", "Tidak", "x" * 20, body="x" * 1024, footer={"text": "x" * 60})},
    {"type": "interactive", "interactive": buttons("Ya", header={"type": "text", "text": "x" * 60})},
    {"type": "interactive", "interactive": listed({"rows": rows(10, description="x" * 72)}, body="x" * 4096)},
    {"type": "interactive", "interactive": listed({"title": "A", "rows": rows(1)}, {"title": "B", "rows": [{"id": "z", "title": "Z"}]})},
    {"type": "interactive", "interactive": {"type": "location_request_message", "body": {"text": "Di mana?"}, "action": {"name": "send_location"}}},
    {"type": "interactive", "interactive": {"type": "request_contact_info", "body": {"text": "Nomor?"}, "action": {"name": "request_contact_info"}}},
    {"type": "interactive", "interactive": {"type": "cta_url", "body": {"text": "Peta"}, "action": {"name": "cta_url", "parameters": {"display_text": "Buka", "url": "https://maps.example/1"}}}},
    {"type": "location", "location": {"latitude": -7.98, "longitude": "112.63", "name": "TPS 001"}},
    {"type": "image", "image": {"link": "https://files.example/a.jpg", "caption": "x" * 1024}},
    {"type": "document", "document": {"link": "https://files.example/a.pdf", "filename": "a.pdf"}},
    {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}},
    {"type": "contacts", "contacts": [{"name": {"formatted_name": "Dinkes"}, "phones": [{"phone": "+62341"}]}]},
]  # fmt: skip


@pytest.mark.parametrize("body", GOOD, ids=lambda body: str(body["type"]))
async def test_what_keeps_to_the_form_is_taken(graph: Graph, cloud: CloudApi, body: dict[str, Any]) -> None:
    answer = await graph.send(**body)
    assert cloud.sent[-1].message_id == answer["messages"][0]["id"]
    assert cloud.counts[body["type"]] == 1


BAD: list[tuple[int, str, dict[str, Any]]] = [
    (100, "at most 4096", {"type": "text", "text": {"body": "x" * 4097}}),
    (100, "at most 4096", {"type": "text", "text": {"body": "🔴" * 2049}}),
    (100, "text['body'] is required", {"type": "text", "text": {"body": " "}}),
    (100, "text is required", {"type": "text"}),
    (100, "must be a string", {"type": "text", "text": {"body": 5}}),
    (100, 'Unexpected key "bodi"', {"type": "text", "text": {"body": "x", "bodi": "x"}}),
    (100, 'Unexpected key "reply_to"', {"type": "text", "text": {"body": "x"}, "reply_to": "x"}),
    (100, "must be one of", {"type": "poll", "poll": {}}),
    (100, "recipient_type", {"recipient_type": "group", "text": {"body": "x"}}),
    (131009, "phone number", {"to": "siti", "text": {"body": "x"}}),
    (131009, "business-scoped", {"to": None, "recipient": "6281", "text": {"body": "x"}}),
    (100, "The parameter to", {"to": None, "text": {"body": "x"}}),
    (131021, "same", {"to": "6281100000001", "text": {"body": "x"}}),
    (131009, "Max allowed buttons: 3", {"interactive": buttons()}),
    (131009, "Max allowed buttons: 3", {"interactive": buttons("1", "2", "3", "4")}),
    (131009, "Button title length", {"interactive": buttons("")}),
    (131009, "titles must be unique", {"interactive": buttons("Ya", "Ya")}),
    (131009, "ids must be unique", {"interactive": {**buttons("Ya"), "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": title}} for title in "ab"]}}}),
    (131009, "Button id length", {"interactive": {**buttons("Ya"), "action": {"buttons": [{"type": "reply", "reply": {"id": "1" * 257, "title": "a"}}]}}}),
    (100, "at most 1024", {"interactive": buttons("Ya", body="x" * 1025)}),
    (100, "at most 60", {"interactive": buttons("Ya", footer={"text": "x" * 61})}),
    (100, "at most 60", {"interactive": buttons("Ya", header={"type": "text", "text": "x" * 61})}),
    (100, "at most 4096", {"interactive": listed({"rows": rows(1)}, body="x" * 4097)}),
    (131009, "List button", {"interactive": listed({"rows": rows(1)}, button="x" * 21)}),
    (131009, "Total row count exceed", {"interactive": listed({"rows": rows(11)})}),
    (131009, "at least one row", {"interactive": listed({"rows": []})}),
    (131009, "Row title is too long", {"interactive": listed({"rows": rows(1, title="x" * 25)})}),
    (131009, "Row description", {"interactive": listed({"rows": rows(1, description="x" * 73)})}),
    (131009, "Row id", {"interactive": listed({"rows": rows(1, id="x" * 201)})}),
    (131009, "Row ids must be unique", {"interactive": listed({"rows": rows(2, id="x")})}),
    (131009, "sections", {"interactive": listed(*({"title": f"{at}", "rows": rows(1)} for at in range(11)))}),
    (100, "['title'] is required", {"interactive": listed({"rows": rows(1)}, {"title": "B", "rows": rows(1)})}),
    (131009, "Interactive type", {"interactive": {"type": "carousel"}}),
    (131009, "Header type", {"interactive": {**listed({"rows": rows(1)}), "header": {"type": "image", "image": {"id": "1"}}}}),
    (100, "send_location", {"interactive": {"type": "location_request_message", "body": {"text": "x"}, "action": {"name": "x"}}}),
    (131009, "latitude", {"type": "location", "location": {"latitude": 91, "longitude": 0}}),
    (100, "either id or link", {"type": "image", "image": {}}),
    (131009, "not found", {"type": "image", "image": {"id": "12"}}),
    (100, "at most 1024", {"type": "image", "image": {"link": "https://x.example", "caption": "x" * 1025}}),
    (100, 'Unexpected key "caption"', {"type": "audio", "audio": {"link": "https://x.example", "caption": "x"}}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "words", "body"), BAD, ids=[f"{code} {words}" for code, words, _ in BAD])
async def test_what_does_not_keep_to_it_is_refused(
    graph: Graph, cloud: CloudApi, code: int, words: str, body: dict[str, Any]
) -> None:
    kind = {"type": "interactive"} if "interactive" in body else {}
    error = await graph.refused(**kind, **body)
    assert error["code"] == code
    assert words in error["error_data"]["details"]
    assert not cloud.sent


async def test_the_token_the_number_and_the_version_are_looked_at(graph: Graph) -> None:
    body = whole({"text": {"body": "x"}})
    for token in ("Bearer wrong", "", "Basic abc"):
        status, answer = await graph.call("POST", f"{PHONE}/messages", json=body, headers={"Authorization": token})
        assert (status, answer["error"]["code"], answer["error"]["type"]) == (401, 190, "OAuthException")
    status, answer = await graph.call("POST", "999/messages", json=body)
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)
    status, answer = await graph.call("POST", f"{PHONE}/messages", json={"to": SITI_NUMBER})
    assert answer["error"]["message"] == "(#100) The parameter messaging_product is required."
    status, answer = await graph.call("POST", f"{PHONE}/messages", data="{")
    assert (status, answer["error"]["code"]) == (400, 100)
    async with ClientSession() as session, session.get(f"{graph.base}/graph/{PHONE}") as missing:
        assert missing.status == 404
    async with (
        ClientSession() as session,
        session.get(f"{graph.base}/v21.0/{PHONE}", headers={"Host": "evil.example"}) as foreign,
    ):
        assert foreign.status == 403


async def test_what_the_business_sent_can_be_waited_for(graph: Graph, cloud: CloudApi) -> None:
    mark = cloud.mark()
    await graph.send(type="interactive", interactive=buttons("Ya", "Tidak"))
    sent = await cloud.wait_for(lambda one: one.to == SITI_NUMBER and "Ya" in one.labels, since=mark)
    assert (sent.text, sent.type, sent.template, sent.code) == ("Pilih", "interactive", "", 0)
    assert sent.person is cloud.phones.person(SITI_ID)
    with pytest.raises(TimeoutError, match=r"interactive to 6281234567890: 'Pilih' \['Ya', 'Tidak'\]"):
        await cloud.wait_for(lambda one: one.text == "nie", 0.02)


async def test_any_code_can_be_made_to_happen(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    cloud.refuse(131016)
    cloud.fail(131049)
    error = await graph.refused(text={"body": "x"})
    assert (error["code"], cloud.counts["131016"]) == (131016, 1)
    message_id = await graph.text()
    await cloud.webhook.drained()
    assert callback.statuses(message_id)[0]["errors"][0]["code"] == 131049
    assert await graph.text()
    with pytest.raises(ValueError, match="table of faults"):
        cloud.refuse(1312)


async def test_an_unknown_number_is_accepted_and_fails(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    message_id = await graph.text(to=UNKNOWN)
    await cloud.webhook.drained()
    (status,) = callback.statuses(message_id)
    assert (status["status"], status["recipient_id"], status["errors"][0]["code"]) == ("failed", UNKNOWN, 131026)
    assert (cloud.sent[-1].code, cloud.sent[-1].person) == (131026, None)
