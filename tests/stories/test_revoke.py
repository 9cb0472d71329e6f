"""`siaga revoke PHONE`: a lost phone reads nothing any more, and its case waits for others."""

from __future__ import annotations

import pytest

from bot.commands.revoke import revoke
from tests.stories.stage import Stage


async def cut(stage: Stage, phone: str) -> int:
    return await revoke(stage.db, phone, now=stage.clock.now(), rules=stage.rules)


async def test_a_lost_phone_is_cut_off_on_every_channel_and_its_case_waits_again(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    officer = await (await stage.officer()).links()
    first, second = (await stage.workers())[:2]
    here, there, other = await first.links(), await first.on_whatsapp().links(), await second.links()
    await officer.says("Pingsan")
    await here.taps("Saya tangani")
    assert await cut(stage, first.phone.replace("+62", "0")) == 0
    said = capsys.readouterr().out
    assert "telegram, whatsapp" in said
    assert first.phone.replace("+62", "0") not in said
    await stage.settled()
    assert (await stage.case()).state == "waiting"
    for phone in (here, there):
        assert "bukan untuk Anda" in await phone.forges("take:1")
        assert officer.name not in await phone.says("/kasus")
    await stage.passes(minutes=2)
    await other.taps("Saya tangani")
    assert (await stage.case()).taken_by == other.person_id


async def test_he_may_link_again_with_his_new_phone(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    assert await cut(stage, officer.phone) == 0
    assert "JKK" not in await officer.says("/status")
    await officer.links(asked=True)
    assert "JKK" in await officer.says("/status")


@pytest.mark.parametrize("phone", ["0812", "bukan nomor", "", "081234567890"])
async def test_what_is_no_number_or_nobodys_changes_nothing(stage: Stage, phone: str, capsys: pytest.CaptureFixture[str]) -> None:
    officer = await (await stage.officer()).links()
    assert await cut(stage, phone) == 2
    assert capsys.readouterr().err
    assert "JKK" in await officer.says("/status")
