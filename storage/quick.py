"""Core statements of the hot path, compiled once and run on sqlite3's own cursor.

SQLAlchemy spends 40 to 60 µs around each statement, five times what SQLite itself takes; a turn has ten. A `Quick`
statement is written in Core like every other, and its values pass through the same types; only the machinery
between is left out. On PostgreSQL, and for readers, it is executed as Core executes it.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

if TYPE_CHECKING:
    from storage.database import Tx

_DIALECT = sqlite.dialect()
Process = Callable[[Any], Any]


def _reader(kind: TypeEngine[Any]) -> Process | None:
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)


def _writer(kind: TypeEngine[Any]) -> Process | None:
    return kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)


class Quick:
    """One statement with `bindparam`s and no lists; `columns` are what it gives back (a select knows by itself).

    `keys` are the columns that an insert is given; `postgres` is the same statement in PostgreSQL's dialect, where the
    two differ.
    """

    def __init__(
        self,
        statement: Any,
        columns: Sequence[ColumnElement[Any]] | None = None,
        *,
        keys: Sequence[str] | None = None,
        postgres: Executable | None = None,
    ) -> None:
        self._core: Executable = statement
        self._postgres = postgres if postgres is not None else statement
        compiled = statement.compile(dialect=_DIALECT, column_keys=list(keys) if keys is not None else None)
        self._sql = str(compiled)
        self._binds = [self._bind(compiled, name) for name in compiled.positiontup or ()]
        found = list(columns if columns is not None else getattr(statement, "selected_columns", ()))
        names = [re.sub(r"\W", "_", str(column.key)) for column in found]
        make: Any = namedtuple  # its fields are a statement's columns, which no type checker can know
        self._make: Callable[[Iterable[Any]], Any] = make("Row", names, rename=True)._make
        self._readers = [(at, read) for at, column in enumerate(found) if (read := _reader(column.type)) is not None]

    @staticmethod
    def _bind(compiled: Any, name: str) -> tuple[str, Any, Process | None]:
        bound = compiled.binds[name]
        return bound.key, None if bound.required else bound.value, _writer(bound.type)

    def _values(self, params: Mapping[str, Any]) -> list[Any]:
        return [
            write(params.get(key, given)) if write is not None else params.get(key, given)
            for key, given, write in self._binds
        ]

    def rows(self, tx: Tx, params: Mapping[str, Any]) -> Sequence[Any]:
        """All rows, as named tuples in the order of the columns."""
        if tx.raw is None:
            return tx.rows(self._core if tx.is_sqlite else self._postgres, dict(params))
        found = tx.raw.execute(self._sql, self._values(params)).fetchall()
        return [self._row(row) for row in found]

    def first(self, tx: Tx, params: Mapping[str, Any]) -> Any:
        """The first row, or None."""
        if tx.raw is None:
            return tx.first(self._core if tx.is_sqlite else self._postgres, dict(params))
        row = tx.raw.execute(self._sql, self._values(params)).fetchone()
        return None if row is None else self._row(row)

    def run(self, tx: Tx, params: Mapping[str, Any]) -> int:
        """Execute; how many rows were changed."""
        if tx.raw is None:
            return tx.execute(self._core if tx.is_sqlite else self._postgres, dict(params)).rowcount
        return int(tx.raw.execute(self._sql, self._values(params)).rowcount)

    def many(self, tx: Tx, params: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each."""
        if tx.raw is None:
            tx.execute(self._core if tx.is_sqlite else self._postgres, [dict(each) for each in params])
        else:
            tx.raw.executemany(self._sql, [self._values(each) for each in params])

    def _row(self, row: Sequence[Any]) -> Any:
        if not self._readers:
            return self._make(row)
        values = list(row)
        for at, read in self._readers:
            values[at] = read(values[at])
        return self._make(values)
