"""How many people WhatsApp lets us begin with in 24 hours, and which of these places stay free for alerts."""

from __future__ import annotations

from datetime import datetime

from handlers.turn import Rules
from messages.broadcast import Day
from messages.chat import MARGIN, OPEN
from storage import begun, installation
from storage.audience import Filter
from storage.database import Tx

KEPT = 5  # of so many places one stays free for what is no bulk
FACT = "whatsapp tier"
UNLIMITED = "unlimited"
USED_UP = "WhatsApp's people of 24 hours are used up"
_NAMED = {"TIER_UNLIMITED": UNLIMITED}
_THOUSAND = 1000


def of_name(name: str) -> str:
    """The tier as Graph names it (`TIER_250`, `TIER_2K`, `TIER_UNLIMITED`) as we keep it; "" for what is none."""
    number = name.removeprefix("TIER_")
    if name in _NAMED:
        return _NAMED[name]
    if number.endswith("K") and number[:-1].isdigit():
        return str(int(number[:-1]) * _THOUSAND)
    return number if number.isdigit() and name != number else ""


def limit(tx: Tx, rules: Rules) -> int | None:
    """People a day; None: as many as we like. As the number's own fields last said, else as it was set."""
    known = installation.fact(tx, FACT)
    if known == UNLIMITED:
        return None
    return int(known) if known else rules.tier


def left(tx: Tx, now: datetime, rules: Rules) -> int | None:
    """How many more people bulk may begin with now."""
    most = limit(tx, rules)
    return None if most is None else max(0, for_bulk(most) - begun.used(tx, now))


def for_bulk(most: int) -> int:
    return most - most // KEPT


def plan(tx: Tx, chosen: Filter, now: datetime, rules: Rules) -> Day:
    """What a broadcast would need of today's people."""
    found = begun.reach(tx, chosen, now - (OPEN - MARGIN), now)
    most = limit(tx, rules)
    used = begun.used(tx, now) if found["outside"] else 0
    return Day(
        telegram=found.get("telegram", 0),
        whatsapp=found.get("whatsapp", 0),
        outside=found["outside"],
        both=found["both"],
        today=None if most is None else max(0, for_bulk(most) - used),
        kept=0 if most is None else max(0, most - max(used, for_bulk(most))),
    )
