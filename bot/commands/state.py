"""`siaga status`: how things stand, for an operator or a script."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.installation import clock_of
from bot.lease import NAME, is_dead
from bot.settings import Settings
from storage import exits, installation, reports
from storage.database import Database, Tx


async def status(db: Database, settings: Settings, as_json: bool) -> int:
    """Print the state; exit 0."""
    now = (await clock_of(db)).now()
    found = await db.read(lambda tx: _read(tx, now))
    linked = found.pop("linked")
    found["channels"] = {
        name: channel | {"linked": linked.get(name, 0)} for name, channel in _channels(settings).items()
    }
    print(json.dumps(found, indent=2) if as_json else _text(found))
    return 0


def _read(tx: Tx, now: datetime) -> dict[str, Any]:
    held = installation.lease(tx, NAME)
    return {
        "mode": installation.fact(tx, "mode"),
        "outbox": reports.outbox(tx),
        "oldest_seconds": {lane: round(age, 1) for lane, (_, age) in exits.depth(tx, now).items()},
        "incidents": reports.incident_states(tx),
        "last_cycle": installation.fact(tx, "last_cycle"),
        "serving": held is not None and not is_dead(held[0]),
        "linked": reports.linked(tx),
    }


def _channels(settings: Settings) -> dict[str, dict[str, Any]]:
    if settings.rehearsal:
        return {name: {"configured": True, "by": "rehearsal"} for name in ("telegram", "whatsapp")}
    by = "webhook" if settings.public_url else "polling"
    return {
        "telegram": {"configured": settings.telegram_token is not None, "by": by},
        "whatsapp": {"configured": settings.whatsapp, "by": "webhook"},
    }


def _text(found: dict[str, Any]) -> str:
    lines = [f"mode        {found['mode']}", f"serving     {'yes' if found['serving'] else 'no'}"]
    lines.append(f"last cycle  {found['last_cycle'] or 'never'}")
    lines += [f"outbox      {lane}: {_counts(states)}" for lane, states in found["outbox"].items() if states]
    lines += [f"waiting     {lane}: the first for {age:.0f} s" for lane, age in found["oldest_seconds"].items()]
    lines.append(f"incidents   {_counts(found['incidents']) or 'none'}")
    lines += [f"channel     {name}: {_counts(each)}" for name, each in found["channels"].items()]
    return "\n".join(lines)


def _counts(found: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(found.items()))
