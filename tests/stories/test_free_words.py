"""Free words, a photo or a voice note that may be an emergency are answered with one button that files it."""

from __future__ import annotations

import pytest

from handlers import offered
from storage.incidents import RED
from tests.stories.stage import Actor, Stage


async def test_words_are_offered_and_go_along_when_it_is_filed(stage: Stage) -> None:
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    said = await officer.says("tolong bu ketua semaput")
    assert "119" in said
    assert not await stage.cases()
    assert [choice.label for choice in officer.buttons("keadaan darurat")] == ["🆘 Pingsan"]
    await officer.taps("Pingsan")
    case = await stage.case()
    assert (case.kind, case.severity, case.tps_id) == ("pingsan", RED, (await stage.tps()).tps_id)
    assert "tolong bu ketua semaput" in worker.screen
    await officer.forges("report:pingsan")
    assert len(await stage.cases()) == 1


async def test_the_place_that_the_words_name_is_the_place(stage: Stage) -> None:
    officer, there = await (await stage.officer()).links(), await stage.tps(40)
    from storage import places

    named = await stage.db.read(lambda tx: places.named(tx, there))
    await officer.says(f"tolong ada yang pingsan di kelurahan {named.kelurahan} tps {named.tps}")
    await officer.taps("Pingsan")
    assert (await stage.case()).tps_id == there.tps_id


async def test_a_stranger_needs_neither_consent_nor_a_roster(stage: Stage) -> None:
    stranger = stage.stranger()
    assert "119" in await stranger.says("tolong ada kecelakaan di depan tps")
    await stranger.taps("Kecelakaan")
    assert (await stage.case()).kind == "kecelakaan"


async def test_an_open_question_does_not_swallow_it_and_goes_on_afterwards(stage: Stage) -> None:
    newcomer = await stage.officer()
    await newcomer.says("/start")
    await newcomer.says("Setuju")
    assert "keadaan darurat" in await newcomer.says("tolong pak ketua kejang")
    await newcomer.taps("Pingsan")
    assert (await stage.case()).kind == "pingsan"
    assert "terhubung" in await newcomer.shares_contact()


async def test_what_is_written_for_a_broadcast_is_not_spoken_to_us(stage: Stage) -> None:
    sender = await (await stage.coordinator("Kelurahan", "kelurahan")).links()
    await sender.says("/siaran")
    await sender.taps("KPPS")
    assert "keadaan darurat" not in await sender.says("Ada yang pingsan? Ketuk Darurat.")
    assert "tanda terima" in sender.last.text


@pytest.mark.parametrize("kind", ["photo", "voice"])
async def test_a_photo_or_voice_note_alone_is_asked_about_and_goes_along(stage: Stage, kind: str) -> None:
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    await officer.sends(kind, "ref-9")
    await officer.taps("Laporkan sekarang")
    assert (await stage.case()).kind == "belum_jelas"
    assert "terkirim sendiri" not in worker.screen
    assert [each.said.file.ref for each in worker.messages if each.said.file] == ["ref-9"]


@pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
@pytest.mark.parametrize("way", ["button", "typed", "clock"])
async def test_all_that_was_sent_before_goes_along_however_it_is_filed(stage: Stage, whatsapp: bool, way: str) -> None:
    officer, worker = await stage.officer(), (await stage.workers())[0]
    officer, worker = [await (each.on_whatsapp() if whatsapp else each).links() for each in (officer, worker)]
    await officer.says("tolong bu ketua semaput")
    await officer.sends("photo", "ref-1")
    assert not await officer.sends("photo", "ref-2"), "an album is asked about once"
    await officer.says("umurnya 60")
    said = await officer.says("tolong cepat")
    assert "🆘" in said
    assert {choice.label for choice in officer.buttons("keadaan darurat")} == {"🆘 Pingsan"}
    if way == "button":
        await officer.taps("Pingsan")
    else:
        await officer.says("Darurat")
        await (stage.passes(minutes=2) if way == "clock" else officer.says("Pingsan"))
    assert (await stage.case()).kind == ("belum_jelas" if way == "clock" else "pingsan")
    await worker.taps("Saya tangani")
    for words in ("bu ketua semaput", "umurnya 60", "tolong cepat"):
        assert words in worker.screen
    assert [each.said.file.ref for each in worker.messages if each.said.file] == ["ref-1", "ref-2"]
    await stage.journal(await stage.case())


async def test_what_was_sent_long_before_does_not_go_along(stage: Stage) -> None:
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    await officer.says("tolong ada yang pingsan di tps 40")
    await stage.passes(minutes=20)
    await officer.says("Sesak")
    case = await stage.case()
    assert (case.kind, case.tps_id) == ("sesak", (await stage.tps()).tps_id)
    assert "di tps 40" not in worker.screen


