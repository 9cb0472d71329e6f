"""Many rows in one go: the same verbs for both databases, each in the way that is quickest there.

SQLAlchemy's own executemany spends four times as long on a row as the database does. SQLite takes tuples as they are
(one prepared statement, many rows). PostgreSQL takes new rows as a COPY, and rows that may be there already as one
array a column (one statement, one round trip).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import ARRAY, ColumnElement, Dialect, Table, any_, func, literal, select
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from storage.database import Tx, sqlstate

T = TypeVar("T")
_UNIQUE = "23505"  # unique violation (PostgreSQL's SQLSTATE)
_Processor = Callable[[Any], Any]


def lightly(step: Callable[[Tx], T], tx: Tx) -> T:
    """One of many steps that can be repeated: its commit does not wait for the disk on PostgreSQL, which writes it soon
    after, and at the latest with the next commit that waits. A reader sees it at once all the same."""
    if not tx.is_sqlite:
        tx.conn.exec_driver_sql("SET LOCAL synchronous_commit TO off")
    return step(tx)


class Taken(Exception):
    """A unique index holds one of the rows that should be new already."""


def add(tx: Tx, into: Table, *, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> list[int]:
    """Insert rows that are all new into a table whose primary key is `id`; gives their ids, in order. Raises `Taken`
    where one is not new: the transaction is then lost."""
    columns, rows = _whole(into, columns, rows)
    ids = _reserved(tx, into, len(rows))
    lists = [ids, *_processed(into, columns, list(zip(*rows, strict=True)), tx.conn.dialect)]
    try:
        _insert(tx, into, ("id", *columns), list(zip(*lists, strict=True)))
    except Exception as error:
        if isinstance(error, sqlite3.IntegrityError) or sqlstate(error) == _UNIQUE:
            raise Taken(into.name) from None  # the error names the values
        raise
    return ids


def _reserved(tx: Tx, into: Table, many: int) -> list[int]:
    """Ids for new rows. SQLite has one writer, so nobody takes the next ones meanwhile."""
    if tx.is_sqlite:
        last = int(tx.scalar(select(func.coalesce(func.max(into.c.id), 0))))
        return list(range(last + 1, last + 1 + many))
    # The sequence is looked up once, not for every id, and they come as one row: by the row is SQLAlchemy's price.
    found: list[int] | None = tx.conn.exec_driver_sql(_NEXT_IDS, (into.name, many)).scalar_one()
    return found or []  # of none there is no list


_NEXT_IDS = (
    "SELECT array_agg(nextval((SELECT CAST(pg_get_serial_sequence($1, 'id') AS regclass)))) FROM generate_series(1, $2)"
)


def _insert(tx: Tx, into: Table, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if tx.raw is not None:
        marks = ", ".join("?" for _ in columns)
        tx.raw.executemany(f'INSERT INTO "{into.name}" ({_list(columns)}) VALUES ({marks})', rows)  # noqa: S608 - ours
    else:
        driver: Any = tx.conn.connection.dbapi_connection
        driver.run_async(lambda own: own.copy_records_to_table(into.name, records=rows, columns=columns))


def upsert(
    tx: Tx,
    into: Table,
    *,
    by: tuple[str, ...],
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    fixed: tuple[str, ...] = (),
) -> None:
    """Insert rows, or change those that the unique index `by` holds already; `fixed` columns are for the insert only.

    No two rows may have the same `by`.
    """
    if not rows:
        return
    fixed += _defaulted(into, columns)
    columns, rows = _whole(into, columns, rows)
    lists = _processed(into, columns, list(zip(*rows, strict=True)), tx.conn.dialect)
    if tx.is_sqlite:
        tx.conn.exec_driver_sql(_for_sqlite(into, by, columns, fixed), list(zip(*lists, strict=True)))
    else:
        tx.conn.exec_driver_sql(_for_postgres(into, by, columns, fixed, tx.conn.dialect), tuple(map(list, lists)))


def among(tx: Tx, column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """The condition that a column of text or numbers is one of many values, which are one parameter: with one each,
    thousands of rows cost more in SQLAlchemy than in the database."""
    wanted = list(values)
    if tx.is_sqlite:
        listed = func.json_each(json.dumps(wanted)).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(wanted, ARRAY(column.type)))


def _whole(
    into: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> tuple[tuple[str, ...], Sequence[tuple[Any, ...]]]:
    """Columns and rows with the values that the code gives where none is stated."""
    others = _defaulted(into, columns)
    more = _defaults(into, others)
    return (columns + others, [row + more for row in rows]) if others else (columns, rows)


def _processed(
    into: Table, columns: tuple[str, ...], lists: list[tuple[Any, ...]], dialect: Dialect
) -> list[Sequence[Any]]:
    """Every value as the driver wants it, by the column's own type."""
    found: list[Sequence[Any]] = []
    values: Sequence[Any]
    for name, values in zip(columns, lists, strict=True):
        processor = _processor(into, name, dialect)
        if processor:
            made = {each: processor(each) for each in set(values)}  # dates repeat in thousands of rows
            values = [made[each] for each in values]  # noqa: PLW2901 - the same column, processed
        found.append(values)
    return found


@lru_cache(maxsize=64)
def _defaulted(into: Table, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The other columns that have a value of their own in the code: the database does not know of it."""
    return tuple(each.name for each in into.c if each.name not in columns and each.default is not None)


@lru_cache(maxsize=64)
def _defaults(into: Table, columns: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(cast(ScalarElementColumnDefault, into.c[name].default).arg for name in columns)


@lru_cache(maxsize=256)
def _processor(into: Table, name: str, dialect: Dialect) -> _Processor | None:
    return into.c[name].type.dialect_impl(dialect).bind_processor(dialect)


def _conflict(by: tuple[str, ...], columns: tuple[str, ...], fixed: tuple[str, ...]) -> str:
    changed = [f'"{name}" = excluded."{name}"' for name in columns if name not in by and name not in fixed]
    return f"ON CONFLICT ({_list(by)}) DO " + (f"UPDATE SET {', '.join(changed)}" if changed else "NOTHING")


def _list(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


@lru_cache(maxsize=64)
def _for_sqlite(into: Table, by: tuple[str, ...], columns: tuple[str, ...], fixed: tuple[str, ...]) -> str:
    marks = ", ".join("?" for _ in columns)
    return (
        f'INSERT INTO "{into.name}" ({_list(columns)}) VALUES ({marks}) '  # noqa: S608 - names of our own tables
        + _conflict(by, columns, fixed)
    )


@lru_cache(maxsize=64)
def _for_postgres(
    into: Table, by: tuple[str, ...], columns: tuple[str, ...], fixed: tuple[str, ...], dialect: Dialect
) -> str:
    arrays = ", ".join(
        f"CAST(${n} AS {into.c[name].type.compile(dialect=dialect)}[])" for n, name in enumerate(columns, start=1)
    )
    return (
        f'INSERT INTO "{into.name}" ({_list(columns)}) SELECT * FROM unnest({arrays}) '  # noqa: S608 - as above
        + _conflict(by, columns, fixed)
    )
