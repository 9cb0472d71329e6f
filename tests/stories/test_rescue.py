"""A bug planted in any step of the emergency dialog: the emergency is still filed and alerted."""

from __future__ import annotations

import pytest

from handlers import casualty, details, escalation, incident, ladder, letters, tables, telling, triage
from handlers.turn import Reply, Turn
from messages.chat import Address, Heard
from tests.stories.stage import Stage

STEPS = [(incident, "start"), (incident, "kind"), (incident, "home"), (incident, "file"), (escalation, "start"),
         (escalation, "climb"), (telling, "tell_area"), (ladder, "rung"), (triage, "first"), (incident, "raise_severity")]  # fmt: skip


@pytest.mark.parametrize(("module", "name"), STEPS, ids=lambda each: getattr(each, "__name__", each))
async def test_a_bug_in_a_step_still_files_and_alerts(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    broken = _broken(monkeypatch, module, name)
    await officer.says("Darurat")
    await officer.says("Pingsan")
    await stage.passes(minutes=2)
    cases = await stage.cases()
    assert len(cases) == 1, f"{name}: {broken}"
    assert "L-0001" in worker.screen
    assert "L-0001" in officer.screen


def _broken(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> list[int]:
    calls: list[int] = []

    def bug(*_args: object, **_more: object) -> Reply:
        calls.append(1)
        raise RuntimeError("a planted bug")

    original = getattr(module, name)
    monkeypatch.setattr(module, name, bug)
    for table in (tables.COMMANDS, tables.LABELS):
        for key, step in list(table.items()):
            if step is original:
                monkeypatch.setitem(table, key, bug)
    return calls


async def test_a_bug_under_a_health_workers_button_files_no_case_in_his_name(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")
    await worker.taps("Saya tangani")

    def bug(_turn: Turn) -> Reply:
        raise RuntimeError("a planted bug")

    monkeypatch.setitem(tables.TAPS, "who", (bug, "nw"))
    await worker.forges("who:1:other")
    assert len(await stage.cases()) == 1
    assert "Maaf" in worker.last.text
    await officer.forges("who:1:other")
    assert len(await stage.cases()) == 1, "under his own case it is added to"


@pytest.mark.parametrize("step", [casualty.who, details.signs, details.sign, details.place_typed, details.words, details.file,
                                  details.position, incident.other_victim], ids=lambda s: s.__name__)  # fmt: skip
async def test_a_bug_in_an_addition_loses_no_words_and_files_no_second_case(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, step: object
) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()
    await officer.says("Pingsan")

    def bug(_turn: Turn) -> Reply:
        raise RuntimeError("a planted bug")

    for verb, (known, shape) in list(tables.TAPS.items()):
        if known is step:
            monkeypatch.setitem(tables.TAPS, verb, (bug, shape))
    for key, known in list(tables.DRAFTS.items()):
        if known is step:
            monkeypatch.setitem(tables.DRAFTS, key, bug)
    name = getattr(step, "__name__", "")
    if getattr(details, name, None) is step:
        monkeypatch.setattr(details, name, bug)
    await officer.says("jatuh dari tangga")
    await officer.taps("Tanda-tanda") if name != "signs" else await officer.forges("signs:1")
    await officer.forges("sign:1:kejang")
    await officer.forges("who:1:me")
    await officer.sends("photo", "ref-9")
    await officer.shares_place(-7.9, 112.6)
    assert len(await stage.cases()) == 1
    assert "jatuh dari tangga" in worker.screen


async def test_a_bug_in_the_letter_of_an_alert_still_sends_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await (await stage.officer()).links()
    worker = await (await stage.workers())[0].links()

    def bug(*_args: object) -> None:
        raise RuntimeError("a planted bug")

    monkeypatch.setitem(letters.LETTERS, "alert", bug)
    await officer.says("Pingsan")
    assert "L-0001" in worker.screen
    assert await worker.taps("Saya tangani")
    assert (await stage.case()).state == "taken"


async def test_a_bug_elsewhere_says_sorry_and_files_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await (await stage.officer()).links()
    monkeypatch.setitem(tables.COMMANDS, "status", _raise)
    assert "gangguan" in await officer.says("/status")
    assert not await stage.cases()
    assert stage.inbox.failures == 1


def _raise(_turn: Turn) -> Reply:
    raise ValueError("a planted bug")


async def test_when_even_the_rescue_fails_the_platform_must_bring_it_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers import plain

    officer = await (await stage.officer()).links()
    monkeypatch.setitem(tables.LABELS, "pingsan", _raise)
    monkeypatch.setattr(plain, "file", _raise)
    me = Address("telegram", officer.id)
    heard = Heard("9000", me, me, stage.clock.now(), text="Pingsan")
    with pytest.raises(TypeError):
        await stage.inbox.receive(heard)
    monkeypatch.undo()
    await stage.inbox.receive(heard)
    assert (await stage.case()).kind == "pingsan"
