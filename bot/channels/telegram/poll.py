"""Asking Telegram for updates where no webhook reaches us.

Updates are handed on unparsed: who takes them commits each before the offset moves, and one that aiogram cannot
read must not take the others of its batch with it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from bot.channels.telegram import ALLOWED, BASE, lean
from bot.channels.telegram.hush import UNKNOWN_BOT, hide, quiet_libraries
from messages.chat import NotAdmitted, Refused, Throttled, Trouble, Unreachable

GRACE_SECONDS = 15  # beyond the time for which Telegram was asked to hold the question
LIMIT = 100


class GetRaw(lean.TelegramMethod[list[dict[str, Any]]]):
    """getUpdates, with the answer left as it came."""

    __returning__: ClassVar[Any] = list[dict[str, Any]]
    __api_method__: ClassVar[str] = "getUpdates"

    offset: int | None = None
    timeout: int = 0
    limit: int = LIMIT
    allowed_updates: tuple[str, ...] = ALLOWED


class Polling:
    """Asks for what came; keeps no offset of its own."""

    def __init__(self, token: str, base: str = BASE) -> None:
        quiet_libraries()
        self._token = token
        session = lean.AiohttpSession(api=lean.TelegramAPIServer.from_base(base))
        try:
            self._bot = lean.Bot(token, session=session)
        except lean.TokenValidationError:
            raise NotAdmitted(UNKNOWN_BOT) from None

    async def fetch(self, offset: int | None, timeout: int) -> list[dict[str, Any]]:  # noqa: ASYNC109 -- Telegram's, not ours
        """The updates from `offset` on (which confirms all before it); holds the line for `timeout` seconds."""
        ask = GetRaw(offset=offset, timeout=timeout)
        try:
            return await self._bot(ask, request_timeout=timeout + GRACE_SECONDS) or []
        except Exception as error:  # noqa: BLE001 -- whatever went wrong in asking, the answer is a Trouble
            trouble = _trouble_of(error, self._token)
        raise trouble  # not inside `except`: the cause knows the address, and the address the token

    async def close(self) -> None:
        await self._bot.session.close()


def _trouble_of(error: Exception, token: str) -> Trouble:
    match error:
        case lean.TelegramUnauthorizedError() | lean.TelegramNotFound():
            return NotAdmitted(UNKNOWN_BOT)
        case lean.TelegramRetryAfter():
            return Throttled(float(error.retry_after), "asked for updates too often", scope="bot")
        case lean.TelegramConflictError():
            return Unreachable(f"somebody else takes this bot's updates: {hide(error.message, token)}")
        case lean.TelegramNetworkError() | lean.TelegramServerError():
            return Unreachable(hide(error.message, token))
        case lean.TelegramAPIError():
            return Refused(hide(str(error.message), token))
    return Unreachable(f"no answer that could be read ({type(error).__name__})")
