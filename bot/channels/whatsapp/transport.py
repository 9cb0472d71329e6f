"""How pywa reaches the Cloud API: at the address that was set, with errors that tell whether anything was sent.

pywa knows one address, and keeps of a refusal only what has the shape it expects. So the transport below it rewrites
the address, and reads every refusal itself.
"""

from __future__ import annotations

import json
from typing import Any

import httpx

from bot.channels.whatsapp import BASE
from messages.chat import Refused

STREAM = "siaga.stream"  # an extension of a request whose answer is a file
OK, REDIRECT, BAD, TOO_MANY = 200, 300, 400, 429
# Where Meta keeps files. Whoever else is named as their place does not get our token.
HOMES = ("fbsbx.com", "facebook.com", "fbcdn.net", "whatsapp.net")


class Answered(Exception):
    """The Cloud API said no: with its code, its words and what it added to them."""

    def __init__(self, code: int, words: str, wait: float | None, *, passing: bool) -> None:
        super().__init__(words)
        self.code, self.words, self.wait, self.passing = code, words, wait, passing


class Stranger(Exception):
    """Somebody else answered (a proxy, a portal, a web server in front): the Cloud API has heard nothing of it."""

    def __init__(self, status: int, wait: float | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.wait = status, wait


class Rehosted(httpx.AsyncBaseTransport):
    """Sends to `base` what is meant for Meta. At Meta itself, files are fetched from Meta's own hosts only."""

    def __init__(self, base: str, inner: httpx.AsyncBaseTransport) -> None:
        self._base = None if base == BASE else httpx.URL(base)
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(self._addressed(request))
        if request.extensions.get(STREAM) and answer.status_code < BAD:
            return answer
        body = await answer.aread()
        await answer.aclose()
        raise_refusal(answer.status_code, body, answer.headers)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _addressed(self, request: httpx.Request) -> httpx.Request:
        url = request.url
        if self._base is None:
            if url.scheme != "https" or not f".{url.host}".endswith(tuple(f".{home}" for home in HOMES)):
                raise Refused("a file is said to lie where Meta keeps none")
            return request
        url = url.copy_with(
            scheme=self._base.scheme,
            host=self._base.host,
            port=self._base.port,
            raw_path=self._base.raw_path.rstrip(b"/") + self._below(url.raw_path),
        )
        headers = httpx.Headers(request.headers)
        headers["Host"] = url.netloc.decode()
        return httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=request.extensions)

    def _below(self, path: bytes) -> bytes:
        """A file's address comes from the server itself, which may have put its own path before it."""
        assert self._base is not None
        return path.removeprefix(self._base.raw_path.rstrip(b"/"))


def raise_refusal(status: int, body: bytes, headers: httpx.Headers) -> None:
    """Only the Cloud API says no in its own form; a page that somebody put in its place is not it."""
    answer = _json(body)
    error = answer.get("error") if isinstance(answer, dict) else None
    wait = seconds(headers.get("Retry-After"))
    if isinstance(error, dict) and (code := _number(error.get("code"))) is not None:
        words = error.get("error_user_title") or error.get("message") or ""
        raise Answered(code, str(words)[:200], wait, passing=error.get("is_transient") is True)
    page = answer is None and body.lstrip().startswith(b"<")
    if status >= REDIRECT or page:
        raise Stranger(status, wait)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _number(told: object) -> int | None:
    if isinstance(told, bool) or not isinstance(told, int | str):
        return None
    try:
        return int(told)
    except ValueError:
        return None


def seconds(told: str | None) -> float | None:
    """Seconds to wait, as told in a number; a date, as a header may also say it, is no help to us."""
    try:
        wait = float(told or "")
    except ValueError:
        return None
    return wait if 0 < wait < 1e6 else None  # noqa: PLR2004 -- nobody makes us wait eleven days
