"""An officer calls for help and a health worker comes."""

from __future__ import annotations

from messages import words
from storage import reports
from tests.stories.stage import Stage


async def test_an_officer_calls_and_a_health_worker_comes(stage: Stage) -> None:
    officer = await (await stage.officer()).links(asked=True)
    first, second, *_ = [await worker.links(asked=True) for worker in (await stage.workers())[:2]]
    coordinator = await (await stage.coordinator()).links(asked=True)
    assert "TPS 0" in officer.screen
    assert "🆘 Darurat" in officer.keyboard

    asked = await officer.says("🆘 Darurat")
    assert "Telepon 119 atau 112 sekarang" in asked
    assert {"Pingsan", "Sesak atau nyeri dada", "Kecelakaan", "Sakit atau kelelahan", "Kerusuhan", "Meninggal", "Lainnya",
            "Batal"} <= set(officer.keyboard)  # fmt: skip
    assert not await stage.cases()

    filed = await officer.says("Pingsan")
    assert "L-0001" in filed
    case = await stage.case()
    assert (case.state, case.severity, case.kind, case.verified) == ("waiting", "red", "pingsan", True)
    for worker in (first, second):
        assert "🔴 MERAH L-0001: Pingsan" in worker.screen
        assert officer.name in worker.screen
        assert officer.phone.replace("+62", "0") in worker.screen
    assert "L-0001" in coordinator.screen
    assert officer.name not in coordinator.screen
    assert not coordinator.buttons("L-0001")

    assert await first.taps("Saya tangani") == "Kasus ini Anda tangani. Terima kasih."
    assert f"ditangani {first.name}" in officer.screen
    assert f"Ditangani {first.name}" in second.screen
    assert not second.buttons("L-0001")
    assert await second.forges("take:1") == "Sudah ditangani orang lain."

    await first.taps("Tiba")
    assert "sudah tiba" in officer.screen
    await first.taps("Selesai")
    await first.taps("Membaik")
    case = await stage.case()
    assert (case.state, case.outcome) == ("closed", "membaik")
    assert "L-0001 selesai" in officer.screen
    assert await first.forges("arrive:1") == "Kasus ini sudah selesai."
    assert await stage.journal(case) == ["filed", "called", "taken", "arrived", "closed"]
    printed = f"Segel catatan: {words.seal(case.chain_head)}"
    assert printed in officer.last.text and printed in first.screen and printed in second.screen
    (exported,) = await stage.db.read(reports.incident_rows)
    assert words.seal(exported["journal"][-1]["seal"]) in printed


async def test_a_kind_that_is_tapped_twice_is_one_tap(stage: Stage) -> None:
    officer, worker = await (await stage.officer()).links(), await (await stage.workers())[0].links()
    assert "L-0001 (Kecelakaan) diterima" in await officer.says("Kecelakaan")
    before = len(worker.messages)
    again = await officer.says("Kecelakaan")
    assert "sudah tercatat di L-0001" in again
    assert "Korban lain" in again
    assert "Sambil menunggu" not in again
    assert len(worker.messages) == before
    assert "Sesak" in await officer.says("Sesak atau nyeri dada")
    assert "ditambahkan ke L-0001" in officer.last.text
