"""Two reports of one kind from one TPS within a quarter of an hour: one event, or two victims."""

from __future__ import annotations

from storage import places, reports
from tests.stories.stage import Actor, Stage

SAME, OTHER = "Kejadian yang sama", "Korban lain"


async def cast(stage: Stage) -> tuple[Actor, Actor, Actor, Actor]:
    officers = [await (await stage.officer(rank=rank)).links() for rank in (0, 2)]
    workers = [await each.links() for each in (await stage.workers())[:2]]
    return officers[0], officers[1], workers[0], workers[1]


async def next_door(stage: Stage) -> Actor:
    """A health worker on duty at another puskesmas of the same kecamatan."""
    here = {each.person_id for each in await stage.workers()}
    tps = await stage.db.read(lambda tx: places.every_tps(tx, 1))
    home = await stage.tps()
    for at in range(1, len(tps)):
        if (await stage.tps(at)).kecamatan_id == home.kecamatan_id:
            found = (await stage.workers(at))[0]
            if found.person_id not in here:
                return found
    raise LookupError("no other puskesmas in this kecamatan")


async def test_the_second_report_reaches_the_taker_at_once_and_asks(stage: Stage) -> None:
    first, second, worker, _ = await cast(stage)
    await first.says("Pingsan")
    await worker.taps("Saya tangani")
    await stage.passes(minutes=4)
    await second.says("Pingsan")
    assert "L-0002" in worker.screen and "Kejadian yang sama dengan L-0001" in worker.last.text
    assert "sudah ada laporan L-0001" in second.last.text and "sebagai dua korban" in second.last.text


async def test_it_reaches_a_taker_who_stands_on_no_rung_of_the_second(stage: Stage) -> None:
    """He came from the neighbouring puskesmas: the second report's first rung would not call him."""
    first, second, worker, _ = await cast(stage)
    neighbour = await (await next_door(stage)).links()
    await first.says("Pingsan")
    await stage.passes(minutes=5)
    await neighbour.taps("Saya tangani")
    await second.says("Pingsan")
    assert "L-0002" in worker.screen and "Kejadian yang sama dengan L-0001" in neighbour.last.text
    await neighbour.taps("Saya tangani", on="L-0002")
    assert [each.taken_by for each in await stage.cases()] == [neighbour.person_id] * 2


async def test_unanswered_it_is_a_second_victim(stage: Stage) -> None:
    first, second, worker, other = await cast(stage)
    await first.says("Pingsan")
    await worker.taps("Saya tangani")
    await second.says("Pingsan")
    await stage.passes(minutes=5)
    assert [each.state for each in await stage.cases()] == ["taken", "waiting"]
    assert (await stage.cases())[1].rung > 0, "it climbs like any case"
    await other.taps("Saya tangani", on="L-0002")
    await stage.journal((await stage.cases())[1])


async def test_the_same_event_is_one_case_with_two_reporters(stage: Stage) -> None:
    first, second, worker, other = await cast(stage)
    await first.says("Pingsan")
    await worker.taps("Saya tangani")
    await second.says("Pingsan")
    await second.taps("Tanda-tanda")
    await second.taps("Kejang")
    await second.taps(SAME)
    assert "L-0002 kejadian yang sama dengan L-0001" in second.screen and f"sudah ditangani ({worker.name})" in second.screen
    assert "Tambahan untuk L-0001" in second.last.text
    one, two = await stage.cases()
    assert (two.state, two.outcome, two.merged_into) == ("closed", "digabung", one.id)
    assert "lihat L-0001" in other.screen, "who was called for the second reads where it went"
    assert f"Pelapor: {second.name}" in worker.screen and "Kejang" in worker.screen
    assert "dilaporkan juga oleh orang lain (L-0002)" in worker.screen
    await worker.taps("Tiba")
    assert "L-0001" in first.last.text and "menyatakan sudah tiba" in first.last.text
    assert second.last.text == first.last.text, "both reporters hear how it goes on"
    await second.says("napasnya berat")
    assert "napasnya berat" in worker.screen and len(await stage.cases()) == 2
    await worker.says("Saya bawa oksigen")
    assert "Saya bawa oksigen" in first.last.text and "Saya bawa oksigen" in second.last.text
    await worker.taps("Selesai")
    await worker.taps("Membaik")
    assert "L-0001 selesai" in first.screen and "L-0001 selesai" in second.screen
    for each in await stage.cases():
        await stage.journal(each)


