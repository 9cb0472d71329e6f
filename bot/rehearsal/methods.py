"""The Bot API's methods about the bot itself and its updates; what it says is in `speaking`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.rehearsal import files, wire
from bot.rehearsal.guard import is_loopback
from bot.rehearsal.speaking import SPEAKING, Method
from bot.rehearsal.wire import ApiError, Json, bad

if TYPE_CHECKING:
    from bot.rehearsal.botapi import BotApi

LONGEST_TOAST = 200
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_POSTING = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_FULL_CHAT = {
    "accent_color_id": 0,
    "max_reaction_count": 11,
    "accepted_gift_types": dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    ),
}


def get_me(api: BotApi, _: Json) -> Json:
    """Who the bot is."""
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
    }
    return {**api.bot, **abilities, "can_connect_to_business": False, "has_main_web_app": False}


def set_webhook(api: BotApi, params: Json) -> bool:
    """Post updates from now on. Only to loopback: a rehearsal reaches nobody outside."""
    url, secret = params.get("url", ""), params.get("secret_token", "")
    if not url:
        return delete_webhook(api, params)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not is_loopback(parts.netloc):
        raise bad("bad webhook: the rehearsal posts to loopback addresses only")
    if not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    _choose_kinds(api, params)
    _drop_pending(api, params)
    api.webhook.set(url, secret, wire.number(params, "max_connections"))
    api.updates.interrupt()
    return True


def delete_webhook(api: BotApi, params: Json) -> bool:
    """Post no more."""
    _drop_pending(api, params)
    api.webhook.unset()
    return True


def get_webhook_info(api: BotApi, _: Json) -> Json:
    """How delivery goes."""
    kinds = {"allowed_updates": sorted(api.updates.kinds)} if api.updates.kinds else {}
    return {**api.webhook.info(), "pending_update_count": len(api.updates), **kinds}


async def get_updates(api: BotApi, params: Json) -> list[Json]:
    """Long polling."""
    if api.webhook.url:
        raise ApiError(409, _POSTING)
    _choose_kinds(api, params)
    offset, limit = wire.number(params, "offset"), wire.number(params, "limit", 100)
    return await api.updates.poll(offset, limit, wire.number(params, "timeout"))


def _choose_kinds(api: BotApi, params: Json) -> None:
    if params.get("allowed_updates") is not None:  # left out: as before
        api.updates.kinds = frozenset(params["allowed_updates"])


def _drop_pending(api: BotApi, params: Json) -> None:
    if wire.truth(params, "drop_pending_updates"):
        api.updates.done(api.updates.alive())


def answer_callback_query(api: BotApi, params: Json) -> bool:
    """The line that appears after a tap; each tap is answered once."""
    text = str(params.get("text") or "")
    if wire.units(text) > LONGEST_TOAST:
        raise bad("MESSAGE_TOO_LONG")
    tap = api.waiting_tap(str(params.get("callback_query_id", "")))
    if tap is None:
        raise bad(_TOO_OLD)
    tap.answered = True
    api.phones.announce(tap.user_id, "toast", {"text": text, "alert": wire.truth(params, "show_alert")})
    api.record("answerCallbackQuery", tap.chat_id, params, 0)
    return True


def send_chat_action(api: BotApi, params: Json) -> bool:
    """typing …"""
    api.reach(params)
    return True


def set_my_commands(api: BotApi, params: Json) -> bool:
    """The commands behind the menu button."""
    api.commands[_audience(params)] = list(params.get("commands") or ())
    return True


def get_my_commands(api: BotApi, params: Json) -> list[Json]:
    """The commands behind the menu button."""
    return api.commands.get(_audience(params), [])


def _audience(params: Json) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    return f"{scope['type']}:{scope.get('chat_id', '')}", params.get("language_code") or ""


def get_file(api: BotApi, params: Json) -> Json:
    """Where a file is downloaded."""
    stored = api.files.get(str(params.get("file_id", "")))
    if len(stored.data) > files.LARGEST_DOWNLOAD:
        raise bad("file is too big")
    return {**stored.raw(), "file_path": stored.path}


def get_chat(api: BotApi, params: Json) -> Json:
    """A chat, in full."""
    return {**api.reach(params, blocked_too=True).raw, **_FULL_CHAT}


METHODS: dict[str, Method] = {
    **SPEAKING,
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "getFile": get_file,
    "getChat": get_chat,
}
BY_LOWER_NAME = {name.lower(): name for name in METHODS}  # Telegram does not look at case
