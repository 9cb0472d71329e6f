"""The page as it is shown to a mayor, in a real browser: search, map, ladder, lanes, small and dark screens."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from bot.town.finding import FIRST_USER
from handlers import ticks
from storage import elections, incidents, journal, overview, roster, speakers
from storage.database import Tx
from storage.places import Where

from .browsing import CONTRAST, ON_ITS_LOOP, SMALL_TARGETS, WIDE, fits, holds, opened
from .living import PATIENCE, Rehearsal

pytestmark = [pytest.mark.browser, ON_ITS_LOOP]
expect.set_options(timeout=PATIENCE)

PHONE_SIZE = {"width": 360, "height": 740}


async def links(phone: Locator) -> None:
    """A Telegram phone: /start, Setuju, the own number."""
    await phone.get_by_role("button", name="/start").click()
    await phone.get_by_role("button", name="Setuju").first.click()
    await phone.locator(".keys").get_by_role("button", name="Kirim nomor saya").click()
    await expect(phone.locator(".log")).to_contain_text("Anda terhubung sebagai")


async def finds(page: Page, wanted: str) -> Locator:
    """The one row of the search that this finds."""
    await page.get_by_role("region", name="Angkat ponsel").get_by_role("button", name="Angkat ponsel").click()
    dialog = page.get_by_role("dialog", name="Angkat ponsel")
    await dialog.get_by_label("Cari orang").fill(wanted)
    await expect(dialog.locator("li")).to_have_count(1)
    return dialog.locator("li")


async def officer_and_worker(page: Page) -> tuple[Locator, Locator]:
    officer, worker = page.locator(".phone").nth(0), page.locator(".phone").nth(1)
    await links(officer)
    await links(worker)
    return officer, worker


async def test_anybody_is_picked_up_linked_kept_and_put_away(chromium: Browser, rehearsal: Rehearsal) -> None:
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=WIDE) as page:
        await expect(page.locator(".phone")).to_have_count(6)
        row = await finds(page, "ketua tps 1 kasin")
        name = await row.locator("b").inner_text()
        await row.get_by_role("button", name=f"Angkat {name} di Telegram").click()
        chair = page.get_by_role("region", name=name)
        await links(chair)
        await expect(page.locator("#sums li", has_text="terhubung").locator("b")).to_have_text("1")
        await page.reload()
        await expect(page.locator(".phone")).to_have_count(7)
        await expect(chair.locator(".log")).to_contain_text("Kel. Kasin")
        row = await finds(page, "koordinator dinkes")
        boss = page.get_by_role("region", name=await row.locator("b").inner_text())
        await row.get_by_role("button", name="di WhatsApp").click()
        await boss.get_by_role("button", name="Halo").click()
        await boss.locator(".answer", has_text="Setuju").click()
        await expect(boss.locator(".log")).to_contain_text("Koordinator Dinkes")
        await expect(page.locator("#sums li", has_text="terhubung").locator("b")).to_have_text("2")
        await boss.get_by_role("button", name="Taruh ponsel").click()
        await chair.get_by_role("button", name="Taruh ponsel").click()
        await expect(page.locator(".phone")).to_have_count(6)
        await page.reload()
        await expect(page.locator(".phone")).to_have_count(6)
        await expect(chair).to_have_count(0)


async def test_where_nothing_is_planned_there_is_no_next(
    chromium: Browser, rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=WIDE) as page:
        following = page.get_by_role("button", name="Ke kejadian berikutnya")
        await expect(following).to_be_enabled()
        monkeypatch.setattr(ticks, "next_due", lambda _: None)
        await expect(following).to_be_disabled()


async def test_a_case_colours_its_dot_climbs_and_is_taken(chromium: Browser, rehearsal: Rehearsal) -> None:
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=WIDE) as page:
        officer, worker = await officer_and_worker(page)
        await expect(page.locator(".mark[data-id]")).to_have_count(0)
        await expect(page.locator("#hint")).to_contain_text("/start di ponsel petugas, Setuju, Kirim nomor saya, lalu Darurat")
        await officer.locator(".keys").get_by_role("button", name="Darurat").click()
        await officer.locator(".keys").get_by_role("button", name="Pingsan").click()
        mark = page.get_by_role("button", name="L-0001, merah, menunggu, TPS 001 Arjosari")
        await expect(mark.locator(".pulse")).to_have_count(1)
        await expect(page.locator("#hint")).to_be_hidden()  # he knows what to tap
        await expect(mark.locator("text")).to_have_text("M")
        case = page.locator(".case", has_text="L-0001")
        rung = case.locator("[aria-current=step]")
        await expect(rung).to_contain_text("Nakes jaga")
        await expect(rung).to_contain_text(await worker.get_attribute("aria-label") or "-")
        await expect(case.locator(".soon")).to_contain_text("dalam 1.")
        await page.get_by_role("button", name="+2 mnt").click()
        await expect(rung).to_contain_text("Semua nakes puskesmas")
        await expect(rung).to_contain_text("dilewati, belum ada yang terhubung (")
        await expect(rung).not_to_contain_text("sekarang")
        await expect(case.locator(".rung.past")).to_have_count(1)
        await expect(case.locator(".rung.past")).to_contain_text("dipanggil lagi")
        await page.get_by_role("button", name="Ke kejadian berikutnya").click()
        await page.get_by_role("button", name="+5 mnt").click()
        await expect(rung).to_contain_text("Koordinator kota")
        await expect(case.locator(".now")).to_contain_text("dipanggil lagi dalam")
        await mark.click()
        await expect(case).to_have_class("case red waiting chosen")
        await expect(page.locator("#spot")).to_contain_text("TPS 001 · Kel. Arjosari")
        for tap, state in (("Saya tangani", "ditangani"), ("Tiba", "petugas tiba")):
            await worker.locator(".row").get_by_role("button", name=tap).last.click()
            await expect(page.get_by_role("button", name=f"L-0001, merah, {state}, TPS 001 Arjosari")).to_be_visible()
        await worker.locator(".row").get_by_role("button", name="Selesai").last.click()
        await worker.locator(".row").get_by_role("button", name="Membaik").last.click()
        await expect(page.get_by_role("button", name="L-0001, merah, selesai, TPS 001 Arjosari")).to_be_visible()
        await expect(case.locator(".ladder")).to_have_count(0)
        sent = await page.locator("[data-lane=alert] td.sent").inner_text()
        assert int(sent) > 5
        assert (await page.locator("[data-lane=broadcast] td").all_inner_texts())[1:] == ["0", "0", "0"]


async def test_a_small_screen_shows_one_phone_and_every_target_is_large(chromium: Browser, rehearsal: Rehearsal) -> None:
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=PHONE_SIZE, color_scheme="dark", has_touch=True) as page:
        first = page.locator(".phone").nth(0)
        await expect(first).to_be_in_viewport(ratio=0.99)
        seen = await page.evaluate("""() => [...document.querySelectorAll(".phone, .town, .slot")].filter((node) => {
            const at = node.getBoundingClientRect(); return at.right > 1 && at.left < innerWidth - 1; }).length""")
        assert seen == 1
        assert await first.evaluate("node => node.getBoundingClientRect().width") == 360
        await links(first)
        assert await page.evaluate(SMALL_TARGETS) == []
        await page.locator(".tabs").get_by_role("button", name="Kota").click()
        await expect(page.get_by_role("region", name="Kota")).to_be_in_viewport(ratio=0.9)
        assert await page.evaluate(SMALL_TARGETS) == []
        assert await page.evaluate("document.querySelector('#town').scrollWidth <= innerWidth")
        await page.locator(".tabs").get_by_role("button", name="Angkat ponsel").click()
        await page.get_by_role("region", name="Angkat ponsel").get_by_role("button", name="Angkat ponsel").click()
        await expect(page.get_by_role("dialog").locator("li:not(.none)")).to_have_count(20)
        await expect(page.get_by_role("dialog").locator("li.none")).to_have_text(re.compile(r"^… dan [\d.]+ lagi: tulis lebih banyak$"))
        assert await page.evaluate(SMALL_TARGETS) == []
        await page.get_by_role("button", name="Tutup", exact=True).click()


async def test_a_full_table_makes_room_for_the_cast(chromium: Browser, rehearsal: Rehearsal) -> None:
    given = await rehearsal.get("phones")
    cast = {each["user_id"] for each in given["cast"]}
    others = {each["user_id"]: None for asked in ("kpps", "bidan") for each in (await rehearsal.get(f"people?q={asked}"))["people"]}
    full = [f"telegram.{each}" for each in others if each not in cast][:24]
    assert len(full) == 24
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=WIDE) as page:
        await page.evaluate("kept => localStorage.setItem('siaga.table', kept)", json.dumps({"town": given["town"], "phones": full}))
        await page.reload()
        await expect(page.locator(".phone")).to_have_count(24)
        await page.get_by_role("button", name="Angkat ponsel", exact=True).click()
        await expect(page.locator("#lost")).to_contain_text("Meja penuh")
        await expect(page.locator("#lost")).to_be_hidden()
        day = page.get_by_role("region", name="Sehari di TPS")
        await day.get_by_label("Kecepatan cerita").select_option("secepatnya")
        await day.get_by_role("button", name="Sehari di TPS").click()
        await expect(page.get_by_role("region", name=given["cast"][5]["name"]).locator(".log")).to_contain_text("Anda terhubung")
        await expect(page.locator(".phone")).to_have_count(24)


async def test_every_case_is_found_from_its_card_and_from_its_mark(chromium: Browser, rehearsal: Rehearsal) -> None:
    members = [each["user_id"] - FIRST_USER for each in (await rehearsal.get("phones"))["cast"]]

    def report(tx: Tx) -> None:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        here = roster.roles(tx, members[0], now)[0].where
        for n, where in enumerate((here, here, Where())):
            who = speakers.speaker(tx, "telegram", str(n), "x", now)
            case = incidents.file(tx, address_id=who.address_id, where=where, now=now, kind="pingsan", severity="red")
            journal.add(tx, "filed", now, incident_id=case.id)

    await rehearsal.db.write(report)
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport={"width": 1400, "height": 560}) as page:
        marks = page.locator(".mark[data-id]")
        await expect(marks).to_have_count(2)
        for number in ("L-0001", "L-0002"):
            await page.get_by_role("button", name=f"{number}, merah").click()
            await expect(page.locator(".case.chosen")).to_contain_text(number)
        for number, told in (("L-0002", "TPS 001 · Kel. Arjosari"), ("L-0003", "L-0003: tempatnya belum diketahui")):
            await page.locator(".case .title", has_text=number).click()
            await expect(page.locator(".case.chosen")).to_contain_text(number)
            await expect(page.locator("#spot")).to_contain_text(told)
            await expect(page.locator(".map")).to_be_in_viewport(ratio=0.99)
        await expect(page.locator(".dots .chosen")).to_have_count(0)
        await marks.last.focus()
        await page.evaluate("addEventListener('keydown', (event) => { window.scrolls = !event.defaultPrevented; })")
        await page.keyboard.press("Space")
        await expect(page.locator(".case.chosen")).to_contain_text("L-0002")
        assert await page.evaluate("window.scrolls") is False


async def test_fingers_move_and_stretch_the_map(chromium: Browser, rehearsal: Rehearsal) -> None:
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=PHONE_SIZE, has_touch=True) as page:
        wire = await page.context.new_cdp_session(page)
        town, drawn = page.get_by_role("region", name="Kota"), page.locator("#map")

        async def fingers(*ways: tuple[tuple[int, int], tuple[int, int]]) -> list[float]:
            """Each finger goes from here to there; gives what the map shows then: x, y, width, height."""
            for part in (0, 0.2, 0.6, 1):
                at = [{"x": a + (c - a) * part, "y": b + (d - b) * part, "id": n} for n, ((a, b), (c, d)) in enumerate(ways)]
                await wire.send("Input.dispatchTouchEvent", {"type": "touchMove" if part else "touchStart", "touchPoints": at})
            await wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            return [float(each) for each in (await drawn.get_attribute("viewBox") or "").split()]

        await page.locator(".tabs").get_by_role("button", name="Kota").click()
        await holds(page, "Math.abs(document.querySelector('#town').getBoundingClientRect().left) < 1")  # slid in whole
        box = await drawn.bounding_box()
        assert box is not None
        x, y = int(box["x"] + box["width"] / 2), int(box["y"] + box["height"] / 2)
        whole = [float(each) for each in (await drawn.get_attribute("viewBox") or "").split()]
        near = await fingers(((x - 30, y), (x - 90, y)), ((x + 30, y), (x + 90, y)))
        assert near[2] == pytest.approx(whole[2] / 3, rel=0.05)
        assert near[0] + near[2] / 2 == pytest.approx(whole[0] + whole[2] / 2, abs=whole[2] / 50)
        south = await fingers(((x, y), (x - 40, y - 80)))
        assert south[1] > near[1]
        assert south[0] > near[0]
        assert south[2] == near[2]
        assert await town.evaluate("node => node.scrollTop") == 0, "the page stays"
        far = await fingers(((x - 90, y), (x - 20, y)), ((x + 90, y), (x + 20, y)))
        assert far == pytest.approx(whole)
        assert await fingers(((x, y), (x, y - 80))) == far
        await holds(page, "document.querySelector('#town').scrollTop > 20")


async def test_on_the_smallest_screen_the_story_has_room_and_every_tab_another_name(chromium: Browser, rehearsal: Rehearsal) -> None:
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport={"width": 320, "height": 640}, has_touch=True) as page:
        await expect(page.locator(".phone")).to_have_count(6)
        names = await page.locator("#tabs button").all_inner_texts()
        assert len(set(names)) == len(names) == 8
        day = page.get_by_role("region", name="Sehari di TPS")
        first = await day.locator(".caption").text_content()
        await day.get_by_role("button", name="Sehari di TPS").click()
        await day.get_by_role("button", name="Jeda").click()
        await expect(day.get_by_role("button", name="Lanjut")).to_be_visible()
        async with page.expect_response("**/rehearsal/story"):
            await day.get_by_label("Kecepatan cerita").select_option("secepatnya")
        await page.reload()
        await expect(day.get_by_role("button", name="Lanjut")).to_be_visible()
        await expect(day.get_by_label("Kecepatan cerita")).to_have_value("0")
        wide = """() => [...document.querySelectorAll(".top *, .story *")].filter((node) => node.checkVisibility()
            && node.getBoundingClientRect().right > innerWidth + 0.5).map((node) => node.outerHTML.slice(0, 60))"""
        assert await page.evaluate(wide) == []
        await day.get_by_role("button", name="Berhenti").click()
        await expect(day.locator(".caption")).to_have_text(first or "-")


def _low(width: int, height: int, least: int, *, long: bool = False) -> Any:
    """A screen, and how many pixels of it are the chat's."""
    return pytest.param(width, height, least, id=f"{width}x{height}", marks=[pytest.mark.soak] if long else [])


