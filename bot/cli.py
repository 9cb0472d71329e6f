"""The command line. Every command brings the schema up first; results go to stdout, logs to stderr."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.settings import Settings, SettingsError, read

app = typer.Typer(
    name="siaga", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Siaga TPS: looks after the people who run Indonesian elections.",
)  # fmt: skip
_INTERRUPTED = 130  # 128 and the signal's number, as shells say it
Election = Annotated[
    str | None, typer.Option("--election", metavar="KODE", help="which election, when several are active")
]


def main() -> None:
    """The entry point: a user's mistake is a sentence, never a traceback."""
    try:
        app()
    except SettingsError as error:
        typer.echo(f"siaga: {error}", err=True)
        sys.exit(2)


def _in_database(work: Callable[[Any, Settings], Awaitable[int]]) -> None:
    """Run async work on the opened installation and exit with its code."""
    from bot.app_log import log_to_stderr  # noqa: PLC0415 - commands import only what they need
    from bot.installation import open_installation  # noqa: PLC0415 - as above

    log_to_stderr()
    settings = read()

    async def inside() -> int:
        db = await open_installation(settings)
        try:
            return await work(db, settings)
        finally:
            await db.close()

    raise typer.Exit(asyncio.run(inside()))


@app.command()
def run() -> None:
    """Serve: channels, clock, outbox, web. Without settings: the rehearsal, in a browser."""
    gc.disable()  # what is imported stays to the end: looking through it for garbage takes a fifth of the start
    import uvloop  # noqa: PLC0415 - commands import only what they need

    from bot import running  # noqa: PLC0415 - the libraries of the channels cost seconds

    gc.freeze()
    gc.enable()
    settings = read()
    if not settings.rehearsal and settings.telegram_token is None and not settings.whatsapp:
        raise SettingsError(
            "SIAGA_TELEGRAM_TOKEN or SIAGA_WHATSAPP_TOKEN is missing: without a channel there is nothing to serve"
        )

    async def inside() -> int:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stop.set)
        return await running.run(settings, stop)

    raise typer.Exit(uvloop.run(inside()))


@app.command("import")
def import_(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="a workbook (.xlsx), or one sheet as .csv with --sheet"),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="change nothing; show who joins, leaves, changes")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="take out who is in its institutions and areas, but not in the file")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="take the last import back")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="the result as JSON")] = False,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="only this sheet")] = None,
    election: Election = None,
) -> None:
    """Read a workbook: good rows go in, refused ones are listed and written to FILE-ditolak.xlsx."""
    from bot.commands import undoing, workbook  # noqa: PLC0415 - as above
    from bot.workbook import apart  # noqa: PLC0415 - as above

    if undo == (file is not None) or (undo and (check or replace or sheet)):
        raise typer.BadParameter("either a FILE to import, or --undo alone")

    async def work(db: Any, _: Settings) -> int:
        from bot.installation import clock_of  # noqa: PLC0415 - as above

        now = (await clock_of(db)).now()
        if undo:
            return await undoing.last_import(db, now=now, as_json=as_json, election=election)
        assert file is not None
        if apart.is_worth(db, file):
            os.nice(apart.GIVES_WAY)  # the second process inherits it
        return await workbook.import_file(
            db, file, now=now, check=check, replace=replace, as_json=as_json, sheet=sheet, election=election
        )

    try:
        _in_database(work)
    except KeyboardInterrupt:
        from bot.workbook import words  # noqa: PLC0415 - as above

        code = "undo_cut_off" if undo else "check_cut_off" if check else "cut_off"
        typer.echo(words.say("unreadable", code), err=True)
        raise typer.Exit(_INTERRUPTED) from None


@app.command()
def sample(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    tps: Annotated[int, typer.Option("--tps", min=1, max=1188, help="how many TPS")] = 1188,
) -> None:
    """Write an example workbook: instructions, one sheet each, made-up people of Kota Malang."""
    from bot.commands import workbook  # noqa: PLC0415 - as above

    # Today is its voting day, so that what is imported from it is active at once.
    raise typer.Exit(workbook.sample(file, tps=tps, voting_day=datetime.now(ZoneInfo("Asia/Jakarta")).date()))


