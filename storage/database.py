"""Two verbs, `write` and `read`, over SQLite and PostgreSQL.

On SQLite one writer thread takes what has gathered, runs each function in its savepoint and commits them together:
one thread hop and one fsync for many turns. Readers go through aiosqlite. On PostgreSQL both go through asyncpg.
A function may run again (a group whose commit failed, a deadlock), so it changes nothing outside its `Tx`.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Engine, Executable, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.quick import Quick
from storage.vault import Vault

T = TypeVar("T")
_GROUP = 64  # turns in one commit at most: 64 of them take about 20 ms
_TRIES = 5
_BUSY_SECONDS = 30
_PREPARED = 500  # statements a connection to PostgreSQL keeps prepared; we have more than the usual hundred
_ILL = (OperationalError, sqlite3.OperationalError)
_AGAIN = {"40001", "40P01"}  # serialization failure, deadlock (PostgreSQL's SQLSTATE)


class Away(Exception):
    """The database did not answer; the same work may be brought again."""


class Tx:
    """One transaction as steps see it: a connection, the vault, and the two dialects' common `insert`."""

    __slots__ = ("conn", "is_sqlite", "raw", "vault")

    def __init__(self, conn: Connection, vault: Vault, raw: sqlite3.Connection | None = None) -> None:
        self.conn = conn
        self.vault = vault
        self.raw = raw  # sqlite3's own, in the writer thread: see `storage.quick`
        self.is_sqlite = conn.dialect.name == "sqlite"

    def execute(self, statement: Executable, params: Any = None) -> CursorResult[Any]:
        return self.conn.execute(statement, params)

    def scalar(self, statement: Executable, params: Any = None) -> Any:
        return self.conn.execute(statement, params).scalar()

    def rows(self, statement: Executable, params: Any = None) -> Sequence[Any]:
        return self.conn.execute(statement, params).all()

    def first(self, statement: Executable, params: Any = None) -> Any:
        return self.conn.execute(statement, params).first()

    def steady(self) -> None:
        """All that a `read` reads is of one moment; said before its first query. On SQLite a `write` is so anyway."""
        if self.raw is None:
            steady = "BEGIN" if self.is_sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
            self.conn.exec_driver_sql(steady)

    def insert(self, into: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that knows `on_conflict_…`, in this database's dialect."""
        return sqlite.insert(into) if self.is_sqlite else postgresql.insert(into)

    def insert_new(self, into: Table, values: Mapping[str, Any]) -> bool:
        """Insert unless a unique index already holds it; tells whether it was this call that put it there."""
        return _new(into, tuple(values)).run(self, values) == 1

    def savepoint(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` all or nothing inside this transaction."""
        if self.raw is None:
            with self.conn.begin_nested():
                return fn(self)
        self.raw.execute("SAVEPOINT part")
        try:
            value = fn(self)
        except BaseException:
            self.raw.execute("ROLLBACK TO part")
            raise
        finally:
            self.raw.execute("RELEASE part")
        return value


@cache
def _new(into: Table, keys: tuple[str, ...]) -> Quick:
    """An insert of these columns unless a row like it is there; the same in both dialects."""
    here, there = (dialect.insert(into).on_conflict_do_nothing() for dialect in (sqlite, postgresql))
    return Quick(here, keys=keys, postgres=there)


class Database(ABC):
    """`await db.write(fn)` and `await db.read(fn)`; `fn` takes a `Tx` and cannot await.

    `one_writer`: writes come one after the other, so that a turn may well take more along.
    """

    one_writer = False

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    @abstractmethod
    async def write(self, fn: Callable[[Tx], T]) -> T: ...

    @abstractmethod
    async def read(self, fn: Callable[[Tx], T]) -> T: ...

    @abstractmethod
    async def close(self) -> None: ...


def open_database(url: str, vault: Vault) -> Database:
    """Open `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`. Raises ValueError for another scheme."""
    if url.startswith("sqlite+aiosqlite:"):
        return SqliteDatabase(url, vault)
    if url.startswith("postgresql+asyncpg:"):
        return PostgresDatabase(url, vault)
    raise ValueError("SIAGA_DATABASE_URL must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def sqlite_engine(url: str) -> Engine:
    """A synchronous engine for the writer and for migrations."""
    engine = create_engine(
        url.replace("sqlite+aiosqlite:", "sqlite:"),
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # an error's text must not bring phones or hashes into a log
    )
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(conn: Connection) -> None:
    # A transaction that reads first and writes later would fail at once with "database is locked".
    conn.exec_driver_sql("BEGIN IMMEDIATE")


class _Job:
    __slots__ = ("error", "fn", "future", "loop", "value")

    def __init__(self, fn: Callable[[Tx], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.fn = fn
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.value: Any = None
        self.error: BaseException | None = None


class SqliteDatabase(Database):
    """One writer thread with group commit; readers through aiosqlite."""

    one_writer = True

    def __init__(self, url: str, vault: Vault) -> None:
        super().__init__(vault)
        self._engine = sqlite_engine(url)
        self._readers = create_async_engine(url, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)
        event.listen(self._readers.sync_engine, "connect", _read_pragmas)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def write(self, fn: Callable[[Tx], T]) -> T:
        if self._closed:
            raise Away("the database is closed")
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
            self._thread.start()
        job = _Job(fn, asyncio.get_running_loop())
        self._jobs.put(job)
        result: T = await job.future
        return result

    async def read(self, fn: Callable[[Tx], T]) -> T:
        async with self._readers.connect() as conn:
            return await conn.run_sync(lambda sync: fn(Tx(sync, self.vault)))

    async def close(self) -> None:
        self._closed = True
        if self._thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)
        await self._readers.dispose()
        self._engine.dispose()

    def _work(self) -> None:
        conn: Connection | None = None
        stop = False
        while not stop:
            job = self._jobs.get()
            if job is None:
                break
            group = [job]
            with contextlib.suppress(queue.Empty):
                while len(group) < _GROUP:
                    more = self._jobs.get_nowait()
                    if more is None:
                        stop = True
                        break
                    group.append(more)
            try:
                if conn is None:
                    conn = self._engine.connect()
                self._commit(conn, group)
            except Exception as error:  # noqa: BLE001 - handed to whoever waits for it, all of them
                for each in group:
                    each.error = Away(str(error)) if isinstance(error, _ILL) else error
                if conn is not None:
                    with contextlib.suppress(Exception):
                        conn.invalidate()
                        conn.close()
                    conn = None
            _hand_back(group)
        if conn is not None:
            conn.close()

    def _commit(self, conn: Connection, group: list[_Job]) -> None:
        """Run a group and commit it. A lone job needs no savepoint: undoing it is undoing the transaction."""
        raw = cast(sqlite3.Connection, conn.connection.dbapi_connection)
        tx = Tx(conn, self.vault, raw)
        with conn.begin() as transaction:
            for job in group:
                job.error = None
                if len(group) > 1:
                    raw.execute("SAVEPOINT turn")
                try:
                    job.value = job.fn(tx)
                except Exception as error:
                    if isinstance(error, _ILL) and _disk_is_ill(error):
                        raise
                    job.error = error
                    if len(group) == 1:
                        transaction.rollback()
                        return
                    raw.execute("ROLLBACK TO turn")
                if len(group) > 1:
                    raw.execute("RELEASE turn")


def _disk_is_ill(error: OperationalError | sqlite3.OperationalError) -> bool:
    """Full disk, I/O error, locked for longer than the timeout: SQLite may have rolled the whole group back."""
    original = error.orig if isinstance(error, OperationalError) else error
    name = getattr(original, "sqlite_errorname", "") if isinstance(original, sqlite3.Error) else ""
    return str(name).startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_NOMEM"))


def _hand_back(group: list[_Job]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in group:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, jobs)


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.cancelled():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.value)


def _read_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


class PostgresDatabase(Database):
    """asyncpg with a pool; a deadlock or a serialization failure runs the function again."""

    def __init__(self, url: str, vault: Vault, pool: int = 10) -> None:
        super().__init__(vault)
        kept = {"prepared_statement_cache_size": _PREPARED}
        self._engine: AsyncEngine = create_async_engine(
            url, pool_size=pool, max_overflow=10, pool_use_lifo=True, hide_parameters=True, connect_args=kept
        )

    async def write(self, fn: Callable[[Tx], T]) -> T:
        for attempt in range(_TRIES):
            try:
                async with self._engine.begin() as conn:
                    return await conn.run_sync(lambda sync: fn(Tx(sync, self.vault)))
            except (OSError, TimeoutError, PoolTimeout) as error:
                raise Away(str(error)) from error
            except Exception as error:
                if _is_away(error):
                    raise Away(str(getattr(error, "orig", error))) from error
                if sqlstate(error) not in _AGAIN or attempt == _TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self.write(fn)

    async def close(self) -> None:
        await self._engine.dispose()


def sqlstate(error: Exception) -> str:
    """PostgreSQL's code for what went wrong, from the driver or from SQLAlchemy around it; "" if it has none."""
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")


def _is_away(error: Exception) -> bool:
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or sqlstate(error).startswith(("08", "57P", "53")) or sqlstate(error) == "25006"