# The smallest ones, upright and on its side; what lies between is a long form.
LOW = [_low(360, 640, 195), _low(640, 360, 170), _low(844, 390, 195, long=True), _low(1024, 600, 195, long=True)]
CALM: dict[str, Any] = {"patience": PATIENCE, "reduced_motion": "reduce"}


def touched(width: int, height: int) -> dict[str, Any]:
    return {**CALM, "viewport": {"width": width, "height": height}, "has_touch": True}


@pytest.mark.parametrize(("width", "height", "least"), LOW)
async def test_while_the_story_is_on_a_low_screen_shows_the_chat(
    chromium: Browser, rehearsal: Rehearsal, width: int, height: int, least: int
) -> None:
    async with opened(chromium, rehearsal.base, **touched(width, height)) as page:
        day, worker = page.get_by_role("region", name="Sehari di TPS"), page.locator(".phone").nth(1)
        await links(worker)
        await day.get_by_role("button", name="Sehari di TPS").click()
        await day.get_by_role("button", name="Jeda").click()
        await expect(day.get_by_role("button", name="Lanjut")).to_be_visible()
        await page.reload()
        await expect(day.get_by_role("button", name="Lanjut")).to_be_visible()
        await expect(page.locator(".phone").nth(0)).to_be_in_viewport(ratio=0.99)
        assert await page.evaluate("scrollY") == 0
        keys = worker.locator(".keys")
        await expect(keys.get_by_role("button", name="Darurat")).to_have_count(1)
        assert await worker.locator(".chat").evaluate("node => node.clientHeight") >= least
        assert await worker.locator(".send").evaluate("node => node.getBoundingClientRect().bottom <= innerHeight")
        await expect(keys).to_have_class("keys below")  # there are more than are seen
        await keys.evaluate("node => { node.scrollTop = node.scrollHeight; }")
        await expect(keys).to_have_class("keys")