@app.command()
def export(
    what: Annotated[str, typer.Argument(metavar="incidents|deliveries|people|coverage")],
    form: Annotated[str, typer.Option("--format", metavar="json|csv|xlsx")] = "json",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="instead of stdout")] = None,
    election: Election = None,
) -> None:
    """Export incidents, deliveries, people or coverage; a JSON list on stdout by default."""
    from bot.commands import exporting  # noqa: PLC0415 - as above

    _in_database(lambda db, _: exporting.export(db, what, form, out, election))


@app.command()
def broadcast(
    to: Annotated[
        str, typer.Option("--to", metavar="FILTER", help='semua, or "peran=KPPS kecamatan=Sukun tps=3,4"')
    ] = "",
    text: Annotated[str, typer.Option("--text", metavar="TEXT")] = "",
    by: Annotated[str, typer.Option("--by", metavar="PHONE", help="send as this coordinator, within his area")] = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help='"2024-11-27 06.00" in the election\'s zone')] = "",
    receipt: Annotated[bool, typer.Option("--receipt", help="ask for receipts")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="change nothing; show whom it would reach")] = False,
    stop: Annotated[str, typer.Option("--stop", metavar="NUMBER", help="stop B-0007; nothing else is done")] = "",
    election: Election = None,
) -> None:
    """Send a broadcast, or stop one; the operator answers for it. Prints its number and how many it goes to."""
    if bool(stop) == bool(to and text):
        raise typer.BadParameter("give --to and --text, or --stop alone")
    from bot.commands import broadcast as command  # noqa: PLC0415 - as above

    order = command.Order(to, text, by, at, receipt, dry_run)

    async def work(db: Any, settings: Settings) -> int:
        from bot.installation import clock_of  # noqa: PLC0415 - as above

        now = (await clock_of(db)).now()
        if stop:
            return await command.stop(db, stop, now=now)
        return await command.send(db, order, now=now, rules=settings.rules, election=election)

    _in_database(work)


@app.command()
def revoke(
    phone: Annotated[str, typer.Argument(metavar="PHONE", help="the lost phone's number, 0812… or +62812…")],
) -> None:
    """Cut a lost phone off: its chats are unlinked, what waits for them is withdrawn, its cases wait for others."""
    from bot.commands import revoke as command  # noqa: PLC0415 - as above

    async def work(db: Any, settings: Settings) -> int:
        from bot.installation import clock_of  # noqa: PLC0415 - as above

        return await command.revoke(db, phone, now=(await clock_of(db)).now(), rules=settings.rules)

    _in_database(work)


@app.command()
def migrate() -> None:
    """Bring the schema up (every command does so first) and say which it is."""
    from storage import migrations  # noqa: PLC0415 - as above

    async def say(_db: Any, _settings: Settings) -> int:
        typer.echo(f"schema {migrations.newest()}")
        return 0

    _in_database(say)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False) -> None:
    """The outbox by lane and state, incidents by state, the last cycle, channels."""
    from bot.commands import state  # noqa: PLC0415 - as above

    _in_database(lambda db, settings: state.status(db, settings, as_json))


whatsapp = typer.Typer(no_args_is_help=True, help="WhatsApp's side: the templates that Meta approves.")
app.add_typer(whatsapp, name="whatsapp")


@whatsapp.command()
def templates(
    submit: Annotated[bool, typer.Option("--submit", help="ask Meta to approve those that are missing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
) -> None:
    """How each of our templates stands at Meta."""
    from bot.commands import whatsapp as command  # noqa: PLC0415 - as above

    _in_database(lambda _, settings: command.templates(settings, submit=submit, as_json=as_json))


@app.command()
def doctor(election: Election = None) -> None:
    """Settings, database, channels, roster, ladders that reach nobody: what is wrong and how to mend it."""
    from bot.commands import doctor as round_  # noqa: PLC0415 - as above

    _in_database(lambda db, settings: round_.doctor(db, settings, election))
