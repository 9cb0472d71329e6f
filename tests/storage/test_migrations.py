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


# Rows that refer to others: a table that is made anew under them would not go.
LIVED = """
INSERT INTO person (id, name, name_key) VALUES (1, 'Budi', 'budi');
INSERT INTO person (id, name, name_key) VALUES (2, 'Siti, A.Md.Kep', 'siti kep');
INSERT INTO assignment (id, election_id, person_id, kind, key, role, position, institution, tps_id)
    VALUES (1, 1, 1, 'officer', 'k', 'KPPS', 'ketua', 'KPU', 1);
INSERT INTO tps (id, election_id, kelurahan_id, number, kind, moved_to, address) VALUES (2, 1, 1, 13, 'reguler', 'Kasin/12', '');
INSERT INTO incident (id, number, election_id, state, severity, kind, kinds, plain, verified, reporter_address_id, casualty,
    tps_id, reported_at, outcome, rung, round, round_here, told, quiet_asked, chain_length, chain_head)
    VALUES (1, 1, 1, 'waiting', 'red', 'pingsan', 'pingsan', false, true, 1, '', 1, '2024-11-27 03:00:00', '', 0, 1, 0, 0, false, 1, 'x');
INSERT INTO journal (id, incident_id, seq, at, what, salt, digest, previous, hash)
    VALUES (1, 1, 1, '2024-11-27 03:00:00', 'filed', '', '', '', 'x');
INSERT INTO identity_request (address_id, election_id, role, name, tps_id, state, created_at)
    VALUES (1, 1, 'kpps', 'Budi', 1, 'open', '2024-11-27 03:00:00')
"""


def _old(conn: Connection) -> None:
    migrations.upgrade(conn, "0001")
    for each in CITY.split(";"):
        conn.execute(text(each))
    migrations.upgrade(conn, "0006")
    for each in LIVED.split(";"):
        conn.execute(text(each))
    migrations.upgrade(conn, "0017")
    conn.execute(text("UPDATE person SET phone = '+6281234560099', former_phone = '+6281234560001' WHERE id = 2"))


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
        assert (await conn.execute(text("SELECT number, handed_at, moved_id FROM tps ORDER BY id"))).all() == [(12, None, None), (13, None, 1)]
        assert (await conn.execute(text("SELECT name_key FROM person ORDER BY id"))).all() == [("budi",), ("siti",)]
        former = (await conn.execute(text("SELECT person_id, phone FROM former_phone"))).all()
        assert former == [(2, "+6281234560001")]
        assert (await conn.execute(text("SELECT number, merged_into, false_by, riot_id FROM incident"))).one() == (1, None, None, None)
        assert (await conn.execute(text("SELECT state, bulk_id FROM delivery"))).one() == ("waiting", None)
        assert (await conn.execute(text("SELECT external, stopped_at FROM address"))).one() == ("77", None)
        asked = (await conn.execute(text("SELECT id, kind, name, subject_id, state FROM request"))).one()
        assert asked == (1, "identity", "Budi", None, "open")
        assert await conn.run_sync(migrations.current) == migrations.newest()
    await engine.dispose()
    if kind == "postgresql":
        await admin(servers.format(name="postgres"), f"DROP DATABASE {name}")