@pytest.mark.parametrize(("width", "height", "_"), LOW)
async def test_everything_that_can_be_sent_is_reached_on_a_low_screen(
    chromium: Browser, rehearsal: Rehearsal, width: int, height: int, _: int
) -> None:
    async with opened(chromium, rehearsal.base, **touched(width, height)) as page:
        phone = page.locator(".phone.whatsapp").first
        await phone.evaluate("node => node.scrollIntoView({ inline: 'start', block: 'nearest' })")
        await expect(phone).to_be_in_viewport(ratio=0.99)
        await phone.locator("summary").click()
        acts = phone.locator("menu button:visible")
        await expect(acts).to_have_count(7)
        for n in range(7):
            assert await fits(page, acts.nth(n)), await acts.nth(n).inner_text()


async def test_the_story_leaves_a_phone_alone_in_which_somebody_writes(chromium: Browser, rehearsal: Rehearsal) -> None:
    chats = [each["chat"] for each in (await rehearsal.get("phones"))["cast"]]
    async with opened(chromium, rehearsal.base, **touched(360, 640)) as page:
        phones, tabs = page.locator(".phone"), page.locator("#tabs button:not(.town-tab)")
        tell = """async who => (await import("/rehearsal/story.js")).told({ state: "playing", caption: "x", chapter: 1,
            chapters: 9, speed: 10, cast: [], who, label: "" }, () => 0)"""
        field = phones.nth(0).get_by_label("Tulis pesan")
        await expect(tabs.nth(0)).to_have_class("here")
        await field.fill("Kami butuh obat")
        for focused in (True, False):
            await page.evaluate(tell, chats[4])
            await expect(tabs.nth(4)).to_have_class("new")
            await asyncio.sleep(0.7)  # so long a table would move
            await expect(phones.nth(0)).to_be_in_viewport(ratio=0.99)
            if focused:
                await expect(field).to_be_focused()
                await field.blur()
        await field.fill("")
        await field.blur()
        await page.evaluate(tell, chats[4])
        await expect(phones.nth(4)).to_be_in_viewport(ratio=0.99)
        await expect(tabs.nth(4)).to_have_class("here")
        await expect(tabs.nth(4)).to_be_in_viewport(ratio=0.99)  # the strip follows what is shown
        await page.evaluate(tell, chats[0])
        await expect(tabs.nth(0)).to_be_in_viewport(ratio=0.99)


