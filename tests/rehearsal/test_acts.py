"""What people do becomes an update as Telegram would send it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rehearsal import files
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.wire import ApiError

from .conftest import RINA, SITI, TPS_GROUP, Hands, Line


def last(api: BotApi) -> dict[str, Any]:
    return api.updates.alive()[-1].update


def test_a_command_is_marked(api: BotApi, hands: Hands) -> None:
    api.say(SITI, "🔴 /lapor@siaga_bot sekarang")
    message = last(api)["message"]
    assert message["entities"] == [{"type": "bot_command", "offset": 3, "length": 16}]
    assert message["from"] == {
        "id": SITI, "is_bot": False, "first_name": "Siti", "last_name": "Aminah", "language_code": "id",
    }  # fmt: skip
    assert (message["chat"]["type"], message["date"]) == ("private", int(hands.now().timestamp()))


def test_an_own_contact_carries_the_own_id(api: BotApi) -> None:
    api.share_contact(SITI)
    contact = last(api)["message"]["contact"]
    assert contact == {"phone_number": "6281234567890", "first_name": "Siti", "last_name": "Aminah", "user_id": SITI}


def test_a_foreign_contact_carries_its_owner_or_nobody(api: BotApi) -> None:
    api.share_contact(SITI, owner=RINA)
    message = last(api)["message"]
    assert (message["from"]["id"], message["contact"]["user_id"], message["contact"]["first_name"]) == (
        SITI,
        RINA,
        "Rina",
    )
    api.share_contact(SITI, "+6281299990000", owner=0)
    assert last(api)["message"]["contact"] == {"phone_number": "6281299990000", "first_name": "Kenalan"}


async def test_a_contact_key_sends_the_contact_in_answer(api: BotApi, line: Line) -> None:
    keys = {"keyboard": [[{"text": "Kirim nomor saya", "request_contact": True}], ["Batal"]], "one_time_keyboard": True}
    asked = await line("sendMessage", chat_id=SITI, text="Nomor?", reply_markup=keys)
    api.press(SITI, None, "nomor saya")
    message = last(api)["message"]
    assert (message["contact"]["user_id"], message["reply_to_message"]["message_id"]) == (SITI, asked["message_id"])
    assert api.phones.chat(SITI).keys() == []


async def test_a_plain_key_says_its_label(api: BotApi, line: Line) -> None:
    await line("sendMessage", chat_id=SITI, text="Menu", reply_markup={"keyboard": [["Darurat", {"text": "Status"}]]})
    api.press(SITI, None, (0, 1))
    assert last(api)["message"]["text"] == "Status"
    with pytest.raises(ValueError, match="no button 'Hapus'"):
        api.press(SITI, None, "Hapus")
    await line("sendMessage", chat_id=SITI, text="x", reply_markup={"remove_keyboard": True})
    assert api.phones.chat(SITI).keys() == []


async def test_the_newest_button_of_that_name_is_pressed(api: BotApi, line: Line) -> None:
    for number in (1, 2):
        keyboard = {"inline_keyboard": [[{"text": "Tiba", "callback_data": f"arrive:{number}"}]]}
        await line("sendMessage", chat_id=SITI, text=f"{number}", reply_markup=keyboard)
    api.press(SITI, None, "Tiba")
    assert last(api)["callback_query"]["data"] == "arrive:2"


def test_an_edit_keeps_the_message_and_says_when(api: BotApi, hands: Hands) -> None:
    api.say(SITI, "pingsan")
    before = last(api)["message"]
    hands.passes(60)
    api.edit(SITI, before["message_id"], "sudah sadar")
    after = last(api)["edited_message"]
    assert (after["message_id"], after["date"], after["text"]) == (before["message_id"], before["date"], "sudah sadar")
    assert after["edit_date"] == before["date"] + 60


def test_a_live_location_moves_as_an_edit(api: BotApi) -> None:
    api.share_location(SITI, -7.98, 112.63, live_period=900)
    first = last(api)["message"]
    api.move(SITI, first["message_id"], -7.99, 112.64)
    moved = last(api)["edited_message"]
    assert moved["location"] == {"latitude": -7.99, "longitude": 112.64, "live_period": 900}
    assert moved["message_id"] == first["message_id"]


def test_a_photo_has_sizes_and_a_voice_note_a_length(api: BotApi) -> None:
    api.send_photo(SITI, "Bukti")
    message = last(api)["message"]
    assert [size["width"] for size in message["photo"]] == [90, 320, 800]
    assert len({size["file_id"] for size in message["photo"]}) == 3
    assert api.files.get(message["photo"][-1]["file_id"]).data == files.SAMPLE_PHOTO
    api.send_voice(SITI)
    assert last(api)["message"]["voice"]["mime_type"] == "audio/ogg"


def test_blocking_is_told_and_silences_the_phone(api: BotApi) -> None:
    api.block(SITI)
    change = last(api)["my_chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("member", "kicked")
    with pytest.raises(ValueError, match="unblock first"):
        api.say(SITI, "halo")
    api.unblock(SITI)
    assert last(api)["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert api.say(SITI, "halo")


async def test_a_group_is_joined_spoken_in_and_left(api: BotApi, line: Line) -> None:
    api.add_group(TPS_GROUP, "TPS 12", by=SITI)
    assert last(api)["my_chat_member"]["chat"] == {"id": TPS_GROUP, "title": "TPS 12", "type": "supergroup"}
    api.say_in_group(RINA, TPS_GROUP, "halo")
    assert (last(api)["message"]["chat"]["id"], last(api)["message"]["from"]["id"]) == (TPS_GROUP, RINA)
    api.leave_group(TPS_GROUP, by=SITI)
    assert last(api)["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    refusal = await line.refused("sendMessage", chat_id=TPS_GROUP, text="x")
    assert refusal == (403, "Forbidden: bot was kicked from the supergroup chat")


def test_a_group_that_moves_tells_both_sides(api: BotApi) -> None:
    api.add_group(TPS_GROUP, "TPS 12", by=SITI)
    api.move_group(TPS_GROUP, -2002, by=SITI)
    old, new = (pending.update["message"] for pending in api.updates.alive()[-2:])
    assert (old["chat"]["id"], old["migrate_to_chat_id"]) == (TPS_GROUP, -2002)
    assert (new["chat"]["id"], new["migrate_from_chat_id"]) == (-2002, TPS_GROUP)


def test_a_raw_update_goes_as_it_is(api: BotApi) -> None:
    assert api.inject({"update_id": 5, "message": {"chat": {"id": SITI}}}) == 5
    assert api.inject({"poll": {}}) > 5
    assert [pending.update.get("poll") for pending in api.updates.alive()] == [None, {}]


def test_strangers_and_unknown_chats_are_named(api: BotApi) -> None:
    with pytest.raises(ApiError, match="chat not found"):
        api.say(99, "halo")
    with pytest.raises(ValueError, match="negative"):
        api.add_group(5, "TPS", by=SITI)


async def test_waiting_for_what_is_sent(api: BotApi, line: Line) -> None:
    await line("sendMessage", chat_id=SITI, text="satu")
    mark = api.mark()
    assert (await api.wait_for(lambda sent: sent.chat_id == SITI)).text == "satu"
    with pytest.raises(TimeoutError, match="sendMessage to 11: 'satu'"):
        await api.wait_for(lambda sent: sent.chat_id == SITI, 0.05, since=mark)
