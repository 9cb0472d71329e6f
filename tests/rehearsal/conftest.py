"""The Bot API of our own, served on a port of loopback, with one person inside and a clock that a test moves."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer

from bot.outbox import gates
from bot.rehearsal import lookout
from bot.rehearsal.botapi import BotApi
from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.cloud.limits import Limits as CloudLimits
from bot.rehearsal.limits import Limits
from tests.conftest import run

from . import living, meta

if TYPE_CHECKING:
    from playwright.async_api import Browser

TOKEN = "123456789:AAF-a_made_up_token_for_tests"
SITI, RINA = 11, 12
TPS_GROUP = -1001


class Hands:
    """A clock for business time and one for the limits, both moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2024, 11, 27, 0, 0, tzinfo=UTC)
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.seconds += seconds


class Line:
    """The wire as a bot sees it: `line(method, field=…)` posts JSON and gives the result or the refusal."""

    def __init__(self, base: str, session: ClientSession) -> None:
        self.base, self.session = base, session

    def url(self, method: str, token: str = TOKEN) -> str:
        return f"{self.base}/bot{token}/{method}"

    async def whole(self, method: str, **fields: Any) -> dict[str, Any]:
        async with self.session.post(self.url(method), json=fields) as answer:
            return await read(answer)

    async def __call__(self, method: str, **fields: Any) -> Any:
        body = await self.whole(method, **fields)
        assert body["ok"], body
        return body["result"]

    async def refused(self, method: str, **fields: Any) -> tuple[int, str]:
        body = await self.whole(method, **fields)
        assert not body["ok"], body
        return body["error_code"], body["description"]


async def read(answer: ClientResponse) -> dict[str, Any]:
    """The body, whose `ok` and code go with the status."""
    body: dict[str, Any] = await answer.json()
    assert body["ok"] == (answer.status == 200)
    assert body.get("error_code", 200) == answer.status
    return body


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def limits() -> Limits | None:
    return None


@pytest.fixture
def api(hands: Hands, limits: Limits | None) -> BotApi:
    api = BotApi(TOKEN, "siaga_bot", now=hands.now, limits=limits, retry_pause=0.01)
    api.add_person(SITI, "Siti", "Aminah", phone="+6281234567890")
    api.add_person(RINA, "Rina", phone="+6281200000012")
    return api


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """The application on a free port of loopback; gives its address."""
    server = TestServer(app, host="127.0.0.1", port=0)
    await server.start_server()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.close()


@pytest.fixture
async def base(api: BotApi) -> AsyncIterator[str]:
    app = web.Application()
    api.routes(app)
    async with served(app) as address:
        yield address


@pytest.fixture
async def line(base: str) -> AsyncIterator[Line]:
    async with ClientSession() as session:
        yield Line(base, session)


@pytest.fixture
def wa_limits(hands: Hands) -> CloudLimits:
    return CloudLimits(clock=hands.monotonic)


@pytest.fixture
def cloud(hands: Hands, wa_limits: CloudLimits) -> CloudApi:
    cloud = CloudApi(meta.WA_TOKEN, meta.PHONE, meta.ACCOUNT, meta.SECRET, meta.VERIFY, now=hands.now, limits=wa_limits, retry_pause=0.01)  # fmt: skip
    cloud.add_person(f"+{meta.SITI_NUMBER}", meta.SITI_ID, "Siti Aminah")
    cloud.add_person(None, meta.RINA_ID, "Rina", username="rina.k")
    return cloud


@pytest.fixture
async def graph(cloud: CloudApi) -> AsyncIterator[meta.Graph]:
    """The server alone; nothing is subscribed."""
    app = web.Application()
    cloud.routes(app)
    async with served(app) as address, ClientSession() as session:
        yield meta.Graph(address, session)


@pytest.fixture
async def callback(graph: meta.Graph, cloud: CloudApi) -> AsyncIterator[meta.Callback]:
    """A bot's webhook that is subscribed."""
    callback = meta.Callback()
    app = web.Application()
    callback.routes(app)
    async with served(app) as address:
        callback.url = f"{address}/callback"
        await cloud.subscribe(callback.url)
        yield callback
        await cloud.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    from playwright.async_api import async_playwright  # slow to import, and few tests look at a page

    # Every window of this Chromium brings two pages of its own for the address line, which cost as much as ours.
    # Of two such switches the last one counts: what Playwright switches off and a page could notice stands here again.
    spared = "WebUIOmniboxPopup,WebUIOmniboxAimPopup,DestroyProfileOnBrowserClose,HttpsUpgrades,MediaRouter,OptimizationHints,PaintHolding,Translate"
    args = ["--no-sandbox", f"--disable-features={spared}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=args)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def living_city(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example city in a database, made once."""
    folder = tmp_path_factory.mktemp("city")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run(living.found(folder, sqlite_template, patch))
    return folder / living.FILE


@pytest_asyncio.fixture(loop_scope="session")
async def rehearsal(living_city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[living.Rehearsal]:
    """`make run`, as a newcomer has it. Only that a chat takes more than five messages in five seconds, since hours pass in
    one here; and that the page looks at the city more often."""
    monkeypatch.setattr(lookout, "EVERY", 0.2)
    monkeypatch.setattr(lookout, "LONGEST", 0.2)
    monkeypatch.setitem(gates.GATES, "telegram", gates.none)  # type: ignore[index]
    shutil.copy(living_city, tmp_path / living.FILE)
    monkeypatch.chdir(tmp_path)
    async with living.running_rehearsal() as found:
        yield found
