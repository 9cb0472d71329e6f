"""Every encoding a library may choose, and refusals in the Bot API's own words, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import FormData

from bot.rehearsal.botapi import BotApi
from bot.rehearsal.files import SAMPLE_PHOTO

from .conftest import SITI, TOKEN, TPS_GROUP, Hands, Line, read

KEYBOARD = {"inline_keyboard": [[{"text": "Saya tangani", "callback_data": "take:7"}]]}


async def test_get_me_names_the_bot_of_the_token(line: Line) -> None:
    me = await line("getMe")
    assert (me["id"], me["is_bot"], me["username"]) == (123456789, True, "siaga_bot")


async def test_method_names_are_read_in_any_case(line: Line) -> None:
    assert await line("GETME") == await line("getMe")


async def test_another_token_is_unauthorized(line: Line) -> None:
    async with line.session.post(line.url("getMe", "123456789:another")) as answer:
        body = await read(answer)
    assert body == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_an_unknown_method_is_not_found(line: Line) -> None:
    assert await line.refused("sendPigeon") == (404, "Not Found: method not found")


@pytest.mark.parametrize("encoding", ["query", "form", "multipart", "json"])
async def test_parameters_come_in_any_encoding(line: Line, encoding: str) -> None:
    fields = {"chat_id": str(SITI), "text": "Halo", "reply_markup": json.dumps(KEYBOARD)}
    given: dict[str, Any] = {"query": {"params": fields}, "form": {"data": fields}}.get(encoding, {})
    if encoding == "json":
        given = {"json": {"chat_id": SITI, "text": "Halo", "reply_markup": KEYBOARD}}
    if encoding == "multipart":
        form = FormData(default_to_multipart=True)
        for name, value in fields.items():
            form.add_field(name, value)
        given = {"data": form}
    async with line.session.request(
        "GET" if encoding == "query" else "POST", line.url("sendMessage"), **given
    ) as answer:
        sent = (await read(answer))["result"]
    assert (sent["text"], sent["reply_markup"], sent["chat"]["id"]) == ("Halo", KEYBOARD, SITI)


@pytest.mark.parametrize("text", ["", "  \n ", None, "<b></b>"])
async def test_a_text_without_words_is_empty(line: Line, text: str | None) -> None:
    refusal = await line.refused("sendMessage", chat_id=SITI, text=text, parse_mode="HTML")
    assert refusal == (400, "Bad Request: message text is empty")


async def test_length_is_counted_in_utf_16_units_after_the_markup(line: Line) -> None:
    assert await line("sendMessage", chat_id=SITI, text="a" * 4096)
    assert await line("sendMessage", chat_id=SITI, text=f"<b>{'a' * 4096}</b>", parse_mode="HTML")
    for text in ("a" * 4097, "🔴" * 2049):
        assert await line.refused("sendMessage", chat_id=SITI, text=text) == (400, "Bad Request: message is too long")


async def test_html_becomes_entities_and_bad_html_is_refused(line: Line) -> None:
    sent = await line("sendMessage", chat_id=SITI, text="🔴 <b>L-0001</b> &lt;3", parse_mode="HTML")
    assert (sent["text"], sent["entities"]) == ("🔴 L-0001 <3", [{"type": "bold", "offset": 3, "length": 6}])
    for text in ("<b>x", "x</b>", "<wrong>x</wrong>", "1 < 2"):
        code, words = await line.refused("sendMessage", chat_id=SITI, text=text, parse_mode="HTML")
        assert code == 400
        assert words.startswith("Bad Request: can't parse entities: ")


@pytest.mark.parametrize("data", ["x" * 65, "é" * 33, ""])
async def test_button_data_is_1_to_64_bytes(line: Line, data: str) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Tiba", "callback_data": data}]]}
    refusal = await line.refused("sendMessage", chat_id=SITI, text="x", reply_markup=keyboard)
    assert refusal == (400, "Bad Request: BUTTON_DATA_INVALID")


async def test_button_data_of_64_bytes_is_good(line: Line) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Tiba", "callback_data": "é" * 32}]]}
    assert await line("sendMessage", chat_id=SITI, text="x", reply_markup=keyboard)


async def test_a_contact_is_asked_for_in_private_chats_only(line: Line, api: BotApi) -> None:
    api.add_group(TPS_GROUP, "TPS 12", by=SITI)
    keyboard = {"keyboard": [[{"text": "Kirim nomor saya", "request_contact": True}]]}
    code, words = await line.refused("sendMessage", chat_id=TPS_GROUP, text="x", reply_markup=keyboard)
    assert (code, words) == (400, "Bad Request: phone number can be requested in private chats only")


@pytest.mark.parametrize("chat", [999, -5, "@nobody"])
async def test_a_chat_that_nobody_opened_is_not_found(line: Line, chat: int | str) -> None:
    assert await line.refused("sendMessage", chat_id=chat, text="x") == (400, "Bad Request: chat not found")


async def test_who_blocked_the_bot_is_not_written_to(line: Line, api: BotApi) -> None:
    api.block(SITI)
    refusal = await line.refused("sendMessage", chat_id=SITI, text="x")
    assert refusal == (403, "Forbidden: bot was blocked by the user")
    api.unblock(SITI)
    assert await line("sendMessage", chat_id=SITI, text="x")


async def test_a_deleted_account_is_deactivated(line: Line, api: BotApi) -> None:
    api.deactivate(SITI)
    assert await line.refused("sendMessage", chat_id=SITI, text="x") == (403, "Forbidden: user is deactivated")


async def test_a_group_that_moved_names_its_new_id(line: Line, api: BotApi) -> None:
    api.add_group(TPS_GROUP, "TPS 12", by=SITI)
    api.move_group(TPS_GROUP, -2002, by=SITI)
    body = await line.whole("sendMessage", chat_id=TPS_GROUP, text="x")
    assert (body["error_code"], body["parameters"]) == (400, {"migrate_to_chat_id": -2002})
    assert await line("sendMessage", chat_id=-2002, text="x")


async def test_an_edit_changes_words_and_buttons(line: Line) -> None:
    sent = await line("sendMessage", chat_id=SITI, text="Alert", reply_markup=KEYBOARD)
    edited = await line("editMessageText", chat_id=SITI, message_id=sent["message_id"], text="Ditangani")
    assert (edited["text"], "reply_markup" in edited, "edit_date" in edited) == ("Ditangani", False, True)


async def test_under_a_photo_the_caption_is_changed_and_nothing_else_is(line: Line, api: BotApi) -> None:
    photo = api.files.add("photo", SAMPLE_PHOTO).id
    sent = await line("sendPhoto", chat_id=SITI, photo=photo, caption="<b>Kartu</b>", parse_mode="HTML", reply_markup=KEYBOARD)
    there = {"chat_id": SITI, "message_id": sent["message_id"]}
    assert await line.refused("editMessageText", **there, text="x") == (400, "Bad Request: there is no text in the message to edit")
    edited = await line("editMessageCaption", **there, caption="Sudah diterima")
    assert (edited["caption"], edited["photo"], "reply_markup" in edited) == ("Sudah diterima", sent["photo"], False)
    assert "caption_entities" not in edited
    code, words = await line.refused("editMessageCaption", **there, caption="Sudah diterima")
    assert (code, words[:37]) == (400, "Bad Request: message is not modified:")
    assert "caption" not in await line("editMessageCaption", **there)
    text = await line("sendMessage", chat_id=SITI, text="x")
    refused = await line.refused("editMessageCaption", chat_id=SITI, message_id=text["message_id"], caption="y")
    assert refused == (400, "Bad Request: there is no caption in the message to edit")


async def test_an_edit_that_changes_nothing_says_so(line: Line) -> None:
    sent = await line("sendMessage", chat_id=SITI, text="Alert", reply_markup=KEYBOARD)
    same = {"chat_id": SITI, "message_id": sent["message_id"], "text": "Alert", "reply_markup": KEYBOARD}
    for method in ("editMessageText", "editMessageReplyMarkup"):
        code, words = await line.refused(method, **same)
        assert code == 400
        assert words.startswith("Bad Request: message is not modified: ")


async def test_only_an_own_message_that_stands_can_be_edited(line: Line, api: BotApi) -> None:
    missing = await line.refused("editMessageText", chat_id=SITI, message_id=5, text="x")
    assert missing == (400, "Bad Request: message to edit not found")
    api.say(SITI, "punya saya")
    theirs = list(api.phones.chat(SITI).messages)[-1]
    refusal = await line.refused("editMessageText", chat_id=SITI, message_id=theirs, text="x")
    assert refusal == (400, "Bad Request: message can't be edited")


async def test_a_deleted_message_is_gone(line: Line) -> None:
    sent = await line("sendMessage", chat_id=SITI, text="x")
    assert await line("deleteMessage", chat_id=SITI, message_id=sent["message_id"]) is True
    refusal = await line.refused("deleteMessage", chat_id=SITI, message_id=sent["message_id"])
    assert refusal == (400, "Bad Request: message to delete not found")


async def test_a_tap_is_answered_once_and_within_150_seconds(line: Line, api: BotApi, hands: Hands) -> None:
    sent = await line("sendMessage", chat_id=SITI, text="Alert", reply_markup=KEYBOARD)

    async def tap() -> str:
        api.press(SITI, sent["message_id"], "Saya tangani")
        query = (await line("getUpdates", offset=-1))[0]["callback_query"]
        assert (query["data"], query["message"]["message_id"]) == ("take:7", sent["message_id"])
        return str(query["id"])

    too_old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    first = await tap()
    assert await line.refused("answerCallbackQuery", callback_query_id=first, text="x" * 201) == (
        400,
        "Bad Request: MESSAGE_TOO_LONG",
    )
    assert await line("answerCallbackQuery", callback_query_id=first, text="Terima kasih") is True
    assert await line.refused("answerCallbackQuery", callback_query_id=first) == too_old
    second = await tap()
    hands.passes(151)
    assert await line.refused("answerCallbackQuery", callback_query_id=second) == too_old
    assert await line.refused("answerCallbackQuery", callback_query_id="7") == too_old


async def test_commands_are_kept_by_audience(line: Line) -> None:
    given = [{"command": "darurat", "description": "Darurat"}]
    assert await line("setMyCommands", commands=given)
    assert await line("getMyCommands") == given
    assert await line("getMyCommands", scope={"type": "all_group_chats"}) == []


async def test_a_photo_goes_up_and_comes_down_again(line: Line) -> None:
    form = FormData({"chat_id": str(SITI), "caption": "Bukti"})
    form.add_field("photo", b"not really a picture", filename="a.jpg")
    async with line.session.post(line.url("sendPhoto"), data=form) as answer:
        sent = (await read(answer))["result"]
    stored = await line("getFile", file_id=sent["photo"][-1]["file_id"])
    async with line.session.get(f"{line.base}/file/bot{TOKEN}/{stored['file_path']}") as answer:
        assert await answer.read() == b"not really a picture"
    async with line.session.get(f"{line.base}/file/bot123:x/{stored['file_path']}") as answer:
        assert answer.status == 401
    assert (await line.refused("getFile", file_id="nothing"))[0] == 400


async def test_what_cannot_be_read_is_a_bad_request(line: Line) -> None:
    async with line.session.post(
        line.url("sendMessage"), data=b"{", headers={"Content-Type": "application/json"}
    ) as answer:
        assert (await read(answer))["description"] == "Bad Request: can't parse JSON object"
    code, words = await line.refused("sendMessage", chat_id=SITI, text="x", reply_markup="{")
    assert (code, words) == (400, "Bad Request: can't parse reply_markup JSON object")
