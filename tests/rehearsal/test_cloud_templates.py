"""Templates: which are taken in for review, how they are listed, and how they are sent."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rehearsal.cloud.api import CloudApi

from .meta import ACCOUNT, GREETING, SITI_ID, Callback, Graph, filled, told


async def create(graph: Graph, template: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return await graph.call("POST", f"{ACCOUNT}/message_templates", json=template)


def body(text: str, *examples: str) -> dict[str, Any]:
    example = {"example": {"body_text": [list(examples)]}} if examples else {}
    return {**GREETING, "components": [{"type": "BODY", "text": text, **example}]}


def with_part(kind: str, **fields: Any) -> dict[str, Any]:
    return {**GREETING, "components": [GREETING["components"][0], {"type": kind, **fields}]}


async def test_a_template_is_taken_in_reviewed_and_told_of(graph: Graph, cloud: CloudApi, callback: Callback) -> None:
    status, answer = await create(graph, GREETING)
    assert (status, answer["status"], answer["category"]) == (200, "PENDING", "UTILITY")
    assert (await graph.get(answer["id"]))["status"] == "APPROVED"
    await told(cloud)
    (value,) = callback.changes("message_template_status_update")
    assert value == {
        "event": "APPROVED",
        "message_template_id": int(answer["id"]),
        "message_template_name": "salam",
        "message_template_language": "id",
        "message_template_category": "UTILITY",
        "reason": "NONE",
    }
    status, answer = await create(graph, GREETING)
    assert (status, answer["error"]["error_subcode"]) == (400, 2388024)


async def test_the_rule_of_the_rehearsal_reviews(graph: Graph, cloud: CloudApi) -> None:
    cloud.templates.rule = lambda template: "PENDING" if template.name == "salam" else "REJECTED"
    await create(graph, GREETING)
    await create(graph, {**GREETING, "name": "lain"})
    listed = await graph.get(f"{ACCOUNT}/message_templates", fields="name,status")
    assert [(one["name"], one["status"]) for one in listed["data"]] == [("salam", "PENDING"), ("lain", "REJECTED")]
    for name in ("salam", "lain"):
        assert (await graph.refused(type="template", template=filled(name, "a", "b")))["code"] == 132001
    cloud.templates.set("salam", "APPROVED")
    assert await graph.template("a", "b")


BAD: list[tuple[int, dict[str, Any]]] = [
    (2388023, {**GREETING, "name": "Salam"}),
    (2388023, {**GREETING, "name": "s" * 513}),
    (2388023, {**GREETING, "category": "ALERT"}),
    (2388023, {**GREETING, "language": "Indonesian"}),
    (2388023, {**GREETING, "components": []}),
    (2388023, {**GREETING, "components": [*GREETING["components"], *GREETING["components"]]}),
    (2388023, body("")),
    (2388040, body("x" * 1025)),
    (2388072, body("Halo\n\n\nkawan")),
    (2388072, body("Halo     kawan")),
    (2388299, body("{{1}} menunggu", "a")),
    (2388299, body("Menunggu {{1}}", "a")),
    (2388299, body("Menunggu {{1}}!", "a")),
    (2388299, body("Menunggu {{1}}, {{2}} lagi", "a", "b")),
    (2388023, body("Menunggu {{2}} lagi", "a")),
    (2388023, body("Menunggu {{1}} dan {{3}} lagi", "a", "b")),
    (2388023, body("Menunggu {{nama}} lagi", "a")),
    (2388023, body("Menunggu {{1} lagi", "a")),
    (2388043, body("Menunggu {{1}} lagi")),
    (2388043, body("Menunggu {{1}} dan {{2}} lagi", "a")),
    (2388060, with_part("BUTTONS", buttons=[{"type": "QUICK_REPLY", "text": f"{at}"} for at in range(11)])),
    (2388040, with_part("BUTTONS", buttons=[{"type": "QUICK_REPLY", "text": "x" * 26}])),
    (2388060, with_part("BUTTONS", buttons=[{"type": "QUICK_REPLY", "text": "Siap ✅"}])),
    (2388060, with_part("BUTTONS", buttons=[{"type": "QUICK_REPLY", "text": "Siap {{1}}"}])),
    (2388060, with_part("BUTTONS", buttons=[{"type": "QUICK_REPLY", "text": "Ya"}] * 2)),
    (2388060, with_part("BUTTONS", buttons=[{"type": "URL", "text": "Buka"}])),
    (2388047, with_part("HEADER", format="TEXT", text="🔴 Darurat")),
    (2388043, with_part("HEADER", format="TEXT", text="TPS {{1}}")),
    (2388047, with_part("HEADER", format="IMAGE")),
    (2388073, with_part("FOOTER", text="TPS {{1}}")),
    (2388040, with_part("FOOTER", text="x" * 61)),
]


@pytest.mark.parametrize(("subcode", "template"), BAD)
async def test_what_meta_does_not_review(graph: Graph, subcode: int, template: dict[str, Any]) -> None:
    status, answer = await create(graph, template)
    error = answer["error"]
    assert (status, error["code"], error["error_subcode"]) == (400, 100, subcode), error
    assert error["message"] == "Invalid parameter"
    assert error["error_user_msg"]
    assert "error_data" not in error


async def test_the_list_is_paged_and_filtered(graph: Graph) -> None:
    for at in range(5):
        await create(graph, {**GREETING, "name": f"salam_{at}"})
    page = await graph.get(f"{ACCOUNT}/message_templates", limit="2", fields="name,status,language")
    assert [one["name"] for one in page["data"]] == ["salam_0", "salam_1"]
    assert page["data"][0].keys() == {"name", "status", "language", "id"}
    names = []
    while "next" in page.get("paging", {}):
        async with graph.session.get(
            page["paging"]["next"], headers={"Authorization": "Bearer EAAG-made-up"}
        ) as answer:
            page = await answer.json()
        names += [one["name"] for one in page["data"]]
    assert names == ["salam_2", "salam_3", "salam_4"]
    after = (await graph.get(f"{ACCOUNT}/message_templates", limit="4"))["paging"]["cursors"]["after"]
    assert [one["name"] for one in (await graph.get(f"{ACCOUNT}/message_templates", after=after))["data"]] == [
        "salam_4"
    ]
    assert len((await graph.get(f"{ACCOUNT}/message_templates", name="salam_3"))["data"]) == 1
    assert (await graph.get(f"{ACCOUNT}/message_templates", status="PAUSED"))["data"] == []
    status, answer = await graph.call("GET", f"{ACCOUNT}/message_templates", params={"fields": "colour"})
    assert (status, answer["error"]["code"]) == (400, 100)


async def test_other_words_are_reviewed_anew_and_a_name_can_go(graph: Graph, cloud: CloudApi) -> None:
    _, answer = await create(graph, GREETING)
    seen: list[str] = []
    cloud.templates.rule = lambda template: seen.append(template.status) or "APPROVED"
    status, _ = await graph.call("POST", answer["id"], json={"components": body("Halo semua.")["components"]})
    assert (status, seen) == (200, ["PENDING"])
    assert await graph.template()
    assert (await graph.call("POST", answer["id"], json={"components": body("{{1}}", "a")["components"]}))[0] == 400
    assert (await graph.call("DELETE", f"{ACCOUNT}/message_templates", params={"name": "salam"}))[0] == 200
    assert (await graph.refused(type="template", template=filled("salam")))["code"] == 132001


async def test_what_is_sent_must_fit_the_template(graph: Graph, cloud: CloudApi) -> None:
    cloud.templates.create(GREETING)
    mismatch = await graph.refused(type="template", template=filled("salam", "Siti"))
    assert (mismatch["code"], mismatch["error_data"]["details"]) == (
        132000,
        "body: number of localizable_params (1) does not match the expected number of params (2)",
    )
    for code, template in (
        (132001, filled("lain", "a", "b")),
        (132001, filled("salam", "a", "b", language="en")),
        (132018, filled("salam", "a", "b\nc")),
        (132018, filled("salam", "a", "b\tc")),
        (132018, filled("salam", "a", "b     c")),
        (131008, filled("salam", "a", " ")),
        (132005, filled("salam", "a", "x" * 1024)),
        (132000, filled("salam", "a", "b", taps=("x", "y", "z"))),
        (131009, filled("salam", "a", "b", taps=("x" * 257,))),
        (132012, {**filled("salam"), "components": [{"type": "body", "parameters": [{"type": "image"}]}]}),
        (100, {**filled("salam", "a", "b"), "lang": "id"}),
        (100, {"name": "salam"}),
    ):
        assert (await graph.refused(type="template", template=template))["code"] == code, template
    for state, code in (("PAUSED", 132015), ("DISABLED", 132016)):
        cloud.templates.set("salam", state)
        assert (await graph.refused(type="template", template=filled("salam", "a", "b")))["code"] == code


async def test_a_template_is_shown_filled_and_its_quick_reply_comes_back(
    graph: Graph, cloud: CloudApi, callback: Callback
) -> None:
    cloud.templates.create(GREETING)
    answer = await graph.send(type="template", template=filled("salam", "Siti", "001", taps=("ok:1",)))
    assert answer["messages"][0]["message_status"] == "accepted"
    assert (cloud.sent[-1].template, cloud.sent[-1].labels) == ("salam", ["Siap", "Tidak"])
    await told(cloud)
    assert cloud.phones.person(SITI_ID).messages[cloud.sent[-1].message_id]["text"] == "Halo Siti, TPS 001 menunggu."
    cloud.tap(SITI_ID, None, "Siap")
    cloud.habits.button_context = False
    cloud.tap(SITI_ID, cloud.sent[-1].message_id, "Tidak")
    await told(cloud)
    first, second = sorted(callback.messages(), key=lambda one: "context" not in one)
    assert (first["type"], first["button"]) == ("button", {"payload": "ok:1", "text": "Siap"})
    assert first["context"] == {"from": "6281100000001", "id": cloud.sent[-1].message_id}
    assert second["button"] == {"payload": "Tidak", "text": "Tidak"}
