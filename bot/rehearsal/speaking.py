"""What a bot says: the methods that put messages into chats, change them and take them away."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.rehearsal import files, markup, wire
from bot.rehearsal.entities import formatted
from bot.rehearsal.phones import Chat
from bot.rehearsal.wire import Json, Upload, bad

if TYPE_CHECKING:
    from bot.rehearsal.botapi import BotApi

Method = Callable[["BotApi", Json], Any]
LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024  # UTF-16 units, once the markup is taken out
_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def send_message(api: BotApi, params: Json) -> Json:
    """A text."""
    text, entities = formatted(str(params.get("text") or ""), params.get("parse_mode") or "", params.get("entities"))
    return _say(api, params, "sendMessage", _text(text, entities))


def _text(text: str, entities: list[Json]) -> Json:
    text = text.rstrip() if entities else text.strip()
    if not text:
        raise bad("message text is empty")
    if wire.units(text) > LONGEST_TEXT:
        raise bad("message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def _sender(kind: files.Kind) -> Method:
    """sendPhoto, sendVoice and sendDocument differ in a word."""

    def send(api: BotApi, params: Json) -> Json:
        content = _file(api, params, kind).content() | _caption(params)
        return _say(api, params, f"send{kind.capitalize()}", content)

    return send


def _file(api: BotApi, params: Json, kind: files.Kind) -> files.Stored:
    given = params.get(kind)
    if isinstance(given, str) and given.startswith("attach://"):
        given = params.get(given.removeprefix("attach://"))
    if isinstance(given, Upload):
        if not given.data:
            raise bad("file must be non-empty")
        return api.files.add(kind, given.data, given.name)
    if not given:
        raise bad(f"there is no {kind} in the request")
    return api.files.get(given)


def _caption(params: Json) -> Json:
    given = params.get("caption_entities")
    caption, entities = formatted(str(params.get("caption") or ""), params.get("parse_mode") or "", given)
    if wire.units(caption) > LONGEST_CAPTION:
        raise bad("message caption is too long")
    return ({"caption": caption} if caption else {}) | ({"caption_entities": entities} if entities else {})


def send_location(api: BotApi, params: Json) -> Json:
    """A position."""
    place = {name: wire.degrees(params, name) for name in ("latitude", "longitude")}
    return _say(api, params, "sendLocation", {"location": place})


def _say(api: BotApi, params: Json, method: str, content: Json) -> Json:
    """Every sending method: chat open? keyboard good? budget left? Then it stands in the chat."""
    chat = api.reach(params)
    keyboard = markup.checked(params.get("reply_markup"), chat.private)
    reply = _reply(api, chat, params)
    api.spend(chat)
    message = {
        "message_id": api.phones.next_id(),
        "from": api.bot,
        "chat": chat.raw,
        "date": int(api.now().timestamp()),
        **reply,
        **content,
    }
    if keyboard and "inline_keyboard" in keyboard:
        message["reply_markup"] = keyboard
    api.phones.put(chat, message, keyboard)
    api.record(method, chat.id, params, message["message_id"])
    return message


def _reply(api: BotApi, chat: Chat, params: Json) -> Json:
    asked = params.get("reply_parameters") or {}
    message_id = int(asked.get("message_id") or params.get("reply_to_message_id") or 0)
    if message_id and message_id not in chat.messages and not asked.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return api.replied(chat, message_id)


_EDITED = {"editMessageText": "text", "editMessageCaption": "caption"}
_REPLACED = {"editMessageText": {"entities"}, "editMessageCaption": {"caption", "caption_entities"}}


def edit_message_text(api: BotApi, params: Json) -> Json:
    """Another text, and the buttons that are given with it or none."""
    text, entities = formatted(str(params.get("text") or ""), params.get("parse_mode") or "", params.get("entities"))
    return _edit(api, params, "editMessageText", _text(text, entities))


def edit_message_caption(api: BotApi, params: Json) -> Json:
    """Another caption, or none, and the buttons that are given with it or none."""
    return _edit(api, params, "editMessageCaption", _caption(params))


def edit_message_reply_markup(api: BotApi, params: Json) -> Json:
    """Other buttons, or none."""
    return _edit(api, params, "editMessageReplyMarkup", {})


def _edit(api: BotApi, params: Json, method: str, content: Json) -> Json:
    chat = api.reach(params)
    before = _own(api, chat, params, "edit")
    buttons = markup.checked(params.get("reply_markup"), chat.private)
    if method in _EDITED and (("text" in before) != (_EDITED[method] == "text")):
        raise bad(f"there is no {_EDITED[method]} in the message to edit")
    dropped = {"reply_markup", "edit_date"} | _REPLACED.get(method, set())
    after = {name: value for name, value in before.items() if name not in dropped} | content
    if buttons and buttons.get("inline_keyboard"):
        after["reply_markup"] = buttons
    if after == {name: value for name, value in before.items() if name != "edit_date"}:
        raise bad(_UNCHANGED)
    after["edit_date"] = int(api.now().timestamp())
    api.phones.change(chat, after)
    api.record(method, chat.id, params, after["message_id"])
    return after


def _own(api: BotApi, chat: Chat, params: Json, verb: str) -> Json:
    """The bot's own message that a call names."""
    message_id = wire.number(params, "message_id")
    if message_id not in chat.messages:
        raise bad(f"message to {verb} not found")
    message = chat.message(message_id)
    if message.get("from", {}).get("id") != api.bot["id"]:
        raise bad(f"message can't be {verb}ed")
    return message


def delete_message(api: BotApi, params: Json) -> bool:
    """Take a message away; of people's messages, those of a private chat too."""
    chat = api.reach(params)
    message_id = wire.number(params, "message_id")
    if message_id not in chat.messages:
        raise bad("message to delete not found")
    api.phones.remove(chat, message_id)
    api.record("deleteMessage", chat.id, params, message_id)
    return True


SPEAKING: dict[str, Method] = {
    "sendMessage": send_message,
    "sendPhoto": _sender("photo"),
    "sendVoice": _sender("voice"),
    "sendDocument": _sender("document"),
    "sendLocation": send_location,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
}
