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


# Stories of words and rules, whose statements others walk on PostgreSQL too: the first of each runs on both databases, the
# rest of them there in `make soak`, or the suite outgrows four minutes.
ON_ONE = {"test_casualty", "test_false_alarms", "test_glance", "test_readings", "test_recap", "test_replacing", "test_twins"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seen: set[str] = set()
    for item in items:
        name = item.path.stem
        if name in ON_ONE and "[postgres" in item.name:
            if name in seen:
                item.add_marker(pytest.mark.soak)
            seen.add(name)
