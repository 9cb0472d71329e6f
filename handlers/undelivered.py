"""A message that the platform had taken and then could not bring: a failure like any other, only later."""

from __future__ import annotations

from datetime import datetime

from handlers import escalation
from handlers.turn import Rules
from messages.chat import Happened
from storage import deliveries, people
from storage.database import Tx

CLOSED = "131047"  # the platform's code for "only a template may go"


def failed(tx: Tx, what: Happened, now: datetime, rules: Rules) -> None:
    """Settle it as failed; closed was the window, it goes once more, as the template that it has; an alert climbs."""
    channel = what.address.channel
    sent = deliveries.by_external(tx, channel, what.message)
    if sent is None:
        return
    if what.detail.startswith(CLOSED):
        people.close_window(tx, channel, what.address.id)
        if deliveries.again(tx, sent.id, what.detail):
            return
    lost = deliveries.failed_later(tx, sent.id, what.detail or "the platform could not bring it", now)
    if lost and sent.kind == "alert" and sent.incident_id is not None and sent.rung is not None:
        escalation.alert_settled_badly(tx, sent.incident_id, sent.rung, now, rules)
