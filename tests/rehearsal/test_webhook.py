"""How updates reach the bot when they are posted: with its secret, in order within a chat, again until taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.rehearsal.botapi import BotApi

from .conftest import RINA, SITI, Line, served


class Receiver:
    """A bot's webhook. `answers` are the statuses of the next posts, then 200; `hold` lets a chat wait."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[str | None] = []
        self.answers: list[int] = []
        self.hold: dict[int, asyncio.Event] = {}
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.got.append(update)
        self.headers.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if waits := self.hold.get(update["message"]["from"]["id"]):
            await waits.wait()
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, headers={"Retry-After": "0"} if status == 503 else None)

    def texts(self, of: int | None = None) -> list[str]:
        messages = [update["message"] for update in self.got]
        return [message["text"] for message in messages if of in {None, message["from"]["id"]}]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/telegram", receiver.take)
    async with served(app) as address:
        receiver.url = f"{address}/telegram"
        yield receiver


async def test_updates_carry_the_secret(line: Line, api: BotApi, receiver: Receiver) -> None:
    api.say(SITI, "sebelum")
    assert await line("setWebhook", url=receiver.url, secret_token="rahasia-1", max_connections=2)
    api.say(SITI, "sesudah")
    await api.updates.drained(2)
    assert (receiver.texts(), receiver.headers) == (["sebelum", "sesudah"], ["rahasia-1", "rahasia-1"])
    info = await line("getWebhookInfo")
    assert (info["url"], info["pending_update_count"], info["max_connections"]) == (receiver.url, 0, 2)


async def test_without_a_secret_there_is_no_header(line: Line, api: BotApi, receiver: Receiver) -> None:
    await line("setWebhook", url=receiver.url)
    api.say(SITI, "halo")
    await api.updates.drained(2)
    assert receiver.headers == [None]


async def test_an_update_comes_again_until_it_is_taken_and_holds_up_its_chat_only(
    line: Line, api: BotApi, receiver: Receiver
) -> None:
    await line("setWebhook", url=receiver.url)
    receiver.answers = [500, 503, 404]
    for text in ("satu", "dua", "tiga"):
        api.say(SITI, text)
    await api.updates.drained(2)
    assert receiver.texts() == ["satu"] * 4 + ["dua", "tiga"]
    assert len({update["update_id"] for update in receiver.got[:4]}) == 1
    assert (await line("getWebhookInfo"))["last_error_message"] == "Wrong response from the webhook: 404 Not Found"


async def test_chats_do_not_wait_for_each_other(line: Line, api: BotApi, receiver: Receiver) -> None:
    await line("setWebhook", url=receiver.url)
    receiver.hold[SITI] = asyncio.Event()
    api.say(SITI, "satu")
    api.say(SITI, "dua")
    api.say(RINA, "tiga")
    async with asyncio.timeout(2):
        while receiver.texts(RINA) != ["tiga"] or not receiver.texts(SITI):
            await asyncio.sleep(0.01)
    assert receiver.texts(SITI) == ["satu"]
    receiver.hold[SITI].set()
    await api.updates.drained(2)
    assert receiver.texts(SITI) == ["satu", "dua"]


async def test_what_was_not_taken_waits_for_the_next_webhook(line: Line, api: BotApi, receiver: Receiver) -> None:
    await line("setWebhook", url="http://127.0.0.1:9/telegram")
    api.say(SITI, "halo")
    async with asyncio.timeout(2):
        while "last_error_message" not in (info := await line("getWebhookInfo")):
            await asyncio.sleep(0.01)
    assert info["last_error_message"].startswith("Connection failed")
    assert info["pending_update_count"] == 1
    await line("setWebhook", url=receiver.url)
    await api.updates.drained(2)
    assert receiver.texts() == ["halo"]


@pytest.mark.parametrize("url", ["https://example.com/telegram", "http://127.0.0.1.example.com/", "ftp://127.0.0.1/"])
async def test_nothing_is_posted_outside_of_loopback(line: Line, url: str) -> None:
    code, words = await line.refused("setWebhook", url=url)
    assert code == 400
    assert words.startswith("Bad Request: bad webhook")


async def test_a_secret_has_plain_characters_only(line: Line, receiver: Receiver) -> None:
    refusal = await line.refused("setWebhook", url=receiver.url, secret_token="dua kata")
    assert refusal == (400, "Bad Request: secret token contains unallowed characters")