async def test_drawing_the_map_nearer_keeps_the_case_that_waits(chromium: Browser, rehearsal: Rehearsal) -> None:
    members = [each["user_id"] - FIRST_USER for each in (await rehearsal.get("phones"))["cast"]]

    def report(tx: Tx) -> None:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        here = roster.roles(tx, members[0], now)[0].where
        wards = sorted(row.id for row in overview.wards(tx, elections.active(tx, now)[0].id))
        for n, (where, state) in enumerate(((Where(kelurahan_id=wards[-1]), "taken"), (here, "waiting"))):
            who = speakers.speaker(tx, "telegram", str(n), "x", now)
            case = incidents.file(tx, address_id=who.address_id, where=where, now=now, kind="pingsan", severity="red")
            incidents.change(tx, case.known_id, state=state)
            journal.add(tx, "filed", now, incident_id=case.id)

    await rehearsal.db.write(report)
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=WIDE) as page:
        await expect(page.locator(".mark[data-id]")).to_have_count(2)
        inside = """() => { const at = (one) => document.querySelector(one).getBoundingClientRect();
            const [mark, map] = [at(".mark.waiting .shape"), at("#map")];
            return mark.left >= map.left && mark.right <= map.right
                && mark.top >= map.top && mark.bottom <= map.bottom; }"""
        for tap in range(4):
            await page.get_by_role("button", name="Perbesar", exact=True).click()
            assert await page.evaluate(inside), tap
        for tap in range(4):
            await page.get_by_role("button", name="Perkecil").click()
            assert await page.evaluate(inside), tap


