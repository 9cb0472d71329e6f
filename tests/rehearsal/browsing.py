"""The page in a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page

# One browser serves all tests of a process, so they share its loop too, and so does whatever they look at.
ON_ITS_LOOP = pytest.mark.asyncio(loop_scope="session")
WIDE, SMALL = {"width": 1400, "height": 900}, {"width": 390, "height": 844}


@asynccontextmanager
async def opened(chromium: Browser, base: str, patience: int = 5000, **screen: Any) -> AsyncIterator[Page]:
    """The page on a screen; nothing may be wrong in its console, and nothing wider than the screen."""
    context = await chromium.new_context(**screen)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_default_timeout(patience)
    await page.goto(base)
    yield page
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wrong == []
    await context.close()


async def holds(page: Page, what: str, patience: float = 10) -> None:
    """Wait until it is so. The page lets no text be run as a script, so it is asked from outside, again and again."""
    async with asyncio.timeout(patience):
        while not await page.evaluate(what):
            await asyncio.sleep(0.02)


async def fits(page: Page, thing: Any) -> bool:
    """Whether a thing lies inside the screen and nothing lies over its middle."""
    return bool(
        await thing.evaluate(
            """node => { const at = node.getBoundingClientRect(), x = at.x + at.width / 2, y = at.y + at.height / 2;
            return at.left >= 0 && at.right <= innerWidth && at.bottom <= innerHeight
                && node.contains(document.elementFromPoint(x, y)); }"""
        )
    )


CONTRAST = """() => {
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((n) => top[n] * top[3] + under[n] * (1 - top[3])).concat(1);
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, share, n) => {
    const v = c[n] / 255;
    return sum + share * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const faint = [];
  const judge = (node, colour, under, what) => {
    const found = ratio(over(rgba(colour), under), under);
    if (found < 4.5) faint.push(`${found.toFixed(2)} ${what}`);
  };
  for (const node of document.body.querySelectorAll("*")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility({ visibilityProperty: true }) || node.closest("svg, template, :disabled")) continue;
    judge(node, getComputedStyle(node).color, ground(node), `${node.className || node.tagName}: ${node.textContent.slice(0, 30)}`);
  }
  for (const mark of document.querySelectorAll(".mark")) {
    if (!mark.checkVisibility()) continue;
    const shape = rgba(getComputedStyle(mark.querySelector(".shape")).fill);
    judge(mark, getComputedStyle(mark.querySelector("text")).fill, shape, `${mark.getAttribute("class")} letter`);
  }
  for (const name of document.querySelectorAll(".areas text")) {
    for (const ward of document.querySelectorAll(".ward")) judge(name, getComputedStyle(name).fill, rgba(getComputedStyle(ward).fill), name.textContent);
  }
  return [...new Set(faint)];
}"""

SMALL_TARGETS = """() => [...document.querySelectorAll("button, summary, select, input, [role=button]")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.matches(".command"))
  .map((node) => [node, node.getBoundingClientRect()])
  .filter(([, at]) => at.width && at.right > 0 && at.left < innerWidth && (at.width < 43.9 || at.height < 43.9))
  .map(([node, at]) => `${node.getAttribute("class") || node.tagName} ${node.textContent.slice(0, 20)} ${at.width}x${at.height}`)"""
