"""`/metrics` and `siaga status`: the outbox in numbers, and nobody's name in them."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import web
from bot.commands.state import status
from messages.chat import Gone, Refused, Throttled
from storage.database import Away
from storage.deliveries import ALERT, BROADCAST, NOTICE
from tests.outbox.conftest import Desk
from tests.outbox.scripted import BOTH


async def read(sender: Any) -> tuple[int, dict[str, float]]:
    """The page as Prometheus reads it: by name with labels."""
    health = web.Health(SimpleNamespace(last_cycle=0.0), sender, lambda: True)  # type: ignore[arg-type]
    app = web.make(health)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/metrics")
        page = await answer.text()
        if answer.status == 200:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = re.findall(r"^(siaga_[^ ]+) (\S+)$", page, re.MULTILINE)
    return answer.status, {name: float(value) for name, value in found}


@BOTH
async def test_what_was_sent_failed_throttled_and_waits_is_counted(desk: Desk) -> None:
    desk.channel.script["1"] = [Throttled(0.05)]
    desk.channel.script["2"] = [Refused("Siti Aminah")]
    desk.channel.script["3"] = [Gone("Siti is gone")]
    for chat in (1, 2, 3, 4):
        await desk.post(ALERT, chat=chat)
    await desk.post(NOTICE, chat=3, expires_at=desk.at)
    desk.passes(seconds=2)
    sender = desk.sender()
    await sender.drain()
    await desk.post(BROADCAST, chat=5)
    await desk.post(BROADCAST, chat=5, due_at=desk.at.replace(hour=23))
    desk.passes(seconds=30)
    code, page = await read(sender)
    assert code == 200
    assert page['siaga_sent_total{channel="telegram",lane="alert"}'] == 2
    assert page['siaga_throttled_total{channel="telegram"}'] == 1
    assert page['siaga_again_total{channel="telegram",reason="throttled"}'] == 1
    assert page['siaga_unsent_total{channel="telegram",lane="alert",reason="refused",state="failed"}'] == 1
    assert page['siaga_unsent_total{channel="telegram",lane="alert",reason="gone",state="failed"}'] == 1
    assert page['siaga_unsent_total{channel="telegram",lane="notice",reason="not_tried",state="expired"}'] == 1
    assert page["siaga_alert_lateness_seconds_count"] == 2
    assert page['siaga_alert_lateness_seconds_bucket{le="1.0"}'] == 0
    assert page['siaga_alert_lateness_seconds_bucket{le="2.5"}'] == 2
    assert page['siaga_outbox_waiting{lane="broadcast"}'] == 2
    assert page['siaga_outbox_oldest_seconds{lane="broadcast"}'] == 30
    assert page['siaga_outbox_waiting{lane="alert"}'] == 0
    assert "Siti" not in str(page)


async def test_no_half_page_while_the_database_is_away(desk: Desk) -> None:
    async def away(_: Any) -> Any:
        raise Away("made up")

    sender = desk.sender()
    desk.db.read = away  # type: ignore[method-assign]
    assert await read(sender) == (503, {})


async def test_status_tells_how_long_the_first_has_waited(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    await desk.post(NOTICE)
    settings: Any = SimpleNamespace(rehearsal=True)
    assert await status(desk.db, settings, True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["outbox"]["notice"] == {"waiting": 1}
    assert list(found["oldest_seconds"]) == ["notice"]
    assert found["oldest_seconds"]["notice"] > 0
