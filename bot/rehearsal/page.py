"""The page with the phones: what it shows comes by Server-Sent Events, what people do on it goes to the platforms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from aiohttp import web

from bot.rehearsal import guard
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.handsets import Handsets
from bot.rehearsal.phones import CastMember
from bot.rehearsal.watching import Event
from bot.rehearsal.wire import ApiError, Json

Search = Callable[[str], Awaitable[list[CastMember]]]
Move = Callable[[float], Awaitable[None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEARTBEAT = 15.0  # seconds; also how late a page may notice that somebody else moved the clock
FURTHEST_MOVE = 24 * 60  # minutes
MOST_PHONES = 12
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Page:
    """What the page needs of the rehearsal. `move` takes minutes."""

    handsets: Handsets
    cast: Sequence[CastMember]
    search: Search
    move: Move
    now: Callable[[], datetime]
    zone: str

    async def phones(self, _: web.Request) -> web.Response:
        """Whose phones lie on the table, and in which zone they tell the time."""
        zone = {"name": ZONES.get(self.zone, self.zone), "label": self.zone}
        cast = [self.handsets.introduce(one) for one in self.cast]
        return web.json_response({"cast": cast, "zone": zone}, headers=_SAFE)

    async def people(self, request: web.Request) -> web.Response:
        """Others whose phone may be taken up; whoever is shown here can be written to from now on."""
        found = await self.search(request.query.get("q", ""))
        return web.json_response([self.handsets.introduce(one) for one in found], headers=_SAFE)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """First every chat as it stands, then what happens; a page that comes back gets the same again."""
        known = self.handsets.known(request.query.get("phones", ""))[:MOST_PHONES]
        response = web.StreamResponse(headers={**_SAFE, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        with self.handsets.watchers.watch(known) as watcher:
            try:
                for chat in known:
                    await _write(response, Event("screen", self.handsets.screen(chat)))
                event: Event | None = self._clock()
                while event is not None:
                    await _write(response, event)
                    event = await self._next(watcher)
            except ConnectionResetError:
                return response  # the page was closed
        return response

    async def _next(self, watcher: asyncio.Queue[Event | None]) -> Event | None:
        try:
            async with asyncio.timeout(HEARTBEAT):
                return await watcher.get()
        except TimeoutError:
            return self._clock()

    def _clock(self) -> Event:
        return Event("clock", {"now": int(self.now().timestamp() * 1000)})

    async def act(self, request: web.Request) -> web.Response:
        """Somebody does something with a phone."""
        try:
            asked = await _body(request)
            done = self.handsets.act(asked["who"], asked)
        except (KeyError, TypeError, ValueError, ApiError) as error:
            return web.json_response({"error": str(error)}, status=409, headers=_SAFE)
        return web.json_response({"update_id": done}, headers=_SAFE)

    async def clock(self, request: web.Request) -> web.Response:
        """Move the rehearsal's time forward."""
        try:
            minutes = float((await _body(request))["minutes"])
        except (KeyError, TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text="minutes?\n") from error
        if not 0 < minutes <= FURTHEST_MOVE:
            raise web.HTTPBadRequest(text=f"between 0 and {FURTHEST_MOVE} minutes\n")
        await self.move(minutes)
        self.handsets.watchers.announce_all(*self._clock())
        return web.json_response(self._clock().data, headers=_SAFE)

    async def file(self, request: web.Request) -> web.Response:
        """A photo or voice note that stands in a chat."""
        try:
            data, media_type = self.handsets.file(request.match_info["file_id"])
        except LookupError as error:
            raise web.HTTPNotFound from error
        return web.Response(body=data, content_type=media_type, headers=_SAFE)


async def _body(request: web.Request) -> Json:
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("a JSON object is expected")
    return body


async def _write(response: web.StreamResponse, event: Event) -> None:
    data = json.dumps(event.data, ensure_ascii=False)
    await response.write(f"event: {event.kind}\ndata: {data}\n\n".encode())


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        guard.check(request)
        return await handler(request)

    return guarded


def _served(name: str, media_type: str) -> Handler:
    """A file that belongs to the page, read once."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")

    async def serve(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type=media_type, charset="utf-8", headers=_SAFE)

    return serve


def add_routes(
    app: web.Application,
    api: BotApi,
    cast: Sequence[CastMember],
    *,
    search: Search,
    move: Move,
    now: Callable[[], datetime],
    zone: str,
    cloud: CloudApi | None = None,
) -> None:
    """Put the page on `/`. `zone` is WIB, WITA, WIT or a zone's name; `move` is awaited with minutes.

    `cloud` is needed where a member of the cast has WhatsApp.
    """
    page = Page(Handsets(api, cloud), cast, search, move, now, zone)
    for member in cast:
        page.handsets.introduce(member)
    gets: dict[str, Handler] = {
        "/": _served("page.html", "text/html"),
        "/rehearsal/page.css": _served("page.css", "text/css"),
        "/rehearsal/whatsapp.css": _served("whatsapp.css", "text/css"),
        "/rehearsal/page.js": _served("page.js", "text/javascript"),
        "/rehearsal/whatsapp.js": _served("whatsapp.js", "text/javascript"),
        "/rehearsal/phones": page.phones,
        "/rehearsal/people": page.people,
        "/rehearsal/events": page.events,
        "/rehearsal/file/{file_id}": page.file,
    }
    for path, handler in gets.items():
        app.router.add_get(path, _guarded(handler))
    app.router.add_post("/rehearsal/act", _guarded(page.act))
    app.router.add_post("/rehearsal/clock", _guarded(page.clock))

    async def send_watchers_home(_: web.Application) -> None:
        api.phones.close()

    app.on_shutdown.append(send_watchers_home)
