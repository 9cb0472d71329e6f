"""`siaga whatsapp templates`: how our templates stand at Meta, and asking for those that are missing."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Literal, cast

from bot.channels.whatsapp.account import Approval
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.channels.whatsapp.template import Draft
from bot.settings import Settings, SettingsError
from messages.chat import Trouble
from messages.templates import Wanted, wanted

MISSING, APPROVED = "MISSING", "APPROVED"


def channel(settings: Settings) -> WhatsAppChannel:
    """The number as it is set up. Raises SettingsError where it is not."""
    if settings.whatsapp_token is None or settings.whatsapp_account_id is None:
        raise SettingsError("SIAGA_WHATSAPP_TOKEN and SIAGA_WHATSAPP_ACCOUNT_ID are needed to ask Meta about templates")
    return WhatsAppChannel(
        settings.whatsapp_token.get_secret_value(),
        settings.whatsapp_phone_id or "",
        settings.whatsapp_api,
        now=lambda: datetime.now(UTC),
        account_id=settings.whatsapp_account_id,
    )


async def templates(settings: Settings, *, submit: bool, as_json: bool) -> int:
    """Print each template's state; exit 0 if Meta approved all of them, else 1; 2 where Meta could not be asked."""
    there = channel(settings)
    await there.start()
    try:
        found = await standing(there)
        if submit:
            for each in [each for each in wanted().values() if found[each.name].status == MISSING]:
                found[each.name] = await there.submit_template(draft(each))
    except Trouble as trouble:
        print(f"siaga: WhatsApp says: {trouble}", file=sys.stderr)
        return 2
    finally:
        await there.stop()
    print(_as_json(found) if as_json else _as_text(found))
    return 0 if all(each.status == APPROVED for each in found.values()) else 1


async def standing(there: WhatsAppChannel) -> dict[str, Approval]:
    """How each of ours stands at Meta. Raises `Trouble`."""
    known = {(each.name, each.language): each for each in await there.templates()}
    return {
        each.name: known.get((each.name, each.language)) or Approval(each.name, each.language, MISSING, each.category)
        for each in wanted().values()
    }


def draft(each: Wanted) -> Draft:
    """One of our templates as it is submitted."""
    category = cast(Literal["UTILITY", "MARKETING"], each.category)
    return Draft(each.name, each.body, each.examples, each.buttons, each.language, category)


def _as_json(found: dict[str, Approval]) -> str:
    rows = [{"name": e.name, "language": e.language, "state": e.status, "why": e.why} for e in found.values()]
    return json.dumps(rows, indent=2)


def _as_text(found: dict[str, Approval]) -> str:
    return "\n".join(f"{e.name:20} {e.language}  {e.status}{f': {e.why}' if e.why else ''}" for e in found.values())
