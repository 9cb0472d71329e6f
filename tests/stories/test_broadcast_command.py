"""`siaga broadcast`: the operator sends without a second Setuju, within the same words and, with --by, the same area."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.commands.broadcast import Order, send, stop
from storage import deliveries
from storage.broadcasts import broadcasts
from storage.deliveries import BROADCAST
from tests.stories.stage import Stage
from tests.stories.test_broadcast import goes, got

WORDS = "Air minum dibagikan pukul 10."


async def run(stage: Stage, order: Order) -> int:
    return await send(stage.db, order, now=stage.clock.now(), rules=stage.rules, election=None)


async def count(stage: Stage) -> int:
    return len(await stage.db.read(lambda tx: tx.rows(select(broadcasts.c.id))))


async def test_it_goes_to_the_whole_city_at_once(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    here, away = await (await stage.officer()).links(), await (await stage.officer(at=30)).links()
    assert await run(stage, Order("semua", WORDS)) == 0
    assert capsys.readouterr().out.startswith("B-0001: 2 penerima")
    await goes(stage)
    for officer in (here, away):
        assert WORDS in got(officer)[0]
        assert "📢 Posko, Pilkada" in got(officer)[0]


async def test_a_dry_run_changes_nothing(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    officer = await (await stage.officer()).links()
    assert await run(stage, Order("peran=KPPS", WORDS, dry_run=True)) == 0
    said = capsys.readouterr().out
    assert "1 penerima (KPPS), tidak ada yang dikirim" in said
    assert "belum menghubungkan chat: 398" in said
    assert await count(stage) == 0
    await goes(stage)
    assert got(officer) == []


async def test_at_a_time_and_with_receipts(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert await run(stage, Order("peran=KPPS", WORDS, at="2024-11-27 11.00", receipt=True)) == 0
    await stage.passes(minutes=30)
    assert got(officer) == []
    await stage.passes(minutes=31)
    assert "Sudah saya terima" in got(officer)[0]


async def test_by_a_coordinator_his_area_holds_and_he_reads_how_it_goes(
    stage: Stage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here, away = await (await stage.officer()).links(), await (await stage.officer(at=1)).links()
    sender = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    assert await run(stage, Order("semua", WORDS, by=sender.phone)) == 0
    await goes(stage)
    assert f"📢 {sender.name}" in got(here)[0]
    assert got(away) == []
    assert "Laporan siaran B-0001" in sender.screen
    capsys.readouterr()
    assert await run(stage, Order("kecamatan=Sukun", WORDS, by=sender.phone)) == 2
    assert "luar wilayah" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (Order("peran=KPSP", WORDS), "Maksud Anda: KPPS"),
        (Order("siapa saja", WORDS), "tidak dikenali"),
        (Order("semua", "Coblos 1"), "nomor urut"),
        (Order("semua", "  "), "kosong"),
        (Order("semua", "x" * 5000), "Terlalu panjang"),
        (Order("semua", WORDS, at="besok"), "tidak dikenali"),
        (Order("semua", WORDS, at="2020-01-01 06.00"), "sudah lewat"),
        (Order("semua", WORDS, by="0812 9999 9999"), "bukan nomor koordinator pemilihan ini: 0812****9999"),
        (Order("peran=Linmas", WORDS), "Tidak seorang pun"),
        (Order("tps=1999", WORDS), "Tidak ada seorang pun"),
    ],
)
async def test_a_mistake_is_a_sentence_and_leaves_nothing(
    stage: Stage,
    order: Order,
    why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await (await stage.officer()).links()
    assert await run(stage, order) == 2
    told = capsys.readouterr()
    assert why in told.err
    assert told.out == ""
    assert await count(stage) == 0
    rows = await stage.db.read(lambda tx: tx.rows(select(deliveries.deliveries.c.id).where(deliveries.deliveries.c.lane == BROADCAST)))
    assert not rows


async def test_the_operator_stops_one_and_what_has_not_left_does_not(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    officer = await (await stage.officer()).links()
    assert await run(stage, Order("semua", WORDS, at="2024-11-27 11.00")) == 0
    capsys.readouterr()
    assert await stop(stage.db, "b-0001", now=stage.clock.now()) == 0
    assert "B-0001 dihentikan" in capsys.readouterr().out
    await stage.passes(minutes=61)
    assert got(officer) == []
    for written, why in (("1", "sudah selesai"), ("B-0002", "Tidak ada siaran"), ("satu", "Tidak ada siaran"), ("", "Tidak ada")):
        assert await stop(stage.db, written, now=stage.clock.now()) == 2
        assert why in capsys.readouterr().err
