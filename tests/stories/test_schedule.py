"""/jadwal: a coordinator sees and changes what comes, in his own area and nowhere else."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from handlers.schedule import when
from storage.journal import journal
from storage.notices import PAUSED, notices
from storage.places import tps
from tests.stories.stage import Actor, Stage


def heard(who: Actor) -> list[str]:
    return [each.said.text for each in who.messages if each.said.text.startswith("📣")]


async def planned(stage: Stage, level: str = "city", institution: str = "KPU") -> Actor:
    await stage.heart.cycle()
    return await (await stage.coordinator(institution, level)).links()


async def test_a_coordinator_reads_what_is_next_and_whom_it_would_not_reach(stage: Stage) -> None:
    await (await stage.officer()).links()
    said = await (await planned(stage)).says("/jadwal")
    assert "27 Nov 2024 12.00 WIB: 🍱 Makan siang bergantian" in said
    assert "56 dari 57 TPS tidak terjangkau" in said
    assert "belum menghubungkan chat" in said
    assert "27 Nov 2024 09.00" not in said  # it is 10.00


async def test_nobody_else_has_it(stage: Stage) -> None:
    await stage.heart.cycle()
    officer = await (await stage.officer()).links()
    assert "tidak tersedia" in await officer.says("/jadwal")
    line = await stage.db.read(lambda tx: tx.scalar(select(notices.c.id).where(notices.c.key == "noon")))
    for data in (f"line:{line}", f"line_ask:time:{line}", f"line_pause:{line}", f"line_now:{line}", "line_add"):
        await officer.forges(data)
    assert officer.new == ""
    rows = await stage.db.read(lambda tx: tx.rows(select(notices.c.state).where(notices.c.state == PAUSED)))
    assert not rows


async def test_time_and_words_are_changed_for_the_own_area_only(stage: Stage) -> None:
    here, there = await (await stage.officer()).links(), await (await stage.officer(at=40)).links()
    coordinator = await planned(stage, "kelurahan", "Kelurahan")
    await coordinator.says("/jadwal")
    await coordinator.forges(coordinator.last.choices[0][0].data)  # 12.00, to the TPS
    await coordinator.taps("Ubah jam")
    assert "tidak dikenali" in await coordinator.says("25.00")
    assert "Waktunya diubah" in await coordinator.says("10.30")
    await coordinator.says("/jadwal")
    await coordinator.taps("27 Nov 2024 10.30", on="Jadwal")
    await coordinator.taps("Ubah kata-kata")
    assert "paling panjang" not in await coordinator.says("Nasi bungkus sudah di balai kelurahan.")
    await stage.passes(minutes=31)
    assert [text for text in heard(here) if "Nasi bungkus" in text]
    assert heard(there) == []
    await stage.passes(minutes=90)
    assert "Nasi bungkus" not in heard(there)[-1]
    what = await stage.db.read(lambda tx: {row.what for row in tx.rows(select(journal.c.what))})
    assert {"line_time", "line_words"} <= what


async def test_a_paused_line_does_not_come_until_it_is_resumed(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    coordinator = await planned(stage)
    await coordinator.says("/jadwal")
    await coordinator.forges(coordinator.last.choices[0][0].data)
    await coordinator.taps("Jeda")
    assert "(jeda): 🍱" in coordinator.new
    await stage.passes(minutes=121)
    assert "TPS ditutup" not in "".join(heard(officer))


async def test_a_line_is_added_and_sent_at_once(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    coordinator = await planned(stage)
    await coordinator.says("/jadwal")
    await coordinator.taps("Tambah")
    assert "Belum dikenali" in await coordinator.says("air minum")
    await coordinator.says("H 10.30 Air minum dibagikan di balai kelurahan.")
    await stage.passes(minutes=31)
    assert "Air minum dibagikan" in heard(officer)[-1]
    await coordinator.forges(coordinator.last.choices[0][1].data)  # 12.00, to the TPS
    now = coordinator.button("Kirim sekarang")
    await coordinator.forges(now)
    assert await coordinator.forges(now) != ""
    await stage.passes(minutes=61)
    assert len([text for text in heard(officer) if "Pukul 13.00 TPS ditutup" in text]) == 1


async def test_an_emergency_goes_before_an_open_question(stage: Stage) -> None:
    coordinator = await planned(stage)
    await coordinator.says("/jadwal")
    await coordinator.taps("Tambah")
    await coordinator.says("Pingsan")
    assert (await stage.case()).kind == "pingsan"


@pytest.mark.parametrize(
    ("written", "read"),
    [("09.30", (0, 570, "")), ("H-1 20.00", (-1, 1200, "")), ("h+1 6:05 pulang", (1, 365, "pulang")), ("H 10.00 WIB Air", (0, 600, "Air")),
     ("25.00", None), ("10.75", None), ("H-99 10.00", None), ("besok", None), ("", None)],
)
def test_a_time_is_read_as_it_is_written(written: str, read: object) -> None:
    assert when(written, 0) == read


async def test_the_timetable_stays_neutral_too(stage: Stage) -> None:
    coordinator = await planned(stage)
    await coordinator.says("/jadwal")
    await coordinator.taps("Tambah")
    assert "nomor urut" in await coordinator.says("H 10.30 Coblos nomor 2")
    assert "Ditambahkan" not in coordinator.screen


async def test_a_tps_that_votes_on_another_day_is_in_the_schedule_of_its_own_area(stage: Stage) -> None:
    for at, day in ((0, 1), (40, 2)):
        own = tps.update().where(tps.c.id == (await stage.tps(at)).tps_id).values(voting_day=date(2024, 12, day))
        await stage.db.write(lambda tx, own=own: tx.execute(own))
    here, city = await planned(stage, "kelurahan", "Kelurahan"), await planned(stage)
    await stage.passes(minutes=60 * 48)
    assert "30 Nov 2024 20.00 WIB" in await city.says("/jadwal")
    said = await here.says("/jadwal")
    assert "30 Nov 2024 20.00 WIB" in said
    await city.taps("30 Nov 2024 20.00", on="Jadwal")
    assert "30 Nov 2024 20.00 WIB · 1 Des 2024 20.00 WIB" in city.last.text
    await here.taps("30 Nov 2024 20.00", on="Jadwal")
    assert "30 Nov 2024 20.00 WIB" in here.last.text
    assert "1 Des" not in here.last.text
