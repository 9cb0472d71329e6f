"""The page in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

WIDE, SMALL = {"width": 1400, "height": 900}, {"width": 390, "height": 844}


@asynccontextmanager
async def opened(chromium: Browser, base: str, **screen: Any) -> AsyncIterator[Page]:
    """The page on a screen; nothing may be wrong in its console, and nothing wider than the screen."""
    context = await chromium.new_context(**screen)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_default_timeout(5000)
    await page.goto(base)
    yield page
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wrong == []
    await context.close()


async def fits(page: Page, thing: Any) -> bool:
    """Whether a thing lies inside the screen and nothing lies over its middle."""
    return bool(
        await thing.evaluate(
            """node => { const at = node.getBoundingClientRect(), x = at.x + at.width / 2, y = at.y + at.height / 2;
            return at.left >= 0 && at.right <= innerWidth && at.bottom <= innerHeight
                && node.contains(document.elementFromPoint(x, y)); }"""
        )
    )