async def test_on_a_small_screen_the_city_begins_with_its_map(chromium: Browser, rehearsal: Rehearsal) -> None:
    def report(tx: Tx) -> None:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        who = speakers.speaker(tx, "telegram", "1", "x", now)
        case = incidents.file(tx, address_id=who.address_id, where=Where(), now=now, kind="pingsan", severity="red")
        journal.add(tx, "filed", now, incident_id=case.id)

    await rehearsal.db.write(report)
    async with opened(chromium, rehearsal.base, **touched(360, 640)) as page:
        await expect(page.locator(".case")).to_have_count(1)
        await page.locator(".tabs").get_by_role("button", name="Kota").click()
        await expect(page.locator("#town")).to_be_in_viewport(ratio=0.99)
        await asyncio.sleep(0.7)
        assert await page.evaluate("document.querySelector('#town').scrollTop") == 0
        await expect(page.locator(".map")).to_be_in_viewport(ratio=0.99)


async def test_who_asks_for_the_city_before_it_is_there_stays_with_it(chromium: Browser, rehearsal: Rehearsal) -> None:
    async with opened(chromium, rehearsal.base, **touched(360, 640)) as page:
        asked = asyncio.Event()

        async def late(route: Route) -> None:
            await asked.wait()
            await route.continue_()

        await page.route("**/rehearsal/city", late)
        await page.reload(wait_until="commit")
        await page.locator(".tabs").get_by_role("button", name="Kota").click()
        asked.set()
        await expect(page.locator(".phone")).to_have_count(6)
        await expect(page.locator("#map")).to_be_in_viewport(ratio=0.9)


