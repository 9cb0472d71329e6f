"""Nobody answers: the ladder climbs until somebody has taken it."""

from __future__ import annotations

from datetime import timedelta

from handlers.turn import Rules
from tests.stories.stage import Actor, Stage


async def everybody(stage: Stage) -> tuple[Actor, list[Actor], Actor, Actor]:
    officer = await (await stage.officer()).links()
    workers = [await worker.links() for worker in await stage.workers()]
    dinkes = await (await stage.coordinator("Dinkes")).links()
    city = await (await stage.coordinator("KPU")).links()
    return officer, workers, dinkes, city


def called(actor: Actor, number: str = "L-0001") -> int:
    """How often an actor was called, by messages that carry the case's alert."""
    return sum(number in m.said.text and "📍" in m.said.text and "Dilaporkan" in m.said.text and "Keadaan" not in m.said.text
               for m in actor.messages)  # fmt: skip


async def test_each_rung_adds_to_those_before_and_the_last_repeats(stage: Stage) -> None:
    officer, workers, dinkes, city = await everybody(stage)
    await officer.says("Pingsan")
    on, off = workers[0], workers[-1]
    assert called(on) == 1
    assert called(off) == 0
    await stage.passes(seconds=89)
    assert called(on) == 1
    await stage.passes(seconds=2)
    assert (called(on), called(off), called(dinkes)) == (2, 1, 0)
    assert "Belum ada yang menangani" in on.screen
    await stage.passes(seconds=30)
    assert "sesudah 2 menit" in officer.screen
    await stage.passes(seconds=90)
    assert (called(on), called(dinkes), called(city)) == (3, 1, 0)
    await stage.passes(minutes=3)
    assert (called(on), called(city)) == (4, 1)
    assert "sesudah 5 menit" in officer.screen
    await stage.passes(minutes=6)
    assert (called(on), called(city)) == (6, 3), "the last rung repeats every three minutes"
    assert "Saya tangani" in str(city.buttons("L-0001"))
    assert "Tanda" not in city.screen

    await city.taps("Saya tangani")
    await stage.passes(minutes=5)
    assert called(on) == 6
    assert f"ditangani {city.name}" in officer.screen


async def test_yellow_takes_twice_as_long_and_ends_at_dinkes(stage: Stage) -> None:
    officer, workers, dinkes, city = await everybody(stage)
    await officer.says("Sakit atau kelelahan")
    assert "L-0001" not in city.screen, "the area learns of red cases only"
    await stage.passes(seconds=179)
    assert called(workers[0]) == 1
    await stage.passes(seconds=2)
    assert called(workers[0]) == 2
    await stage.passes(seconds=240)
    assert called(dinkes) == 1
    await stage.passes(minutes=30)
    assert called(dinkes) > 2
    assert called(city) == 0


