"""`siaga run` from outside: polling and webhook, the lease, SIGTERM, and what a hostile poster gets."""

from __future__ import annotations

import asyncio
import io
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.rehearsal.botapi import BotApi, Sent
from storage.vault import Vault
from tests.product.harness import SECRET, USER, City, Product, bot_api, found_city
from tests.product.warm import Warm


@pytest.fixture(params=["polling", "webhook"])
async def served(request: pytest.FixtureRequest, tmp_path: Path, warm: Warm) -> AsyncIterator[tuple[Product, BotApi, City]]:
    async with bot_api() as (api, base):
        webhook = request.param == "webhook"
        product = Product(tmp_path, base, webhook=webhook, warm=warm if webhook else None)  # one as operators begin it
        city = await found_city(product, api, officers=8)
        await product.start()
        try:
            yield product, api, city
        finally:
            await product.kill()


def to(user: int, words: str) -> object:
    return lambda sent: sent.chat_id == user and words in sent.text


async def test_a_call_a_take_and_a_clean_end(served: tuple[Product, BotApi, City]) -> None:
    product, api, city = served
    officer = city.officers[0]
    api.say(officer, "/darurat")
    await api.wait_for(to(officer, "119 atau 112"))  # type: ignore[arg-type]
    api.press(officer, None, "Pingsan")
    await api.wait_for(to(officer, "L-0001"))  # type: ignore[arg-type]
    alert: Sent = await api.wait_for(lambda s: s.chat_id in city.workers and "L-0001" in s.text)
    assert any("Saya tangani" in label for label in alert.labels)
    api.press(alert.chat_id, alert.message_id, "Saya tangani")
    await api.wait_for(to(officer, "ditangani"))  # type: ignore[arg-type]

    code, out, _ = await product.command("export", "incidents")
    (case,) = json.loads(out)
    assert code == 0
    assert (case["number"], case["state"], case["severity"], case["verified"]) == ("L-0001", "taken", "red", True)
    assert [entry["what"] for entry in case["journal"]][:2] == ["filed", "called"]
    code, out, _ = await product.command("status", "--json")
    assert json.loads(out)["serving"] is True
    async with aiohttp.ClientSession() as session:
        assert (await session.get(f"http://127.0.0.1:{product.port}/health")).status == 200
    assert await product.stop() == 0
    log = (product.folder / "run.log").read_text()
    assert "made-up-for-tests" not in log


async def test_what_no_update_is_gets_its_answer_and_changes_nothing(tmp_path: Path, warm: Warm) -> None:
    async with bot_api() as (api, base):
        product = Product(tmp_path, base, webhook=True, warm=warm)
        await found_city(product, api, officers=2)
        await product.start()
        try:
            secret = Vault(SECRET).token("telegram webhook")
            url = f"http://127.0.0.1:{product.port}/telegram"
            head = {"X-Telegram-Bot-Api-Secret-Token": secret}
            bodies = [(b"not json", 400), (b"[]", 400), (b"{}", 400), (b'{"update_id": "7"}', 400), (b'{"update_id": 7}', 200),
                      (b'{"update_id": 8, "message": 5}', 200), (b"[" * 50_000, 400), (b"\xff\xfe", 400)]  # fmt: skip
            async with aiohttp.ClientSession() as session:
                assert (await session.post(url, data=b"{}")).status == 401
                assert (await session.post(url, data=b"{}", headers={next(iter(head)): "wrong"})).status == 401
                for body, status in bodies:
                    assert (await session.post(url, data=body, headers=head)).status == status, body[:40]
                assert (await session.post(url, data=io.BytesIO(b" " * 4_000_000), headers=head)).status == 413
            _, out, _ = await product.command("export", "incidents")
            assert json.loads(out) == []
        finally:
            await product.kill()


async def test_a_second_process_stands_by_and_takes_over(tmp_path: Path, warm: Warm) -> None:
    async with bot_api() as (api, base):
        first = Product(tmp_path, base, warm=warm)
        city = await found_city(first, api, officers=2)
        await first.start()
        second = Product(tmp_path, base, warm=warm)
        waiting = asyncio.create_task(second.start())
        try:
            done, _ = await asyncio.wait({waiting}, timeout=4)
            assert not done, "it stands by while the first one speaks"
            await first.kill()
            async with asyncio.timeout(15):
                await waiting
            mark = api.mark()
            api.say(city.officers[0], "/menu")
            await api.wait_for(lambda s: s.chat_id == city.officers[0], since=mark)
        finally:
            await first.kill()
            await second.kill()


