"""The only door to the outbox: what is posted are ids, numbers and codes; what exists nowhere else is sealed."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from handlers.turn import Letter
from messages.render import Words
from messages.words import number
from storage import deliveries
from storage.database import Tx
from storage.deliveries import REPLY

TAP_LIVES = timedelta(seconds=150)  # how long Telegram takes the answer to a tap
ALERT_LIVES = timedelta(hours=6)  # a stale alarm is worse than none
REPLY_LIVES = timedelta(hours=24)
NOTICE_LIVES = timedelta(days=3)  # what somebody is asked, and answers when he can


def pack(value: Any) -> Any:
    """A field's value as JSON holds it."""
    if isinstance(value, datetime):
        return {"@": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return [pack(each) for each in value] if isinstance(value, (tuple, list)) else value


def unpack(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["@"]) if "@" in value else date.fromisoformat(value["day"])
    return tuple(unpack(each) for each in value) if isinstance(value, list) else value


def rebuild(kind: str, values: dict[str, Any]) -> Words:
    """The message that was packed under its name."""
    return Words.known[kind](**{key: unpack(value) for key, value in values.items()})


def say(
    tx: Tx,
    address_id: int,
    what: Words | Letter,
    now: datetime,
    *,
    zone: str | None = None,
    lane: int = REPLY,
    incident: tuple[int, int] | None = None,
    rung: int | None = None,
    once: str | None = None,
    under: int | None = None,
    lives: timedelta | None = None,
) -> int | None:
    """Put one message to one address into the outbox; `incident` is (id, number), `zone` where the incident
    has one: else a letter is written in its reader's own."""
    refs: dict[str, Any] = {"zone": zone} if zone else {}
    sealed = None
    if isinstance(what, Letter):
        kind = what.kind
        refs |= what.refs
    else:
        kind = what.name
        values = {f.name: pack(getattr(what, f.name)) for f in fields(what)}
        if what.private:
            sealed = tx.vault.seal_json(values)
        else:
            refs["values"] = values
    lives = lives or (REPLY_LIVES if lane == REPLY else ALERT_LIVES)
    return deliveries.post(
        tx,
        lane=lane,
        address_id=address_id,
        kind=kind,
        refs=refs,
        sealed=sealed,
        now=now,
        about=number(incident[1]) if incident else "",
        incident_id=incident[0] if incident else None,
        rung=rung,
        once=once,
        under=under,
        expires_at=now + lives,
    )


def answer_tap(tx: Tx, address_id: int, tap: str, what: str, now: datetime, lane: int, *, shown: bool = False) -> None:
    """Acknowledge a tap; it expires when the platform would no longer take it. `shown`: a message follows."""
    deliveries.post(
        tx,
        lane=lane,
        address_id=address_id,
        kind="tap",
        refs={"values": {"what": what, "shown": shown}},
        now=now,
        answers=tap,
        expires_at=now + TAP_LIVES,
    )
