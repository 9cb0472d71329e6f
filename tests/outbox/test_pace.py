"""A bot's budget and its chats' gates."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outbox import gates
from bot.outbox.budget import SECOND, Budget
from bot.outbox.pace import FAR, Pace
from messages.chat import Choice, Said
from storage.claims import ALERTS, ANSWERS, BULK, EDITS, REPLIES, TIERS, chat_tier
from storage.deliveries import ALERT, BROADCAST, REPLY
from tests.outbox.scripted import row
from tests.outbox.test_meters import most_within

STEPS = st.lists(st.tuples(st.floats(0, 0.2), st.sampled_from((ALERTS, REPLIES, BULK))), max_size=150)


@given(rate=st.sampled_from((0.5, 1.0, 2.5, 5.0, 30.0)), steps=STEPS)
def test_no_second_ever_holds_more_than_the_rate(rate: float, steps: list[tuple[float, int]]) -> None:
    budget, now, left = Budget(rate), 0.0, list[float]()
    for gap, tier in steps:
        now += gap
        at = budget.slot(tier, now)
        now = max(now, at - FAR)
        budget.spend(tier, at, now)
        left.append(at)
    limit = max(1, int(rate))
    assert most_within(left, SECOND * limit / rate) <= limit


@given(gaps=st.lists(st.floats(0, 0.1), max_size=150), late=st.floats(0, 0.3))
def test_what_leaves_late_is_counted_when_it_leaves(gaps: list[float], late: float) -> None:
    budget, now, left = Budget(10.0), 0.0, list[float]()
    for number, gap in enumerate(gaps):
        now += gap
        at = budget.slot(BULK, now)
        budget.spend(BULK, at, now)
        now = max(now, at + late if number % 3 == 0 else at)
        while (at := budget.leave(BULK, at, now)) > now:
            now = at
        left.append(at)
    assert most_within(left, SECOND) <= 10


@dataclass
class Street:
    """What is planned leaves at its moment, as tasks do; alerts come in between and go before it."""

    budget: Budget
    waits: list[tuple[float, int]] = field(default_factory=list)
    left: list[tuple[float, int]] = field(default_factory=list)
    planned: Counter[int] = field(default_factory=Counter)

    def plan(self, tier: int, now: float) -> None:
        at = self.budget.slot(tier, now)
        if tier == ALERTS and at > now and self.budget.give_way():
            at = self.budget.slot(tier, now)
        if at > now + FAR:
            return  # nobody plans further ahead
        self.planned[tier] += 1
        self.budget.spend(tier, at, now)
        heapq.heappush(self.waits, (at, tier))

    def until(self, end: float) -> None:
        while self.waits and self.waits[0][0] <= end:
            now, tier = heapq.heappop(self.waits)
            at = self.budget.leave(tier, now, now)
            if at > now:
                heapq.heappush(self.waits, (at, tier))
            else:
                self.left.append((at, tier))


@given(
    rate=st.sampled_from((1.0, 2.5, 10.0, 30.0)),
    alerts=st.lists(st.tuples(st.floats(0, 0.4), st.integers(1, 4)), max_size=25),
)
def test_alerts_go_before_what_is_planned_and_the_second_stays_within_the_rate(
    rate: float, alerts: list[tuple[float, int]]
) -> None:
    street, now = Street(Budget(rate)), 0.0
    for gap, count in alerts:
        begin, now = now, now + gap
        while begin < now:
            street.until(begin)
            while street.budget.room(BULK, begin) and len(street.waits) < 6:
                street.plan(BULK, begin)
            begin += 0.05
        street.until(now)
        for _ in range(count):
            street.plan(ALERTS, now)
    street.until(now + 1000)
    limit = max(1, int(rate))
    assert most_within([at for at, _ in street.left], SECOND * limit / rate) <= limit
    assert Counter(tier for _, tier in street.left) == street.planned, "somebody was forgotten"


def test_a_slow_answer_is_counted_when_it_may_have_arrived() -> None:
    budget = Budget(30.0)
    for number in range(30):
        budget.spend(ALERTS, number / 100, number / 100)
        budget.arrived(number / 100, 0.003)
    assert budget.slot(ALERTS, 0.5) == SECOND
    budget.arrived(0.0, 0.153)
    assert budget.slot(ALERTS, 0.5) == SECOND + 0.01, "the second one is now the oldest"
    budget.arrived(0.01, 9.0)
    assert budget.window.times[-1] == 0.29, "but nobody's answer holds the bot for long"


def test_an_alert_on_an_idle_bot_leaves_at_once() -> None:
    budget = Budget(30.0)
    assert [budget.slot(ALERTS, 5.0) for _ in range(30) if budget.spend(ALERTS, 5.0, 5.0) is None][:29] == [5.0] * 29
    assert budget.slot(ALERTS, 5.0) == 5.0 + SECOND


def test_an_alert_finds_a_place_while_a_broadcast_fills_the_window() -> None:
    budget, now = Budget(30.0), 0.0
    for _ in range(200):
        now = budget.slot(BULK, now)
        budget.spend(BULK, now, now)
    assert budget.slot(ALERTS, now) < now + 1 / 30, "less than one gap"


def test_a_broadcast_is_evenly_spaced_and_uses_nearly_all_of_the_limit() -> None:
    budget, left = Budget(30.0), list[float]()
    for _ in range(300):
        left.append(budget.slot(BULK, left[-1] if left else 0.0))
        budget.spend(BULK, left[-1], left[-1])
    gaps = [later - earlier for earlier, later in itertools.pairwise(left)]
    assert max(gaps) - min(gaps) < 1e-6
    assert 0.98 * 30 < 299 / (left[-1] - left[0]) < 30


def test_replies_leave_in_a_burst_and_then_evenly() -> None:
    budget, left = Budget(30.0), list[float]()
    for _ in range(15):
        left.append(budget.slot(REPLIES, 0.0))
        budget.spend(REPLIES, left[-1], 0.0)
    assert left[:10] == [0.0] * 10
    assert all(later - earlier > 0.03 for earlier, later in itertools.pairwise(left[10:]))


@pytest.mark.parametrize("tier", [ALERTS, REPLIES, BULK])
def test_the_room_is_what_the_slots_give(tier: int) -> None:
    budget = Budget(30.0)
    room, fits = budget.room(tier, 0.0), 0
    while budget.slot(tier, 0.0) <= 0.1:
        budget.spend(tier, budget.slot(tier, 0.0), 0.0)
        fits += 1
    assert abs(room - fits) <= 1


@given(
    steps=st.lists(
        st.tuples(st.floats(0, 4), st.integers(1, 3), st.sampled_from((ALERT, REPLY, BROADCAST))), max_size=120
    )
)
def test_no_chat_gets_more_than_its_gate_lets_through(steps: list[tuple[float, int, int]]) -> None:
    pace, now = Pace(30.0, gates.telegram), 0.0
    left: dict[int, list[float]] = defaultdict(list)
    for gap, chat, lane in steps:
        now += gap / 8
        message = row(lane=lane, chat=chat, external=f"-{chat}")
        if chat_tier(chat, message.tier) in pace.held(now):
            continue
        at = pace.launch(message, now)
        assert at is not None, "a chat that is not held may go"
        left[chat].append(at)
    assert all(most_within(times, 60.0) <= 20 for times in left.values())


def test_a_chat_whose_gate_closed_is_held_until_it_opens() -> None:
    pace = Pace(30.0, gates.telegram)
    for _ in range(5):
        assert pace.launch(row(lane=REPLY), 0.0) == 0.0
    assert set(pace.held(0.0)) == {chat_tier(1, tier) for tier in (ALERTS, REPLIES, BULK)}
    assert pace.opens(set(), 0.0) == 5.03
    assert pace.held(5.03) == []


def test_the_last_places_of_a_group_are_not_for_broadcasts() -> None:
    pace = Pace(30.0, gates.telegram)
    for second in range(18):
        pace.launch(row(lane=BROADCAST, external="-5"), float(second))
    assert pace.held(18.0) == [chat_tier(1, BULK)]


def test_edits_and_answers_spend_nothing() -> None:
    pace = Pace(2.0, gates.telegram)
    for number in range(50):
        assert pace.launch(row(edits=7), float(number)) == number
        assert pace.launch(row(answers="tap"), float(number)) == number
    assert pace.budget.window.times == []


def test_even_edits_are_no_flood() -> None:
    pace = Pace(30.0, gates.telegram)
    for _ in range(30):
        pace.launch(row(edits=7), 0.0)
    assert pace.room(0.0)[EDITS] == 0
    assert pace.opens({EDITS}, 0.0) == SECOND


def test_a_throttled_chat_waits_and_nobody_else() -> None:
    pace = Pace(30.0, gates.telegram)
    pace.throttled(row(chat=1), 9.0, False, 0.0)
    assert {chat_tier(1, tier) for tier in TIERS} <= set(pace.held(8.9))
    assert pace.quiet(row(chat=1, answers="tap"), 8.9)
    assert not pace.quiet(row(chat=2), 0.0)
    assert pace.room(0.0)[ALERTS] == 30
    assert pace.held(9.0) == []


@pytest.mark.parametrize(
    ("chats", "whole", "waits"), [([1, 1, 1], False, False), ([1, 2, 3], False, True), ([1], True, True)]
)
def test_the_whole_bot_waits_when_several_chats_were_told_or_the_platform_says_so(
    chats: list[int], whole: bool, waits: bool
) -> None:
    pace = Pace(30.0, gates.telegram)
    for chat in chats:
        pace.throttled(row(chat=chat), 7.0, whole, 0.0)
    assert (pace.room(6.9)[ALERTS] == 0) is waits
    assert pace.room(7.0)[ALERTS] > 0
    assert pace.launch(row(chat=9), 6.9) == (None if waits else 6.9)


def test_chats_that_are_told_far_apart_are_no_storm() -> None:
    pace = Pace(30.0, gates.telegram)
    for number in range(6):
        pace.throttled(row(chat=number), 1.0, False, number * 2.0)
    assert pace.room(10.0)[ALERTS] > 0


def test_after_a_failure_nothing_more_urgent_waits() -> None:
    pace = Pace(30.0, gates.telegram)
    pace.rest(row(lane=REPLY), 4.0, 0.0)
    assert set(pace.held(0.0)) == {chat_tier(1, REPLIES), chat_tier(1, BULK)}
    pace.rest(row(chat=2, answers="tap"), 4.0, 0.0)
    assert chat_tier(2, ANSWERS) in pace.held(0.0)
    assert not pace.quiet(row(chat=2), 0.0)


def test_memory_does_not_grow_with_the_chats_spoken_to() -> None:
    pace = Pace(1000.0, gates.telegram)
    for number in range(20_000):
        pace.launch(row(chat=number, lane=ALERT), number / 100)
        pace.held(number / 100)
    assert len(pace._meters) < 2000


def test_a_message_of_several_requests_takes_as_many_places() -> None:
    pace = Pace(10.0, gates.whatsapp)
    for _ in range(5):
        assert pace.launch(row(lane=ALERT, external="6281"), 0.0, 2) is not None
    assert pace.budget.window.since(-1.0) == 10
    later = pace.launch(row(lane=ALERT, external="6282", chat=2), 0.5)
    assert later is not None
    assert later >= SECOND


def test_on_whatsapp_a_change_is_a_message_and_a_tap_costs_only_what_is_said_aloud() -> None:
    here = row(edits=7, external="6281234567890", channel="whatsapp")
    tap = row(answers="tap", external="6281234567890", channel="whatsapp")
    assert gates.SPENDS["whatsapp"](here, Said("L-0001 ditangani")) == 1
    assert gates.SPENDS["whatsapp"](tap, Said("Baik", answers="tap")) == 0
    assert gates.SPENDS["whatsapp"](tap, Said("Sudah ditangani", answers="tap", aloud=True)) == 1
    long = Said("x" * 3000, choices=((Choice("Saya tangani", "take:1"),),))
    assert gates.SPENDS["whatsapp"](row(lane=ALERT, external="6281234567890"), long) == 2
    assert gates.SPENDS["whatsapp"](row(lane=ALERT, external="6281234567890"), Said("")) == 1  # it is refused later
    assert gates.spends(row(edits=7), Said("x")) == gates.spends(row(answers="tap"), Said("x")) == 0
