"""What an import touched, step by step, and how it is taken back.

Each step of an import writes down, in its own transaction, which rows it added and what it changed or took out. To take
it back, the steps go backwards: added rows leave unless something else has come to hang on them (an incident, a chat),
and a changed value returns where nobody has changed it again since.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlmodel import Field, SQLModel

from storage import bulk
from storage.database import Tx
from storage.types import Instant, loaded, table

RUNNING, DONE, UNDONE = "running", "done", "undone"
KEPT = 3  # of an election's imports, whose steps are kept
Row = dict[str, Any]
Key = tuple[Any, ...]


class Run(SQLModel, table=True):
    """One import that changed something. A killed one is `running` until the same file, or another, finishes it."""

    __tablename__ = "import_run"
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id", index=True)
    file: str = ""
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    state: str = RUNNING


class Step(SQLModel, table=True):
    """One step of an import on one table; `seen_sealed` holds primary keys and values."""

    __tablename__ = "import_step"
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="import_run.id", index=True)
    of: str
    seen_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


runs = table(Run)
steps = table(Step)
_R, _S = runs.c, steps.c


def begin(tx: Tx, election_id: int, file: str, now: datetime) -> int:
    """The import that is being written: the one that was killed, else a new one; the oldest are forgotten."""
    open_ = select(_R.id).where(_R.election_id == election_id, _R.state == RUNNING).order_by(_R.id.desc()).limit(1)
    found = tx.scalar(open_)
    if found is not None:
        return int(found)
    latest = select(_R.id).where(_R.election_id == election_id).order_by(_R.id.desc())
    old = [row.id for row in tx.rows(latest.offset(KEPT - 1))]
    if old:
        tx.execute(delete(steps).where(_S.run_id.in_(old)))
        tx.execute(delete(runs).where(_R.id.in_(old)))
    made = insert(runs).values(election_id=election_id, file=file, at=now, state=RUNNING).returning(_R.id)
    return int(tx.scalar(made))


def finish(tx: Tx, run_id: int) -> None:
    """It is in; one that changed nothing never was."""
    if tx.first(select(_S.id).where(_S.run_id == run_id).limit(1)) is None:
        tx.execute(delete(runs).where(_R.id == run_id))
    else:
        tx.execute(update(runs).where(_R.id == run_id).values(state=DONE))


def last(tx: Tx, election_id: int) -> Run | None:
    """The newest import of an election that has not been taken back; a killed one counts."""
    mine = (_R.election_id == election_id) & (_R.state != UNDONE)
    row = tx.first(select(runs).where(mine).order_by(_R.id.desc()).limit(1))
    return loaded(Run, row) if row else None


# --- writing down ---


def noted(tx: Tx, run_id: int, of: Table, where: ColumnElement[bool], work: Callable[[], object]) -> None:
    """Do `work`, and write down what it did to the rows of `of` that `where` finds; it touches no others there."""
    before = _images(tx, of, where)
    work()
    after = _images(tx, of, where) if before else {key: {} for key in _keys(tx, of, where)}
    seen: dict[str, list[Any]] = {
        "added": [list(key) for key in after if key not in before],
        "gone": [_packed(row) for key, row in before.items() if key not in after],
        "changed": [each for key, row in before.items() if key in after and (each := _change(key, row, after[key]))],
    }
    if any(seen.values()):
        _write_down(tx, run_id, of, seen)


def added(tx: Tx, run_id: int, of: Table, ids: Iterable[int]) -> None:
    """Write down rows that were new, each of them."""
    _write_down(tx, run_id, of, {"added": [[id_] for id_ in ids], "gone": [], "changed": []})


def _write_down(tx: Tx, run_id: int, of: Table, seen: dict[str, list[Any]]) -> None:
    tx.execute(_WRITE_DOWN, {"run_id": run_id, "of": of.name, "seen_sealed": tx.vault.seal_json(seen)})


_WRITE_DOWN = insert(steps)


def _change(key: Key, before: Row, after: Row) -> list[Any] | None:
    """Key, and of each column that changed what it was and what it is."""
    differs = {name: [_pack(before[name]), _pack(after[name])] for name in before if before[name] != after[name]}
    return [list(key), differs] if differs else None


def _images(tx: Tx, of: Table, where: ColumnElement[bool]) -> dict[Key, Row]:
    names = [column.name for column in of.primary_key]
    rows = (dict(row._mapping) for row in tx.rows(select(of).where(where)))
    return {tuple(row[name] for name in names): row for row in rows}


def _keys(tx: Tx, of: Table, where: ColumnElement[bool]) -> list[Key]:
    return [tuple(row) for row in tx.rows(select(*of.primary_key).where(where))]


def _pack(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"t": value.astimezone(UTC).isoformat()}
    return {"d": value.isoformat()} if isinstance(value, date) else value


def _unpack(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "b" in value:
        return base64.b64decode(value["b"])
    return datetime.fromisoformat(value["t"]) if "t" in value else date.fromisoformat(value["d"])


def _packed(row: Mapping[str, Any]) -> Row:
    return {name: _pack(value) for name, value in row.items()}


# --- taking back ---


def left(tx: Tx, run_id: int) -> int:
    """How many steps are still to be taken back."""
    return int(tx.scalar(select(func.count()).select_from(steps).where(_S.run_id == run_id)))


def newest(tx: Tx, run_id: int) -> int | None:
    """The newest step that is still to be taken back."""
    found: int | None = tx.scalar(select(func.max(_S.id)).where(_S.run_id == run_id))
    return found


def clashes(tx: Tx, run: Run) -> int:
    """How many rows a later import changed as well: of another election, for people and places stand only once."""
    later = [row.id for row in tx.rows(select(_R.id).where(_R.id > run.id, _R.state != UNDONE))]
    mine = _touched(tx, [run.id or 0])
    theirs = _touched(tx, later) if later else set()
    return len(mine & theirs)


def _touched(tx: Tx, run_ids: Sequence[int]) -> set[tuple[Any, ...]]:
    found: set[tuple[Any, ...]] = set()
    for row in tx.rows(select(_S.of, _S.seen_sealed).where(_S.run_id.in_(run_ids))):
        seen = tx.vault.open_json(row.seen_sealed)
        found |= {(row.of, *key) for key in seen["added"]}
        found |= {(row.of, *key) for key, _ in seen["changed"]}
    return found


def take_back(tx: Tx, step_id: int) -> dict[str, int]:
    """Undo one step and forget it; what left, came back, changed back, and what stayed since something hangs on it."""
    row = tx.first(select(steps).where(_S.id == step_id))
    if row is None:
        return {}
    of, seen = SQLModel.metadata.tables[row.of], tx.vault.open_json(row.seen_sealed)
    added = [tuple(key) for key in seen["added"]]
    held = _held(tx, of, added)
    _delete(tx, of, [key for key in added if key not in held])
    gone = [{name: _unpack(value) for name, value in each.items()} for each in seen["gone"]]
    back = _restore(tx, of, gone)
    changed = sum(_change_back(tx, of, tuple(key), differs) for key, differs in seen["changed"])
    tx.execute(delete(steps).where(_S.id == step_id))
    return {"left": len(added) - len(held), "back": back, "changed": changed, "kept": len(held)}


def close(tx: Tx, run_id: int) -> None:
    tx.execute(update(runs).where(_R.id == run_id).values(state=UNDONE))


def _held(tx: Tx, of: Table, keys: Iterable[Key]) -> set[Key]:
    """Those of these rows to which another row refers, whatever its table."""
    wanted = {key[0]: key for key in keys if len(key) == 1}
    found: set[Key] = set()
    if not wanted:
        return found
    from storage.schema import metadata  # noqa: PLC0415 - it needs this module's tables too

    for other in metadata.sorted_tables:
        for column in other.c:
            if any(foreign.column.table is of for foreign in column.foreign_keys):
                used = select(column).where(bulk.among(tx, column, list(wanted))).distinct()
                found |= {wanted[row[0]] for row in tx.rows(used)}
    return found


def _at(tx: Tx, of: Table, keys: Sequence[Key]) -> ColumnElement[bool]:
    columns = list(of.primary_key)
    if len(columns) == 1:
        return bulk.among(tx, columns[0], [key[0] for key in keys])
    return tuple_(*columns).in_(list(keys))


def _delete(tx: Tx, of: Table, keys: Sequence[Key]) -> None:
    if keys:
        tx.execute(delete(of).where(_at(tx, of, keys)))


def _restore(tx: Tx, of: Table, rows: Sequence[Row]) -> int:
    """Put rows back that nothing else has taken the place of."""
    return sum(tx.execute(tx.insert(of).values(row).on_conflict_do_nothing()).rowcount for row in rows)


def _change_back(tx: Tx, of: Table, key: Key, differs: Mapping[str, Sequence[Any]]) -> int:
    """The values before, where they are still as the import left them."""
    same = [_equal(of.c[name], _unpack(after)) for name, (_, after) in differs.items()]
    values = {name: _unpack(before) for name, (before, _) in differs.items()}
    return tx.execute(update(of).where(_at(tx, of, [key]), and_(*same)).values(values)).rowcount


def _equal(column: Any, value: Any) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", column.is_(None) if value is None else column == value)
