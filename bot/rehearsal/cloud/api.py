"""A WhatsApp Cloud API server of our own: real HTTP on loopback, with people inside.

cloud = CloudApi("token", "1055", "1022", "app secret", "verify token", now=clock)
cloud.routes(app)
cloud.add_person("6281234567890", "ID.11", "Siti Aminah")
await cloud.subscribe("http://127.0.0.1:8080/whatsapp")
cloud.say("ID.11", "Halo")
answer = await cloud.wait_for(lambda sent: sent.to == "6281234567890" and "Setuju" in sent.labels)
cloud.tap("ID.11", answer.message_id, "Setuju")
"""

from __future__ import annotations

import inspect
import secrets
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.rehearsal import guard
from bot.rehearsal.cloud import nodes, sending
from bot.rehearsal.cloud.acts import Acts, tappable
from bot.rehearsal.cloud.content import Contents
from bot.rehearsal.cloud.habits import Habits
from bot.rehearsal.cloud.limits import Limits
from bot.rehearsal.cloud.phones import Person, digits
from bot.rehearsal.cloud.shapes import Business, Event, Outgoing
from bot.rehearsal.cloud.templates import Template, Templates
from bot.rehearsal.cloud.webhook import Webhook
from bot.rehearsal.cloud.wire import FAULTS, CloudError, answer, no_object, no_token, read, refusal
from bot.rehearsal.ledger import Ledger
from bot.rehearsal.wire import Json

