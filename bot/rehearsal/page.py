"""The page with the phones: what it shows comes by Server-Sent Events, what people do on it goes to the platforms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources

from aiohttp import web

from bot.rehearsal import guard
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.handsets import Handsets
from bot.rehearsal.lookout import Lookout
from bot.rehearsal.phones import CastMember, Found
from bot.rehearsal.story import SPEEDS, Player
from bot.rehearsal.town import Town
from bot.rehearsal.watching import ChatId, Event
from bot.rehearsal.wire import ApiError, Json

Search = Callable[[str], Awaitable[Found]]
Move = Callable[[float], Awaitable[None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEARTBEAT = 15.0  # seconds; also how late a page may notice that somebody else moved the clock
FURTHEST_MOVE = 24 * 60  # minutes
MOST_PHONES = 24
FILES = {
    "page.html": "text/html",
    **dict.fromkeys(("page.css", "phone.css", "whatsapp.css", "town.css"), "text/css"),
    **dict.fromkeys(
        ("page.js", "dom.js", "words.js", "phone.js", "whatsapp.js", "picker.js", "map.js", "cases.js", "story.js"),
        "text/javascript",
    ),
}
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
    town: Town | None = None
    lookout: Lookout | None = None
    player: Player | None = None

    async def phones(self, request: web.Request) -> web.Response:
        """Whose phones lie on the table, and in which zone they tell the time. `held`: those that lay there last."""
        zone = {"name": ZONES.get(self.zone, self.zone), "label": self.zone}
        cast = [self.handsets.introduce(one) for one in self.cast]
        held = await self._held(request.query.get("held", ""))
        about = {"town": self.town.key if self.town else "", "apps": self.handsets.apps}
        return web.json_response({"cast": cast, "zone": zone, "held": held, **about}, headers=_SAFE)

    async def _held(self, names: str) -> list[Json]:
        """`telegram.700000012,whatsapp.700000013`: the ids of the cast's members, and what their phones show."""
        asked = [(kind, user) for kind, _, user in (name.partition(".") for name in names.split(",")) if user.isdigit()]
        if self.town is None or not asked:
            return []
        known = {one.user_id: one for one in await self.town.again([int(user) for _, user in asked[:MOST_PHONES]])}
        there = [known[int(user)]._replace(kind=kind) for kind, user in asked if int(user) in known
                 and kind in self.handsets.apps]  # fmt: skip
        return [self.handsets.introduce(one) for one in there]

    async def people(self, request: web.Request) -> web.Response:
        """Others whose phone may be taken up; whoever is shown here can be written to from now on."""
        found = await self.search(request.query.get("q", ""))
        there = [self.handsets.offer(one) for one in found.people]
        return web.json_response({"people": there, "more": found.more}, headers=_SAFE)

    async def city(self, _: web.Request) -> web.Response:
        """The map, if there is one."""
        return web.json_response(await self.town.plan() if self.town else None, headers=_SAFE)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """First every chat as it stands, then what happens; a page that comes back gets the same again."""
        known = self.handsets.known(request.query.get("phones", ""))[:MOST_PHONES]
        response = web.StreamResponse(headers={**_SAFE, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        with ExitStack() as open_:
            watcher = open_.enter_context(self.handsets.watchers.watch(known))
            if self.lookout:
                open_.enter_context(self.lookout.watched())
            try:
                for greeting in self._greetings(known):
                    await _write(response, greeting)
                event: Event | None = self._clock()
                while event is not None:
                    await _write(response, event)
                    event = await self._next(watcher)
            except ConnectionResetError:
                return response  # the page was closed
        return response

    def _greetings(self, known: Sequence[ChatId]) -> list[Event]:
        """What a page is told first: every chat, the city, the story that is being played."""
        screens = [Event("screen", self.handsets.screen(chat)) for chat in known]
        story = [Event("story", self.player.state())] if self.player else []
        return [*screens, *(self.lookout.greeting if self.lookout else []), *story]

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
        """Move the rehearsal's time forward, by minutes or (`next`) to the next thing that is planned."""
        try:
            body = await _body(request)
            minutes = await self.town.ahead() if body.get("next") and self.town else float(body["minutes"])
        except (KeyError, TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text="minutes?\n") from error
        if not 0 < minutes <= FURTHEST_MOVE:
            raise web.HTTPBadRequest(text=f"between 0 and {FURTHEST_MOVE} minutes\n")
        await self.moved(minutes)
        return web.json_response(self._clock().data, headers=_SAFE)

    async def moved(self, minutes: float) -> None:
        """Move it, and tell every page."""
        await self.move(minutes)
        self.handsets.watchers.announce_all(*self._clock())

    async def story(self, request: web.Request) -> web.Response:
        """Play the story, hold it, end it: `{"do": "play", "speed": 10}`."""
        try:
            body = await _body(request)
            asked, speed = str(body["do"]), float(body.get("speed", SPEEDS[1]))
            if self.player is None:
                raise web.HTTPNotFound
            await self.player.ask(asked, speed)
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=409, headers=_SAFE)
        return web.json_response(self.player.state(), headers=_SAFE)

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
    town: Town | None = None,
) -> None:
    """Put the page on `/`. `zone` is WIB, WITA, WIT or a zone's name; `move` is awaited with minutes.

    `cloud` is needed where a member of the cast has WhatsApp; with a `town` its map, cases and story are shown.
    """
    handsets = Handsets(api, cloud)
    page = Page(handsets, cast, search, move, now, zone)
    if town is not None:
        lookout = Lookout(town.stand, handsets.watchers)
        player = Player(
            handsets, page.moved, now, town.story, town.chapters, keep=town.keep_story, cut_off=town.cut_off
        )
        page = replace(page, town=town, lookout=lookout, player=player)
    for member in cast:
        handsets.introduce(member)
    for path, handler in _gets(page).items():
        app.router.add_get(path, _guarded(handler))
    for path, handler in {"act": page.act, "clock": page.clock, "story": page.story}.items():
        app.router.add_post(f"/rehearsal/{path}", _guarded(handler))

    async def send_watchers_home(_: web.Application) -> None:
        if page.player and page.lookout:
            await page.player.stop()
            await page.lookout.close()
        api.phones.close()

    app.on_shutdown.append(send_watchers_home)


def _gets(page: Page) -> dict[str, Handler]:
    files = {f"/rehearsal/{name}": _served(name, kind) for name, kind in FILES.items()}
    return {
        "/": files.pop("/rehearsal/page.html"),
        **files,
        "/rehearsal/phones": page.phones,
        "/rehearsal/people": page.people,
        "/rehearsal/city": page.city,
        "/rehearsal/events": page.events,
        "/rehearsal/file/{file_id}": page.file,
    }
