"""What is said in, the exact request out."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.speak import Me, TelegramChannel
from messages.chat import Address, Ask, Choice, File, Place, Refused, Said
from tests.channels.telegram.conftest import TOKEN, BotApi

SITI = Address("telegram", "42")
TAKE = ((Choice("Saya tangani", "take:7"), Choice("Tidak bisa", "decline:7")), (Choice("Peta", "map:7"),))
TAKE_MARKUP = {
    "inline_keyboard": [
        [{"text": "Saya tangani", "callback_data": "take:7"}, {"text": "Tidak bisa", "callback_data": "decline:7"}],
        [{"text": "Peta", "callback_data": "map:7"}],
    ]
}
MENU = ((Choice("Darurat"),), (Ask("contact", "Bagikan kontak"), Ask("place", "Bagikan lokasi")))
MENU_MARKUP = {
    "keyboard": [
        [{"text": "Darurat"}],
        [{"text": "Bagikan kontak", "request_contact": True}, {"text": "Bagikan lokasi", "request_location": True}],
    ],
    "resize_keyboard": True,
    "is_persistent": True,
}
QUIET = {"link_preview_options": {"is_disabled": True}}
HERE = Place(-7.982914, 112.630811)
LINK = "https://maps.google.com/?q=-7.982914,112.630811"
REPLY = {"reply_parameters": {"message_id": 9, "allow_sending_without_reply": True}}

REQUESTS: list[tuple[str, Said, str, dict[str, Any]]] = [
    ("a text", Said("Halo <b>& semua"), "sendMessage", {"chat_id": "42", "text": "Halo <b>& semua"} | QUIET),
    (
        "choices",
        Said("x", choices=TAKE),
        "sendMessage",
        {"chat_id": "42", "text": "x", "reply_markup": TAKE_MARKUP} | QUIET,
    ),
    (
        "a keyboard",
        Said("x", keyboard=MENU),
        "sendMessage",
        {"chat_id": "42", "text": "x", "reply_markup": MENU_MARKUP} | QUIET,
    ),
    ("a reply", Said("x", under="9"), "sendMessage", {"chat_id": "42", "text": "x"} | REPLY | QUIET),
    (
        "a photo",
        Said("ini", file=File("photo", "AgAC")),
        "sendPhoto",
        {"chat_id": "42", "photo": "AgAC", "caption": "ini"},
    ),
    ("a photo alone", Said(file=File("photo", "AgAC")), "sendPhoto", {"chat_id": "42", "photo": "AgAC"}),
    (
        "a voice",
        Said("dengar", file=File("voice", "AwAC"), choices=TAKE),
        "sendVoice",
        {"chat_id": "42", "voice": "AwAC", "caption": "dengar", "reply_markup": TAKE_MARKUP},
    ),
    (
        "a document named like a file of ours",
        Said("baca", file=File("document", "README.md"), under="9"),
        "sendDocument",
        {"chat_id": "42", "document": "README.md", "caption": "baca"} | REPLY,
    ),
    (
        "a place",
        Said(place=HERE),
        "sendLocation",
        {"chat_id": "42", "latitude": "-7.982914", "longitude": "112.630811"},
    ),
    ("a place with words", Said("x", place=HERE), "sendMessage", {"chat_id": "42", "text": f"x\n{LINK}"} | QUIET),
    (
        "an edit",
        Said("sudah ditangani", edits="55"),
        "editMessageText",
        {"chat_id": "42", "message_id": "55", "text": "sudah ditangani"} | QUIET,
    ),
    (
        "an edit with choices",
        Said("x", edits="55", choices=TAKE),
        "editMessageText",
        {"chat_id": "42", "message_id": "55", "text": "x", "reply_markup": TAKE_MARKUP} | QUIET,
    ),
    (
        "an edit of a caption",
        Said("x", edits="55", file=File("photo", "AgAC")),
        "editMessageCaption",
        {"chat_id": "42", "message_id": "55", "caption": "x"},
    ),
    (
        "an answer",
        Said("Tercatat", answers="18325"),
        "answerCallbackQuery",
        {"callback_query_id": "18325", "text": "Tercatat"},
    ),
    ("an answer without words", Said(answers="18325"), "answerCallbackQuery", {"callback_query_id": "18325"}),
    (
        "an answer beats an edit",
        Said(answers="18325", edits="5"),
        "answerCallbackQuery",
        {"callback_query_id": "18325"},
    ),
]


@pytest.mark.parametrize(
    ("said", "method", "fields"), [case[1:] for case in REQUESTS], ids=[case[0] for case in REQUESTS]
)
async def test_is_sent_as(
    api: BotApi, channel: TelegramChannel, said: Said, method: str, fields: dict[str, Any]
) -> None:
    shown = await channel.speak(SITI, said)
    assert api.asked == [(method, fields)]
    assert shown == ("" if said.answers else said.edits or "77")


async def test_a_broken_button_reaches_nobody(api: BotApi, channel: TelegramChannel) -> None:
    with pytest.raises(Refused, match="65 bytes"):
        await channel.speak(SITI, Said("x", choices=((Choice("Ya", "a" * 65),),)))
    assert api.asked == []


async def test_half_a_character_is_sent_as_a_sign(api: BotApi, channel: TelegramChannel) -> None:
    await channel.speak(SITI, Said("a\ud83d"))
    assert api.asked[0][1]["text"] == "a\ufffd"


async def test_the_bot_knows_itself(channel: TelegramChannel) -> None:
    assert await channel.me() == Me("123456789", "siaga_bot")


async def test_the_webhook_is_set_with_its_secret(api: BotApi, channel: TelegramChannel) -> None:
    await channel.listen_by_webhook("https://siaga.example/telegram", "s3cret")
    kinds = ["message", "edited_message", "callback_query", "my_chat_member"]
    fields = {"url": "https://siaga.example/telegram", "secret_token": "s3cret", "allowed_updates": kinds}
    assert api.asked == [("setWebhook", fields | {"max_connections": "100", "drop_pending_updates": "false"})]


async def test_polling_takes_the_webhook_away_and_keeps_what_waits(api: BotApi, channel: TelegramChannel) -> None:
    await channel.listen_by_polling()
    assert api.asked == [("deleteWebhook", {"drop_pending_updates": "false"})]


async def test_commands_are_set(api: BotApi, channel: TelegramChannel) -> None:
    await channel.set_commands([("darurat", "Lapor darurat"), ("status", "Perlindungan saya")])
    commands = [
        {"command": "darurat", "description": "Lapor darurat"},
        {"command": "status", "description": "Perlindungan saya"},
    ]
    assert api.asked == [("setMyCommands", {"commands": commands})]


async def test_commands_that_cannot_be_set_stop_nobody(
    api: BotApi, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    api.refuses(400, f"Bad Request: BOT_COMMAND_INVALID {TOKEN}")
    await channel.set_commands([("Darurat!", "x")])
    assert "BOT_COMMAND_INVALID" in caplog.text
    assert TOKEN not in caplog.text


async def test_a_base_may_end_in_a_slash(api: BotApi) -> None:
    channel = TelegramChannel(TOKEN, api.base + "/")
    await channel.start()
    assert (await channel.me()).username == "siaga_bot"
    await channel.stop()