async def test_none_of_several_reporters_calls_it_off_alone(stage: Stage) -> None:
    first, second, _, _ = await cast(stage)
    await first.says("Pingsan")
    await second.says("Pingsan")
    await second.taps(SAME)
    for reporter in (first, second):
        assert "dilaporkan lebih dari satu orang" in await reporter.says("Batal")
    assert (await stage.cases())[0].state == "waiting"


async def test_another_victim_stays_two_and_is_not_asked_again(stage: Stage) -> None:
    first, second, worker, _ = await cast(stage)
    await first.says("Pingsan")
    await second.says("Pingsan")
    await second.taps(OTHER)
    assert "Keduanya tetap berjalan" in second.screen
    await worker.taps("Saya tangani", on="L-0001")
    assert "Kejadian yang sama" not in worker.screen
    assert [each.state for each in await stage.cases()] == ["taken", "waiting"]
    assert await second.forges("same:1:2") == "Sudah tercatat."
    assert (await stage.cases())[1].merged_into is None


async def test_the_taker_decides_where_nobody_else_did(stage: Stage) -> None:
    first, second, worker, _ = await cast(stage)
    await first.says("Pingsan")
    await second.says("Pingsan")
    assert "Kejadian yang sama dengan" not in worker.screen, "nobody is there yet who could know"
    await worker.taps("Saya tangani", on="L-0002")
    assert "Kejadian yang sama dengan L-0001" in worker.last.text
    await worker.taps(SAME)
    one, two = await stage.cases()
    assert (one.state, one.taken_by, two.merged_into) == ("taken", worker.person_id, one.id)
    assert f"L-0001 ditangani {worker.name}" in first.screen and "L-0002 kejadian yang sama dengan L-0001" in second.screen
    await worker.taps("Tiba", on="L-0001")
    assert (await stage.cases())[0].state == "arrived"


async def test_the_further_state_holds(stage: Stage) -> None:
    first, second, worker, _ = await cast(stage)
    await first.says("Pingsan")
    await second.says("Pingsan")
    await worker.taps("Saya tangani", on="L-0001")
    await worker.taps("Saya tangani", on="L-0002")
    await worker.taps("Tiba", on="L-0002")
    await worker.taps(SAME)
    one, _ = await stage.cases()
    assert (one.state, one.arrived_at is not None) == ("arrived", True)


async def test_two_takers_are_two_cases(stage: Stage) -> None:
    first, second, worker, other = await cast(stage)
    await first.says("Pingsan")
    await second.says("Pingsan")
    await worker.taps("Saya tangani", on="L-0001")
    await other.taps("Saya tangani", on="L-0002")
    assert "tetap dua kasus" in await worker.taps(SAME)
    assert [each.state for each in await stage.cases()] == ["taken", "taken"]


async def test_it_is_asked_only_where_it_may_be_one(stage: Stage) -> None:
    """Another kind, another TPS, a quarter of an hour later, and a victim that the same reporter adds himself."""
    first, second, _, _ = await cast(stage)
    elsewhere = await (await stage.officer(1)).links()
    await first.says("Pingsan")
    for each, what in ((second, "Kecelakaan"), (elsewhere, "Pingsan")):
        await each.says(what)
        assert "kejadian yang sama" not in each.screen
    await first.says("Sesak")
    await first.taps("Korban lain")
    assert "kejadian yang sama" not in first.screen
    await stage.passes(minutes=16)
    third = await (await stage.officer(rank=3)).links()
    await third.says("Pingsan")
    assert "kejadian yang sama" not in third.screen


