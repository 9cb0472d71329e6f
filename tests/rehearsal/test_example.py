"""The rehearsal starts as it was left: templates are approved, and who wrote on WhatsApp has his window."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from bot import app, example
from bot.clock import Clock
from messages.templates import wanted
from storage import speakers
from storage.database import open_database
from storage.vault import Vault
from tests.conftest import SECRET


async def test_the_second_start_knows_the_templates_and_the_windows(sqlite_url: str) -> None:
    db, clock = open_database(sqlite_url, Vault(SECRET)), Clock()
    first = await example.stage(db, clock, app.REHEARSAL_TOKEN, app.CLOUD)
    standing = {each.name for each in wanted().values() if (one := first.cloud.templates.find(each.name, "id")) and one.status == "APPROVED"}
    assert standing == set(wanted())
    there = [member for member in first.members if member.kind == "whatsapp"]
    number = "62" + there[0].phone.replace(" ", "").replace("-", "").removeprefix("0")
    await db.write(lambda tx: speakers.speaker(tx, "whatsapp", number, "x", clock.now()))
    again = await example.stage(db, clock, app.REHEARSAL_TOKEN, app.CLOUD)
    served = web.Application()
    again.add_routes(served)
    heard, silent = (again.cloud.phones.person("62" + each.phone.removeprefix("0")) for each in there)
    assert heard.within(clock.now() + timedelta(hours=23))
    assert not silent.within(clock.now())
    late = await db.read(lambda tx: example.cast(tx, clock.now() + timedelta(days=3)))
    assert len({each.phone for each in late}) == 6, "the clock may have been left days after the voting day"
    await again.cloud.close()
    await first.cloud.close()
    await db.close()
