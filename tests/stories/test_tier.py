"""WhatsApp lets us begin with so many people a day: some of these places stay free for alerts, the rest is planned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.commands.broadcast import Order, send
from handlers import tier
from storage import deliveries, installation, speakers
from storage.broadcasts import broadcasts
from storage.database import Tx
from storage.deliveries import EXPIRED, FAILED
from storage.people import addresses
from tests.stories.stage import Actor, Stage
from tests.stories.test_broadcast import goes, lurah

WORDS = "Air minum dibagikan pukul 10."


async def silent(stage: Stage, count: int = 4, most: int = 3) -> list[Actor]:
    """So many officers of one TPS on WhatsApp who wrote two days ago; the tier is `most`, of which a fifth is kept."""
    await stage.db.write(lambda tx: installation.set_fact(tx, tier.FACT, str(most)))
    linked = [await (await stage.officer(rank=rank)).on_whatsapp().links() for rank in range(count)]
    stage.clock.move(timedelta(hours=48))
    return linked


async def order(stage: Stage, **more: object) -> int:
    return await send(stage.db, Order("semua", WORDS, **more), now=stage.clock.now(), rules=stage.rules, election=None)  # type: ignore[arg-type]


def reached(who: list[Actor]) -> int:
    return sum(any(WORDS in each.said.text for each in one.messages) for one in who)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("TIER_250", "250"), ("TIER_1K", "1000"), ("TIER_2K", "2000"), ("TIER_100K", "100000"), ("TIER_UNLIMITED", "unlimited"),
     ("TIER_NOT_SET", ""), ("", ""), ("250", "")],
)  # fmt: skip
def test_a_tier_is_read_as_graph_names_it(name: str, kept: str) -> None:
    assert tier.of_name(name) == kept


async def test_what_exceeds_the_day_goes_tomorrow_and_then_no_more(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    officers = await silent(stage, count=7)
    assert await order(stage) == 0
    assert "7 dari 7 penerima belum menulis" in capsys.readouterr().out
    await goes(stage)
    assert reached(officers) == 3  # of a tier of 3 nothing is kept: a fifth of it is less than one
    await stage.passes(minutes=60 * 24 + 5)
    assert reached(officers) == 6
    await stage.passes(minutes=60 * 24)
    assert reached(officers) == 6
    rows = await stage.db.read(lambda tx: tx.rows(deliveries.deliveries.select()))
    assert [row.reason for row in rows if row.state == FAILED] == [f"{tier.USED_UP}, and were the day before"]


async def test_a_person_counts_once_a_day_and_not_when_he_wrote_himself(stage: Stage) -> None:
    officers = await silent(stage, count=4, most=3)
    await officers[0].says("menu")
    for _ in range(2):
        assert await order(stage) == 0
        await goes(stage)
    assert reached(officers) == 4
    assert sum(text.count(WORDS) for text in (each.screen for each in officers)) == 8


async def test_alerts_take_the_places_that_are_kept_and_more(stage: Stage) -> None:
    await silent(stage, count=3, most=2)
    workers = [await each.on_whatsapp().links() for each in (await stage.workers())[:2]]
    stage.clock.move(timedelta(hours=48))
    assert await order(stage) == 0
    await goes(stage)
    officer = await (await stage.officer(rank=4)).links()
    await officer.says("Darurat")
    await officer.says("Pingsan")
    assert all("L-0001" in each.last.text for each in workers)


async def test_the_sender_may_choose_telegram_for_the_rest(stage: Stage) -> None:
    sender = await lurah(stage)
    officers = await silent(stage, count=4, most=2)
    there = [await (await stage.officer(rank=rank)).links() for rank in (0, 1)]
    stage.clock.move(timedelta(hours=48))
    for each in officers:
        await each.says("Halo")  # WhatsApp is what they used last
    stage.clock.move(timedelta(hours=48))
    await sender.says("/siaran")
    await sender.taps("KPPS")
    await sender.says(WORDS)
    await sender.taps("Tidak")
    assert "4 dari 4 penerima belum menulis" in sender.last.text
    assert "Sisanya 2 orang: besok" in sender.last.text
    await sender.taps("Sisa ke Telegram")
    assert "lewat Telegram bila mereka memakainya (2 orang punya keduanya)" in sender.last.text
    await sender.taps("Kirim")
    await goes(stage)
    assert sum(WORDS in each.screen for each in officers) == 2
    lost = [each for each, other in zip(officers[:2], there, strict=True) if WORDS not in each.screen + other.screen]
    assert not lost, "who has both has read it on one of them"


async def test_a_notice_beyond_the_day_goes_by_telegram_or_expires_with_that_reason(stage: Stage) -> None:
    await stage.heart.cycle()
    both, only = [await (await stage.officer(rank=rank)).on_whatsapp().links() for rank in (0, 1)]
    other = await (await stage.officer(rank=0)).links()
    here, long_ago = addresses.c.channel == "whatsapp", stage.clock.now() - timedelta(hours=30)

    def used_up(tx: Tx) -> None:
        installation.set_fact(tx, tier.FACT, "1")
        tx.execute(update(addresses).where(here).values(heard_at=long_ago))
        tx.execute(update(addresses).where(~here).values(heard_at=long_ago - timedelta(hours=1)))
        speakers.speaker(tx, "whatsapp", "6281", "Tamu", stage.clock.now())
        tx.execute(update(addresses).where(addresses.c.external == "6281").values(begun_at=stage.clock.now()))

    await stage.db.write(used_up)
    await stage.passes(minutes=121)
    assert any("Makan siang" in each.said.text for each in other.messages)
    assert not any("Makan siang" in each.said.text for each in (*both.messages, *only.messages))
    rows = await stage.db.read(lambda tx: tx.rows(deliveries.deliveries.select()))
    lost = [row for row in rows if row.kind == "notice" and row.state == EXPIRED]
    assert lost
    assert {row.reason for row in lost} == {tier.USED_UP}


async def test_a_draft_of_somebody_else_is_not_turned(stage: Stage) -> None:
    sender = await lurah(stage)
    await silent(stage, count=1)
    await sender.says("/siaran")
    await sender.taps("KPPS")
    await sender.says(WORDS)
    await sender.taps("Tidak")
    data = sender.button("Kirim").replace("b_send", "b_rest")
    officer = await (await stage.officer(rank=5)).links()
    assert await officer.forges(data) == "Tombol ini bukan untuk Anda."
    assert not await turned(stage)
    await sender.forges(data)
    assert await turned(stage)
    await sender.taps("Kirim")
    assert await sender.forges(data) == "Sudah tercatat."
    assert await turned(stage)


async def turned(stage: Stage) -> bool:
    return bool(await stage.db.read(lambda tx: tx.scalar(select(broadcasts.c.elsewhere))))