async def test_a_rung_that_reaches_nobody_is_climbed_past_at_once(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    dinkes = await (await stage.coordinator("Dinkes")).links()
    await officer.says("Pingsan")
    assert called(dinkes) == 1
    case = await stage.case()
    assert (await stage.journal(case)).count("rung_empty") == 2


async def test_with_nobody_linked_the_reporter_is_told_to_telephone(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    filed = await officer.says("Pingsan")
    assert "Belum ada petugas yang terhubung" in filed
    await stage.passes(minutes=4)
    worker = await (await stage.workers())[0].links()
    await stage.passes(minutes=4)
    assert called(worker) >= 1, "who links later is called by the repeat"


async def test_when_every_alert_failed_it_climbs_at_once(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    dinkes = await (await stage.coordinator("Dinkes")).links()
    stage.phones.lost.add(worker.id)
    await officer.says("Pingsan")
    await stage.settled()
    assert called(dinkes) == 1
    assert "alerts_failed" in await stage.journal(await stage.case())


async def test_when_all_who_were_called_declined_it_climbs_at_once(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    workers = [await worker.links() for worker in (await stage.workers())[:2]]
    dinkes = await (await stage.coordinator("Dinkes")).links()
    await officer.says("Pingsan")
    await workers[0].taps("Tidak bisa")
    assert called(dinkes) == 0
    before = called(workers[0])
    await workers[1].taps("Tidak bisa")
    assert called(dinkes) == 1
    await stage.passes(minutes=10)
    assert called(workers[0]) == before, "who declined is not called again"


async def test_handed_back_it_waits_and_climbs_at_once(stage: Stage) -> None:
    officer, workers, dinkes, _ = await everybody(stage)
    await officer.says("Pingsan")
    await workers[0].taps("Saya tangani")
    await workers[0].taps("Tidak bisa")
    case = await stage.case()
    assert (case.state, case.taken_by) == ("waiting", None)
    assert case.rung == 1
    assert "Petugas lain sedang dipanggil" in officer.screen


async def test_quiet_after_taking_it_is_asked_and_then_climbs_and_tiba_brings_it_back(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    await workers[0].taps("Saya tangani")
    await stage.passes(minutes=9)
    assert "Masih Anda tangani" not in workers[0].screen
    await stage.passes(minutes=2)
    assert "Masih Anda tangani" in workers[0].screen
    assert (await stage.case()).state == "taken"
    await stage.passes(minutes=10)
    case = await stage.case()
    assert (case.state, case.rung) == ("waiting", 1)
    await workers[0].forges("arrive:1")
    case = await stage.case()
    assert (case.state, case.taken_by) == ("arrived", workers[0].person_id)


async def test_still_on_it_starts_the_quiet_time_anew(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    await workers[0].taps("Saya tangani")
    await stage.passes(minutes=11)
    await workers[0].taps("Masih saya tangani")
    await stage.passes(minutes=9)
    assert (await stage.case()).state == "taken"


async def test_half_an_hour_after_arrival_the_coordinator_is_told_and_it_never_climbs(stage: Stage) -> None:
    officer, workers, _, city = await everybody(stage)
    await officer.says("Pingsan")
    await workers[0].taps("Saya tangani")
    await workers[0].taps("Tiba")
    await stage.passes(minutes=31)
    assert "30 menit sejak Anda tiba" in workers[0].screen
    assert "petugas tiba 30 menit lalu" in city.screen
    await stage.passes(minutes=120)
    assert (await stage.case()).state == "arrived"


async def test_a_riot_climbs_the_coordinators_and_the_puskesmas_joins_when_somebody_is_hurt(stage: Stage) -> None:
    officer, workers, dinkes, city = await everybody(stage)
    district = await (await stage.coordinator("KPU", "kecamatan")).links()
    said = await officer.says("Kerusuhan")
    assert "110" in said
    assert called(workers[0]) == 0
    assert called(district) == 1, "no coordinator of the kelurahan is linked: climbed past"
    await stage.passes(minutes=5)
    assert called(city) == 1
    await officer.taps("Tanda-tanda")
    await officer.taps("Perdarahan hebat")
    assert called(workers[0]) >= 1
    assert (await stage.case()).severity == "red"


async def test_only_who_took_it_lowers_it_one_step_with_a_reason(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    assert await workers[0].forges("lower:1") == "Kasus masih menunggu."
    await workers[0].taps("Saya tangani")
    await workers[0].taps("Turunkan")
    await workers[0].says("sudah sadar, tensi normal")
    assert (await stage.case()).severity == "yellow"
    await workers[0].taps("Turunkan")
    await workers[0].says("hanya lelah")
    case = await stage.case()
    assert (case.severity, case.state, case.taken_by) == ("green", "taken", workers[0].person_id)
    assert "HIJAU" in await workers[0].says("/kasus")


async def test_rujuk_asks_where_to_and_is_closed_later(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    await workers[0].taps("Saya tangani")
    await workers[0].taps("Rujuk")
    await workers[0].says("RSUD Saiful Anwar")
    assert (await stage.case()).state == "referred"
    assert "dirujuk" in officer.screen
    await workers[0].taps("Selesai", "RSUD Saiful Anwar")
    await workers[0].taps("Membaik")
    assert (await stage.case()).state == "closed"


async def test_kasus_brings_fresh_buttons(stage: Stage) -> None:
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    listed = await workers[0].says("/kasus")
    assert "Masih menunggu petugas: 1" in listed
    await workers[0].taps("Saya tangani")
    assert "Kasus Anda: 1" in await workers[0].says("/kasus")
    assert "tidak tersedia" in await officer.says("/kasus")


async def test_jaga_holds_until_the_next_shift_and_takes_him_off_the_first_rung(stage: Stage) -> None:
    officer = await (await stage.officer()).links()
    first, second = [await worker.links() for worker in (await stage.workers())[:2]]
    await first.says("/jaga")
    await first.taps("Berhenti jaga")
    assert "tidak jaga" in first.screen
    await officer.says("Pingsan")
    assert (called(first), called(second)) == (0, 1)
    await first.taps("Mulai jaga")
    assert "sedang jaga" in first.new
    assert "tidak tersedia" in await officer.says("/jaga")


async def test_an_election_may_have_a_ladder_of_its_own(stage: Stage) -> None:
    from sqlalchemy import update

    from storage.elections import elections

    await stage.db.write(lambda tx: tx.execute(update(elections).values(ladder="10,20")))
    assert stage.rules == Rules()
    officer, workers, *_ = await everybody(stage)
    await officer.says("Pingsan")
    await stage.passes(seconds=11)
    assert called(workers[0]) == 2


async def test_a_call_that_had_not_left_when_the_next_came_is_not_said_twice(stage: Stage) -> None:
    """A platform that is away, or a chat that is slow, gets the newest call and not a heap of them."""
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    assert worker.screen.count("L-0001") == 1
    await stage.stops()
    await officer.sends("photo", "ref-1")
    for _ in range(4):
        stage.clock.move(timedelta(minutes=2))
        await stage.heart.cycle()
    await stage.starts()
    await stage.settled()
    alerts = [each.said.text for each in worker.messages if "Pingsan" in each.said.text]
    assert len(alerts) == 2, "the first, and the newest"
    assert "panggilan ke-" in alerts[-1]
    assert [each.said.file.ref for each in worker.messages if each.said.file] == ["ref-1"]
