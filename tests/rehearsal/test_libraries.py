"""Both libraries speak to it, and raise what they raise at the real one."""

from __future__ import annotations

import typing
from collections.abc import AsyncIterator
from typing import Any

import pytest
import telegram
import telegram.error
from telegram.request import HTTPXRequest

from bot.channels.telegram import lean
from bot.rehearsal import files
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.limits import Limits, Window

from .conftest import SITI, TOKEN, Hands


@pytest.fixture
def limits(hands: Hands) -> Limits:
    return Limits(private=Window(5, 5.0), clock=hands.monotonic)


def build(*methods: type[Any]) -> None:
    """The lean import leaves the methods that the product does not call unbuilt."""
    names = {name: getattr(lean.aiogram.types, name) for name in lean.aiogram.types.__all__}
    names |= {name: getattr(typing, name) for name in ("List", "Optional", "Union", "Literal")}
    names["Default"] = lean.aiogram.client.default.Default
    lean.Message.model_rebuild()
    for method in methods:
        method.model_rebuild(_types_namespace=names)


@pytest.fixture
async def listener(base: str) -> AsyncIterator[lean.Bot]:
    methods = lean.aiogram.methods
    build(methods.SendMessage, methods.SetWebhook)
    bot = lean.Bot(TOKEN, session=lean.AiohttpSession(api=lean.TelegramAPIServer.from_base(base)))
    yield bot
    await bot.session.close()


@pytest.fixture
async def speaker(base: str) -> AsyncIterator[telegram.Bot]:
    def plain() -> HTTPXRequest:
        return HTTPXRequest(httpx_kwargs={"trust_env": False})

    bot = telegram.Bot(TOKEN, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=plain(), get_updates_request=plain())  # fmt: skip
    async with bot:
        yield bot


async def test_aiogram_reads_every_kind_of_update(listener: lean.Bot, api: BotApi) -> None:
    api.say(SITI, "/start tps-012")
    await listener.send_message(
        SITI,
        "Alert",
        reply_markup=lean.aiogram.types.InlineKeyboardMarkup(
            inline_keyboard=[[lean.aiogram.types.InlineKeyboardButton(text="Tiba", callback_data="arrive:7")]]
        ),
    )
    api.press(SITI, None, "Tiba")
    api.share_contact(SITI)
    api.share_here(SITI)
    api.send_photo(SITI, "Bukti")
    api.send_voice(SITI)
    api.block(SITI)
    start, tap, contact, place, photo, voice, left = await listener.get_updates(timeout=1)
    assert start.message
    assert start.message.text == "/start tps-012"
    assert start.message.entities
    assert start.message.entities[0].type == "bot_command"
    assert tap.callback_query
    assert (tap.callback_query.data, tap.callback_query.from_user.first_name) == ("arrive:7", "Siti")
    assert contact.message
    assert contact.message.contact
    assert contact.message.contact.user_id == SITI
    assert place.message
    assert place.message.location
    assert photo.message
    assert photo.message.photo
    assert (photo.message.caption, len(photo.message.photo)) == ("Bukti", 3)
    assert voice.message
    assert voice.message.voice
    assert left.my_chat_member
    assert left.my_chat_member.new_chat_member.status == "kicked"


async def test_aiogram_downloads_what_a_person_sent(listener: lean.Bot, api: BotApi) -> None:
    api.send_voice(SITI)
    (update,) = await listener.get_updates(timeout=1)
    assert update.message
    assert update.message.voice
    got = await listener.download(update.message.voice.file_id)
    assert got
    assert got.read() == files.SAMPLE_VOICE


async def test_aiogram_raises_by_the_code(listener: lean.Bot, api: BotApi, base: str) -> None:
    for _ in range(5):
        await listener.send_message(SITI, "x")
    with pytest.raises(lean.TelegramRetryAfter) as slow:
        await listener.send_message(SITI, "x")
    assert slow.value.retry_after == 5
    await listener.set_webhook(f"{base}/nowhere")
    with pytest.raises(lean.TelegramConflictError):
        await listener.get_updates()
    stranger = lean.Bot("1:another", session=lean.AiohttpSession(api=lean.TelegramAPIServer.from_base(base)))
    with pytest.raises(lean.TelegramUnauthorizedError):
        await stranger.get_me()
    await stranger.session.close()


async def test_ptb_speaks_edits_and_answers(speaker: telegram.Bot, api: BotApi) -> None:
    button = telegram.InlineKeyboardButton("Tiba", callback_data="arrive:7")
    sent = await speaker.send_message(
        SITI, "<b>Alert</b>", "HTML", reply_markup=telegram.InlineKeyboardMarkup([[button]])
    )
    assert sent.text == "Alert"
    api.press(SITI, sent.message_id, (0, 0))
    (update,) = await speaker.get_updates(timeout=1)
    assert update.callback_query
    assert await update.callback_query.answer("Dicatat")
    edited = await speaker.edit_message_text("Selesai", SITI, sent.message_id)
    assert isinstance(edited, telegram.Message)
    assert edited.reply_markup is None
    keys = telegram.ReplyKeyboardMarkup([[telegram.KeyboardButton("Kirim nomor saya", request_contact=True), "Batal"]])
    await speaker.send_message(SITI, "Nomor?", reply_markup=keys)
    assert api.sent[-1].labels == ["Kirim nomor saya", "Batal"]
    assert [one.method for one in api.sent] == ["sendMessage", "answerCallbackQuery", "editMessageText", "sendMessage"]


async def test_ptb_sends_files_and_fetches_them(speaker: telegram.Bot) -> None:
    sent = await speaker.send_photo(SITI, files.SAMPLE_PHOTO, caption="Bukti")
    file = await speaker.get_file(sent.photo[-1])
    assert bytes(await file.download_as_bytearray()) == files.SAMPLE_PHOTO
    document = await speaker.send_document(SITI, b"a,b\n", filename="kasus.csv")
    assert document.document
    assert document.document.file_name == "kasus.csv"


async def test_ptb_raises_by_the_code(speaker: telegram.Bot, api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(telegram.error.BadRequest, match="Chat not found"):
        await speaker.send_message(999, "x")
    sent = await speaker.send_message(SITI, "x")
    with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
        await speaker.edit_message_text("x", SITI, sent.message_id)
    for _ in range(4):
        await speaker.send_message(SITI, "x")
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # without it the exception warns of its own future
    with pytest.raises(telegram.error.RetryAfter):
        await speaker.send_message(SITI, "x")
    api.add_group(-1001, "TPS 12", by=SITI)
    api.move_group(-1001, -2002, by=SITI)
    with pytest.raises(telegram.error.ChatMigrated) as moved:
        await speaker.send_message(-1001, "x")
    assert moved.value.new_chat_id == -2002
    api.block(SITI)
    with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
        await speaker.send_message(SITI, "x")
