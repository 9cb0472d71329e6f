"""Windows and buckets, against any pattern of arrivals."""

from __future__ import annotations

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from bot.outbox.meters import Bucket, Window

GAPS = st.lists(st.floats(0, 2, allow_nan=False), max_size=120)


def most_within(times: list[float], span: float) -> int:
    """The most of `times` in any window that is shorter than `span` by a hair."""
    times = sorted(times)
    return max((bisect_left(times, at + span - 1e-9) - place for place, at in enumerate(times)), default=0)


@given(limit=st.integers(1, 8), gaps=GAPS)
def test_no_window_ever_holds_more_than_its_limit(limit: int, gaps: list[float]) -> None:
    window, now, left = Window(limit, 1.0), 0.0, list[float]()
    for gap in gaps:
        now += gap / 4
        at = window.earliest(now, limit)
        assert at >= now
        now = max(now, at - 1.0)  # nothing is planned further ahead
        window.add(at)
        left.append(at)
    assert most_within(left, 1.0) <= limit


@given(
    limit=st.integers(2, 8),
    steps=st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 0.4), st.booleans()), max_size=120),
)
def test_what_is_planned_ahead_and_what_comes_in_between_stay_within_the_limit(
    limit: int, steps: list[tuple[float, float, bool]]
) -> None:
    window, now, left = Window(limit, 1.0), 0.0, list[float]()
    for gap, ahead, urgent in steps:
        now += gap
        at = window.earliest(now if urgent else now + ahead, limit if urgent else limit - 1)
        now = max(now, at - 1.0)  # nothing is planned further ahead
        window.add(at)
        left.append(at)
    assert most_within(left, 1.0) <= limit


@given(limit=st.integers(1, 6), gaps=GAPS)
def test_a_window_never_makes_one_wait_for_nothing(limit: int, gaps: list[float]) -> None:
    window, now, left = Window(limit, 1.0), 0.0, list[float]()
    for gap in gaps:
        now += gap
        at = window.earliest(now, limit)
        if at - now > 1e-9:  # less is the rounding of a sum, and no wait
            assert most_within([*left, (now + at) / 2], 1.0) > limit or most_within([*left, now], 1.0) > limit
        window.add(at)
        left.append(at)
        now = at


@given(limit=st.integers(1, 6), gaps=GAPS)
def test_a_bucket_gives_its_burst_and_then_one_at_a_time(limit: int, gaps: list[float]) -> None:
    bucket, now, left = Bucket(limit, float(limit)), 0.0, list[float]()
    for gap in gaps:
        now += gap / 2
        at = bucket.earliest(now, limit)
        bucket.add(at)
        left.append(at)
        now = at
    for first, begin in enumerate(left):
        for last, end in enumerate(left[first:], first):
            assert last - first + 1 <= limit + (end - begin) + 1e-6


def test_a_full_bucket_opens_after_one_refill_not_after_all_of_them() -> None:
    bucket = Bucket(5, 5.0)
    for _ in range(5):
        assert bucket.earliest(100.0, 5) == 100.0
        bucket.add(100.0)
    assert bucket.earliest(100.0, 5) == 101.0


def test_a_window_forgets_what_no_longer_counts() -> None:
    window = Window(10, 1.0)
    for n in range(10_000):
        window.add(float(n))
    assert len(window.times) < 1000
    assert window.idle(10_001.0)