async def test_commands_while_it_serves_are_seen_within_a_second(tmp_path: Path, warm: Warm) -> None:
    async with bot_api() as (api, base):
        product = Product(tmp_path, base, warm=warm)
        await found_city(product, api, officers=2)
        await product.start()
        try:
            stranger = USER - 5
            api.add_person(stranger, "Baru", "", "+6281311112222")
            api.say(stranger, "/start")
            await api.wait_for(lambda s: s.chat_id == stranger and "Setuju" in s.labels)
            api.press(stranger, None, "Setuju")
            await api.wait_for(lambda s: s.chat_id == stranger and any("nomor saya" in label for label in s.labels))
            rows = "nama,no_hp,puskesmas,jabatan\nBaru Sekali,081311112222,Arjuno,perawat\n"
            (tmp_path / "nakes.csv").write_text(rows)
            code, out, err = await product.command("import", "nakes.csv", "--sheet", "nakes")
            assert code == 0, out + err
            api.press(stranger, None, "nomor saya")
            await api.wait_for(lambda s: s.chat_id == stranger and "Baru" in s.text and "Arjuno" in s.text)
        finally:
            await product.kill()


async def test_a_wrong_token_is_a_sentence_and_exit_2(tmp_path: Path, warm: Warm) -> None:
    async with bot_api() as (_, base):
        product = Product(tmp_path, base, more={"SIAGA_TELEGRAM_TOKEN": "4242:somebody-elses"}, warm=warm)
        code, out, err = await product.command("run")
        assert (code, out) == (2, "")
        assert "SIAGA_TELEGRAM_TOKEN" in err
        assert "somebody-elses" not in err
        assert "Traceback" not in err


async def test_the_main_job_on_postgresql(tmp_path: Path, postgres_url: str, warm: Warm) -> None:
    async with bot_api() as (api, base):
        product = Product(tmp_path, base, more={"SIAGA_DATABASE_URL": postgres_url}, warm=warm)
        city = await found_city(product, api, officers=6)
        await product.start()
        try:
            for officer in city.officers[:5]:
                api.say(officer, "Pingsan")
            for number in range(1, 6):
                await api.wait_for(lambda s, n=number: s.chat_id in city.workers and f"L-{n:04d}" in s.text)  # type: ignore[misc]
            alert = await api.wait_for(lambda s: s.chat_id in city.workers and "L-0003" in s.text)
            api.press(alert.chat_id, alert.message_id, "Saya tangani")
            await api.wait_for(lambda s: s.chat_id in city.officers and "ditangani" in s.text)
            _, out, _ = await product.command("export", "deliveries")
            assert {row["state"] for row in json.loads(out)} <= {"sent", "waiting", "sending", "withdrawn"}
        finally:
            await product.kill()


@pytest.mark.soak
async def test_a_holder_that_was_frozen_loses_the_lease_and_stands_by_again(tmp_path: Path, warm: Warm) -> None:
    async with bot_api() as (api, base):
        first, second = Product(tmp_path, base, warm=warm), Product(tmp_path, base, warm=warm)
        city = await found_city(first, api, officers=3)
        await first.start()
        assert first.process is not None
        first.process.send_signal(signal.SIGSTOP)
        try:
            await second.start()
            first.process.send_signal(signal.SIGCONT)
            await asyncio.sleep(6)
            mark = api.mark()
            api.say(city.officers[0], "/menu")
            await api.wait_for(lambda s: s.chat_id == city.officers[0], since=mark)
            await asyncio.sleep(2)
            assert sum(s.seq > mark and s.chat_id == city.officers[0] for s in api.sent) == 1, "one process speaks"
            await second.kill()
            assert first.process.stdout is not None
            async with asyncio.timeout(15):
                assert await first.process.stdout.readline() == b"ready\n", "it takes over again"
        finally:
            first.process.send_signal(signal.SIGCONT)
            await first.kill()
            await second.kill()
