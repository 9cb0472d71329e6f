"""What happened, in order, with who and when: append only, one hash chain an incident."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Index, LargeBinary, bindparam, func, insert, select, update
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.incidents import Incident, incidents
from storage.quick import Quick
from storage.types import Instant, referring, table


class Entry(SQLModel, table=True):
    """One thing that happened. `detail_sealed` holds what is personal; `digest` is its salted digest, over which the
    chain (`previous` → `hash`) goes. `seq` counts within an incident from 1.
    """

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_incident", "incident_id", "seq", unique=True), referring("journal", "who"))
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    election_id: int | None = None
    seq: int | None = None
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    who: int | None = Field(default=None, foreign_key="person.id")
    what: str
    detail_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    salt: str = ""
    digest: str = ""
    previous: str = ""
    hash: str = ""


journal = table(Entry)
FILES = ("photo", "voice", "document")  # what an entry that shows a file is called


_C = incidents.c
_NEXT = Quick(
    update(incidents).where(_C.id == bindparam("of")).values(chain_length=_C.chain_length + 1)
    .returning(_C.chain_length, _C.chain_head), [_C.chain_length, _C.chain_head])  # fmt: skip
_HEAD = Quick(update(incidents).where(_C.id == bindparam("of")).values(chain_head=bindparam("head")))
_KEPT = ("incident_id", "seq", "at", "who", "what", "salt", "detail_sealed", "digest", "previous", "hash")
_ADD = Quick(insert(journal).returning(journal.c.id), [journal.c.id], keys=_KEPT)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _content(salt: str, detail: dict[str, Any] | None) -> str:
    return _digest(salt, json.dumps(detail or {}, sort_keys=True, ensure_ascii=False))


def _head(previous: str, of: int | None, seq: int | None, at: datetime, who: int | None, what: str, digest: str) -> str:
    return _digest(previous, str(of), str(seq), at.isoformat(), str(who or ""), what, digest)


def add(
    tx: Tx,
    what: str,
    now: datetime,
    *,
    incident_id: int | None = None,
    who: int | None = None,
    detail: dict[str, Any] | None = None,
) -> int:
    """Write down that something happened and return the entry's id; an incident's entries form a hash chain.

    The incident's row is the lock: two turns on one incident come one after the other.
    """
    seq, previous = None, ""
    if incident_id is not None:
        row = _NEXT.first(tx, {"of": incident_id})
        seq, previous = row.chain_length, row.chain_head
    salt = secrets.token_hex(16)
    digest = _content(salt, detail)
    at = now.astimezone(UTC)
    head = _head(previous, incident_id, seq, at, who, what, digest)
    values = {"incident_id": incident_id, "seq": seq, "at": at, "who": who, "what": what, "salt": salt,
              "detail_sealed": tx.vault.seal_json(detail) if detail else None, "digest": digest,
              "previous": previous, "hash": head}  # fmt: skip
    entry = _ADD.first(tx, values)
    if incident_id is not None:
        _HEAD.run(tx, {"of": incident_id, "head": head})
    return int(entry.id)


def of_incident(tx: Tx, incident_id: int) -> list[Any]:
    """An incident's entries in order; `detail` still sealed."""
    return list(tx.rows(select(journal).where(journal.c.incident_id == incident_id).order_by(journal.c.seq)))


def newest_of(tx: Tx, incident_ids: Sequence[int], what: str, most: int) -> list[Any]:
    """The newest entries of a kind of these incidents, in order; `detail` still sealed."""
    where = journal.c.incident_id.in_(incident_ids) & (journal.c.what == what)
    return list(tx.rows(select(journal).where(where).order_by(journal.c.id.desc()).limit(most)))[::-1]


def newest(tx: Tx, incident_id: int) -> int:
    """The id of an incident's newest entry."""
    return int(tx.scalar(select(func.max(journal.c.id)).where(journal.c.incident_id == incident_id)) or 0)


def entry(tx: Tx, entry_id: int) -> Any:
    return tx.first(select(journal).where(journal.c.id == entry_id))


def ids_of(tx: Tx, incident_ids: Sequence[int], what: Sequence[str]) -> list[int]:
    """Ids of the entries of these kinds of these incidents, in order."""
    where = journal.c.incident_id.in_(incident_ids) & journal.c.what.in_(what)
    return [row.id for row in tx.rows(select(journal.c.id).where(where).order_by(journal.c.id))]


def since(tx: Tx, incident_id: int, what: tuple[str, ...], at: datetime) -> bool:
    """Whether one of these things happened to an incident after a moment."""
    where = (journal.c.incident_id == incident_id) & journal.c.what.in_(what) & (journal.c.at > at)
    return tx.first(select(journal.c.id).where(where).limit(1)) is not None


def last(tx: Tx, incident_id: int, what: str) -> datetime | None:
    """When something last happened to an incident."""
    where = (journal.c.incident_id == incident_id) & (journal.c.what == what)
    found: datetime | None = tx.scalar(select(func.max(journal.c.at)).where(where))
    return found


def said_with(tx: Tx, entry: Any, what: Sequence[str]) -> list[Any]:
    """An incident's entry, and what the same person said in the same message, in order."""
    where = (journal.c.incident_id == entry.incident_id) & (journal.c.at == entry.at) & journal.c.what.in_(what)
    same = journal.c.who == entry.who if entry.who is not None else journal.c.who.is_(None)
    return list(tx.rows(select(journal).where(where, same).order_by(journal.c.seq)))


def count_since(tx: Tx, incident_id: int, what: str, at: datetime) -> int:
    """How often something happened to an incident after a moment."""
    where = (journal.c.incident_id == incident_id) & (journal.c.what == what) & (journal.c.at > at)
    return int(tx.scalar(select(func.count()).select_from(journal).where(where)) or 0)


def chain_is_whole(tx: Tx, case: Incident) -> bool:
    """Whether an incident's entries are all there, follow each other to its head, and say what they said."""
    entries, previous = of_incident(tx, case.id or 0), ""
    for seq, each in enumerate(entries, 1):
        head = _head(previous, each.incident_id, seq, each.at, each.who, each.what, each.digest)
        if each.previous != previous or each.hash != head or not _says_the_same(tx, each):
            return False
        previous = each.hash
    return previous == case.chain_head and 1 <= len(entries) == case.chain_length


def _says_the_same(tx: Tx, entry: Any) -> bool:
    """Whether the sealed content is what the chain was made over."""
    try:
        detail = tx.vault.open_json(entry.detail_sealed)
    except (InvalidTag, ValueError):  # changed, or sealed by another secret
        return False
    return bool(entry.digest == _content(entry.salt, detail))
