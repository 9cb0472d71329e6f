"""Every dialog and button of Telegram on WhatsApp: one script for both, and golden files that show them side by side.

Set SIAGA_WRITE_TRANSCRIPTS=1 to write them anew, and read the difference before it is committed.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from handlers import group, routing, tables
from storage.database import open_database
from storage.vault import Vault
from tests.conftest import SECRET
from tests.stories.both import WIDTH, Hall, Script
from tests.stories.dialogs import DIALOGS
from tests.stories.stage import set_up

GOLDEN = Path(__file__).parents[1] / "transcripts" / "side_by_side"
CHANNELS = ("telegram", "whatsapp")
# Steps that only a group knows, that are walked in stories of their own on both, or that undo what another step did.
ELSEWHERE = {group.bind, group.emergency}
Walked = dict[str, set[object]]


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> Walked:
    """The steps that were taken, by channel."""
    seen: Walked = defaultdict(set)
    real = routing.route

    def route(heard, dialog, step):  # type: ignore[no-untyped-def]
        found = real(heard, dialog, step)
        seen[heard.sender.channel].add(found[0])
        return found

    monkeypatch.setattr(routing, "route", route)
    return seen


async def walk(script: Script, channel: str, city: Path, folder: Path) -> Hall:
    """The script on one channel, in a city of its own."""
    path = folder / f"{script.__name__}-{channel}.db"
    shutil.copy(city, path)
    stage = await set_up(open_database(f"sqlite+aiosqlite:///{path}", Vault(SECRET)))
    await stage.starts()
    hall = Hall(stage, channel)
    await script(hall)
    await stage.stops()
    await stage.db.close()
    return hall


def named(step: object) -> str:
    return f"{getattr(step, '__module__', '')}.{getattr(step, '__qualname__', step)}"


@pytest.mark.parametrize("name", DIALOGS)
async def test_both_channels_say_the_same(name: str, walked: Walked, sqlite_template: Path, tmp_path: Path) -> None:
    telegram, whatsapp = [await walk(DIALOGS[name], channel, sqlite_template, tmp_path) for channel in CHANNELS]
    written = f"{'Telegram':{WIDTH}} │ WhatsApp\n{telegram.told.columns(whatsapp.told)}"
    golden, steps = GOLDEN / f"{name}.txt", GOLDEN / f"{name}.steps"
    taken = "".join(sorted(f"{channel} {named(step)}\n" for channel in CHANNELS for step in walked[channel]))
    if os.environ.get("SIAGA_WRITE_TRANSCRIPTS"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        golden.write_text(written, encoding="utf-8")
        steps.write_text(taken, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")
    assert taken == steps.read_text(encoding="utf-8")


def test_every_step_there_is_was_walked_on_both() -> None:
    """By what each dialog's own test holds to have been taken."""
    files = {path.stem: path for path in GOLDEN.glob("*.steps")}
    assert files.keys() == DIALOGS.keys()
    walked = {line for path in files.values() for line in path.read_text(encoding="utf-8").splitlines()}
    every = {*tables.COMMANDS.values(), *tables.LABELS.values(), *tables.DRAFTS.values(), *(step for step, _ in tables.TAPS.values())}
    missing = {f"{channel} {named(step)}" for channel in CHANNELS for step in every - ELSEWHERE} - walked
    assert not missing
