"""`siaga doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.channels.telegram.speak import TelegramChannel
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.commands import whatsapp as templates
from bot.installation import clock_of
from bot.settings import Settings
from bot.workbook import load
from bot.workbook.read import Unreadable
from handlers import ladder, tier
from messages import words
from messages.chat import Trouble
from storage import begun, elections, exits, incidents, installation, journal, people, places, requests, rights, roster
from storage.database import Database, Tx
from storage.incidents import RED, Incident

SHOWN = 20
DAY = timedelta(hours=24)
LARGER = "reminders and broadcasts wait: ask Meta for a higher tier, or have people write to the number first"
_TEMPLATES = "siaga whatsapp templates shows how they stand at Meta, --submit asks for those that are missing"
REPORTED = "people block or report our number: send less, and only what they asked for"
NO_ACCOUNT = "set SIAGA_WHATSAPP_ACCOUNT_ID: who has not written for 24 hours is reached by a template only"
MENDS = (
    ("used up", LARGER),
    ("template", _TEMPLATES),
    ("token", "check the token in the settings: the platform does not take it"),
    ("channel not configured", "set that channel up, or tell those who use it to write on the other one"),
    ("locked", "open the WhatsApp Manager: Meta restricted the account"),
    ("another platform", "the file was sent on a platform that is not set up any more"),
)
RUNGS = 4
CHANGED = "restore the database from a copy, and find out who changed it"


@dataclass(frozen=True, slots=True)
class Finding:
    """`good`, or a problem with the way to mend it."""

    good: bool
    what: str
    mend: str = ""


async def doctor(db: Database, settings: Settings, election: str | None) -> int:
    """Look at everything and print it; exit 1 if anything is wrong."""
    findings = [_mode(settings), Finding(True, "database: it answers and its schema is up")]
    findings += await _channels(settings)
    now = (await clock_of(db)).now()
    try:
        chosen = [await db.read(partial(load.choose, asked=election, now=now))] if election else None
    except Unreadable as fault:
        findings.append(
            Finding(False, f"election {election}: {fault.code}", "siaga doctor without --election names them")
        )
        chosen = []
    findings += await db.read(lambda tx: list(_roster(tx, now, chosen)))
    findings += await db.read(lambda tx: list(_unsent(tx, now)))
    findings += await db.read(lambda tx: list(_requests(tx, now)))
    if settings.whatsapp or settings.rehearsal:
        findings.append(await db.read(lambda tx: _people_a_day(tx, now, settings)))
    findings += await db.read(lambda tx: list(_chains(tx)))
    for each in findings:
        print(f"{'ok   ' if each.good else 'WRONG'} {each.what}" + (f"\n      -> {each.mend}" if each.mend else ""))
    return 0 if all(each.good for each in findings) else 1


def _mode(settings: Settings) -> Finding:
    if settings.rehearsal:
        return Finding(True, "settings: the rehearsal (neither SIAGA_SECRET nor a token is set)")
    kind = "PostgreSQL" if settings.url.startswith("postgresql") else "SQLite"
    return Finding(True, f"settings: real work on {kind}, by {'webhook' if settings.public_url else 'polling'}")


async def _channels(settings: Settings) -> list[Finding]:
    if settings.rehearsal:
        return [Finding(True, "channels: the rehearsal's own Telegram and WhatsApp")]
    found = []
    if settings.telegram_token is not None:
        found.append(await _telegram(settings.telegram_token.get_secret_value(), settings.telegram_api))
    if settings.whatsapp_token is not None:
        found += await _whatsapp(settings, settings.whatsapp_token.get_secret_value())
    return found or [Finding(False, "channels: none is set up", "set SIAGA_TELEGRAM_TOKEN or SIAGA_WHATSAPP_TOKEN")]


async def _whatsapp(settings: Settings, token: str) -> list[Finding]:
    channel = WhatsAppChannel(
        token,
        settings.whatsapp_phone_id or "",
        settings.whatsapp_api,
        now=lambda: datetime.now(UTC),
        account_id=settings.whatsapp_account_id or "",
    )
    await channel.start()
    try:
        async with asyncio.timeout(10):
            number = await channel.me()
            standing = await templates.standing(channel) if settings.whatsapp_account_id else {}
    except (Trouble, TimeoutError) as trouble:
        what = f"channels: WhatsApp says: {trouble}"
        return [Finding(False, what, "check the SIAGA_WHATSAPP_ settings and the network")]
    finally:
        await channel.stop()
    told = f"quality {number.quality or 'unknown'}, tier {number.tier or 'unknown'}"
    bad = number.quality == "RED"
    found = Finding(not bad, f"channels: WhatsApp knows us as {number.name} ({told})", REPORTED if bad else "")
    if not standing:
        return [found, Finding(False, "channels: nothing is known of WhatsApp's templates", NO_ACCOUNT)]
    lacking = [f"{each.name} ({each.status})" for each in standing.values() if each.status != templates.APPROVED]
    what = f"channels: {len(standing) - len(lacking)} of {len(standing)} WhatsApp templates are approved"
    return [found, Finding(not lacking, what + (_list(lacking)), _TEMPLATES if lacking else "")]


async def _telegram(token: str, base: str) -> Finding:
    channel = TelegramChannel(token, base)
    await channel.start()
    try:
        async with asyncio.timeout(10):
            me = await channel.me()
    except (Trouble, TimeoutError) as trouble:
        return Finding(False, f"channels: Telegram says: {trouble}", "check SIAGA_TELEGRAM_TOKEN and the network")
    finally:
        await channel.stop()
    return Finding(True, f"channels: Telegram knows us as @{me.username}")


def _unsent(tx: Tx, now: datetime) -> Iterator[Finding]:
    """What could not be sent in the last 24 hours, and why; wrong is what an operator can mend."""
    found = exits.unsent(tx, now - DAY)
    yield Finding(True, f"outbox: {sum(n for *_, n in found)} messages of the last 24 hours did not arrive")
    for channel, state, reason, n in found[:SHOWN]:
        mend = next((how for part, how in MENDS if part in reason.casefold()), "")
        yield Finding(not mend, f"outbox: {n} by {channel}: {state}: {reason or 'without a reason'}", mend)


def _requests(tx: Tx, now: datetime) -> Iterator[Finding]:
    """Whether anybody has waited for an answer about his own data for more than 3×24 hours, or to be recorded beyond
    the time after which those further out are asked."""
    late = rights.overdue(tx, now)
    mend = "have the city's coordinators open /rekap, Permintaan data, and answer" if late else ""
    yield Finding(not late, f"requests: {late} about people's own data are not answered in 3×24 hours", mend)
    late = rights.overdue(tx, now, (requests.IDENTITY,))
    mend = "have the coordinators open /rekap, Minta dicatat, and decide" if late else ""
    yield Finding(not late, f"requests: {late} to be recorded wait for longer than they should", mend)


def _people_a_day(tx: Tx, now: datetime, settings: Settings) -> Finding:
    """How many people WhatsApp lets us begin with, and how many of them are left for what is no alert."""
    most, used = tier.limit(tx, settings.rules), begun.used(tx, now)
    if most is None:
        return Finding(True, f"whatsapp: {used} people begun with in 24 hours; there is no limit")
    bulk = tier.for_bulk(most)
    what = f"whatsapp: {used} of {most} people begun with in 24 hours; {most - bulk} places are kept for alerts"
    return Finding(used < bulk, what, "" if used < bulk else LARGER)


def _roster(tx: Tx, now: datetime, chosen: list[elections.Known] | None) -> Iterator[Finding]:
    known = elections.active(tx, now) if chosen is None else chosen
    if not known and chosen is None:
        yield Finding(
            False, "roster: no election is active", "siaga import FILE.xlsx; `siaga sample FILE.xlsx` shows the shape"
        )
    for election in known:
        count = len(places.every_tps(tx, election.id))
        what = f"roster: {election.code} ({election.name}), voting day {election.voting_day}, {count} TPS"
        yield Finding(bool(count), what, "" if count else "import the sheet tps")
        yield from _ladders(tx, election, now)
        yield from _chairs(tx, election)


def _ladders(tx: Tx, election: elections.Known, now: datetime) -> Iterator[Finding]:
    """Every TPS whose ladder reaches nobody, and every TPS whose own puskesmas is not reached."""
    nobody: list[str] = []
    far: list[str] = []
    known: dict[tuple[object, ...], int | None] = {}
    own = roster.stationed(tx, election.id)
    for row in places.every_tps(tx, election.id):
        # Neighbours under one puskesmas have one ladder, unless somebody is posted at the TPS itself, or it has moved.
        here = row.moved_id or row.id
        at = (row.kelurahan_id, row.puskesmas_id, here if here in own or row.moved_id else None)
        if at not in known:
            known[at] = _first_reached(tx, places.of_tps(tx, row.id), now)
        rung = known[at]
        if rung is None or rung > 1:
            (nobody if rung is None else far).append(f"{words.tps(row.number)} {row.kelurahan}")
    yield Finding(not nobody, f"ladders: {len(nobody)} TPS reach nobody{_list(nobody)}",
                  "have health workers or coordinators send /start to the bot" if nobody else "")  # fmt: skip
    if far:
        yield Finding(False, f"ladders: {len(far)} TPS reach no health worker of their own puskesmas{_list(far)}",
                      "have the puskesmas' health workers send /start to the bot")  # fmt: skip


def _chairs(tx: Tx, election: elections.Known) -> Iterator[Finding]:
    """Said, and no fault: the column `jabatan` may be left out."""
    lacking = roster.without_chair(tx, election.id)
    if lacking:
        named = [f"{words.tps(r.number)} {r.kelurahan}" for r in places.every_tps(tx, election.id) if r.id in lacking]
        yield Finding(True, f"chairs: {len(named)} TPS with KPPS have no chair{_list(named)}",
                      "write ketua in the column jabatan: he answers for boxes, receipts, the TPS group")  # fmt: skip


def _first_reached(tx: Tx, where: places.Where, now: datetime) -> int | None:
    case = Incident(
        number=0, state="waiting", severity=RED, kind="pingsan", kinds="pingsan", reporter_address_id=0, reported_at=now
    )
    case.election_id, case.kecamatan_id, case.kelurahan_id = where.election_id, where.kecamatan_id, where.kelurahan_id
    case.tps_id, case.puskesmas_id = where.tps_id, where.puskesmas_id
    for rung in range(RUNGS):
        if people.reachable(tx, [callee.person_id for callee in ladder.rung(tx, case, rung, (), now)]):
            return rung
    return None


def _list(found: list[str]) -> str:
    if not found:
        return ""
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f": {', '.join(found[:SHOWN])}{more}"


def _chains(tx: Tx) -> Iterator[Finding]:
    """Whether the journal of every incident is whole."""
    cases = incidents.every(tx)
    broken = [words.number(case.number) for case in cases if not journal.chain_is_whole(tx, case)]
    there = {case.number for case in cases}
    gone = [words.number(each) for each in range(1, installation.counted(tx, "incident") + 1) if each not in there]
    yield Finding(not broken, f"journal: {len(cases)} incidents, {len(broken)} with a broken chain{_list(broken)}",
                  CHANGED if broken else "")  # fmt: skip
    if gone:
        yield Finding(False, f"journal: {len(gone)} incidents are gone{_list(gone)}", CHANGED)
