"""How pywa reaches the Cloud API: at the address that was set, with errors that tell whether anything was sent.

pywa knows one address, and keeps of a refusal only what has the shape it expects. So the transport below it rewrites
the address, and reads every refusal itself. The wire is aiohttp's: httpx's own sends a third as fast.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx

from bot.channels.whatsapp import BASE
from messages.chat import Refused

# Each side of the wire says these for itself: the body is unpacked, and counted anew.
OURS = frozenset({"content-length", "content-encoding", "transfer-encoding", "accept-encoding", "connection", "host"})
NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
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


class Wire:
    """One aiohttp session with connections kept alive, made inside the running loop.

    `ConnectError`: nothing was sent. `ReadError`: it left, and no whole answer came.
    """

    def __init__(self, connections: int, connect: float, read: float, tls: ssl.SSLContext) -> None:
        # aiohttp drops a connection that was idle for 15 s, long before Meta does: a request on one that the other side
        # has closed would end as "perhaps sent".
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections, ssl=tls),
            timeout=aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect, sock_read=read),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def exchange(self, request: httpx.Request, url: str) -> httpx.Response:
        """Send it to `url`; a file's answer is not read yet."""
        headers = [(name, value) for name, value in request.headers.multi_items() if name not in OURS]
        body = await request.aread()
        with _told():
            answer = await self._session.request(request.method, url, data=body, headers=headers, allow_redirects=False)
            told = [(name, value) for name, value in answer.headers.items() if name.lower() not in OURS]
            if request.extensions.get(STREAM):
                return httpx.Response(answer.status, headers=told, stream=_Pieces(answer))
            async with answer:
                return httpx.Response(answer.status, headers=told, content=await answer.read())

    async def close(self) -> None:
        await self._session.close()


class _Pieces(httpx.AsyncByteStream):
    """A file, as it comes."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _told():
            async for piece in self._answer.content.iter_chunked(65536):
                yield piece

    async def aclose(self) -> None:
        self._answer.close()


@contextmanager
def _told() -> Iterator[None]:
    """aiohttp's errors as httpx's."""
    try:
        yield
    except NOT_SENT as error:
        raise httpx.ConnectError(type(error).__name__) from error
    except (aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
        raise httpx.ReadError(type(error).__name__) from error


class Rehosted(httpx.AsyncBaseTransport):
    """Sends to `base` what is meant for Meta. At Meta itself, files are fetched from Meta's own hosts only."""

    def __init__(self, base: str, wire: Wire) -> None:
        self._base = None if base == BASE else base.rstrip("/")
        self._path = urlsplit(self._base or "").path.encode()
        self._wire = wire

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._wire.exchange(request, self._addressed(request.url))
        if request.extensions.get(STREAM) and answer.status_code < BAD:
            return answer
        body = await answer.aread()
        await answer.aclose()
        raise_refusal(answer.status_code, body, answer.headers)
        return answer

    async def aclose(self) -> None:
        await self._wire.close()

    def _addressed(self, url: httpx.URL) -> str:
        if self._base is None:
            if url.scheme != "https" or not f".{url.host}".endswith(tuple(f".{home}" for home in HOMES)):
                raise Refused("a file is said to lie where Meta keeps none")
            return str(url)
        # A file's address comes from the server itself, which may have put its own path before it.
        return self._base + url.raw_path.removeprefix(self._path).decode()


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
