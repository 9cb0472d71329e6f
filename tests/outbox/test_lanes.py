"""Who is next, alone and in a whole afternoon without I/O."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bot.outbox import gates
from bot.outbox.budget import SECOND
from bot.outbox.lanes import FLYING, next_up, places
from bot.outbox.pace import Pace
from storage.claims import ALERTS, ANSWERS, BULK, EDITS, REPLIES, Row, chat_tier
from storage.deliveries import ALERT, BROADCAST, NOTICE, REMINDER, REPLY
from tests.outbox.scripted import row
from tests.outbox.test_meters import most_within

PLENTY = {ALERTS: 64, REPLIES: 64, BULK: 64, EDITS: 64, ANSWERS: 64}
LANES = (ALERT, REPLY, REMINDER, NOTICE, BROADCAST)


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda each: (each.lane, each.id))


@st.composite
def queues(draw: st.DrawFn) -> list[Row]:
    kinds = st.tuples(st.sampled_from(LANES), st.integers(1, 6), st.sampled_from(("", "", "edit", "tap")))
    drawn = draw(st.lists(kinds, max_size=40))
    return in_order(
        [
            row(number, lane, chat, edits=999 if kind == "edit" else None, answers="t" if kind == "tap" else "")
            for number, (lane, chat, kind) in enumerate(drawn)
        ]
    )


rooms = st.tuples(*[st.integers(0, 8)] * 5).map(
    lambda n: {ALERTS: n[0] + n[1] + n[2], REPLIES: n[1] + n[2], BULK: n[2], EDITS: n[3], ANSWERS: n[4]}
)


@given(queue=queues(), room=rooms)
def test_no_chat_is_chosen_twice_and_no_room_is_overdrawn(queue: list[Row], room: dict[int, int]) -> None:
    chosen = next_up(queue, room).rows
    chats = [each.address_id for each in chosen if each.tier != ANSWERS]
    assert len(chats) == len(set(chats))
    assert sum(each.tier <= BULK for each in chosen) <= room[ALERTS]
    assert sum(each.tier == BULK for each in chosen) <= room[BULK]
    assert sum(each.tier == EDITS for each in chosen) <= room[EDITS]


@given(queue=queues(), room=rooms)
def test_nothing_less_urgent_passes_a_message_that_could_go(queue: list[Row], room: dict[int, int]) -> None:
    chosen = next_up(queue, room).rows
    chats = {each.address_id for each in chosen if each.tier != ANSWERS}
    stayed = [each for each in queue if each not in chosen and each.tier <= BULK and each.address_id not in chats]
    for each in stayed:
        assert not any(other.lane > each.lane and other.tier <= BULK for other in chosen)


@given(queue=queues(), room=rooms)
def test_a_chat_hears_the_messages_of_a_lane_in_order(queue: list[Row], room: dict[int, int]) -> None:
    chosen = {each.id for each in next_up(queue, room).rows}
    for each in queue:
        behind = [
            other
            for other in queue
            if (other.address_id, other.lane, other.tier) == (each.address_id, each.lane, each.tier)
            and other.id > each.id
            and other.tier != ANSWERS
        ]
        if each.id not in chosen:
            assert not any(other.id in chosen for other in behind)


def test_what_stays_for_want_of_room_is_told() -> None:
    queue = [row(1, ALERT, 1), row(2, REPLY, 2), row(3, BROADCAST, 3), row(4, BROADCAST, 3, edits=1)]
    chosen = next_up(queue, PLENTY | {REPLIES: 1, BULK: 1})
    assert [each.id for each in chosen.rows] == [1, 4]
    assert chosen.left == {REPLIES, BULK}


def test_the_last_places_in_flight_are_for_alerts() -> None:
    assert places(PLENTY, FLYING[BULK])[BULK] == 0
    assert places(PLENTY, FLYING[BULK])[REPLIES] == 8
    assert places(PLENTY, FLYING[REPLIES])[ALERTS] == 8


@dataclass
class Afternoon:
    """The outbox with the database and the network taken out: the same rules over a list and a made-up clock."""

    pace: Pace
    takes: float
    waiting: list[tuple[float, Row]]
    left: list[tuple[float, Row]] = field(default_factory=list)
    flying: list[tuple[float, Row]] = field(default_factory=list)
    busy: dict[int, float] = field(default_factory=dict)

    def ready(self, now: float) -> list[Row]:
        held = set(self.pace.held(now))
        busy = {chat for chat, until in self.busy.items() if until > now}
        return in_order(
            [
                each
                for since, each in self.waiting
                if since <= now
                and chat_tier(each.address_id, each.tier) not in held
                and (each.answers or each.address_id not in busy)
            ]
        )

    def claim(self, now: float) -> list[Row]:
        ready = self.ready(now)
        flying = sum(until > now for until in self.busy.values())
        chosen = next_up(ready[:64], places(self.pace.room(now), flying)).rows
        for each in chosen:
            at = self.pace.launch(each, now)
            if at is not None:
                self.waiting = [(since, other) for since, other in self.waiting if other is not each]
                self.busy[each.address_id] = float("inf")
                self.flying.append((at, each))
        return chosen

    def leave(self, until: float) -> None:
        """What is in hand leaves at its moment, or is told a later one."""
        while self.flying and min(self.flying, key=lambda one: one[0])[0] <= until:
            self.flying.sort(key=lambda one: one[0])
            now, each = self.flying.pop(0)
            at = self.pace.leave(each, now, now)
            if at > now:
                self.flying.append((at, each))
                continue
            self.left.append((at, each))
            self.busy[each.address_id] = at + self.takes


@given(
    posts=st.lists(st.tuples(st.floats(0, 6), st.sampled_from(LANES), st.integers(1, 12)), max_size=70),
    rate=st.sampled_from((2.0, 5.0, 30.0)),
    takes=st.sampled_from((0.0, 0.05, 0.4)),
)
def test_an_afternoon_keeps_the_pace_lets_alerts_first_and_starves_nobody(
    posts: list[tuple[float, int, int]], rate: float, takes: float
) -> None:
    rows = [(since, row(number, lane, chat)) for number, (since, lane, chat) in enumerate(sorted(posts))]
    day, now = Afternoon(Pace(rate, gates.telegram), takes, list(rows)), 0.0
    while day.waiting and now < 200:
        could = [each for each in day.ready(now) if each.tier == ALERTS]
        chosen = day.claim(now)
        if any(each.tier == BULK for each in chosen):
            chats = {each.address_id for each in chosen}
            assert all(each in chosen or each.address_id in chats for each in could), "bulk passed an alert"
        now += 0.02
        day.leave(now)
    day.leave(now + 10)
    assert not day.waiting, "somebody starved"
    assert most_within([at for at, _ in day.left], SECOND) <= rate
    for chat in range(1, 13):
        for lane in LANES:
            told = [each.id for _, each in day.left if (each.address_id, each.lane) == (chat, lane)]
            assert told == sorted(told)
