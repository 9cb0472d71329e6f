"""Who the casualty is may be corrected: by the reporter while the case is open, by who came also when it is over."""

from __future__ import annotations

from storage import people
from tests.stories.stage import Actor, Stage


async def taken(stage: Stage) -> tuple[Actor, Actor]:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")
    return officer, worker


async def silent(stage: Stage, who: Actor) -> bool:
    return bool((await stage.db.read(lambda tx: people.person(tx, who.person_id))).silent_at)


async def test_the_reporter_corrects_it_and_both_entries_stay(stage: Stage) -> None:
    officer, worker = await taken(stage)
    wrong, right = await stage.officer(rank=2), await stage.officer(rank=3)
    for mate in (wrong, right):
        await officer.taps("Rekan di TPS saya")
        await officer.taps(mate.name[:20])
    assert f"korban {right.name}" in worker.last.text
    case = await stage.case()
    assert case.casualty_id == right.person_id
    assert (await stage.journal(case)).count("who") == 2


async def test_who_came_names_one_of_the_tps_where_it_happened(stage: Stage) -> None:
    officer, worker = await taken(stage)
    mate = await stage.officer(rank=2)
    await worker.taps("Tiba")
    await worker.taps("Siapa korbannya")
    assert officer.name in [choice.label for choice in worker.buttons("siapa korbannya?")]
    assert "Korban dicatat untuk L-0001." in await worker.taps(mate.name[:20]) + worker.last.text
    assert f"Korban: {mate.name}" in worker.screen
    assert mate.name not in officer.screen


async def test_after_the_end_too_and_a_death_falls_silent_at_once(stage: Stage) -> None:
    _, worker = await taken(stage)
    mate, other = await (await stage.officer(rank=2)).links(), await stage.officer(rank=3)
    await worker.taps("Selesai")
    await worker.taps("Meninggal")
    assert not await silent(stage, mate)
    await worker.taps("Siapa korbannya", on="L-0001")
    await worker.taps(mate.name[:20])
    assert await silent(stage, mate) and not await silent(stage, other)
    case = await stage.case()
    assert (case.state, case.casualty_id) == ("closed", mate.person_id)
    assert (await stage.journal(case))[-2:] == ["who", "silenced"]


async def test_somebody_from_outside_the_crew_and_nobody_elses_word(stage: Stage) -> None:
    officer, worker = await taken(stage)
    other = await (await stage.workers())[1].links()
    await worker.taps("Tiba")
    await worker.taps("Siapa korbannya")
    await worker.taps("Orang lain", on="siapa korbannya?")
    assert (await stage.case()).casualty == "other"
    assert await other.forges("who:1:other") == "Tombol ini bukan untuk Anda."
    assert await worker.forges("who:1:me") == "Tombol ini bukan untuk Anda."
    await worker.taps("Selesai", on="L-0001")
    await worker.taps("Membaik")
    assert await officer.forges("who:1:me") == "Kasus ini sudah selesai."
