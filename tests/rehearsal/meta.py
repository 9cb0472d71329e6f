"""Both ends of a Cloud API in a test: what the business calls, and the callback that hears."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any

from aiohttp import ClientSession, web

from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.cloud.webhook import SIGNATURE_HEADER

WA_TOKEN, SECRET, VERIFY = "EAAG-made-up", "app secret", "verify me"
PHONE, ACCOUNT = "106540352242922", "102290129340398"
SITI_NUMBER, SITI_ID, RINA_ID = "6281234567890", "ID.13491208655302741918", "ID.2222"
UNKNOWN = "6289999999999"

GREETING: dict[str, Any] = {
    "name": "salam",
    "language": "id",
    "category": "UTILITY",
    "components": [
        {"type": "BODY", "text": "Halo {{1}}, TPS {{2}} menunggu.", "example": {"body_text": [["Siti", "001"]]}},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Siap"}, {"type": "QUICK_REPLY", "text": "Tidak"}]},
    ],
}  # fmt: skip


class Graph:
    """The business: `graph.text(…)` and its like give the answer, `graph.refused(…)` the error."""

    def __init__(self, base: str, session: ClientSession) -> None:
        self.base, self.session = base, session

    async def call(self, method: str, path: str, **given: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {WA_TOKEN}", **given.pop("headers", {})}
        async with self.session.request(method, f"{self.base}/v21.0/{path}", headers=headers, **given) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        status, body = await self.call("GET", path, params=query)
        assert status == 200, body
        return body

    async def send(self, **body: Any) -> dict[str, Any]:
        status, answer = await self.call("POST", f"{PHONE}/messages", json=whole(body))
        assert status == 200, answer
        return answer

    async def refused(self, **body: Any) -> dict[str, Any]:
        status, answer = await self.call("POST", f"{PHONE}/messages", json=whole(body))
        assert status >= 400, answer
        error: dict[str, Any] = answer["error"]
        return error

    async def text(self, words: str = "Halo", to: str = SITI_NUMBER, **more: Any) -> str:
        answer = await self.send(to=to, type="text", text={"body": words}, **more)
        return str(answer["messages"][0]["id"])

    async def read(self, message_id: str) -> None:
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        status, answer = await self.call("POST", f"{PHONE}/messages", json=receipt)
        assert (status, answer) == (200, {"success": True})

    async def template(self, *values: str, name: str = "salam", to: str = SITI_NUMBER, **more: Any) -> str:
        answer = await self.send(to=to, type="template", template=filled(name, *values, **more))
        return str(answer["messages"][0]["id"])


def whole(body: dict[str, Any]) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": SITI_NUMBER, **body}


def filled(name: str, *values: str, taps: tuple[str, ...] = (), language: str = "id") -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in values]
    buttons = [
        {"type": "button", "sub_type": "quick_reply", "index": str(at), "parameters": [{"type": "payload", "payload": tap}]}
        for at, tap in enumerate(taps)
    ]  # fmt: skip
    body = [{"type": "body", "parameters": parameters}] if parameters else []
    return {"name": name, "language": {"code": language}, "components": body + buttons}


class Callback:
    """The bot's webhook: keeps the bodies whose signature fits. `answers` are the statuses of the next posts."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.asked: list[dict[str, str]] = []
        self.echo = True
        self.url = ""

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/callback", self.verify)
        app.router.add_post("/callback", self.take)

    async def verify(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        right = self.echo and request.query["hub.verify_token"] == VERIFY
        return web.Response(text=request.query["hub.challenge"]) if right else web.Response(status=403)

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert request.headers[SIGNATURE_HEADER] == f"sha256={signature}"
        assert raw.isascii()
        status = self.answers.pop(0) if self.answers else 200
        self.bodies.append(json.loads(raw))
        return web.Response(status=status)

    def changes(self, field: str = "messages") -> list[dict[str, Any]]:
        found = [change for body in self.bodies for entry in body["entry"] for change in entry["changes"]]
        return [change["value"] for change in found if change["field"] == field]

    def messages(self) -> list[dict[str, Any]]:
        return [one for value in self.changes() for one in value.get("messages", ())]

    def statuses(self, of: str = "") -> list[dict[str, Any]]:
        found = [one for value in self.changes() for one in value.get("statuses", ())]
        return [one for one in found if of in {"", one["id"]}]

    def told(self, of: str) -> set[str]:
        return {one["status"] for one in self.statuses(of)}


async def told(cloud: CloudApi) -> None:
    """Everything has come to the callback."""
    await asyncio.sleep(0.02)
    await cloud.webhook.drained(3)
