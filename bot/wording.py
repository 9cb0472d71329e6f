"""What the outbox asks of the rest: the words of a delivery as it leaves, whether it may begin with somebody, and what
follows when an alert failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.channels.whatsapp import window
from bot.outbox.plan import AfterSettle, Compose, Elsewhere, Later, Skip
from handlers import escalation, letters, telling, tier
from handlers.turn import Rules
from messages.chat import Said
from messages.templates import filled
from storage import begun, deliveries
from storage.claims import Row
from storage.database import Tx
from storage.deliveries import ALERT, BROADCAST, EXPIRED, FAILED, REPLY, WITHDRAWN

WHATSAPP = "whatsapp"
WAITS = begun.COUNTED + timedelta(minutes=1)  # by then every place that is used now is free again
OPEN_FOR = timedelta(hours=3)  # after that

Worded = Said | Skip | Later | Elsewhere


def compose(rules: Rules) -> Compose:
    """The words of one delivery, or why it does not go now."""

    def worded(tx: Tx, row: Row, now: datetime) -> Worded:
        changing = row.channel not in deliveries.UNCHANGING
        made = _composed(tx, row, now, brief=row.edits is not None and not changing)
        if isinstance(made, letters.Withheld):
            return Skip(made.state, made.reason)
        if not changing and row.incident_id is not None and row.kind in telling.SHOWN:
            line = made if row.edits is not None else _composed(tx, row, now, brief=True)
            if isinstance(line, Said) and not _is_news(tx, row, row.incident_id, line.text):
                return Skip(WITHDRAWN, "it would say the same again")
        if made.template is None and row.lane == ALERT and made.text:  # what concerns an emergency has always a way
            made = replace(made, template=filled("siaga_kabar", made.text))
        return _begun(tx, row, made, now, rules) if row.channel == WHATSAPP else made

    return worded


def _composed(tx: Tx, row: Row, now: datetime, *, brief: bool) -> Said | letters.Withheld:
    return letters.compose(
        tx, kind=row.kind, refs=row.refs, sealed=row.sealed, address_id=row.address_id, now=now, brief=brief
    )


def _is_news(tx: Tx, row: Row, incident_id: int, line: str) -> bool:
    """Whether a line says what its reader does not know yet; a message itself always is. What it says is remembered."""
    fingerprint = tx.vault.hash(line)[:16]
    if row.edits is not None and deliveries.said_last(tx, incident_id, row.address_id, row.kind) == fingerprint:
        return False
    deliveries.note_line(tx, row.id, fingerprint)
    return True


def _begun(tx: Tx, row: Row, said: Said, now: datetime, rules: Rules) -> Worded:
    """WhatsApp counts whom we begin with. What is urgent always may; bulk leaves it some places."""
    if said.template is None or window.free(row.heard_at, now) or begun.counted(row.begun_at, now):
        return said
    left = tier.left(tx, now, rules) if row.lane > REPLY else None
    if left is not None and left <= 0:
        return _no_place(tx, row, now)
    begun.begin(tx, row.address_id, now)
    return said


def _no_place(tx: Tx, row: Row, now: datetime) -> Worded:
    """A notice goes to another address of his, if there is one, and so does a broadcast whose sender chose this; else a
    broadcast waits for tomorrow, once, and a notice would come too late."""
    if row.lane != BROADCAST or row.refs.get("elsewhere"):
        other = begun.elsewhere(tx, row.address_id, bulk=True)
        if other is not None:
            return Elsewhere(*other, tier.USED_UP)
    if row.lane != BROADCAST:
        return Skip(EXPIRED, tier.USED_UP)
    if row.reason == tier.USED_UP:
        return Skip(FAILED, f"{tier.USED_UP}, and were the day before")
    return Later(now + WAITS, now + WAITS + OPEN_FOR, tier.USED_UP)


def after_settle(rules: Rules) -> AfterSettle:
    """When every alert of a call failed, the next rung is called in the same transaction. Where an alert that was to be
    changed is not on the phone any more, it is shown anew."""

    def settled(tx: Tx, row: Row, state: str, now: datetime) -> None:
        lost = row.kind == "alert" and row.edits is None and state in {"failed", "expired", "unknown"}
        if lost and row.incident_id is not None and row.rung is not None:
            escalation.alert_settled_badly(tx, row.incident_id, row.rung, now, rules)
        if row.edits is not None and state == WITHDRAWN and row.incident_id is not None:
            escalation.vanished(tx, row.incident_id, row.edits, row.address_id, row.kind, now)

    return settled
