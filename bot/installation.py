"""Opening an installation: schema up, mode and secret checked, the vault made."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.settings import Settings, SettingsError
from storage import installation, migrations
from storage.database import Away, Database, Tx, open_database
from storage.vault import Vault

REHEARSAL, REAL = "rehearsal", "real"


async def open_installation(settings: Settings) -> Database:
    """Bring the schema up and open the database. Raises SettingsError with a sentence for the operator."""
    try:
        await migrations.bring_up(settings.url)
        return await _open(settings)
    except (SQLAlchemyError, OSError, Away) as error:
        raise SettingsError(
            f"the database of SIAGA_DATABASE_URL does not answer ({type(error).__name__}): {_why(error)}"
        ) from None


def _why(error: Exception) -> str:
    """The driver's own words without the address, which may hold a password."""
    original = getattr(error, "orig", None) or error
    return str(original).splitlines()[0][:200] if str(original) else type(original).__name__


async def _open(settings: Settings) -> Database:
    secret = settings.secret.get_secret_value() if settings.secret else await _rehearsal_secret(settings)
    db = open_database(settings.url, Vault(secret))
    mode = REHEARSAL if settings.rehearsal else REAL
    problem = await db.write(lambda tx: _claim(tx, mode))
    if problem:
        await db.close()
        raise SettingsError(problem)
    return db


def _claim(tx: Tx, mode: str) -> str:
    """Mark a new database with its mode and secret; a sentence if it is marked otherwise."""
    marked = installation.fact(tx, "mode")
    if marked is None:
        installation.set_fact(tx, "mode", mode)
        installation.set_fact(tx, "fingerprint", tx.vault.fingerprint)
        return ""
    if marked != mode:
        return f"this database is marked {marked}, and these settings are for {mode}: choose another SIAGA_DATABASE_URL"
    if installation.fact(tx, "fingerprint") != tx.vault.fingerprint:
        return "SIAGA_SECRET is not the one this database was made with: what is sealed in it could not be opened"
    return ""


async def _rehearsal_secret(settings: Settings) -> str:
    """The rehearsal's people are made up: its secret lies in its own database."""
    db = open_database(settings.url, Vault(""))

    def find_or_make(tx: Tx) -> str:
        found = installation.fact(tx, "rehearsal_secret") or secrets.token_hex(32)
        if installation.fact(tx, "mode") in {None, REHEARSAL}:
            installation.set_fact(tx, "rehearsal_secret", found)
        return found

    try:
        return await db.write(find_or_make)
    finally:
        await db.close()


async def clock_of(db: Database) -> Clock:
    """The installation's clock; a rehearsal's stands where it was moved to."""
    moved = await db.read(lambda tx: installation.fact(tx, "clock_offset"))
    return Clock(timedelta(seconds=float(moved or 0)))


async def keep_clock(db: Database, clock: Clock) -> None:
    """Remember where the clock was moved to."""
    seconds = str(clock.offset.total_seconds())
    await db.write(lambda tx: installation.set_fact(tx, "clock_offset", seconds))
