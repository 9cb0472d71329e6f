"""Where to, and why lower: a question that is open takes neither a photo nor a cry for its answer."""

from __future__ import annotations

import pytest

from tests.stories.stage import Actor, Stage

BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


async def there(stage: Stage, whatsapp: bool) -> tuple[Actor, Actor]:
    officer, worker = await on(await stage.officer(), whatsapp), await on((await stage.workers())[0], whatsapp)
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.taps("Tiba")
    return officer, worker


def files(actor: Actor) -> list[str]:
    return [shown.said.file.ref for shown in actor.messages if shown.said.file]


@BOTH
async def test_a_photo_before_the_hospital_goes_over_and_the_hospital_is_noted(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await there(stage, whatsapp)
    await worker.taps("Rujuk")
    await worker.sends("photo", "ref-1")
    assert files(officer) == ["ref-1"]
    await worker.says("RSUD Saiful Anwar")
    assert (await stage.case()).state == "referred"
    assert "korban dirujuk" in officer.last.text


@BOTH
async def test_a_photo_before_the_reason_too(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await there(stage, whatsapp)
    await worker.taps("Turunkan")
    await worker.sends("photo", "ref-1")
    assert files(officer) == ["ref-1"]
    await worker.says("sudah sadar")
    assert (await stage.case()).severity == "yellow"
    assert "sudah sadar" not in officer.screen


@BOTH
async def test_with_two_cases_the_photo_is_for_the_one_that_is_asked_about(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await there(stage, whatsapp)
    second = await on(await stage.officer(rank=2), whatsapp)
    await second.says("Kecelakaan")
    await worker.taps("Saya tangani", on="L-0002")
    await worker.taps("Rujuk", on="L-0002")
    await worker.sends("photo", "ref-1")
    assert (files(officer), files(second)) == ([], ["ref-1"])
    await worker.says("RSUD Saiful Anwar")
    assert [case.state for case in await stage.cases()] == ["arrived", "referred"]
    await worker.taps("Untuk L-0001 juga")
    assert files(officer) == ["ref-1"]


@BOTH
async def test_a_cry_is_no_hospital(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await there(stage, whatsapp)
    await worker.taps("Rujuk")
    said = await worker.says("tolong saya dipukul orang")
    assert "keadaan darurat" in said
    assert "dirujuk ke mana" in said
    assert "tolong saya dipukul orang" in officer.screen
    assert "korban dirujuk" not in officer.screen
    assert (await stage.case()).state == "arrived"
    await worker.taps("🆘 Kerusuhan")
    first, his = await stage.cases()
    assert (his.kind, his.reporter_id, his.tps_id) == ("kerusuhan", worker.person_id, first.tps_id)


@BOTH
async def test_after_the_cry_the_hospital_is_still_noted(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await there(stage, whatsapp)
    await worker.taps("Rujuk")
    await worker.says("tolong saya dipukul orang")
    await worker.says("RSUD Saiful Anwar")
    assert (await stage.case()).state == "referred"
    assert "korban dirujuk" in officer.last.text


@BOTH
async def test_a_hospital_with_what_ails_is_one(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await there(stage, whatsapp)
    await worker.taps("Rujuk")
    assert "keadaan darurat" in await worker.says("IGD RSSA, pasien kejang lagi")
    assert (await stage.case()).state == "referred"


@BOTH
async def test_a_cry_for_a_reason_is_offered_beside_the_answer(stage: Stage, whatsapp: bool) -> None:
    _, worker = await there(stage, whatsapp)
    await worker.taps("Turunkan")
    said = await worker.says("tolong saya dipukul orang")
    assert "keadaan darurat" in said
    await worker.taps("🆘 Kerusuhan")
    assert [case.kind for case in await stage.cases()] == ["pingsan", "kerusuhan"]


@BOTH
async def test_a_hospital_that_was_typed_wrong_is_corrected(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await there(stage, whatsapp)
    await worker.taps("Rujuk")
    await worker.says("RSUD Sayful Anwar")
    told = officer.screen.count("korban dirujuk")
    await worker.taps("Ubah rujukan")
    assert "rujukan sekarang ke RSUD Sayful Anwar" in worker.last.text
    assert "rujukan ke RSUD Saiful Anwar dicatat" in await worker.says("RSUD Saiful Anwar")
    assert (await stage.case()).state == "referred"
    assert officer.screen.count("korban dirujuk") == told == 1, "where to is not the reporter's to read, nor twice"
    await worker.taps("Ubah rujukan")
    await worker.says("Batal")
    await worker.taps("Selesai")
    await worker.taps("Istirahat")
    await stage.journal(await stage.case())


@BOTH
@pytest.mark.parametrize("words", ["ambulans ke Saiful Anwar", "dibawa ambulan PMI menuju Lavalette"])
async def test_on_the_way_to_a_place_without_its_kind_is_a_hospital(stage: Stage, whatsapp: bool, words: str) -> None:
    _, worker = await there(stage, whatsapp)
    await worker.taps("Rujuk")
    await worker.says(words)
    assert (await stage.case()).state == "referred"


@pytest.mark.parametrize("words", ["tolong ambulans ke sini", "kirim ambulans ke Ijen cepat", "butuh ambulans!", "ambulans ke TPS 12"])
async def test_a_call_for_an_ambulance_is_none(stage: Stage, words: str) -> None:
    officer, worker = await there(stage, whatsapp=False)
    await worker.taps("Rujuk")
    assert "dirujuk ke mana" in await worker.says(words)
    assert (await stage.case()).state == "arrived"
    assert words in officer.screen
