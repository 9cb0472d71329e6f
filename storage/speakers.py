"""Who speaks from an address: loaded with his draft and his open call in one statement, and kept when he was heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, select, update

from storage.database import Tx
from storage.drafts import drafts, opened
from storage.people import HEARD_EVERY, addresses, people
from storage.quick import Quick


@dataclass(slots=True)
class Speaker:
    """The address that speaks, the person behind it as far as known, and what was kept for it."""

    address_id: int
    channel: str
    external: str
    named: str
    person_id: int | None
    phone: str | None
    state: str
    consent: str
    consent_version: str
    consent_at: datetime | None
    name: str | None
    nik_hash: str | None
    dialog: str | None
    step: str | None
    kept_sealed: bytes | None
    file_at: datetime | None
    call_tps: int | None
    heard_at: datetime | None = None

    @property
    def linked(self) -> bool:
        return self.person_id is not None and self.consent == "yes"


_SPEAKER = (
    select(
        addresses.c.id,
        addresses.c.channel,
        addresses.c.external,
        addresses.c.named,
        addresses.c.person_id,
        addresses.c.phone,
        addresses.c.state,
        addresses.c.consent,
        addresses.c.consent_version,
        addresses.c.consent_at,
        people.c.name,
        people.c.nik_hash,
        drafts.c.dialog,
        drafts.c.step,
        drafts.c.kept_sealed,
        opened.c.file_at,
        opened.c.tps_id,
        addresses.c.heard_at,
    )
    .select_from(addresses)
    .outerjoin(people, people.c.id == addresses.c.person_id)
    .outerjoin(drafts, drafts.c.address_id == addresses.c.id)
    .outerjoin(opened, opened.c.address_id == addresses.c.id)
)
# PostgreSQL: taken before the row is read, so that what is read then is fresh; and weak enough that a delivery to this
# address may be posted meanwhile (its foreign key locks the row as well).
_LOCK = select(addresses.c.id).with_for_update(key_share=True)
_IS_EXTERNAL = (addresses.c.channel == bindparam("channel")) & (addresses.c.external == bindparam("external"))
_IS = addresses.c.id == bindparam("address_id")
_LOCK_EXTERNAL, _LOCK_ID = _LOCK.where(_IS_EXTERNAL), _LOCK.where(_IS)
_BY_EXTERNAL, _BY_ID = Quick(_SPEAKER.where(_IS_EXTERNAL)), Quick(_SPEAKER.where(_IS))
_FOUND = update(addresses).where(addresses.c.id == bindparam("_id"))
_HEARD = Quick(_FOUND.values(state="active", named=bindparam("_named"), heard_at=bindparam("_at")))


def speaker(tx: Tx, channel: str, external: str, named: str, now: datetime) -> Speaker:
    """Who speaks from an address; a new address is kept. Turns of one address come one after the other."""
    here = {"channel": channel, "external": external}
    _lock(tx, _LOCK_EXTERNAL, here)
    row = _BY_EXTERNAL.first(tx, here)
    if row is None:
        tx.insert_new(addresses, {**here, "named": named, "state": "active", "consent": "", "consent_version": "",
                                  "heard_at": now})  # fmt: skip
        _lock(tx, _LOCK_EXTERNAL, here)
        row = _BY_EXTERNAL.first(tx, here)
    found = Speaker(*row)
    if found.state != "active" or (named and found.named != named) or _stale(found, now):
        _HEARD.run(tx, {"_id": found.address_id, "_named": named or found.named, "_at": now})
    return found


def _stale(found: Speaker, now: datetime) -> bool:
    """When somebody was heard is kept to the minute: to the second it would cost every turn a write."""
    return found.heard_at is None or now - found.heard_at >= HEARD_EVERY


def known(tx: Tx, channel: str, external: str) -> Speaker | None:
    """Who speaks from an address, if it ever spoke to us; nothing is kept of a stranger."""
    row = _BY_EXTERNAL.first(tx, {"channel": channel, "external": external})
    return Speaker(*row) if row is not None else None


def _lock(tx: Tx, statement: Executable, values: Mapping[str, Any]) -> None:
    if not tx.is_sqlite:  # there, one writer comes after the other anyway
        tx.execute(statement, values)


def speaker_of(tx: Tx, address_id: int, *, lock: bool = False) -> Speaker:
    """The same by the address's id; `lock` for turns that the clock begins."""
    if lock:
        _lock(tx, _LOCK_ID, {"address_id": address_id})
    return Speaker(*_BY_ID.first(tx, {"address_id": address_id}))
