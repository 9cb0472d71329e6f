"""/status of a chat without consent: it says that it is not linked, not that a number was not found."""

from __future__ import annotations

import pytest

from tests.stories.stage import Stage

both = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


@both
async def test_after_hapus_he_is_shown_the_way_back_and_not_sent_to_the_secretariat(stage: Stage, whatsapp: bool) -> None:
    who = await stage.officer()
    who = await (who.on_whatsapp() if whatsapp else who).links()
    await who.says("hapus" if whatsapp else "/hapus")
    await who.taps("Ya, hapus")
    said = await who.says("status" if whatsapp else "/status")
    assert "tidak terhubung dengan daftar petugas" in said
    assert "bukan berarti Anda tidak terlindungi" in said
    assert "/start" in said
    assert "belum ditemukan" not in said
    assert "sekretariat" not in said.casefold()


@both
async def test_so_is_who_said_no_or_was_not_asked_yet(stage: Stage, whatsapp: bool) -> None:
    who = await stage.officer()
    who = who.on_whatsapp() if whatsapp else who
    assert "tidak terhubung" in await who.says("status" if whatsapp else "/status")
    await who.says("mulai" if whatsapp else "/start")
    await who.says("Tidak")
    assert "tidak terhubung" in await who.says("status" if whatsapp else "/status")