async def test_without_a_server_nothing_looks_as_if_it_went_on(chromium: Browser, rehearsal: Rehearsal) -> None:
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=WIDE) as page:
        wire = "window.EventSource = class extends EventSource { constructor(at) { super(at); window.wire = this; } }"
        await page.add_init_script(wire)
        await page.reload()
        line, day = page.locator("#lost"), page.get_by_role("region", name="Sehari di TPS")
        await expect(page.locator(".phone")).to_have_count(6)
        nobody = "() => { window.there = fetch; window.fetch = () => Promise.reject(new TypeError('gone')); }"
        await page.evaluate(nobody)
        for name in ("+2 mnt", "Sehari di TPS"):
            await page.get_by_role("button", name=name).click()
            await expect(line).to_have_text("Belum terkirim. Coba lagi.")
            await expect(line).to_be_hidden()
        await page.evaluate("wire.dispatchEvent(new Event('error'))")
        await expect(line).to_contain_text("Sambungan terputus")
        assert float(await day.locator(".controls").evaluate("node => getComputedStyle(node).opacity")) < 0.6
        stood = await page.locator("#time").inner_text()
        await page.get_by_role("button", name="+2 mnt").click()
        await expect(line).to_have_text("Belum terkirim. Coba lagi.")
        await expect(line).to_contain_text("Sambungan terputus")
        assert await page.locator("#time").inner_text() == stood
        await page.evaluate("() => { window.fetch = window.there; wire.dispatchEvent(new Event('open')); }")
        await expect(line).to_be_hidden()
        await expect(page.locator("#time")).not_to_have_text(stood)


@pytest.mark.parametrize("screen", [WIDE, PHONE_SIZE], ids=["wide", "small"])
async def test_every_word_can_be_read_in_light_and_dark(chromium: Browser, rehearsal: Rehearsal, screen: dict[str, int]) -> None:
    faint: dict[str, Any] = {}
    async with opened(chromium, rehearsal.base, patience=PATIENCE, reduced_motion="reduce", viewport=screen) as page:
        officer, worker = await officer_and_worker(page)
        await officer.locator(".keys").get_by_role("button", name="Darurat").click()
        await officer.locator(".keys").get_by_role("button", name="Pingsan").click()
        await expect(worker.locator(".said.red")).to_contain_text("L-0001")
        there = page.locator(".phone.whatsapp").nth(0)
        await there.get_by_role("button", name="Halo").click()
        await there.locator(".answer", has_text="Setuju").click()
        await there.locator(".mine .reply").evaluate("node => node.insertAdjacentHTML('beforeend', '<a href=\"https://a.b\">https://a.b</a>')")
        await expect(page.locator(".mark[data-id]")).to_have_count(1)
        await page.locator(".slot .pick").click()
        await expect(page.get_by_role("dialog").locator("li:not(.none)")).to_have_count(20)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            faint[scheme] = await page.evaluate(CONTRAST)
    assert faint == {"light": [], "dark": []}
