"""`siaga run`: open the installation, build every part, serve until told to stop."""

from __future__ import annotations

import asyncio
import logging

from bot import app, serving
from bot.app_log import log_to_stderr
from bot.clock import Clock
from bot.installation import clock_of, open_installation
from bot.lease import Lease
from bot.settings import Settings, SettingsError
from messages.chat import NotAdmitted
from storage.database import Database

log = logging.getLogger("siaga.run")


async def run(settings: Settings, stop: asyncio.Event) -> int:
    """Serve; the exit code. Raises SettingsError for what the operator can mend."""
    log_to_stderr()
    db = await open_installation(settings)
    try:
        clock = await clock_of(db)
        if settings.rehearsal:
            return await _rehearse(settings, db, clock, stop)
        await serving.serve(lambda held: app.build(settings, db, clock, held), db, stop)
    except NotAdmitted as error:
        named = "" if "SIAGA_" in str(error) else "SIAGA_TELEGRAM_TOKEN: "
        raise SettingsError(f"{named}{error}") from None
    except OSError as error:
        raise SettingsError(f"SIAGA_LISTEN {settings.listen}: {error.strerror or error}") from None
    finally:
        await db.close()
    return 0


async def _rehearse(settings: Settings, db: Database, clock: Clock, stop: asyncio.Event) -> int:
    """The rehearsal: our own Bot API and its page on the same address."""
    from bot import example  # noqa: PLC0415 - what only the rehearsal needs is imported only then

    log.info("the rehearsal: made-up people, nothing leaves this machine")
    stage = await example.stage(db, clock, app.REHEARSAL_TOKEN, app.CLOUD, settings.rules)
    base = f"http://{settings.listen}"
    log.info("open %s in a browser", base)

    def make(held: Lease) -> app.Parts:
        parts = app.build(settings, db, clock, held, stage.add_routes, base)
        parts.introduced = lambda: stage.cloud.subscribe(f"{base}/whatsapp")
        stage.heart = parts.heartbeat
        return parts

    await serving.serve(make, db, stop)
    return 0
