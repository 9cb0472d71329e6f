"""How python-telegram-bot reaches the Bot API: over aiohttp, with errors that tell whether anything was sent.

PTB's own transport sends a tenth as fast, and its errors keep neither the code of an answer nor the difference
between "never sent" and "no answer came".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 5.0  # waiting for a free connection, and opening it
READ_SECONDS = 15.0
WHOLE_SECONDS = 40.0  # a server that answers byte by byte must not hold a delivery for ever
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class NotSent(TelegramError):
    """No connection: the Bot API has heard nothing of it."""


class PerhapsSent(TelegramError):
    """The request left, and no whole answer came."""


class Stranger(TelegramError):
    """Somebody else answered (a proxy, a portal, a web server in front): the Bot API has heard nothing of it."""


class Answered(TelegramError):
    """The Bot API said no: with its code, its words and what it added to them."""

    def __init__(self, code: int, words: str, wait: float | None, moved_to: int | None) -> None:
        super().__init__(words)
        self.code, self.words, self.wait, self.moved_to = code, words, wait, moved_to


class AiohttpRequest(BaseRequest):
    """One session with connections kept alive: `initialize` before use, `shutdown` after."""

    __slots__ = ("_limit", "_session", "_usual")

    def __init__(self, limit: int = 100, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS) -> None:
        self._limit = limit
        self._usual = _patience(connect, read)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._usual.sock_read

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            # aiohttp drops a connection that was idle for 15 s, long before Telegram does: a request on one
            # that the other side has closed would end as "perhaps sent".
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limit),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=False,
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 -- aiohttp has none; the whole has its limit
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 -- here a part of connecting
    ) -> tuple[int, bytes]:
        patience = self._patience_for(connect_timeout, read_timeout)
        status, body, headers = await self._exchange(method, url, _form(request_data), patience)
        if not 200 <= status <= 299:  # noqa: PLR2004 -- the statuses of success
            raise _refusal(status, _json(body), headers)
        return status, body

    async def _exchange(
        self, method: str, url: str, data: bytes | aiohttp.FormData | None, patience: aiohttp.ClientTimeout
    ) -> tuple[int, bytes, Mapping[str, str]]:
        if self._session is None or self._session.closed:
            raise NotSent("the channel is not started")
        headers = FORM if isinstance(data, bytes) else None
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, timeout=patience, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read(), answer.headers
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotSent(f"no connection ({type(error).__name__})") from error
        except (aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
            raise PerhapsSent(f"no answer ({type(error).__name__})") from error

    def _patience_for(self, connect: Any, read: Any) -> aiohttp.ClientTimeout:
        if connect is self.DEFAULT_NONE and read is self.DEFAULT_NONE:
            return self._usual
        return _patience(
            self._usual.connect if connect is self.DEFAULT_NONE else connect,
            self._usual.sock_read if read is self.DEFAULT_NONE else read,
        )

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read the answer of a request that went well; PTB's own method logs what it cannot read, in full."""
        answer = _json(payload)
        if answer is None and payload.lstrip().startswith(b"<"):
            raise Stranger("a web page instead of an answer")
        if answer is None:
            raise PerhapsSent("an answer that cannot be read")
        if "result" not in answer:
            raise _refusal(200, answer, {})
        return answer


def _patience(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=WHOLE_SECONDS, connect=connect, sock_connect=connect, sock_read=read)


def _form(data: RequestData | None) -> bytes | aiohttp.FormData | None:
    """The body: urlencoded as PTB sends it everywhere (JSON is a tenth faster, but not every server reads it)."""
    if data is None:
        return None
    if not data.contains_files:
        return data.url_encoded_parameters().encode()
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _refusal(status: int, answer: dict[str, Any] | None, headers: Mapping[str, str]) -> TelegramError:
    """What an answer without a result means. Only the Bot API says `ok: false`; anything else is not it."""
    wait = _seconds(headers.get("Retry-After"))
    if answer is None or answer.get("ok") is not False:
        return Answered(status, "too fast", wait, None) if status == 429 else Stranger(f"HTTP {status}")  # noqa: PLR2004 -- too many
    told = answer.get("parameters")
    told = told if isinstance(told, dict) else {}
    code, moved_to = answer.get("error_code"), told.get("migrate_to_chat_id")
    return Answered(
        code if isinstance(code, int) else status,
        str(answer.get("description") or "no reason given")[:200],
        _seconds(told.get("retry_after")) or wait,
        moved_to if isinstance(moved_to, int) else None,
    )


def _seconds(told: object) -> float | None:
    """Seconds to wait, as told in a number; a date, as a header may also say it, is no help to us."""
    try:
        seconds = float(str(told))
    except ValueError:
        return None
    return seconds if 0 < seconds < 1e6 else None  # noqa: PLR2004 -- nobody makes us wait eleven days
