"""As strict as the real one: what is too fast is refused, says how long to wait, and costs nothing."""

from __future__ import annotations

import pytest

from bot.rehearsal.botapi import BotApi
from bot.rehearsal.limits import Limits, Window

from .conftest import RINA, SITI, TPS_GROUP, Hands, Line

KEYBOARD = {"inline_keyboard": [[{"text": "Tiba", "callback_data": "arrive:7"}]]}


@pytest.fixture
def limits(hands: Hands) -> Limits:
    return Limits(per_second=8, private=Window(5, 5.0), group=Window(3, 60.0), clock=hands.monotonic)


async def test_the_sixth_message_in_five_seconds_is_too_many(line: Line, hands: Hands, api: BotApi) -> None:
    for _ in range(5):
        await line("sendMessage", chat_id=SITI, text="x")
    hands.passes(1.5)
    async with line.session.post(line.url("sendMessage"), json={"chat_id": SITI, "text": "x"}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "4")
        assert await answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 4",
            "parameters": {"retry_after": 4},
        }
    assert api.counts["429"] == 1
    hands.passes(3.5)
    assert await line("sendMessage", chat_id=SITI, text="x")


async def test_a_refused_message_costs_nothing(line: Line, hands: Hands) -> None:
    for _ in range(5):
        await line("sendMessage", chat_id=SITI, text="x")
    for _ in range(10):
        assert (await line.refused("sendMessage", chat_id=SITI, text="x"))[0] == 429
    await line.refused("sendMessage", chat_id=RINA, text="")
    hands.passes(5)
    for _ in range(5):
        assert await line("sendMessage", chat_id=SITI, text="x")


async def test_edits_and_answers_spend_nothing(line: Line, api: BotApi) -> None:
    sent = [await line("sendMessage", chat_id=SITI, text="x", reply_markup=KEYBOARD) for _ in range(5)]
    assert (await line.refused("sendMessage", chat_id=SITI, text="x"))[0] == 429
    for number in range(20):
        await line("editMessageText", chat_id=SITI, message_id=sent[0]["message_id"], text=f"{number}")
    for message in sent[1:]:
        api.press(SITI, message["message_id"], "Tiba")
    for update in await line("getUpdates"):
        assert await line("answerCallbackQuery", callback_query_id=update["callback_query"]["id"])
    for _ in range(3):  # of the eight a second, five are spent
        await line("sendMessage", chat_id=RINA, text="x")
    assert await line.refused("sendMessage", chat_id=RINA, text="x") == (429, "Too Many Requests: retry after 1")


async def test_a_group_hears_less_than_a_person(line: Line, api: BotApi, hands: Hands) -> None:
    api.add_group(TPS_GROUP, "TPS 12", by=SITI)
    for _ in range(3):
        await line("sendMessage", chat_id=TPS_GROUP, text="x")
    hands.passes(10)
    assert await line.refused("sendMessage", chat_id=TPS_GROUP, text="x") == (429, "Too Many Requests: retry after 50")


async def test_the_windows_slide(hands: Hands) -> None:
    limits = Limits(per_second=30, clock=hands.monotonic)
    waits = []
    for _ in range(8):
        waits.append(limits.spend(SITI))
        hands.passes(0.5)
    assert waits == [0, 0, 0, 0, 0, 3, 2, 2]
