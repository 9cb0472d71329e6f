"""Who takes an officer's place is in the roster already, with his NIK: the coordinator is not told that it is missing."""

from __future__ import annotations

import pytest

from tests.stories.stage import Stage
from tests.stories.test_replacing import member


@pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
async def test_only_a_nik_that_is_missing_is_said_to_be_missing(stage: Stage, whatsapp: bool, known: bool) -> None:
    chair, boss = await stage.chair(), await stage.coordinator(level="kecamatan")
    chair, boss = [await (each.on_whatsapp() if whatsapp else each).links() for each in (chair, boss)]
    old, new = await member(stage), await stage.officer(at=7)
    await chair.says("ganti" if whatsapp else "/ganti")
    await chair.taps(old.name[:20])
    await chair.says(new.name if known else "Slamet Riyadi")
    await chair.says(new.phone if known else "081277770001")
    await chair.taps("Ya, ganti")
    assert f"{old.name} digantikan" in boss.last.text
    assert ("NIK penggantinya belum ada" in boss.last.text) is not known
