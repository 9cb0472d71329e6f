"""Cards and vitamins are handed over: one tap says so, the chair speaks for his crew, and only the rest is reminded."""

from __future__ import annotations

from tests.stories.stage import Actor, Stage
from tests.stories.test_broadcast import asks, goes, got, lurah

CARDS = "Kartu BPJS Ketenagakerjaan dan vitamin dibagikan di balai kelurahan."


async def sent(stage: Stage) -> tuple[Actor, Actor, Actor, Actor]:
    """A broadcast that asks for receipts has come to a chair and two of his crew; its sender, then these."""
    chair = await (await stage.chair()).links()
    crew = [await (await stage.officer(rank=rank)).links() for rank in range(7)]
    first, second = [each for each in crew if each.person_id != chair.person_id][:2]
    sender = await lurah(stage)
    await asks(sender, "peran=KPPS", CARDS, receipt="Ya, minta tanda terima")
    await sender.taps("Kirim")
    await goes(stage)
    return sender, chair, first, second


def button(who: Actor, label: str) -> bool:
    return any(label in choice.label for choice in who.buttons())


async def test_one_tap_says_that_it_has_come(stage: Stage) -> None:
    sender, _, first, second = await sent(stage)
    assert "Dengan tanda terima" in sender.screen
    tap = first.button("Sudah saya terima")
    assert "Dicatat" in await first.forges(tap)
    assert "Sudah diterima" in got(first)[0]
    assert not button(first, "Sudah saya terima")
    assert "Sudah tercatat" in await first.forges(tap)
    assert "bukan untuk Anda" in await sender.forges(tap)
    assert button(second, "Sudah saya terima")


async def test_who_has_not_is_seen_by_tps_and_only_those_are_reminded(stage: Stage) -> None:
    sender, chair, first, second = await sent(stage)
    await first.taps("Sudah saya terima")
    await sender.taps("Belum terima")
    assert "1 dari 7 sudah menyatakan terima" in sender.new
    assert "TPS 001" in sender.new
    assert second.name in sender.new
    assert first.name not in sender.new
    before = len(got(first))
    await sender.taps("Ingatkan yang belum")
    assert "6 orang yang belum menyatakan terima diingatkan" in sender.new
    assert len(got(first)) == before
    assert "🔔 Pengingat: Anda belum menyatakan terima" in got(second)[-1]
    assert "🔔 Pengingat" in got(chair)[-1]
    await sender.taps("Ingatkan yang belum")
    assert "Baru saja diingatkan" in sender.new
    await second.taps("Sudah saya terima", on="Pengingat")
    assert all("Sudah diterima" in text for text in got(second)), "the first message says so too"
    await stage.passes(minutes=11)
    await sender.taps("Ingatkan yang belum")
    assert "5 orang" in sender.new


async def test_the_chair_confirms_for_his_crew_by_name_or_all_at_once(stage: Stage) -> None:
    sender, chair, first, second = await sent(stage)
    assert not button(first, "Konfirmasi untuk rekan")
    await chair.taps("Konfirmasi untuk rekan")
    await chair.taps(first.name)
    assert f"dinyatakan oleh {chair.name}" in got(first)[0]
    assert button(second, "Sudah saya terima")
    await chair.taps("Semua anggota TPS saya")
    assert "Sudah diterima" in got(second)[0]
    assert "semua anggota TPS Anda sudah dinyatakan menerima" in chair.screen
    await sender.taps("Belum terima")
    assert "6 dari 7" in sender.new  # he himself has not


async def test_nobody_confirms_for_others_but_the_chair_of_their_tps(stage: Stage) -> None:
    _, chair, first, second = await sent(stage)
    stranger = await (await stage.chair(at=1)).links()
    for forger in (first, stranger):
        assert "bukan untuk Anda" in await forger.forges("b_crew:1")
        assert "bukan untuk Anda" in await forger.forges(f"b_for:1:{second.person_id}")
        assert "bukan untuk Anda" in await forger.forges("b_for:1:0")
        assert "bukan untuk Anda" in await forger.forges("b_who:1:0")
    assert "bukan untuk Anda" in await chair.forges(f"b_for:1:{stranger.person_id}")
    assert button(second, "Sudah saya terima")


async def test_a_receipt_is_kept_while_the_broadcast_is_repeated_or_the_tap_comes_late(stage: Stage) -> None:
    sender, _, first, _ = await sent(stage)
    await stage.passes(minutes=3 * 24 * 60)
    assert "Dicatat" in await first.taps("Sudah saya terima")
    await sender.taps("Belum terima")
    assert "1 dari 7" in sender.new


async def test_a_receipt_for_a_repeat_counts_for_the_first_and_what_was_stopped_is_not_reminded(stage: Stage) -> None:
    first, second = await (await stage.officer()).links(), await (await stage.officer(rank=1)).links()
    sender = await lurah(stage)
    await asks(sender, "peran=KPPS", CARDS, receipt="Ya, minta tanda terima")
    stage.phones.lost.add(first.id)
    await sender.taps("Kirim")
    await goes(stage)
    stage.phones.lost.clear()
    await first.says("/start")
    await sender.taps("Ulangi ke yang gagal")
    await goes(stage)
    await first.taps("Sudah saya terima")
    await second.taps("Sudah saya terima")
    assert "Sudah diterima" in got(first)[0]
    await sender.taps("Belum terima")
    assert "2 dari 7" in sender.new


async def test_after_hentikan_nobody_is_reminded_of_it(stage: Stage) -> None:
    await (await stage.officer()).links()
    sender = await lurah(stage)
    await asks(sender, "peran=KPPS", CARDS, receipt="Ya, minta tanda terima")
    await sender.taps("Kirim")
    await stage.stops()
    await stage.heart.cycle()
    await sender.forges("b_stop:1")
    await stage.heart.cycle()
    await stage.starts()
    await goes(stage)
    assert "bukan untuk Anda" in await sender.forges("b_remind:1")
