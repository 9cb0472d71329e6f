"""A Telegram Bot API server of our own: real HTTP on loopback, as strict as the real one, with people inside.

api = BotApi("1:rehearsal", now=clock)
api.routes(app)
api.add_person(11, "Siti", phone="+6281234567890")
api.say(11, "/start")
answer = await api.wait_for(lambda sent: sent.chat_id == 11 and "Setuju" in sent.labels)
api.press(11, answer.message_id, "Setuju")
"""

from __future__ import annotations

import inspect
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.rehearsal import guard, wire
from bot.rehearsal.acts import Acts
from bot.rehearsal.ledger import Ledger
from bot.rehearsal.limits import Limits
from bot.rehearsal.methods import BY_LOWER_NAME, METHODS
from bot.rehearsal.phones import Chat
from bot.rehearsal.webhook import Webhook
from bot.rehearsal.wire import ApiError, Json, bad

Call = Callable[[], Awaitable[web.StreamResponse]]
Meddle = Callable[[web.Request, str, Json, Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that the bot sent, changed, took away or acknowledged.

    `seq` counts from 1; `at` is monotonic.
    """

    seq: int
    method: str
    chat_id: int
    params: Json
    message_id: int
    at: float

    def __str__(self) -> str:
        return f"{self.method} to {self.chat_id}: {self.text!r} {self.labels}"

    @property
    def text(self) -> str:
        """Its words, as the bot gave them."""
        return str(self.params.get("text") or self.params.get("caption") or "")

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons, inline or of the keyboard."""
        board = self.params.get("reply_markup") or {}
        rows = board.get("inline_keyboard") or board.get("keyboard") or []
        return [one if isinstance(one, str) else one["text"] for row in rows for one in row]


class BotApi(Acts, Ledger[Sent]):
    """One bot's server. What people do is in `Acts`; `sent` and `counts` tell what the bot did."""

    def __init__(
        self,
        token: str,
        username: str = "siaga_tps_bot",
        *,
        now: Callable[[], datetime],
        limits: Limits | None = None,
        keep: int | None = None,
        retry_pause: float = 2.0,
    ) -> None:
        bot_id = int(token.partition(":")[0])
        Acts.__init__(self, {"id": bot_id, "is_bot": True, "first_name": "Siaga TPS", "username": username}, now)
        Ledger.__init__(self, keep)
        self.token, self.limits = token, limits
        self.webhook = Webhook(self.updates, now, retry_pause)
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.counts: Counter[str] = Counter()  # calls by method, refusals by code ("429")
        self.meddle: Meddle | None = None  # a test's hand in between: answer otherwise, or lose the answer

    def routes(self, app: web.Application | web.UrlDispatcher) -> None:
        """Serve under /bot and /file; an application also ends what waits when it shuts down."""
        router = app.router if isinstance(app, web.Application) else app
        for method in ("GET", "POST"):
            router.add_route(method, "/bot{token}/{method}", self._serve)
        router.add_route("GET", "/file/bot{token}/{path:.+}", self._download)
        if isinstance(app, web.Application):
            app.on_shutdown.append(self._shut_down)

    async def _shut_down(self, _: web.Application) -> None:
        await self.close()

    async def close(self) -> None:
        """End polls, deliveries and watchers."""
        self.updates.close()
        self.phones.close()
        await self.webhook.close()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        guard.check(request)
        try:
            self._known(request.match_info["token"])
            name = _name(request.match_info["method"])
            self.counts[name] += 1
            params = await wire.read(request)
            if self.meddle:
                return await self.meddle(request, name, params, lambda: self._call(name, params))
            return await self._call(name, params)
        except ApiError as error:
            return self._refuse(error)

    async def _call(self, name: str, params: Json) -> web.StreamResponse:
        try:
            result: Any = METHODS[name](self, params)
            return wire.answer(await result if inspect.isawaitable(result) else result)
        except ApiError as error:
            return self._refuse(error)

    def _refuse(self, error: ApiError) -> web.Response:
        self.counts[str(error.code)] += 1
        return wire.refusal(error)

    async def _download(self, request: web.Request) -> web.Response:
        guard.check(request)
        try:
            self._known(request.match_info["token"])
        except ApiError as error:
            return self._refuse(error)
        stored = self.files.at(request.match_info["path"])
        if stored is None:
            return self._refuse(ApiError(404, "Not Found"))
        return web.Response(body=stored.data, content_type="application/octet-stream")

    def _known(self, token: str) -> None:
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            raise ApiError(401, "Unauthorized")

    def reach(self, params: Json, *, blocked_too: bool = False) -> Chat:
        """The chat that a call names, or the reason why the bot may not write there."""
        if params.get("chat_id") in {None, ""}:
            raise bad("chat_id is empty")
        try:
            chat = self.phones.chat(int(params["chat_id"]))
        except (TypeError, ValueError) as error:  # a @name, of which there are none here
            raise bad("chat not found") from error
        if chat.moved_to:
            moved = {"migrate_to_chat_id": chat.moved_to}
            raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
        if chat.refusal and not blocked_too:
            raise ApiError(403, chat.refusal)
        return chat

    def spend(self, chat: Chat) -> None:
        """Take one message out of the budget."""
        wait = self.limits.spend(chat.id) if self.limits else 0
        if wait:
            raise ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})

    def record(self, method: str, chat_id: int, params: Json, message_id: int) -> None:
        """Note what went out, and wake whoever waits for it."""
        self.note(lambda seq: Sent(seq, method, chat_id, params, message_id, time.monotonic()))


def _name(called: str) -> str:
    if called.lower() not in BY_LOWER_NAME:
        raise ApiError(404, "Not Found: method not found")
    return BY_LOWER_NAME[called.lower()]
