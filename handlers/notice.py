"""The clock's part of the timetable: lines are planned as slots, and a slot that is due goes to groups and people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers import timetable
from handlers.timetable import Past, Quiet
from handlers.turn import Rules
from storage import deliveries, elections, installation, journal, notices, nudges, roster
from storage.database import Tx
from storage.deliveries import NOTICE, REMINDER
from storage.elections import Known
from storage.notices import PEOPLE, TAKING, TPS, WAITING, Due
from storage.nudges import Linked, Post

PEOPLE_A_STEP = 100  # some 20 ms of the one writer
LATE = "its own limit was over before it could be sent"


def unplanned(tx: Tx, now: datetime) -> list[int]:
    """Active elections whose timetable is not planned as their voting days now are."""
    return [each.id for each in elections.active(tx, now) if installation.fact(tx, _fact(each)) != _stand(tx, each)]


def _fact(election: Known) -> str:
    return f"timetable {election.id}"


def _stand(tx: Tx, election: Known) -> str:
    days = notices.voting_days(tx, election)
    return " ".join([election.zone, str(len(timetable.LINES)), *(each.isoformat() for each in days)])


def plan(tx: Tx, election_id: int, now: datetime, rules: Rules) -> bool:
    """Give an election its default lines where they are missing, and plan its slots anew."""
    del rules
    election = elections.by_id(tx, election_id)
    assert election is not None
    for line in timetable.LINES:
        notices.add(tx, {**line._asdict(), "election_id": election_id})
    replan(tx, election, now)
    installation.set_fact(tx, _fact(election), _stand(tx, election))
    return False


def replan(tx: Tx, election: Known, now: datetime) -> None:
    """Plan the slots as the lines now stand."""
    lines, days = notices.of_election(tx, election.id), notices.voting_days(tx, election)
    times = [timetable.in_time(each, now) for each in timetable.times(lines, days, election.tz)]
    notices.plan(tx, election.id, times, now)


def step(tx: Tx, slot_id: int, now: datetime, rules: Rules) -> bool:
    """One step of a due slot; True while there is more to do."""
    slot = notices.slot(tx, slot_id)
    if slot is None or slot.state not in {WAITING, TAKING}:
        return False
    if slot.state == WAITING:
        return _begin(tx, slot, now)
    return _go_on(tx, slot, now, rules)


def _begin(tx: Tx, slot: Due, now: datetime) -> bool:
    """Take a slot, and have it go to the groups; too late, it expires."""
    if now > slot.ends_at:
        if notices.expire(tx, slot.id, LATE):
            journal.add(tx, "notice_expired", now, detail={"slot": slot.id, "key": slot.key})
        return False
    bulk = installation.count(tx, "bulk")
    if not notices.take(tx, slot.id, bulk, now):
        return False
    if slot.audience == TPS:
        lines = timetable.by_key(notices.of_election(tx, slot.election_id))
        rows = [_to_group(slot, post) for post in nudges.bound(tx, slot.election_id)
                if timetable.for_tps(slot, post, lines)]  # fmt: skip
        deliveries.post_many(tx, [{**row, "bulk_id": bulk} for row in rows], now)
    return True


def _to_group(slot: Due, post: Post) -> dict[str, Any]:
    return {"lane": NOTICE, "address_id": post.group, "kind": "notice", "about": f"notice {slot.key}",
            "refs": {"slots": [slot.id], "tps": post.tps_id, "election": slot.election_id},
            "once": f"slot:{slot.id}:{post.group}", "expires_at": slot.ends_at}  # fmt: skip


def _go_on(tx: Tx, slot: Due, now: datetime, rules: Rules) -> bool:
    """The next people. The cursor is moved first, guarded: of two processes one goes on."""
    found = nudges.linked(tx, slot.cursor, PEOPLE_A_STEP)
    if not notices.advance(tx, slot, found[-1].person_id if found else None):
        return False
    if found:
        _Round(tx, slot, now, rules).offer(found)
    return bool(found)


class _Round:
    """One step of a slot's fan-out: what all of these people have in common is read once."""

    def __init__(self, tx: Tx, slot: Due, now: datetime, rules: Rules) -> None:
        election = elections.by_id(tx, slot.election_id)
        assert election is not None
        self.tx, self.slot, self.now = tx, slot, now
        self.zone = election.tz
        self.quiet = Quiet(*rules.quiet_hours)
        self.lines = timetable.by_key(notices.of_election(tx, slot.election_id))
        self.nudges: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []
        self.ahead = notices.between(tx, slot.election_id, now - timetable.HOUR, now + timetable.HOUR)

    def offer(self, found: Sequence[Linked]) -> None:
        ids = [each.person_id for each in found]
        posts = nudges.posts(self.tx, self.slot.election_id, ids)
        lately = nudges.lately(self.tx, ids, self.now - timedelta(days=1))
        broadcast = nudges.last_broadcast(self.tx, [each.address_id for each in found], self.now - timetable.HOUR)
        for each in found:
            self._one(each, posts.get(each.person_id, []), [Past(*p) for p in lately.get(each.person_id, [])],
                      broadcast.get(each.address_id))  # fmt: skip
        nudges.note(self.tx, self.nudges)
        deliveries.post_many(self.tx, self.rows, self.now)

    def _one(self, who: Linked, posts: Sequence[Post], past: Sequence[Past], broadcast: datetime | None) -> None:
        older = self._older(who) if any(slot.audience == PEOPLE for slot in (self.slot, *self.ahead)) else False
        known = {each.slot_id for each in past}
        if self.slot.id in known or not self._fits(self.slot, posts, older):
            return
        at = "he stopped reminders" if who.stopped else timetable.when(
            self.slot, past, broadcast, self.now, self.quiet, self.zone)  # fmt: skip
        if isinstance(at, str):
            self._note(who, [self.slot.id], self.now, at)
            return
        # What is due in the hour after it goes into the same message.
        near = [slot.id for slot in self.ahead
                if slot.id != self.slot.id and slot.id not in known and slot.due_at <= at + timetable.HOUR
                and slot.ends_at >= at and self._fits(slot, posts, older)]  # fmt: skip
        self._note(who, [self.slot.id, *near], at)
        self._post(who, [self.slot.id, *near], posts, at)

    def _note(self, who: Linked, slots: Sequence[int], at: datetime, skipped: str = "") -> None:
        self.nudges += [{"person_id": who.person_id, "slot_id": each, "at": at, "skipped": skipped} for each in slots]

    def _older(self, who: Linked) -> bool:
        years = timetable.age(self.tx.vault.open(who.nik_sealed), self.slot.voting_day) if who.nik_sealed else None
        return years is not None and years >= timetable.OLDER

    def _fits(self, slot: Due, posts: Sequence[Post], older: bool) -> bool:
        return any(timetable.for_person(slot, post, older, self.lines) for post in posts)

    def _post(self, who: Linked, slots: Sequence[int], posts: Sequence[Post], at: datetime) -> None:
        place = next((post.tps_id for post in posts if post.tps_id), None)
        chair = any(roster.chairs(post.role, post.position) for post in posts)
        self.rows.append({
            "lane": NOTICE if self.slot.audience == TPS else REMINDER, "address_id": who.address_id, "kind": "notice",
            "refs": {"slots": list(slots), "tps": place if chair else None, "election": self.slot.election_id},
            "about": f"notice {self.slot.key}", "once": f"slot:{self.slot.id}:{who.address_id}",
            "due_at": at if at > self.now else None, "expires_at": max(self.slot.ends_at, at + timedelta(minutes=15)),
            "bulk_id": self.slot.bulk_id,
        })  # fmt: skip
