"""/whatsapp over real HTTP: who proves himself is heard, each event once, and 200 comes after the commit."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from bot import web
from bot.cloudhook import SIGNATURE, CloudHook
from storage.database import Away
from storage.deliveries import deliveries
from storage.people import addresses
from storage.updates import updates
from tests.stories.stage import Stage

PHONE_ID, SECRET, VERIFY = "106540352242922", "app secret", "verify me"


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[TestClient[Any, Any]]:
    hook = CloudHook(PHONE_ID, SECRET, VERIFY, stage.inbox, stage.clock.now)
    async with TestClient(TestServer(web.make(web.Health(stage.heart, stage.sender, lambda: True), whatsapp=hook))) as made:
        yield made


def payload(*events: dict[str, Any], kind: str = "messages") -> dict[str, Any]:
    value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "62811", "phone_number_id": PHONE_ID}, kind: list(events)}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}


def text(number: int, who: str, words: str) -> dict[str, Any]:
    return {"from": who, "id": f"wamid.{number}", "timestamp": "1732665600", "type": "text", "text": {"body": words}}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {SIGNATURE: "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


async def post(client: TestClient[Any, Any], what: Any, headers: dict[str, str] | None = None) -> int:
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    async with client.post("/whatsapp", data=io.BytesIO(body), headers=signed(body) if headers is None else headers) as answer:
        return answer.status


async def heard(stage: Stage) -> int:
    return int(await stage.db.read(lambda tx: tx.scalar(select(func.count()).select_from(addresses))))


async def test_who_does_not_prove_himself_changes_nothing(stage: Stage, client: TestClient[Any, Any]) -> None:
    good = json.dumps(payload(text(1, "6281234567890", "Halo"))).encode()
    other = json.dumps(payload(text(2, "6281234567891", "Halo"))).encode()
    assert await post(client, good, {}) == 401
    assert await post(client, good, signed(good, "another secret")) == 401
    assert await post(client, other, signed(good)) == 401, "replayed with another body"
    assert await post(client, b"x" * 4 * 2**20) == 413
    assert await post(client, b"{not json") == 400
    assert await post(client, {"object": "page"}) == 400
    assert await heard(stage) == 0
    assert await post(client, good) == 200
    assert await heard(stage) == 1


async def test_the_challenge_is_answered_to_meta_only(client: TestClient[Any, Any]) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "4711"}
    async with client.get("/whatsapp", params=asked) as answer:
        assert (answer.status, await answer.text()) == (200, "4711")
    async with client.get("/whatsapp", params=asked | {"hub.verify_token": "guess"}) as answer:
        assert answer.status == 403


async def test_a_batch_of_a_hundred_in_any_order_three_times_is_handled_once_each(stage: Stage, client: TestClient[Any, Any]) -> None:
    events = [text(n, f"62812345678{n % 25:02}", f"kata {n}") for n in range(100)]
    statuses = [{"id": f"wamid.out{n}", "status": "delivered", "timestamp": "1732665600", "recipient_id": "6281234567800"} for n in range(20)]
    dice = random.Random(5)
    for _ in range(3):
        batch = [*events, *dice.choices(events, k=30)]
        dice.shuffle(batch)
        assert await post(client, payload(*batch)) == 200
        assert await post(client, payload(*statuses, kind="statuses")) == 200
    await stage.settled()
    assert await heard(stage) == 25
    counted = await stage.db.read(lambda tx: tx.scalar(select(func.count()).select_from(updates).where(updates.c.key.like("whatsapp:%"))))
    assert counted == 100
    replies = await stage.db.read(lambda tx: tx.rows(select(deliveries.c.address_id, func.count()).group_by(deliveries.c.address_id)))
    assert Counter(row[1] for row in replies) == {4: 25}, "four words, four answers"


async def test_one_event_that_nobody_can_read_spoils_no_other(stage: Stage, client: TestClient[Any, Any]) -> None:
    broken = {"id": "wamid.broken", "timestamp": "x", "type": "text"}
    assert await post(client, payload(broken, text(1, "6281234567890", "Halo"))) == 200
    assert await heard(stage) == 1


async def test_while_the_database_is_away_meta_must_bring_it_again(stage: Stage, client: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_: Any) -> Any:
        raise Away("made up")

    with monkeypatch.context() as patched:
        patched.setattr(stage.db, "write", away)
        assert await post(client, payload(text(1, "6281234567890", "Darurat"))) == 500
    assert await post(client, payload(text(1, "6281234567890", "Darurat"))) == 200
    assert await heard(stage) == 1
