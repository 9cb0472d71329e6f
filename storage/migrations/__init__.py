"""The schema, brought up by Alembic; every command does so first, and most find nothing to do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

HERE = Path(__file__).parent
LOCK = 7_350_119  # any number that is ours: PostgreSQL's advisory lock while migrating


def newest() -> str:
    """The newest revision: revisions are numbered files, so that no command pays for Alembic to find nothing."""
    return max(path.name[:4] for path in (HERE / "versions").glob("[0-9]*.py"))


def current(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(conn: Connection, to: str = "head") -> bool:
    """Bring the schema of `conn` up, in its transaction; tells whether anything changed."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if to == "head" and current(conn) == newest():
        return False
    from alembic import command  # noqa: PLC0415 - half a second that a start without migrations need not pay

    command.upgrade(config(conn), to)
    return True


def config(conn: Connection | None) -> Any:
    """Alembic's configuration, without an ini file."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.attributes["connection"] = conn
    return made


async def bring_up(url: str) -> bool:
    """Bring the schema of a database up; tells whether anything changed."""
    if url.startswith("sqlite"):
        return await asyncio.to_thread(_bring_up_sqlite, url)
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - only for PostgreSQL

    engine = create_async_engine(url)
    try:
        async with engine.begin() as conn:
            return await conn.run_sync(upgrade)
    finally:
        await engine.dispose()


def _bring_up_sqlite(url: str) -> bool:
    from storage.database import sqlite_engine  # noqa: PLC0415 - the writer's engine, with its pragmas

    engine = sqlite_engine(url)
    try:
        with engine.begin() as conn:
            return upgrade(conn)
    finally:
        engine.dispose()
