"""What Prometheus reads at `/metrics`: the outbox in numbers. No label names a person, a chat or a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from storage.deliveries import ALERT, LANES, SENT, WAITING

if TYPE_CHECKING:
    from bot.outbox.plan import Done, Plan

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
LATENESS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)  # seconds


class Metrics:
    """Counters since this process began to speak, and gauges that `page` is given when somebody looks."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._waiting = Gauge("siaga_outbox_waiting", "messages that wait", ["lane"], registry=registry)
        self._age = Gauge("siaga_outbox_oldest_seconds", "how long the first has waited", ["lane"], registry=registry)
        self._sent = Counter("siaga_sent", "messages sent", ["channel", "lane"], registry=registry)
        told = ["channel", "lane", "state", "reason"]
        self._unsent = Counter("siaga_unsent", "messages that ended otherwise", told, registry=registry)
        self._again = Counter("siaga_again", "messages that wait again", ["channel", "reason"], registry=registry)
        self._throttled = Counter("siaga_throttled", "times we were told to wait (429)", ["channel"], registry=registry)
        self._late = Histogram(
            "siaga_alert_lateness_seconds", "from posted to sent", buckets=LATENESS, registry=registry
        )

    def note(self, plan: Plan, done: Done) -> None:
        """Count what one transaction of the outbox settled."""
        for row, verdict, _ in plan.ended:
            lane = LANES[row.lane]
            if verdict.state == SENT:
                self._sent.labels(row.channel, lane).inc()
                if row.lane == ALERT and row.edits is None and row.posted_at is not None:
                    self._late.observe(max(0.0, (plan.now - row.posted_at).total_seconds()))
            elif verdict.state == WAITING:
                self._again.labels(row.channel, verdict.fault or "paused").inc()
            else:
                self._unsent.labels(row.channel, lane, verdict.state, verdict.fault).inc()
            if verdict.fault == "throttled":
                self._throttled.labels(row.channel).inc()
        for row, state in done.unsent:
            self._unsent.labels(row.channel, LANES[row.lane], state, "not_tried").inc()

    def page(self, depth: Mapping[str, tuple[int, float]]) -> bytes:
        """The page in Prometheus's text format; `depth` as `exits.depth` gives it."""
        for lane in LANES:
            waiting, age = depth.get(lane, (0, 0.0))
            self._waiting.labels(lane).set(waiting)
            self._age.labels(lane).set(age)
        return generate_latest(self._registry)
