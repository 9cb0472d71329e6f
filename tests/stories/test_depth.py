"""What a second pair of eyes found: forgotten cases, open questions, locks, faults of the clock, who reads what."""

from __future__ import annotations

import asyncio

import pytest

from handlers import escalation
from messages.chat import Address, Heard
from storage.places import Named
from tests.stories.stage import Actor, Stage
from tests.stories.test_ladder import called, everybody


def _raise(*_args: object, **_more: object) -> None:
    raise RuntimeError("a planted bug")


async def test_a_fault_when_the_minute_is_over_still_files_and_alerts_and_the_clock_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, workers, *_ = await everybody(stage)
    monkeypatch.setattr(escalation, "start", _raise)
    await officer.says("Darurat")
    await stage.passes(seconds=61)
    case = await stage.case()
    assert case.plain
    assert called(workers[0]) == 1
    monkeypatch.undo()
    await stage.passes(minutes=3)
    assert called(workers[0]) > 1
    assert "sesudah 2 menit" in officer.screen


async def test_a_forgotten_case_does_not_swallow_a_new_emergency(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    await workers[0].taps("Saya tangani")
    await workers[0].taps("Tiba")
    await stage.passes(minutes=240)
    await officer.says("Pingsan")
    assert len(await stage.cases()) == 2
    assert "L-0002" in workers[0].screen


async def test_the_same_kind_again_later_is_told_to_who_has_the_case(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    await workers[0].taps("Saya tangani")
    await officer.says("Pingsan")
    before = len(workers[0].messages)
    await stage.passes(minutes=3)
    await officer.says("Pingsan")
    assert len(workers[0].messages) == before + 1
    assert len(await stage.cases()) == 1


async def test_somebody_hurt_in_a_riot_that_a_coordinator_took_calls_the_puskesmas_once(stage: Stage) -> None:
    officer, workers, _, _ = await everybody(stage)
    district = await (await stage.coordinator("KPU", "kecamatan")).links()
    await officer.says("Kerusuhan")
    await district.taps("Saya tangani")
    await officer.forges("sign:1:perdarahan")
    await officer.forges("sign:1:kejang")
    cases = await stage.cases()
    assert [c.state for c in cases] == ["taken", "waiting"]
    assert called(workers[0], "L-0002") >= 1
    assert "L-0002" in officer.screen


async def test_who_declined_and_then_took_it_hears_what_is_added(stage: Stage) -> None:
    reporter = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await (await stage.workers())[1].links()
    await reporter.says("Pingsan")
    take = worker.button("Saya tangani")
    await worker.taps("Tidak bisa")
    await worker.forges(take)  # a phone that still shows the older buttons
    before = len(worker.messages)
    await reporter.says("Kecelakaan")
    assert any("Kecelakaan" in each.said.text for each in worker.messages[before:])


async def test_kasus_is_edited_like_every_alert(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    await workers[1].says("/kasus")
    await workers[0].taps("Saya tangani")
    assert not workers[1].buttons("L-0001")


async def test_every_alert_failed_is_noticed_after_a_move_too(stage: Stage) -> None:
    stranger = stage.stranger()
    city = await (await stage.coordinator("KPU")).links()
    dinkes = await (await stage.coordinator("Dinkes")).links()
    worker = await (await stage.workers())[0].links()
    await stranger.says("Pingsan")
    stage.phones.lost.add(worker.id)
    named = await _named(stage)
    await stranger.says(f"{named.kelurahan} {named.tps}")
    await stage.settled()
    assert called(dinkes) == 1, "the first one reads dipindah; this is the new place's"
    assert dinkes.buttons("L-0001")
    assert "alerts_failed" in await stage.journal(await stage.case())
    assert city.screen


async def _named(stage: Stage) -> Named:
    from storage import places

    where = await stage.tps()
    return await stage.db.read(lambda tx: places.named(tx, where))


async def test_emergency_words_go_before_an_open_consent_question(stage: Stage) -> None:
    officer = await stage.officer()
    dinkes = await (await stage.coordinator("Dinkes")).links()
    await officer.says("Darurat")
    await officer.says("/start")
    await officer.says("ketua jatuh kepala berdarah")
    assert (await stage.case()).kind == "belum_jelas"
    assert "kepala berdarah" in dinkes.screen
    await officer.says("/start")
    named = await _named(stage)
    await officer.says(f"{named.kelurahan} {named.tps}")
    assert (await stage.case()).tps_id is not None


async def test_a_workers_own_emergency_puts_his_open_question_aside(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    await workers[0].taps("Saya tangani")
    await workers[0].taps("Rujuk")
    await workers[0].says("Darurat")
    await workers[0].says("Kecelakaan")
    await workers[0].says("sopir tidak sadar")
    first, second = await stage.cases()
    assert first.state == "taken"
    assert second.kind == "kecelakaan"


async def test_taking_a_sign_back_raises_nothing(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    for sign in ("nyeri_dada", "kejang"):
        await officer.forges(f"sign:1:{sign}")
    await workers[0].taps("Saya tangani")
    await workers[0].taps("Turunkan")
    await workers[0].says("sadar penuh")
    await officer.forges("sign:1:kejang")
    assert (await stage.case()).severity == "yellow"
    await officer.forges("sign:1:stroke")
    assert (await stage.case()).severity == "red"
    assert "Menjadi MERAH" in workers[0].screen


async def test_a_green_case_stays_his_in_peace_and_climbs_again_when_handed_back(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Sakit atau kelelahan")
    await workers[0].taps("Saya tangani")
    await workers[0].taps("Turunkan")
    await workers[0].says("hanya lelah")
    await stage.passes(minutes=60)
    case = await stage.case()
    assert (case.severity, case.state) == ("green", "taken")
    assert "Masih Anda tangani" not in workers[0].screen
    await workers[0].forges("decline:1")
    case = await stage.case()
    assert (case.severity, case.state) == ("yellow", "waiting")
    assert case.climb_at is not None
    await stage.passes(minutes=3)
    assert "sesudah 2 menit" in officer.screen


async def test_a_coordinator_reads_no_name_of_the_casualty(stage: Stage) -> None:
    officer, _, _, city = await everybody(stage)
    mate = await stage.officer(rank=1)
    await officer.says("Pingsan")
    await officer.forges(f"who:1:{mate.person_id}")
    await stage.passes(minutes=8)
    assert city.buttons("L-0001")
    assert mate.name not in city.screen


async def test_after_bukan_saya_alerts_that_were_shown_are_taken_back(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    assert officer.name in workers[0].screen
    await workers[0].taps("Bukan saya")
    assert officer.name not in workers[0].screen
    assert not workers[0].buttons("L-0001")


async def test_many_turns_around_one_case_at_once_neither_lock_up_nor_lose_words(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")

    def heard(actor: Actor, **what: object) -> Heard:
        me = Address("telegram", actor.id)
        return Heard(str(next(stage.updates)), me, me, stage.clock.now(), named=actor.name, **what)  # type: ignore[arg-type]

    for turn in range(6):
        said = [heard(officer, text=f"keterangan {turn}"), heard(officer, choice="sign:1:kejang", tap=f"s{turn}")]
        said += [heard(w, choice="take:1", tap=f"t{turn}{w.id}") for w in workers[:4]]
        async with asyncio.timeout(15):
            await asyncio.gather(*(stage.inbox.receive(each) for each in said))
        await workers[0].forges("decline:1")
        await stage.settled()
    assert stage.inbox.failures == 0
    what = await stage.journal(await stage.case())
    assert what.count("note") == 6
    assert "keterangan 5" in "\n".join(w.screen for w in workers)
    assert not any("Rinciannya sedang tidak bisa" in w.screen for w in workers)


async def test_a_strangers_kind_and_place_at_once_are_both_kept(stage: Stage) -> None:
    stranger = stage.stranger()
    named = await _named(stage)
    me = Address("telegram", stranger.id)
    words = ("Pingsan", f"{named.kelurahan} {named.tps}")
    said = [Heard(str(40_000 + i), me, me, stage.clock.now(), text=text) for i, text in enumerate(words)]
    first = asyncio.create_task(stage.inbox.receive(said[0]))
    await asyncio.sleep(0)
    await asyncio.gather(first, stage.inbox.receive(said[1]))
    assert (await stage.case()).tps_id is not None
