"""/siaran of who coordinates several areas: all of them at once, as one institution, nobody twice and nobody beyond."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select

from bot.commands.broadcast import Order
from storage import readings
from storage.broadcasts import broadcasts
from storage.database import Tx
from storage.roster import assignments
from tests.stories.areas import also, of_two, says
from tests.stories.stage import Actor, Stage
from tests.stories.test_broadcast import asks, goes, got, states
from tests.stories.test_broadcast_command import run

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
WORDS = "Kartu BPJS dibagikan di balai kelurahan."


async def sends(who: Actor, to: str = "semua", as_: str = "", words: str = WORDS) -> str:
    """Through the questions to the preview; what the preview says."""
    await says(who, "/siaran")
    if as_:
        await who.taps(as_)
    await who.says(to)
    await who.says(words)
    await who.taps("Tidak perlu")
    return who.new


async def officers(stage: Stage, role: str = "KPPS") -> tuple[Actor, Actor, Actor]:
    """Linked, of the first kecamatan, of one that is nobody's here, and of the last."""
    return tuple([await (await stage.officer(at=at, role=role)).links() for at in (0, 20, -1)])  # type: ignore[return-value]


async def of_kpu_and_bawaslu(stage: Stage, *, whatsapp: bool = False) -> Actor:
    """KPU's of the first kecamatan and Bawaslu's of the last one."""
    boss = await also(stage, await stage.coordinator("KPU", "kecamatan"), institution="Bawaslu")
    return await (boss.on_whatsapp() if whatsapp else boss).links()


@BOTH
async def test_it_goes_to_both_areas_and_to_nobody_twice(stage: Stage, whatsapp: bool) -> None:
    here, away, there = await officers(stage)
    city = await (await stage.coordinator("Dinkes")).links()
    boss = await of_two(stage, whatsapp=whatsapp)

    def in_both(tx: Tx) -> None:
        row = tx.first(select(assignments).where(assignments.c.person_id == here.person_id))._asdict()
        del row["id"]
        far = tx.first(select(assignments).where(assignments.c.person_id == there.person_id))
        place = {name: getattr(far, name) for name in ("kecamatan_id", "kelurahan_id", "tps_id")}
        tx.execute(insert(assignments).values({**row, **place, "key": "in both"}))

    await stage.db.write(in_both)
    (asked,) = await says(boss, "/siaran")
    assert "petugas KPU di Kec. Blimbing dan Kec. Lowokwaru" in asked
    said = await sends(boss, "peran=KPPS")
    assert "KPPS KPU di Kec. Blimbing dan Kec. Lowokwaru" in said
    assert "Dapat dikirimi: 2 dari 161 orang" in said
    await boss.taps("Kirim")
    await city.taps("Setuju")
    await goes(stage)
    assert [len(got(each)) for each in (here, away, there)] == [1, 0, 1]
    assert "Terkirim: 2" in boss.screen


@BOTH
async def test_one_of_them_may_be_named_and_what_lies_in_neither_may_not(stage: Stage, whatsapp: bool) -> None:
    here, _, there = await officers(stage)
    boss = await of_two(stage, "kelurahan", whatsapp=whatsapp)
    await says(boss, "/siaran")
    assert "di luar wilayah" in await boss.says("kecamatan=Sukun")
    assert "di luar wilayah" in await boss.says("kelurahan=Dinoyo")
    await boss.says("Batal")
    await sends(boss, "kelurahan=Tunjungsekar")
    await boss.taps("Kirim")
    await goes(stage)
    assert [len(got(each)) for each in (here, there)] == [0, 1]


@BOTH
async def test_kpu_here_and_bawaslu_there_is_asked_as_which_and_reaches_only_that_ones_people(stage: Stage, whatsapp: bool) -> None:
    kpps, ptps = await officers(stage), await officers(stage, "PTPS")
    city = await (await stage.coordinator("Dinkes")).links()
    boss = await of_kpu_and_bawaslu(stage, whatsapp=whatsapp)
    (asked,) = await says(boss, "/siaran")
    assert "• KPU: Kec. Blimbing" in asked and "• Bawaslu: Kec. Lowokwaru" in asked
    assert "Sebagai koordinator" in await boss.says("semua"), "it is asked again"
    said = await sends(boss, as_="Bawaslu")
    assert "Semua petugas Bawaslu di Kec. Lowokwaru" in said
    await boss.taps("Kirim")
    await city.taps("Setuju")
    await goes(stage)
    assert [len(got(each)) for each in (*kpps, *ptps)] == [0, 0, 0, 0, 0, 1]
    assert "Koordinator Bawaslu" in got(ptps[2])[0]