async def test_ordinary_words_file_and_offer_nothing(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    for words in ("tidak pingsan", "honor cair kapan", "kalau ada yang pingsan lapor kemana"):
        assert "keadaan darurat" not in await officer.says(words)
    await officer.forges("report:gempa")
    assert not await stage.cases()


async def test_in_an_open_case_words_belong_to_it(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("Pingsan")
    assert "keadaan darurat" not in await officer.says("sekarang juga kejang")
    assert len(await stage.cases()) == 1


async def test_where_the_offer_fails_it_is_filed_plainly(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await (await stage.officer()).links()

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(offered, "offer", broken)
    await officer.says("tolong bu ketua semaput")
    assert (await stage.case()).plain


@pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])
async def test_a_cry_where_a_name_is_asked_for_is_offered_beside_the_next_question(stage: Stage, whatsapp: bool) -> None:
    chair = await stage.chair()
    chair = await (chair.on_whatsapp() if whatsapp else chair).links()
    await chair.says("/ganti" if not whatsapp else "ganti")
    await chair.taps(chair.buttons("siapa yang diganti")[0].label)
    said = await chair.says("tolong pak ketua pingsan")
    assert "nomor" in said.casefold()
    assert "keadaan darurat" in said
    await chair.taps("🆘 Pingsan")
    assert (await stage.case()).kind == "pingsan"


async def test_a_cry_for_what_is_wrong_with_the_data_is_offered_too(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    await officer.says("/data")
    await officer.taps("Ada yang salah")
    assert "keadaan darurat" in await officer.says("tolong ada yang kejang di sini")
    await officer.taps("🆘 Pingsan")
    assert (await stage.case()).kind == "pingsan"


async def test_no_words_give_way_to_pictures_and_the_place_is_theirs(stage: Stage) -> None:
    officer, worker, there = await (await stage.officer()).links(), None, await stage.tps(40)
    from storage import places

    named = await stage.db.read(lambda tx: places.named(tx, there))
    await officer.says(f"tolong ada yang pingsan di TPS no {named.tps} kelurahan {named.kelurahan}, alergi penisilin")
    for at in range(12):
        await officer.sends("photo", f"ref-{at}")
    worker = await (await stage.workers(40))[0].links()
    await officer.taps("🆘 Pingsan")
    assert (await stage.case()).tps_id == there.tps_id
    assert "alergi penisilin" in worker.screen
    assert len([each for each in worker.messages if each.said.file]) == 10
    tapped = officer.button("🆘 Pingsan", "keadaan darurat")
    for _ in range(2):
        await officer.forges(tapped)
    assert len(await stage.cases()) == 1
    assert worker.screen.count("alergi penisilin") == 1


BOTH = pytest.mark.parametrize("whatsapp", [False, True], ids=["telegram", "whatsapp"])


async def _on(actor: Actor, whatsapp: bool) -> Actor:
    return await (actor.on_whatsapp() if whatsapp else actor).links()


@BOTH
async def test_who_has_a_case_may_cry_for_himself(stage: Stage, whatsapp: bool) -> None:
    officer, other = await _on(await stage.officer(), whatsapp), await _on(await stage.officer(40), whatsapp)
    worker, colleague = [await _on(each, whatsapp) for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    assert "darurat" not in await worker.says("5 menit lagi saya sampai")
    said = await worker.says("tolong perawat saya kecelakaan di jalan, ada dua orang terluka")
    assert "Diteruskan ke pelapor L-0001" in said
    assert "darurat Anda sendiri" in said
    assert "dua orang terluka" in officer.screen, "it may be of the casualty too"
    await worker.taps("🆘 Kecelakaan")
    case = (await stage.cases())[1]
    assert (case.kind, case.tps_id) == ("kecelakaan", (await stage.tps()).tps_id), "where his case is, not his puskesmas"
    assert "dua orang terluka" in colleague.screen
    assert "dua orang terluka" not in other.screen


@BOTH
async def test_with_two_cases_a_cry_may_be_his_own_before_and_after_he_has_chosen(stage: Stage, whatsapp: bool) -> None:
    officer, other = await _on(await stage.officer(), whatsapp), await _on(await stage.officer(rank=2), whatsapp)
    worker, colleague = [await _on(each, whatsapp) for each in (await stage.workers())[:2]]
    await officer.says("Pingsan")
    await worker.taps("Saya tangani", on="L-0001")
    await other.says("Kecelakaan")
    await worker.taps("Saya tangani", on="L-0002")
    assert "kasus mana" in await worker.says("tolong saya sesak napas, di parkiran")
    cry = worker.button("🆘 Sesak")
    await worker.taps("L-0002")
    assert "di parkiran" in other.screen
    await worker.forges(cry)
    assert (await stage.cases())[2].kind == "sesak"
    assert "di parkiran" in colleague.screen


@BOTH
async def test_the_words_of_a_cry_go_along_from_any_dialog(stage: Stage, whatsapp: bool) -> None:
    officer, worker = await _on(await stage.officer(), whatsapp), await _on((await stage.workers(40))[0], whatsapp)
    from storage import places

    there = await stage.tps(40)
    named = await stage.db.read(lambda tx: places.named(tx, there))
    await officer.says("data" if whatsapp else "/data")
    await officer.taps("Ada yang salah")
    await officer.says(f"tolong ada yang kejang di TPS {named.tps} {named.kelurahan}")
    await officer.taps("🆘 Pingsan")
    assert (await stage.case()).tps_id == there.tps_id
    assert "ada yang kejang" in worker.screen


@BOTH
async def test_darurat_instead_of_the_offered_button_takes_the_words_along_too(stage: Stage, whatsapp: bool) -> None:
    chair, worker = await stage.chair(), await _on((await stage.workers())[0], whatsapp)
    chair = await (chair.on_whatsapp() if whatsapp else chair).links()
    await chair.says("/ganti" if not whatsapp else "ganti")
    await chair.taps(chair.buttons("siapa yang diganti")[0].label)
    await chair.says("tolong pak ketua pingsan")
    await chair.says("Darurat")
    await chair.says("Pingsan")
    assert "pak ketua pingsan" in worker.screen
