"""Who coordinates several areas says which timetable he means, and changes that one only."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.notices import notices
from tests.stories.areas import also, of_two, says
from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


def heard(who: Actor) -> list[str]:
    return [each.said.text for each in who.messages if each.said.text.startswith("📣")]


async def of_lowokwaru(stage: Stage, *, whatsapp: bool) -> Actor:
    """KPU's of Blimbing and Lowokwaru, who has said that he means the second."""
    await stage.heart.cycle()
    boss = await of_two(stage, whatsapp=whatsapp)
    (asked,) = await says(boss, "/jadwal")
    assert "Jadwal wilayah yang mana?" in asked
    assert [choice.label for choice in boss.buttons("yang mana")] == ["Kec. Blimbing", "Kec. Lowokwaru"]
    await boss.taps("Kec. Lowokwaru")
    assert boss.last.text.startswith("🗓 Jadwal pemberitahuan Kec. Lowokwaru")
    return boss


@BOTH
async def test_a_time_is_changed_in_the_area_that_was_named_and_not_in_the_other(stage: Stage, whatsapp: bool) -> None:
    here, there = await (await stage.officer()).links(), await (await stage.officer(at=-1)).links()
    boss = await of_lowokwaru(stage, whatsapp=whatsapp)
    await boss.taps("27 Nov 2024 12.00")
    assert "Kec. Lowokwaru" in boss.last.text
    await boss.taps("Ubah jam")
    await boss.says("10.30")
    assert boss.last.text.startswith("🗓 Jadwal pemberitahuan Kec. Lowokwaru")
    await stage.passes(minutes=31)
    assert (len(heard(here)), len(heard(there))) == (0, 1)


@BOTH
async def test_words_are_paused_added_and_sent_there(stage: Stage, whatsapp: bool) -> None:
    here, there = await (await stage.officer()).links(), await (await stage.officer(at=-1)).links()
    boss = await of_lowokwaru(stage, whatsapp=whatsapp)
    await boss.taps("Tambah")
    await boss.says("H 10.20 Air minum dibagikan.")
    await boss.taps("27 Nov 2024 10.20", on="Jadwal pemberitahuan Kec. Lowokwaru")
    await boss.taps("Ubah kata-kata")
    await boss.says("Air minum di balai.")
    await boss.taps("27 Nov 2024 14.00", on="Jadwal pemberitahuan Kec. Lowokwaru")
    await boss.taps("Jeda")
    await boss.taps("27 Nov 2024 12.00", on="Jadwal pemberitahuan Kec. Lowokwaru")
    await boss.taps("Kirim sekarang")
    assert "Dikirim sekarang ke Kec. Lowokwaru." in boss.last.text
    await stage.passes(minutes=15)
    assert heard(here) == []
    assert "Makan siang bergantian" in heard(there)[0]
    changed = await stage.db.read(lambda tx: {row.area for row in tx.rows(select(notices.c.area).where(notices.c.changed_by.is_not(None)))})
    last = await stage.tps(-1)
    assert changed == {f"kec:{last.kecamatan_id}"}


async def test_a_kecamatan_and_a_kelurahan_elsewhere_are_two(stage: Stage) -> None:
    await stage.heart.cycle()
    boss = await of_two(stage, "kelurahan")
    await boss.says("/jadwal")
    first, second = boss.buttons("yang mana")
    assert first.label == "Kec. Blimbing" and second.label.startswith("Kel. Tunjungsekar, Kec. Lowok")
    await boss.taps("Kel. Tunjungsekar")
    assert "1 dari 1 TPS tidak terjangkau" in boss.last.text


async def test_one_area_for_two_institutions_or_within_another_is_not_asked_about(stage: Stage) -> None:
    await stage.heart.cycle()
    boss = await also(stage, await stage.coordinator("KPU"), at=0, institution="Bawaslu")
    boss = await (await also(stage, boss, "city", 0, "Dinkes")).links()
    (said,) = await says(boss, "/jadwal")
    assert said.startswith("🗓 Jadwal pemberitahuan wilayah Anda")


async def test_an_area_that_is_not_his_is_not_his_in_any_button(stage: Stage) -> None:
    boss = await of_lowokwaru(stage, whatsapp=False)
    line = boss.button("27 Nov 2024 12.00").split(":")[1]
    for data in ("schedule:999999", f"line:{line}:999999", f"line_ask:time:{line}:999999", f"line_pause:{line}:999999",
                 f"line_now:{line}:999999", "line_add:999999"):  # fmt: skip
        assert await boss.forges(data) == "Tombol ini bukan untuk Anda."