NUMBER = "6281100000001"
Call = Callable[[], Awaitable[web.StreamResponse]]
Meddle = Callable[[web.Request, Json, Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that was accepted. `to` is the number or BSUID as given; `code` is 0, or with what it fails.

    `seq` counts from 1; `at` is monotonic; `shown` is what the phone draws.
    """

    seq: int
    to: str
    person: Person | None
    type: str
    body: Json
    shown: Json
    message_id: str
    code: int
    at: float

    def __str__(self) -> str:
        return f"{self.type} to {self.to}: {self.text!r} {self.labels}" + (f" fails: {self.code}" if self.code else "")

    @property
    def text(self) -> str:
        """Its words, those of a template filled."""
        return str(self.shown.get("text", ""))

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons and rows."""
        return [one["text"] for one in tappable(self.shown)]

    @property
    def template(self) -> str:
        """The template's name, "" for free words."""
        return str(self.body["template"]["name"]) if self.type == "template" else ""


class CloudApi(Acts, Ledger[Sent]):
    """One number's server. What people do is in `Acts`; `sent` and `counts` tell what the business did."""

    def __init__(
        self,
        token: str,
        phone_id: str,
        account_id: str,
        app_secret: str,
        verify_token: str,
        *,
        now: Callable[[], datetime],
        limits: Limits | None = None,
        habits: Habits | None = None,
        number: str = NUMBER,
        name: str = "Siaga TPS",
        keep: int | None = None,
        retry_pause: float = 2.0,
    ) -> None:
        business = Business(phone_id, account_id, digits(number), name)
        habits = habits or Habits()
        Acts.__init__(self, business, habits, Webhook(business, app_secret, habits, now, retry_pause), now)
        Ledger.__init__(self, keep)
        self.token, self.verify_token = token, verify_token
        self.limits = limits or Limits()
        self.contents, self.templates = Contents(self.media), Templates(self._reviewed)
        self.quality_rating = "GREEN"
        self.counts: Counter[str] = Counter()  # messages by type, refusals by code ("131056")
        self.refusing: deque[int] = deque()  # codes with which the next messages are refused
        self.failing: deque[int] = deque()  # codes with which the next accepted messages fail
        self.meddle: Meddle | None = None  # a test's hand in between: answer otherwise, or lose the answer

    async def subscribe(self, url: str) -> None:
        """Post webhooks there from now on; raises ValueError where the challenge is not answered as it must be."""
        await self.webhook.subscribe(url, self.verify_token)

    def routes(self, app: web.Application | web.UrlDispatcher) -> None:
        """Serve under /vNN.N and the media's addresses; an application also ends what waits when it shuts down."""
        router = app.router if isinstance(app, web.Application) else app
        graph = r"/{version:v\d+\.\d+}/{node:[\w.-]+}"
        routes: list[tuple[str, str, Callable[[web.Request], Any]]] = [
            ("POST", f"{graph}/messages", self._messages),
            ("POST", f"{graph}/media", self._upload),
            ("GET", f"{graph}{{slash:/?}}", lambda request: nodes.get(self, request)),
            ("POST", f"{graph}{{slash:/?}}", lambda request: nodes.change(self, request)),
            ("DELETE", f"{graph}{{slash:/?}}", lambda request: nodes.remove(self, request)),
            ("*", f"{graph}/{{edge}}", self._of_account),
        ]
        for method, path, handler in routes:
            router.add_route(method, path, self._guarded(handler))
        router.add_route("GET", "/whatsapp_business/attachments/{secret}", self._guarded(self._download))
        if isinstance(app, web.Application):
            app.on_shutdown.append(self._shut_down)

    async def _shut_down(self, _: web.Application) -> None:
        await self.close()

    async def close(self) -> None:
        """End deliveries and watchers."""
        self.phones.watchers.close()
        await self.webhook.close()

    def _guarded(self, handler: Callable[[web.Request], Any]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Loopback, token, and every refusal in Meta's words."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            guard.check(request)
            try:
                self._known(request)
                result = handler(request)
                result = await result if inspect.isawaitable(result) else result
            except CloudError as error:
                return self._refuse(error)
            return result if isinstance(result, web.StreamResponse) else answer(result)

        return guarded

    def _refuse(self, error: CloudError) -> web.Response:
        self.counts[str(error.code)] += 1
        return refusal(error)

    def _known(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        given = token if scheme.lower() == "bearer" else request.query.get("access_token", "")
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            raise no_token()

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        self._only_phone(request)
        body = await read(request)
        if self.meddle:
            return await self.meddle(request, body, lambda: self._post(body))
        return await self._post(body)

    async def _post(self, body: Json) -> web.StreamResponse:
        if self.refusing:
            return self._refuse(CloudError(self.refusing.popleft()))
        try:
            return answer(sending.post(self, body))
        except CloudError as error:
            return self._refuse(error)

    async def _upload(self, request: web.Request) -> Json:
        self._only_phone(request)
        return await self.media.upload(request)

    def _only_phone(self, request: web.Request) -> None:
        if request.match_info["node"] != self.business.phone_id:
            raise no_object("post", request.match_info["node"])

    def _of_account(self, request: web.Request) -> object:
        handler = nodes.OF_ACCOUNT.get((request.method, request.match_info["edge"]))
        if handler is None or request.match_info["node"] != self.business.account_id:
            raise no_object(request.method, request.match_info["node"])
        return handler(self, request)

    async def _download(self, request: web.Request) -> web.Response:
        medium = self.media.at(request.match_info["secret"])
        if medium is None:
            raise web.HTTPNotFound
        return web.Response(body=medium.data, headers={"Content-Type": medium.mime_type})

    def refuse(self, code: int, times: int = 1) -> None:
        """Refuse the next messages with this code."""
        self.refusing.extend([_table(code)] * times)

    def fail(self, code: int, times: int = 1) -> None:
        """Accept the next messages and let them fail with this code."""
        self.failing.extend([_table(code)] * times)

    def record(self, out: Outgoing, kind: str, body: Json, shown: Json, code: int) -> None:
        """Note what was accepted, and wake whoever waits for it."""
        self.counts[kind] += 1
        self.note(lambda seq: Sent(seq, out.input, out.person, kind, body, shown, out.id, code, time.monotonic()))

    def _reviewed(self, template: Template) -> None:
        value = {
            "event": template.status,
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
            "message_template_category": template.category,
            "reason": "NONE",
        }
        self.webhook.add(Event("message_template_status_update", value))


def _table(code: int) -> int:
    if code not in FAULTS:
        raise ValueError(f"{code} is not in the table of faults")
    return code
