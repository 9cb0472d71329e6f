"""Where a health worker serves is his puskesmas, also in what he asks."""

from __future__ import annotations

import pytest

from tests.stories.stage import Stage

both = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


@both
async def test_what_he_asked_to_be_recorded_as_names_it(stage: Stage, whatsapp: bool) -> None:
    nurse = stage.stranger()
    nurse = await (nurse.on_whatsapp() if whatsapp else nurse).links()
    await nurse.says("Minta dicatat")
    await nurse.taps("Tenaga kesehatan")
    await nurse.says("Dewi Perawat")
    assert "Permintaan Anda untuk Puskesmas Polowijen dicatat" in await nurse.says("polowijen")


@both
async def test_the_card_of_his_deletion_names_it(stage: Stage, whatsapp: bool) -> None:
    boss, worker = await stage.coordinator("Dinkes"), (await stage.workers())[0]
    boss, worker = [await (each.on_whatsapp() if whatsapp else each).links() for each in (boss, worker)]
    await worker.says("hapus" if whatsapp else "/hapus")
    await worker.taps("Ya, hapus")
    assert "Minta datanya dihapus" in boss.last.text
    assert "Puskesmas Polowijen" in boss.last.text
