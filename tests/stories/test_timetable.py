"""The timetable: each slot once, to a TPS through its officers, and to people; too late is never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from bot.commands.broadcast import Order, send
from handlers import broadcast_clock
from handlers.timetable import OLDER, age
from storage import lookup, people, roster
from storage.database import Tx
from storage.deliveries import deliveries
from storage.notices import nudges, slots
from storage.places import tps
from tests.stories.stage import Actor, Stage, set_up

EVE = datetime(2024, 11, 26, 5, 0, tzinfo=UTC)  # 12.00 WIB on the day before


async def at(stage: Stage, when: datetime) -> None:
    """Go back or ahead to a moment before anything was planned."""
    stage.clock.offset += when - stage.clock.now()


def heard(who: Actor) -> list[str]:
    return [each.said.text for each in who.messages if each.said.text.startswith("📣")]


async def skips(stage: Stage) -> dict[str, int]:
    query = select(nudges.c.skipped, func.count()).where(nudges.c.skipped != "").group_by(nudges.c.skipped)
    return {row[0]: row[1] for row in await stage.db.read(lambda tx: list(tx.rows(query)))}


async def test_an_officer_without_a_group_gets_the_notices_of_his_tps(stage: Stage) -> None:
    await at(stage, EVE)
    officer = await (await stage.officer()).links()
    await stage.passes(minutes=8 * 60 + 1)
    assert len(heard(officer)) == 1
    assert "tidur 6–8 jam" in heard(officer)[0]
    assert "Besok TPS dibuka" in heard(officer)[0]
    await stage.passes(minutes=9 * 60)
    assert "Sarapan" in heard(officer)[1]
    assert heard(officer)[1].count("Sarapan") == 1  # the reminder of the same hour says no more than the notice


async def test_one_message_an_hour_and_eight_a_day(stage: Stage) -> None:
    await at(stage, EVE)
    officer = await (await stage.officer(rank=1)).links()
    await stage.passes(minutes=12 * 60 + 1)
    before = len(heard(officer))
    await stage.passes(minutes=24 * 60 - 30)
    assert len(heard(officer)) - before == 8
    rows = await stage.db.read(lambda tx: list(tx.rows(select(nudges.c.at).distinct().order_by(nudges.c.at))))
    moments = [row.at for row in rows]
    assert all(later - earlier >= timedelta(minutes=60) for earlier, later in zip(moments, moments[1:], strict=False))


async def test_the_evening_notices_end_when_the_chair_hands_over_the_boxes(stage: Stage) -> None:
    chair, other = await (await stage.chair()).links(), await (await stage.chair(at=1)).links()
    await stage.passes(minutes=6 * 60 + 1)  # 16.01
    assert "Kotak diserahkan" in [choice.label for choice in chair.buttons()][-1]
    data = chair.button("Kotak diserahkan")
    assert await other.forges(data) != await chair.forges(data)
    assert "tercatat sudah diserahkan" in chair.screen
    assert "tercatat" not in other.screen
    told = len(heard(chair))
    await stage.passes(minutes=4 * 60)
    assert len(heard(other)) == told + 2
    assert [text for text in heard(chair)[told:] if "antar kotak" in text] == []


async def test_who_stopped_hears_nothing_until_he_resumes(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert "dihentikan" in await officer.says("/berhenti")
    await stage.passes(minutes=121)
    assert heard(officer) == []
    assert await skips(stage) == {"he stopped reminders": 2}
    await officer.taps("Nyalakan lagi")
    await stage.passes(minutes=120)
    assert len(heard(officer)) == 1


async def test_what_was_not_planned_in_time_never_comes_late(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await stage.passes(minutes=1)
    assert heard(officer) == []
    rows = await stage.db.read(lambda tx: list(tx.rows(select(slots.c.reason).where(slots.c.state == "expired"))))
    assert {row.reason for row in rows} == {"the timetable was made after this time"}


async def test_a_slot_that_nobody_took_within_its_limit_expires_with_a_reason(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await stage.heart.cycle()
    stage.clock.move(timedelta(hours=3, minutes=10))  # nobody was there at 12.00, whose limit is an hour
    await stage.heart.cycle()
    await stage.settled()
    assert heard(officer) == []
    rows = await stage.db.read(lambda tx: list(tx.rows(select(slots.c.reason).where(slots.c.state == "expired"))))
    assert "its own limit was over before it could be sent" in {row.reason for row in rows}


async def test_two_processes_and_a_jumping_clock_send_each_slot_once(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    other = await set_up(stage.db)
    await stage.heart.cycle()
    for minutes in (121, -10, 10, -30, 40):
        for each in (stage, other):
            each.clock.offset += timedelta(minutes=minutes)
            await each.heart.cycle()
    await stage.settled()
    assert len(heard(officer)) == 1
    count = select(func.count()).where(deliveries.c.kind == "notice")
    assert await stage.db.read(lambda tx: tx.scalar(count)) == 1


async def test_people_of_fifty_and_over_are_reminded_an_hour_earlier(stage: Stage) -> None:
    async def aged(year: int) -> Actor:
        who = await (await stage.officer(rank=0 if year < 75 else 2)).links()
        nik = f"35730601{1:02d}{year:02d}0001"
        sealed = stage.db.vault.seal(nik)
        change = people.people.update().where(people.people.c.id == who.person_id).values(nik_sealed=sealed)
        await stage.db.write(lambda tx: tx.execute(change))
        return who

    old, young = await aged(60), await aged(90)
    await stage.passes(minutes=61)
    assert (len(heard(old)), len(heard(young))) == (1, 0)
    assert "Pukul 13.00 TPS ditutup" in heard(old)[0]  # what is due within the hour is in the same message
    await stage.passes(minutes=60)
    assert (len(heard(old)), len(heard(young))) == (1, 1)


async def test_a_tps_with_its_own_voting_day_has_its_own_times(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    where = await stage.tps()
    later = places_update(where.tps_id or 0, (stage.clock.now() + timedelta(days=1)).date())
    await stage.db.write(later)
    await stage.passes(minutes=60 * 12)
    assert "Besok TPS dibuka" in heard(officer)[-1]
    assert all("Makan siang" not in text for text in heard(officer))


def places_update(tps_id: int, day: date) -> Callable[[Tx], object]:
    return lambda tx: tx.execute(tps.update().where(tps.c.id == tps_id).values(voting_day=day))




def young_pps(tx: Tx) -> roster.Role:
    """A PPS of under 50: no TPS of his own, so that health reminders are all he gets."""
    for role in lookup.search(tx, ["pps"], datetime(2024, 11, 27, tzinfo=UTC), 2_000).roles:
        sealed = people.person(tx, role.person_id).nik_sealed
        years = age(tx.vault.open(sealed), date(2024, 11, 27)) if sealed else None
        if role.role == "PPS" and years is not None and years < OLDER:
            return role
    raise AssertionError("the example city has young PPS")


async def test_a_reminder_due_within_the_hour_after_a_broadcast_waits_and_a_broadcast_never_does(stage: Stage) -> None:
    officer = await (await stage.find(young_pps)).links()
    await stage.passes(minutes=110)  # 11.50
    assert heard(officer) == []
    for words in ("Air minum ada di balai.", "Dan vitamin."):
        assert await send(stage.db, Order("semua", words), now=stage.clock.now(), rules=stage.rules, election=None) == 0
        await stage.passes(seconds=5)
        assert words in officer.messages[-1].said.text, "at once, though a message came a moment ago"
    await stage.passes(minutes=55)
    assert heard(officer) == [], "lunch at 12.00 waits"
    await stage.passes(minutes=6)
    assert "Makan siang" in heard(officer)[0]


async def test_a_reminder_that_would_wait_too_long_after_a_broadcast_expires_with_that_reason(stage: Stage) -> None:
    officer = await (await stage.find(young_pps)).links()
    await stage.heart.cycle()
    stage.clock.move(timedelta(hours=2, minutes=30))  # 12.30, and nobody was at work since 10.00
    assert await send(stage.db, Order("semua", "Air minum."), now=stage.clock.now(), rules=stage.rules, election=None) == 0
    await stage.db.write(lambda tx: broadcast_clock.step(tx, 1, stage.clock.now(), stage.rules))
    await stage.settled()
    await stage.passes(minutes=45)
    assert heard(officer) == []
    assert await skips(stage) == {"a broadcast came within the hour before": 1}
