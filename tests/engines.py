"""Engines that outlive a test: what SQLAlchemy has compiled for one story serves the next, on another database.

A story compiles a hundred statements; anew for each it took a sixth of the suite. An engine whose database was closed
is pointed at the next one; two that are open at once never share one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import database

_create = database.create_engine
_create_async = database.create_async_engine


class Engines:
    """Stands in for `create_engine` and `create_async_engine`."""

    def __init__(self) -> None:
        self._free: dict[tuple[str, str], list[Engine]] = defaultdict(list)
        self._at: dict[Engine, str] = {}

    def _lent(self, make: Callable[[], Engine], url: str, options: dict[str, Any]) -> Engine:
        key = (make_url(url).drivername, repr(sorted(options.items())))
        if self._free[key]:
            engine = self._free[key].pop()
        else:
            engine = make()
            event.listen(engine, "do_connect", self._point)
            event.listen(engine, "engine_disposed", self._free[key].append)
        self._at[engine] = url
        return engine

    def _point(self, dialect: Any, _record: Any, args: list[Any], named: dict[str, Any]) -> None:
        engine = next(each for each in self._at if each.dialect is dialect)
        where, how = dialect.create_connect_args(make_url(self._at[engine]))
        args[:] = where
        named.update(how)

    def sync(self, url: str, **options: Any) -> Engine:
        return self._lent(lambda: _create(url, **options), url, options)

    def asynchronous(self, url: str, **options: Any) -> AsyncEngine:
        return AsyncEngine(self._lent(lambda: _create_async(url, **options).sync_engine, url, options))


def share() -> None:
    """From now on databases take their engines from here."""
    engines = Engines()
    database.create_engine = engines.sync
    database.create_async_engine = engines.asynchronous
