"""Which variants of a story or an import `make test` leaves to `make soak`: what they walk, the others walk too.

    python -m pytest -p tests.walked -m "not soak" -n 2 tests/stories tests/workbook tests/storage tests/outbox

walks every variant and writes into `long_forms.txt` those that bring nothing of their own. What stays runs every story
once at least, and walks, of all that any variant walked, each line of the product on each channel and each statement on
each database. A test that is not in the list runs in all its variants, as every new one does.
"""

from __future__ import annotations

import pickle
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from coverage import Coverage
from sqlalchemy import Engine, event

LIST = Path(__file__).with_name("long_forms.txt")
PRODUCT = [f"{LIST.parents[1]}/{room}/*" for room in ("bot", "handlers", "messages", "storage")]
OF = ("tests/stories/", "tests/workbook/")  # those of `storage` and of the outbox are about the databases themselves
# What the databases do differently with the same statements: two at once, and what goes on after a step has failed.
UNLIKE = ("at_once", "same_moment", "two_processes", "test_rescue", "offer_fails", "is_away", "killed", "meanwhile")
VARIANT = re.compile(r"\b(sqlite|postgres|telegram|whatsapp)\b")
START = 0.05  # seconds that a test takes before it says anything

Walk = set[tuple[str, ...]]


def _channel(name: str) -> str:
    return next((channel for channel in ("telegram", "whatsapp") if channel in name.partition("[")[2]), "")


def _bare(statement: str) -> str:
    """Without what changes with the number of values."""
    bare = re.sub(r"\$\d+|\b(param|anon)_\d+", "?", statement)
    return re.sub(r"(\(?\?[^,()]*\)?)(, \1)+", r"\1", " ".join(bare.split()))


class Walked:
    """What each test of this process walked, and the processor's seconds that it took."""

    def __init__(self) -> None:
        self.walks: dict[str, Walk] = defaultdict(set)
        self.took: dict[str, float] = {}
        self._running = ""
        self._lines = Coverage(data_file=None, include=PRODUCT, concurrency=["thread", "greenlet"])
        self._lines.start()
        event.listen(Engine, "before_cursor_execute", self._executed)

    def _executed(self, conn: Any, _cursor: object, statement: str, *_: object) -> None:
        if self._running:
            self.walks[self._running].add(("statement", conn.dialect.name, _bare(statement)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self._running, start = item.nodeid, process_time()
        self._lines.switch_context(item.nodeid)
        yield
        self._lines.switch_context("")
        self.took[item.nodeid], self._running = process_time() - start, ""

    @pytest.hookimpl(tryfirst=True)  # before what was found is sent
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not self.took:  # this process gave its tests to others
            return
        self._lines.stop()
        data = self._lines.get_data()
        for path in data.measured_files():
            for line, names in data.contexts_by_lineno(path).items():
                for name in filter(None, names):
                    self.walks[name].add(("line", _channel(name), path, str(line)))
        found = pickle.dumps((dict(self.walks), self.took))
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["walked"] = found
        else:
            LIST.write_text("".join(f"{name}\n" for name in long_forms([found])))


class Gathered:
    """What the processes of one run walked."""

    def __init__(self) -> None:
        self._found: list[bytes] = []

    def pytest_testnodedown(self, node: Any) -> None:
        self._found.append(node.workeroutput["walked"])

    def pytest_sessionfinish(self) -> None:
        LIST.write_text("".join(f"{name}\n" for name in long_forms(self._found)))


def pytest_configure(config: pytest.Config) -> None:
    gathers = not hasattr(config, "workerinput") and bool(config.getoption("numprocesses", default=0))
    config.pluginmanager.register(Gathered() if gathers else Walked(), "walked-here")


def long_forms(found: Iterable[bytes]) -> list[str]:
    """The variants that bring nothing of their own, dearest first struck out."""
    walks: dict[str, Walk] = {}
    took: dict[str, float] = {}
    for each in found:
        some, seconds = pickle.loads(each)
        walks.update(some)
        took.update(seconds)
    ours = [name for name in took if name.startswith(OF)]
    left = {name for name in ours if not any(word in name for word in UNLIKE)}
    kept = took.keys() - left
    stories = {VARIANT.sub("*", name) for name in left} - {VARIANT.sub("*", name) for name in kept}
    for story in stories:  # once at least, where it takes the least time
        kept.add(min((name for name in left if VARIANT.sub("*", name) == story), key=took.__getitem__))
    missing = set().union(*walks.values()) - set().union(*(walks.get(name, set()) for name in kept))
    while missing:
        best = max(took.keys() - kept, key=lambda name: len(walks[name] & missing) / (took[name] + START))
        kept.add(best)
        missing -= walks[best]
    times = Counter(step for name in kept for step in walks.get(name, ()))
    running = Counter(VARIANT.sub("*", name) for name in kept)
    for name in sorted(kept & left, key=lambda name: -took[name]):
        if running[VARIANT.sub("*", name)] > 1 and all(times[step] > 1 for step in walks.get(name, ())):
            kept.remove(name)
            running[VARIANT.sub("*", name)] -= 1
            times.subtract(walks.get(name, ()))
    return sorted(set(ours) - kept)