@BOTH
async def test_by_a_button_or_typed_it_goes_as_the_one_that_was_chosen(stage: Stage, whatsapp: bool) -> None:
    await officers(stage)
    boss = await of_kpu_and_bawaslu(stage, whatsapp=whatsapp)
    for as_, place, beyond in (("KPU", "Kec. Blimbing", "Lowokwaru"), ("Bawaslu", "Kec. Lowokwaru", "Blimbing")):
        await says(boss, "/siaran")
        await boss.taps(as_)
        assert f"petugas {as_} di {place}" in boss.last.text
        other = {"KPU": "Bawaslu", "Bawaslu": "KPU"}[as_]
        assert "lembaganya sendiri" in await boss.says(f"lembaga={other}")
        assert "di luar wilayah" in await boss.says(f"kecamatan={beyond}")
        await says(boss, "/siaran")
        await boss.taps(as_)
        await boss.taps("Semua")
        assert f"Semua petugas {as_} di {place}" in boss.last.text


async def test_who_lost_one_of_the_areas_may_not_send_to_it_any_more(stage: Stage) -> None:
    here, _, there = await officers(stage)
    boss = await of_two(stage)
    await sends(boss)
    lowokwaru = (assignments.c.person_id == boss.person_id) & assignments.c.key.startswith("also")
    await stage.db.write(lambda tx: tx.execute(delete(assignments).where(lowokwaru)))
    await boss.taps("Kirim")
    assert "wilayah atau lembaga Anda berubah" in boss.screen
    await sends(boss)
    assert "Kec. Lowokwaru" not in boss.new


async def test_another_coordinator_of_both_is_asked_to_agree_and_one_of_either_is_not(stage: Stage) -> None:
    await officers(stage)
    other, one = await stage.officer(at=5), await (await also(stage, await stage.officer(at=6), institution="Bawaslu")).links()
    for at in (0, -1):
        await also(stage, other, at=at, institution="Bawaslu")
    await other.links()
    boss = await of_two(stage)
    assert "Kec. Blimbing dan Kec. Lowokwaru" in await sends(boss)
    await boss.taps("Kirim")
    assert "meminta persetujuan" not in one.screen
    assert await one.forges("b_yes:1") == "Tombol ini bukan untuk Anda."
    await other.taps("Setuju")
    await goes(stage)
    assert f"disetujui oleh {other.name}" in boss.screen


async def test_who_might_have_sent_it_steers_it_and_one_of_either_area_does_not(stage: Stage) -> None:
    await officers(stage)
    boss, city = await of_two(stage), await (await stage.coordinator("Dinkes")).links()
    part = await (await stage.coordinator("KPU", "kecamatan", at=-1)).links()
    assert part.person_id != boss.person_id
    await sends(boss)
    await boss.taps("Jadwalkan")
    await boss.says("12.00")
    assert await part.forges("b_stop:1") == "Tombol ini bukan untuk Anda."
    await part.forges("b_recent")
    assert "B-0001" in str(part.buttons()), "it is to his people too: he reads it"
    await city.taps("Setuju")
    await boss.taps("Hentikan")
    assert await states(stage) == ["dropped"]


async def test_what_went_to_each_of_his_areas_is_recent_and_may_be_read(stage: Stage) -> None:
    await officers(stage)
    for at in (0, -1, 20):
        one = await (await also(stage, await stage.officer(at=at, rank=1), "kelurahan", at, "Kelurahan")).links()
        await asks(one)
        await one.taps("Kirim")
        await goes(stage)
    boss = await of_kpu_and_bawaslu(stage)
    await boss.forges("b_recent")
    assert [choice.label[:6] for choice in boss.buttons()[-2:]] == ["B-0002", "B-0001"]
    assert "B-0003" not in str(boss.buttons())
    await boss.taps("B-0002")
    assert "Siaran B-0002" in boss.last.text


async def test_who_looks_at_the_names_looks_at_both_areas(stage: Stage) -> None:
    await officers(stage)
    city, boss = await (await stage.coordinator("Dinkes")).links(), await of_two(stage)
    await sends(boss)
    await boss.taps("Kirim")
    await city.taps("Setuju")
    await goes(stage)
    await boss.taps("Daftar nama", on="Laporan")
    rows = await stage.db.read(lambda tx: tx.rows(select(readings.readings.c.kecamatan_id)))
    here, there = await stage.tps(0), await stage.tps(-1)
    assert {row.kecamatan_id for row in rows} == {here.kecamatan_id, there.kecamatan_id}


async def test_the_operator_sends_for_him_to_both_or_as_the_one_that_the_audience_fits(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    (here, _, there), ptps = await officers(stage), await (await stage.officer(at=-1, role="PTPS")).links()
    boss = await of_two(stage)
    assert await run(stage, Order("peran=KPPS", WORDS, by=boss.phone)) == 0
    await goes(stage)
    assert [len(got(each)) for each in (here, there)] == [1, 1]
    await also(stage, boss, institution="Bawaslu")
    assert await run(stage, Order("lembaga=Bawaslu", WORDS, by=boss.phone)) == 0
    await goes(stage)
    assert "Koordinator Bawaslu" in got(ptps)[0]
    assert await run(stage, Order("lembaga=Bawaslu kecamatan=Blimbing", WORDS, by=boss.phone)) == 2
    kept = await stage.db.read(lambda tx: [row.institution for row in tx.rows(select(broadcasts.c.institution).order_by(broadcasts.c.id))])
    assert kept == ["KPU", "Bawaslu"]
