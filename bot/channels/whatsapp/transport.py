"""How pywa reaches the Cloud API: at the address that was set, with errors that tell whether anything was sent.

pywa knows one address, and keeps of a refusal only what has the shape it expects. So the transport below it rewrites
the address, and reads every refusal itself. The wire is aiohttp's: httpx's own sends a third as fast.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator
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
Headers = Iterable[tuple[str, str]]
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


def _theirs(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in OURS]


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

    async def exchange(self, method: str, url: str, headers: Headers, body: bytes) -> httpx.Response:
        """A request and its whole answer."""
        with _told():
            async with self._session.request(
                method, url, data=body, headers=_theirs(headers), allow_redirects=False
            ) as answer:
                return httpx.Response(
                    answer.status, headers=_theirs(answer.headers.items()), content=await answer.read()
                )

    async def stream(self, method: str, url: str, headers: Headers) -> httpx.Response:
        """The same for a file, which is read as it comes."""
        with _told():
            answer = await self._session.request(method, url, headers=_theirs(headers), allow_redirects=False)
        return httpx.Response(answer.status, headers=_theirs(answer.headers.items()), stream=_Pieces(answer))

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


class Client(httpx.AsyncClient):
    """pywa's session. What is plain JSON, as every message is, goes to the wire as it stands: httpx's own building of a
    request and reading of its answer cost twice what the wire does."""

    def __init__(self, base: str, wire: Wire, seconds: float) -> None:
        self._hosted = Rehosted(base, wire)
        super().__init__(transport=self._hosted, timeout=seconds, trust_env=False)

    async def request(self, method: str, url: Any, **given: Any) -> httpx.Response:
        if given.keys() != {"json"}:
            return await super().request(method, url, **given)
        body = json.dumps(given["json"], ensure_ascii=False, separators=(",", ":")).encode()
        headers = [("authorization", self.headers["authorization"]), ("content-type", "application/json")]
        whole = httpx.URL(f"{str(self.base_url).rstrip('/')}{url}")
        return await self._hosted.say(method, whole, headers, body)


class Rehosted(httpx.AsyncBaseTransport):
    """Sends to `base` what is meant for Meta. At Meta itself, files are fetched from Meta's own hosts only."""

    def __init__(self, base: str, wire: Wire) -> None:
        self._base = None if base == BASE else base.rstrip("/")
        self._path = urlsplit(self._base or "").path.encode()
        self._wire = wire

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers, body = list(request.headers.multi_items()), await request.aread()
        if not request.extensions.get(STREAM):
            return await self.say(request.method, request.url, headers, body)
        answer = await self._wire.stream(request.method, self._addressed(request.url), headers)
        if answer.status_code >= BAD:
            raise_refusal(answer.status_code, await answer.aread(), answer.headers)
        return answer

    async def say(self, method: str, url: httpx.URL, headers: Headers, body: bytes) -> httpx.Response:
        """One request and its whole answer. Raises what refuses it."""
        answer = await self._wire.exchange(method, self._addressed(url), headers, body)
        raise_refusal(answer.status_code, answer.content, answer.headers)
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
