"""Media go up by multipart, come down by an address that lives five minutes; and what the number's node tells."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest
from aiohttp import FormData

from bot.rehearsal import files
from bot.rehearsal.cloud.api import CloudApi

from .conftest import Hands
from .meta import ACCOUNT, PHONE, SITI_ID, WA_TOKEN, Callback, Graph, told


def form(
    data: bytes | io.BytesIO = files.SAMPLE_PHOTO, mime: str = "image/jpeg", product: str = "whatsapp"
) -> FormData:
    made = FormData({"messaging_product": product, "type": mime})
    made.add_field("file", data, filename="a.jpg", content_type=mime)
    return made


async def upload(graph: Graph, data: bytes = files.SAMPLE_PHOTO, mime: str = "image/jpeg") -> str:
    status, answer = await graph.call("POST", f"{PHONE}/media", data=form(data, mime))
    assert status == 200, answer
    return str(answer["id"])


async def test_what_goes_up_can_be_sent_and_comes_down(graph: Graph, cloud: CloudApi, hands: Hands) -> None:
    cloud.say(SITI_ID, "Halo")
    media_id = await upload(graph)
    await graph.send(type="image", image={"id": media_id, "caption": "Bukti"})
    told_of = await graph.get(media_id)
    digest = base64.b64encode(hashlib.sha256(files.SAMPLE_PHOTO).digest()).decode()
    assert told_of.keys() == {"messaging_product", "url", "mime_type", "sha256", "file_size", "id"}
    assert (told_of["mime_type"], told_of["sha256"]) == ("image/jpeg", digest)
    async with graph.session.get(told_of["url"]) as answer:
        assert answer.status == 401
    headers = {"Authorization": f"Bearer {WA_TOKEN}"}
    async with graph.session.get(told_of["url"], headers=headers) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/jpeg", files.SAMPLE_PHOTO)
    hands.passes(300)
    async with graph.session.get(told_of["url"], headers=headers) as answer:
        assert answer.status == 404
    assert (await graph.get(media_id))["url"] != told_of["url"]


async def test_what_people_sent_lives_seven_days(
    graph: Graph, cloud: CloudApi, callback: Callback, hands: Hands
) -> None:
    cloud.send_voice(SITI_ID)
    cloud.send_photo(SITI_ID, "Bukti")
    await told(cloud)
    image, voice = sorted((one[one["type"]] for one in callback.messages()), key=lambda one: "voice" in one)
    assert (voice["mime_type"], voice["voice"]) == ("audio/ogg; codecs=opus", True)
    assert (image["mime_type"], image["caption"]) == ("image/jpeg", "Bukti")
    assert (await graph.get(voice["id"], phone_number_id=PHONE))["file_size"] == len(files.SAMPLE_VOICE)
    hands.passes(7 * 24 * 3600)
    status, answer = await graph.call("GET", voice["id"])
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)
    assert answer["error"]["type"] == "GraphMethodException"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (form(b"a,b\n", "text/csv"), 100),
        (form(b""), 100),
        (form(product="messenger"), 100),
        (form(io.BytesIO(b"x" * (5 * 1024 * 1024 + 1))), 131053),
        (FormData({"messaging_product": "whatsapp"}), 100),
    ],
    ids=["a type it does not take", "nothing", "no product", "too big", "no file"],
)
async def test_what_it_does_not_take(graph: Graph, data: FormData, code: int) -> None:
    status, answer = await graph.call("POST", f"{PHONE}/media", data=data)
    assert (status, answer["error"]["code"]) == (400, code)


async def test_a_kind_must_be_what_the_file_is(graph: Graph, cloud: CloudApi) -> None:
    pdf = await upload(graph, b"%PDF-", "application/pdf")
    assert "which is no image" in (await graph.refused(type="image", image={"id": pdf}))["error_data"]["details"]
    cloud.say(SITI_ID, "Halo")
    await graph.send(type="document", document={"id": pdf, "filename": "kasus.pdf"})
    assert (await graph.call("DELETE", pdf))[1] == {"success": True}
    assert (await graph.call("DELETE", pdf))[0] == 400


async def test_the_numbers_node_tells_its_state(graph: Graph, cloud: CloudApi) -> None:
    cloud.quality_rating = "YELLOW"
    fields = "verified_name,display_phone_number,quality_rating,throughput,messaging_limit_tier"
    assert await graph.get(PHONE, fields=fields) == {
        "verified_name": "Siaga TPS",
        "display_phone_number": "+6281100000001",
        "quality_rating": "YELLOW",
        "throughput": {"level": "STANDARD"},
        "messaging_limit_tier": "TIER_250",
        "id": PHONE,
    }
    assert (await graph.get(PHONE))["code_verification_status"] == "VERIFIED"
    assert (await graph.get(ACCOUNT))["name"] == "Siaga TPS"
    assert [one["id"] for one in (await graph.get(f"{ACCOUNT}/phone_numbers"))["data"]] == [PHONE]
    status, answer = await graph.call("GET", PHONE, params={"fields": "colour"})
    assert "nonexisting field (colour)" in answer["error"]["message"]
    assert (await graph.call("GET", "12345"))[0] == 400
    assert (await graph.call("PUT", f"{ACCOUNT}/message_templates"))[1]["error"]["error_subcode"] == 33
