"""Pictures follow their alert, however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, func, select

from storage import claims, deliveries, shown
from storage.claims import End
from storage.database import Database, Tx
from storage.deliveries import ALERT, FAILED, SENT, WITHDRAWN
from tests.outbox.scripted import NOW, add_addresses
from tests.storage.test_deliveries import case, ids, of, ready, take

PEOPLE, PICTURES = 20, 40
UNTIL = NOW + timedelta(hours=6)


@pytest.fixture
async def db(db: Database) -> Database:
    await db.write(lambda tx: add_addresses(tx, PEOPLE))
    await db.write(case)
    return db


def post(tx: Tx, kind: str, address_id: int, **more: object) -> int:
    given = {"lane": ALERT, "address_id": address_id, "kind": kind, "refs": {}, "now": NOW, "incident_id": 1, **more}
    found = deliveries.post(tx, **given)  # type: ignore[arg-type]
    assert found is not None
    return found


def call(tx: Tx) -> dict[int, int]:
    return {each: post(tx, "alert", each) for each in range(1, PEOPLE + 1)}


async def test_forty_pictures_of_twenty_people_follow_in_two_statements(db: Database) -> None:
    def before(tx: Tx) -> None:
        for each, alert in call(tx).items():
            for at in range(PICTURES):
                post(tx, shown.KIND, each, under=alert, once=f"shown:{at}:{each}")
        deliveries.withdraw(tx, incident_id=1, kinds=["alert"], reason="called again", now=NOW)

    await db.write(before)
    alerts = await db.write(call)
    said: list[str] = []

    def heard(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    await db.write(lambda tx: shown.follow(tx, 1, alerts, NOW, UNTIL))
    event.remove(Engine, "before_cursor_execute", heard)
    assert sum("delivery" in each for each in said) == 2
    under = deliveries.deliveries.c.under
    found = await db.read(lambda tx: tx.rows(select(under, func.count()).where(under.is_not(None)).group_by(under)))
    assert dict(map(tuple, found)) == dict.fromkeys(alerts.values(), PICTURES)


@pytest.mark.parametrize("state", [SENT, FAILED])
async def test_a_picture_whose_alert_came_stays_where_it_is(db: Database, state: str) -> None:
    def work(tx: Tx) -> None:
        first = post(tx, "alert", 1)
        picture = post(tx, shown.KIND, 1, under=first)
        take(tx, first)
        claims.settle(tx, End(first, state), "me", NOW)
        second = post(tx, "alert", 1)
        shown.follow(tx, 1, {1: second}, NOW, UNTIL)
        assert of(tx, picture).under == (first if state == SENT else second)
        assert ids(ready(tx)) == ([picture, second] if state == SENT else [second]), "it waits for what it stands under"

    await db.write(work)


async def test_one_that_was_given_up_with_its_alert_waits_again(db: Database) -> None:
    def work(tx: Tx) -> None:
        first = post(tx, "alert", 1)
        picture, other = (post(tx, shown.KIND, at, under=first, expires_at=NOW) for at in (1, 2))
        deliveries.withdraw(tx, incident_id=1, reason="taken", now=NOW)
        second = post(tx, "alert", 1)
        shown.follow(tx, 1, {1: second}, NOW, UNTIL)
        back = of(tx, picture)
        assert (back.under, back.reason, back.settled_at, back.expires_at) == (second, "", None, UNTIL)
        assert of(tx, other).state == WITHDRAWN, "nobody calls him"
        take(tx, second)
        claims.sent(tx, [End(second, SENT, external="m1")], "me", NOW)
        assert [(row.id, row.message) for row in ready(tx)] == [(picture, "m1")]

    await db.write(work)
