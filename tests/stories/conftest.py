"""A stage on each database; the example city is founded once and copied for every story."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import migrations
from storage.database import Database, open_database
from storage.vault import Vault
from tests.conftest import SECRET, admin, run
from tests.stories.stage import Stage, found_city, set_up


async def _found(url: str) -> None:
    db = open_database(url, Vault(SECRET))
    await found_city(db)
    await db.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city") / "city.db"
    url = f"sqlite+aiosqlite:///{path}"
    run(migrations.bring_up(url))
    run(_found(url))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    run(admin(postgres.format(name="postgres"), "CREATE DATABASE siaga_city TEMPLATE siaga_template"))
    run(_found(postgres.format(name="siaga_city")))
    return "siaga_city"


@pytest.fixture
async def stage(db: Database) -> AsyncIterator[Stage]:
    made = await set_up(db)
    await made.starts()
    yield made
    await made.stops()