async def test_a_place_or_kind_that_is_named_later_asks_then(stage: Stage) -> None:
    first, second, _, _ = await cast(stage)
    elsewhere = await (await stage.officer(1)).links()
    await first.says("Pingsan")
    await elsewhere.says("Pingsan")
    await elsewhere.taps("Tempat lain")
    where = await stage.tps()
    named = await stage.db.read(lambda tx: places.named(tx, where))
    await elsewhere.says(f"{named.kelurahan} {named.tps}")
    assert elsewhere.button(SAME, "L-0001")
    await second.says("Darurat")
    await stage.passes(minutes=1, seconds=5)
    await second.says("Pingsan")
    assert second.button(SAME, "L-0001")


async def test_a_third_report_joins_the_first_and_a_joined_case_brings_its_own_along(stage: Stage) -> None:
    first, second, _, _ = await cast(stage)
    third = await (await stage.officer(rank=3)).links()
    await first.says("Pingsan")
    await second.says("Pingsan")
    await third.says("Pingsan")
    await third.taps(SAME)
    await second.taps(SAME)
    assert [each.merged_into for each in await stage.cases()] == [None, 1, 1]


async def test_only_who_reported_or_took_one_may_answer(stage: Stage) -> None:
    first, second, _, other = await cast(stage)
    await first.says("Pingsan")
    await second.says("Pingsan")
    stranger = stage.stranger()
    await stranger.says("/start")
    for each in (other, stranger):
        assert "bukan untuk Anda" in await each.forges("same:1:2")
    for data in ("same:1:1", "same:1:99", "same:2:2"):
        assert "bukan untuk Anda" in await second.forges(data)
    assert (await stage.cases())[1].merged_into is None


async def test_the_export_tells_where_a_report_went(stage: Stage) -> None:
    first, second, _, _ = await cast(stage)
    await first.says("Pingsan")
    await second.says("Pingsan")
    await second.taps(SAME)
    rows = await stage.db.read(reports.incident_rows)
    assert [(row["number"], row["merged_into"]) for row in rows] == [("L-0001", ""), ("L-0002", "L-0001")]


async def test_a_third_report_reaches_the_takers_of_both(stage: Stage) -> None:
    first, second, worker, other = await cast(stage)
    neighbour = await (await next_door(stage)).links()
    third = await (await stage.officer(rank=3)).links()
    await first.says("Pingsan")
    await worker.taps("Saya tangani")
    await second.says("Pingsan")
    await stage.passes(minutes=5)
    await neighbour.taps("Saya tangani", on="L-0002")
    told = [len(each.messages) for each in (worker, neighbour)]
    await third.says("Pingsan")
    for each, before in zip((worker, neighbour), told, strict=True):
        assert any("Kejadian yang sama dengan" in new.said.text for new in each.messages[before:]), each.name
    assert "L-0003" in neighbour.screen


async def test_a_report_that_was_joined_to_a_false_alarm_was_one_too(stage: Stage) -> None:
    first, second, worker, _ = await cast(stage)
    for at in (1, 3):
        await first.says("Pingsan")
        await worker.taps("Saya tangani", on=f"L-{at:04d}")
        await second.says("Pingsan")
        await second.taps(SAME)
        await worker.taps("Selesai", on=f"L-{at:04d}")
        await worker.taps("Alarm palsu")
        await stage.passes(minutes=20)
    await second.says("Pingsan")
    assert "sudah 2 kali alarm palsu" in worker.screen


async def test_the_taker_reads_whole_what_any_of_the_reporters_wrote(stage: Stage) -> None:
    first, second, worker, _ = await cast(stage)
    await first.says("Pingsan")
    await second.says("Pingsan")
    await second.says("pendek saja")
    await second.taps(SAME)
    await first.says("kata " * 90 + "alergi penisilin")
    await worker.taps("Saya tangani")
    assert "alergi penisilin" in worker.screen
    assert "pendek saja" in worker.screen
