"""The token stands in every address of the Bot API: what keeps it out of logs and out of sentences."""

from __future__ import annotations

import hmac
import logging

# Each of them logs addresses or whole messages at DEBUG or INFO; what they warn of is kept.
TALKATIVE = ("telegram", "aiogram", "aiohttp.client", "httpx", "httpcore")
UNKNOWN_BOT = "Telegram does not know this bot: SIAGA_TELEGRAM_TOKEN is wrong or was revoked (ask @BotFather)"


def quiet_libraries() -> None:
    """Keep the libraries below WARNING silent, whatever level the root logger is given."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def hide(text: str, token: str) -> str:
    """`text` without the token, nor the secret half of it."""
    secret = token.partition(":")[2]
    for part in (token, secret):
        text = text.replace(part, "<token>") if part else text
    return text


def secret_matches(header: str | None, secret: str) -> bool:
    """Whether a webhook's `X-Telegram-Bot-Api-Secret-Token` is ours; takes equally long for every wrong one."""
    if header is None or not secret:
        return False
    return hmac.compare_digest(header.encode(errors="replace"), secret.encode())
