"""How updates reach the bot when it polls."""

from __future__ import annotations

import asyncio
import time

from bot.rehearsal.botapi import BotApi

from .conftest import RINA, SITI, Hands, Line

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def test_updates_come_again_until_their_offset_is_passed(line: Line, api: BotApi) -> None:
    first, second = api.say(SITI, "satu"), api.say(RINA, "dua")
    for _ in range(2):
        assert [update["update_id"] for update in await line("getUpdates")] == [first, second]
    assert [update["update_id"] for update in await line("getUpdates", offset=first + 1)] == [second]
    assert [update["update_id"] for update in await line("getUpdates")] == [second]
    assert await line("getUpdates", offset=second + 1) == []
    await api.updates.drained(0.1)


async def test_limit_and_a_negative_offset(line: Line, api: BotApi) -> None:
    ids = [api.say(SITI, f"{number}") for number in range(4)]
    assert [update["update_id"] for update in await line("getUpdates", limit=2)] == ids[:2]
    assert [update["update_id"] for update in await line("getUpdates", offset=-1)] == ids[-1:]


async def test_a_long_poll_ends_with_the_first_update(line: Line, api: BotApi) -> None:
    poll = asyncio.create_task(line("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    assert not poll.done()
    began = time.monotonic()
    said = api.say(SITI, "halo")
    assert [update["update_id"] for update in await poll] == [said]
    assert time.monotonic() - began < 1


async def test_a_long_poll_that_hears_nothing_ends_empty(line: Line) -> None:
    began = time.monotonic()
    assert await line("getUpdates", timeout=1) == []
    assert 0.9 < time.monotonic() - began < 3


async def test_a_second_poller_ends_the_first(line: Line, api: BotApi) -> None:
    first = asyncio.create_task(line.refused("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(line("getUpdates", timeout=30))
    assert await first == (409, CONFLICT)
    api.say(SITI, "halo")
    assert len(await second) == 1


async def test_no_polling_while_a_webhook_is_set(line: Line) -> None:
    poll = asyncio.create_task(line.refused("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    assert await line("setWebhook", url=f"{line.base}/nowhere")
    assert await poll == (409, "Conflict: terminated by setWebhook request")
    code, words = await line.refused("getUpdates")
    assert code == 409
    assert words.startswith("Conflict: can't use getUpdates method while webhook is active")
    assert await line("deleteWebhook")
    assert await line("getUpdates") == []


async def test_a_tap_lives_150_seconds_and_a_message_a_day(line: Line, api: BotApi, hands: Hands) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Tiba", "callback_data": "arrive:7"}]]}
    await line("sendMessage", chat_id=SITI, text="x", reply_markup=keyboard)
    api.press(SITI, None, "Tiba")
    said = api.say(SITI, "halo")
    hands.passes(151)
    assert [update["update_id"] for update in await line("getUpdates")] == [said]
    hands.passes(24 * 3600)
    assert await line("getUpdates") == []


async def test_a_kind_that_was_not_asked_for_does_not_come(line: Line, api: BotApi) -> None:
    assert await line("getUpdates", allowed_updates=["message"]) == []
    api.block(SITI)
    said = api.say(RINA, "halo")
    assert [update["update_id"] for update in await line("getUpdates")] == [said]


async def test_pending_updates_can_be_dropped(line: Line, api: BotApi) -> None:
    api.say(SITI, "halo")
    assert (await line("getWebhookInfo"))["pending_update_count"] == 1
    assert await line("deleteWebhook", drop_pending_updates=True)
    assert (await line("getWebhookInfo"))["pending_update_count"] == 0


async def test_polls_end_when_the_server_closes(line: Line, api: BotApi) -> None:
    poll = asyncio.create_task(line("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    await api.close()
    assert await poll == []
