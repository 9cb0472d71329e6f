"""The peer: a plain aiogram bot that echoes, by webhook, as aiogram's documentation builds it. No storage at all."""

from __future__ import annotations

import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

dispatcher = Dispatcher()
PORT = int(os.environ["ECHO_PORT"])


@dispatcher.message()
async def echo(message: Message) -> None:
    await message.answer(message.text or "")


async def on_startup(bot: Bot) -> None:
    await bot.set_webhook(f"http://127.0.0.1:{PORT}/webhook")
    print("ready", flush=True)


def main() -> None:
    dispatcher.startup.register(on_startup)
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["ECHO_API"]))
    bot = Bot("4242:made-up-for-tests", session=session)
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False).register(app, path="/webhook")
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=PORT, print=None, access_log=None)


if __name__ == "__main__":
    main()
