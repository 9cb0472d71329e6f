"""/data tells all that is held: of who is linked, of a chat that is not, of who is only spoken of in a report."""

from __future__ import annotations

import pytest

from storage import places, roster
from tests.stories.stage import Actor, Stage

both = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def says(who: Actor, words: str) -> str:
    """A command, as it is typed on each."""
    return await who.says(words.removeprefix("/") if who.channel == "whatsapp" else words)


async def links(who: Actor, whatsapp: bool) -> Actor:
    return await (who.on_whatsapp() if whatsapp else who).links()


@both
async def test_a_stranger_reads_what_he_asked_and_reported(stage: Stage, whatsapp: bool) -> None:
    who = await links(stage.stranger(), whatsapp)
    await who.says("Minta dicatat")
    await who.taps("KPPS")
    await who.says("Slamet Pengganti")
    await who.says("Arjosari 1")
    await who.says("Pingsan")
    said = await says(who, "/data")
    assert "hanya" not in said
    assert "Permintaan: dicatat: Slamet Pengganti, KPPS, TPS 001, Kel. Arjosari, Kec. Blimbing (menunggu jawaban)" in said
    assert "Laporan darurat dari chat ini: L-0001" in said
    assert "Orang Lewat" in said
    assert "Nomor: 0819****9999" in said
    assert "Persetujuan versi" in said


@both
async def test_after_hapus_he_reads_what_stays_and_that_the_rest_waits(stage: Stage, whatsapp: bool) -> None:
    who = await links(await stage.officer(), whatsapp)
    await who.says("Pingsan")
    await says(who, "/hapus")
    await who.taps("Ya, hapus")
    said = await says(who, "/data")
    assert "hanya" not in said
    assert "Permintaan: hapus data (menunggu jawaban)" in said
    assert "Laporan darurat dari chat ini: L-0001" in said
    assert "Persetujuan versi" not in said


@both
async def test_of_a_new_chat_little_is_held(stage: Stage, whatsapp: bool) -> None:
    who = stage.stranger()
    said = await says(who.on_whatsapp() if whatsapp else who, "/data")
    assert said.startswith("Yang kami simpan tentang chat ini:\n• Alamat chat, bernama Orang Lewat\n\nChat ini tidak terhubung")


@both
async def test_who_is_the_casualty_of_a_report_reads_of_it_apart_from_his_own(stage: Stage, whatsapp: bool) -> None:
    reporter, hurt = await links(await stage.officer(), whatsapp), await links(await stage.officer(rank=2), whatsapp)
    await reporter.says("Pingsan")
    await reporter.taps("Rekan")
    await reporter.taps(hurt.name[:12])
    assert (await stage.case()).casualty_id == hurt.person_id
    await hurt.says("Sakit atau kelelahan")
    said = await says(hurt, "/data")
    assert "Laporan yang menyebut Anda: L-0001\n" in said
    assert "Laporan darurat dari Anda: L-0002\n" in said
    assert "menyebut" not in await says(reporter, "/data")


@both
async def test_a_worker_reads_where_he_is_posted_and_his_shifts(stage: Stage, whatsapp: bool) -> None:
    now = stage.clock.now()
    roles = {each.person_id: await stage.db.read(lambda tx, e=each: roster.roles(tx, e.person_id, now)) for each in await stage.workers()}  # type: ignore[misc]
    who = next(each for each in await stage.workers() if roles[each.person_id][0].where.kelurahan_id)
    ward = await stage.db.read(lambda tx: places.named(tx, roles[who.person_id][0].where).kelurahan)
    who = await links(who, whatsapp)
    duty = f"• Perawat, Puskesmas Polowijen, Kel. {ward}; jaga 27 Nov 2024 06.00–18.00 WIB"
    assert duty in who.screen
    assert duty in await says(who, "/jaga")
    assert duty.replace("• ", "• Peran: ") in await says(who, "/data")
