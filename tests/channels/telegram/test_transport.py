"""The parts of the transport that no message of ours uses yet, and its one pool of connections."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from telegram import InputFile
from telegram.ext import ExtBot

from bot.channels.telegram.transport import AiohttpRequest, NotSent, PerhapsSent
from tests.channels.telegram.conftest import SENT, TOKEN, BotApi


async def test_a_full_pool_means_not_sent(api: BotApi) -> None:
    request = AiohttpRequest(limit=1, connect=0.1, read=0.5)
    await request.initialize()
    url = f"{api.base}/bot{TOKEN}/sendMessage"
    api.hangs()
    first = asyncio.create_task(request.post(url))
    await asyncio.sleep(0.05)
    with pytest.raises(NotSent):
        await request.post(url)
    with pytest.raises(PerhapsSent):
        await first
    await request.shutdown()


async def test_connections_are_kept(api: BotApi) -> None:
    ports: set[object] = set()

    async def note(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "result": SENT})

    request = AiohttpRequest()
    await request.initialize()
    for _ in range(5):
        api.mouth.append(note)
        await request.post(f"{api.base}/bot{TOKEN}/sendMessage")
    await request.shutdown()
    assert len(ports) == 1


async def test_a_file_of_ours_is_sent_as_parts(api: BotApi) -> None:
    got: list[tuple[str, bytes]] = []

    async def note(request: web.Request) -> web.StreamResponse:
        part = (await request.post())["photo"]
        assert isinstance(part, web.FileField)
        got.append((part.filename, part.file.read()))
        return web.json_response({"ok": True, "result": SENT})

    request = AiohttpRequest()
    await request.initialize()
    bot: ExtBot[None] = ExtBot(TOKEN, base_url=f"{api.base}/bot", request=request, get_updates_request=request)
    app = web.Application()
    app.router.add_post("/bot{token}/sendPhoto", note)
    api.mouth.append(note)
    await bot.send_photo(42, InputFile(b"\x89PNG", "peta.png"), caption="peta")
    await request.shutdown()
    assert got == [("peta.png", b"\x89PNG")]


async def test_a_caller_may_wait_longer_or_shorter(api: BotApi) -> None:
    request = AiohttpRequest(read=30)
    await request.initialize()
    assert request.read_timeout == 30
    api.hangs()
    with pytest.raises(PerhapsSent):
        await request.post(f"{api.base}/bot{TOKEN}/sendMessage", read_timeout=0.1, connect_timeout=1)
    await request.shutdown()
