"""`siaga revoke PHONE`: cut a lost phone off, at once and on every channel."""

from __future__ import annotations

import sys
from datetime import datetime

from handlers import leaving
from handlers.turn import Rules
from storage import names
from storage.database import Database


async def revoke(db: Database, written: str, *, now: datetime, rules: Rules) -> int:
    """0: cut off; 2: no number, or nobody is linked by it."""
    phone = names.mobile(written)
    if phone is None:
        print("siaga: that is no mobile number; write it as 0812… or +62812…", file=sys.stderr)
        return 2
    cut = await db.write(lambda tx: leaving.cut_off(tx, phone, now, rules))
    if not cut:
        print(f"siaga: no chat is linked to {names.masked(phone)}", file=sys.stderr)
        return 2
    print(
        f"{names.masked(phone)}: cut off on {', '.join(cut)}. It may link again with /start; change the number in the"
    )
    print("roster if it is not his any more.")
    return 0
