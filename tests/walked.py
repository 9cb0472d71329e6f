"""Which stories and imports need no PostgreSQL in `make test`: each of their statements goes there in another test too.

    python -m pytest -p tests.walked -m "not soak" -k postgres tests

writes them into `on_sqlite.txt`. A test that is not in it runs on both databases, as every new one does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest
from sqlalchemy import Engine, event

LIST = Path(__file__).with_name("on_sqlite.txt")
OF = ("tests/stories/", "tests/workbook/")  # those of `storage` and of the outbox are about the databases themselves
# What the databases do differently with the same statements: two at once, and what goes on after a step has failed.
UNLIKE = ("at_once", "same_moment", "two_processes", "test_rescue", "offer_fails", "is_away", "killed", "meanwhile")

walked: dict[str, set[str]] = defaultdict(set)
took: dict[str, float] = {}
running = ""


def _bare(statement: str) -> str:
    """Without what changes with the number of values."""
    bare = re.sub(r"\$\d+|\b(param|anon)_\d+", "?", statement)
    return re.sub(r"(\(?\?[^,()]*\)?)(, \1)+", r"\1", " ".join(bare.split()))


@event.listens_for(Engine, "before_cursor_execute")
def _executed(conn: object, _cursor: object, statement: str, *_: object) -> None:
    if running and conn.dialect.name == "postgresql":  # type: ignore[attr-defined]
        walked[running].add(_bare(statement))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    global running
    running, start = item.nodeid, process_time()
    yield
    took[running], running = process_time() - start, ""


def pytest_sessionfinish() -> None:
    ours = [name for name in took if name.startswith(OF)]
    kept = {name for name in ours if any(word in name for word in UNLIKE)}
    missing = set().union(*walked.values())
    for name in took.keys() - ({*ours} - kept):
        missing -= walked[name]
    while missing:
        best = max(ours, key=lambda name: len(walked[name] & missing) / (took[name] + 0.05))
        kept.add(best)
        missing -= walked[best]
    LIST.write_text("".join(f"{name}\n" for name in sorted({*ours} - kept)))
