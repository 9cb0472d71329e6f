"""A database of an earlier version comes up with its data, on both kinds."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrations
from tests.conftest import admin

CITY = """
INSERT INTO election (id, code, name, region_code, voting_day, last_day, zone, emergency_number, wage_base, scheme,
    secretariat, ladder)
    VALUES (1, 'malang-2024', 'Pilkada', '35.73', '2024-11-27', '2024-11-27', 'WIB', '119', '', '', '', '');
INSERT INTO kecamatan (id, election_id, name, key) VALUES (1, 1, 'Klojen', 'klojen');
INSERT INTO kelurahan (id, election_id, kecamatan_id, name, key) VALUES (1, 1, 1, 'Kasin', 'kasin');
INSERT INTO tps (id, election_id, kelurahan_id, number, kind, moved_to, address) VALUES (1, 1, 1, 12, 'reguler', '', '');
INSERT INTO address (id, channel, external, named, state, consent, consent_version)
    VALUES (1, 'telegram', '77', 'Budi', 'active', 'yes', '2024-1');
INSERT INTO delivery (id, channel, lane, address_id, kind, refs, about, answers, state, reason, tries, created_at,
    external, claim)
    VALUES (1, 'telegram', 1, 1, 'menu', '{}', '', '', 'waiting', '', 0, '2024-11-27 03:00:00', '', '')
"""


def _old(conn: Connection) -> None:
    migrations.upgrade(conn, "0001")
    for each in CITY.split(";"):
        conn.execute(text(each))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_database_of_the_first_version_comes_up_with_its_data(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/old.db"
    if kind == "postgresql":
        servers: str = request.getfixturevalue("postgres")
        name = f"old_{uuid.uuid4().hex}"
        await admin(servers.format(name="postgres"), f"CREATE DATABASE {name}")
        url = servers.format(name=name)
    engine = create_async_engine(url)
    async with engine.begin() as conn:
        await conn.run_sync(_old)
    await engine.dispose()
    assert await migrations.bring_up(url)
    async with engine.begin() as conn:
        assert (await conn.execute(text("SELECT number, handed_at FROM tps"))).one() == (12, None)
        assert (await conn.execute(text("SELECT state, bulk_id FROM delivery"))).one() == ("waiting", None)
        assert (await conn.execute(text("SELECT external, stopped_at FROM address"))).one() == ("77", None)
        assert await conn.run_sync(migrations.current) == migrations.newest()
    await engine.dispose()
    if kind == "postgresql":
        await admin(servers.format(name="postgres"), f"DROP DATABASE {name}")
