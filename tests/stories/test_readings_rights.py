"""Who asked something about his own data reads which coordinator looked at it, in the list or by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from storage import journal
from tests.stories.stage import Actor, Stage

both = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def says(who: Actor, words: str) -> str:
    return await who.says(words.removeprefix("/") if who.channel == "whatsapp" else words)


async def looked(who: Actor) -> str:
    await says(who, "/data")
    await who.taps("Siapa yang melihat")
    return who.last.text


@both
async def test_the_list_and_one_of_it_are_reads_of_whom_they_named(stage: Stage, whatsapp: bool) -> None:
    people = [await stage.coordinator("KPU"), await stage.officer(), await stage.officer(rank=2)]
    boss, asked, other = [await (each.on_whatsapp() if whatsapp else each).links() for each in people]
    await says(asked, "/data")
    await asked.taps("Ada yang salah")
    await asked.says("Nama saya salah tulis")
    await says(boss, "/rekap")
    assert "Belum ada yang melihatnya" in await looked(asked)
    await boss.taps("Permintaan data")
    assert f"{boss.name}, Koordinator KPU: daftar permintaan tentang data" in await looked(asked)
    await boss.taps(asked.name[:12])
    assert f"{boss.name}, Koordinator KPU: permintaan Anda tentang data" in await looked(asked)
    assert "Belum ada yang melihatnya" in await looked(other), "the list did not name him"
    whats = select(func.count()).where(journal.journal.c.what == "names_read")
    assert await stage.db.read(lambda tx: tx.scalar(whats)) == 2


async def asks_to_be_recorded(stage: Stage, whatsapp: bool, name: str) -> Actor:
    who = stage.stranger()
    who = await (who.on_whatsapp() if whatsapp else who).links()
    await who.says("Minta dicatat")
    await who.taps("KPPS")
    await who.says(name)
    await who.says("Arjosari 1")
    return who


@both
async def test_requests_to_be_recorded_and_the_names_beside_them_are_reads(stage: Stage, whatsapp: bool) -> None:
    people = [await stage.coordinator("KPU"), await stage.officer(), await stage.officer(rank=2)]
    boss, namesake, other = [await (each.on_whatsapp() if whatsapp else each).links() for each in people]
    who = await asks_to_be_recorded(stage, whatsapp, namesake.name)
    assert namesake.name in boss.last.text, "it came to him by itself: no read of his"
    assert "Belum ada yang melihatnya" in await looked(namesake)
    await says(boss, "/rekap")
    await boss.taps("Minta dicatat")
    assert "Belum ada yang melihatnya" in await looked(namesake), "the list names only who asked"
    await boss.taps(namesake.name[:12])
    assert f"{boss.name}, Koordinator KPU: nama Anda, di samping permintaan orang lain" in await looked(namesake)
    assert "Belum ada yang melihatnya" in await looked(other), "he is called otherwise"
    await boss.taps("Petugas baru")
    told = await looked(who)
    assert f"{boss.name}, Koordinator KPU: daftar yang minta dicatat" in told
    assert f"{boss.name}, Koordinator KPU: permintaan Anda untuk dicatat" in told
    whats = select(func.count()).where(journal.journal.c.what == "names_read")
    assert await stage.db.read(lambda tx: tx.scalar(whats)) == 3
