"""README tells the truth: every setting, every command, every sheet and its columns."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from bot.cli import app
from bot.settings import Settings
from bot.workbook import sheets

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_and_none_is_made_up() -> None:
    documented = set(re.findall(r"^\| `(SIAGA_\w+)`", README, re.MULTILINE))
    assert documented == {f"SIAGA_{name.upper()}" for name in Settings.model_fields}


def test_the_defaults_stand_in_the_readme() -> None:
    for name, field in Settings.model_fields.items():
        row = next(line for line in README.splitlines() if line.startswith(f"| `SIAGA_{name.upper()}`"))
        default = "" if field.default is None else str(field.default)
        assert (f"`{default}`" in row) if default else ("–" in row or "siaga.db" in row), name


def test_every_command_is_documented_and_none_is_made_up() -> None:
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    documented = set(re.findall(r"^\| `siaga (\w+)", README, re.MULTILINE))
    assert documented == known


def test_every_sheet_and_column_of_the_workbook_is_documented() -> None:
    for line in re.findall(r"^\| `(\w+)` \| (.*?) \|$", README, re.MULTILINE):
        if line[0] in {"pemilihan", "tps", "puskesmas", "petugas", "kepesertaan", "nakes", "koordinator", "paslon"}:
            columns = set(sheets.known_columns(line[0]).values())
            assert columns <= set(re.findall(r"\w+", line[1])), line[0]


def test_no_lock_names_where_packages_come_from() -> None:
    for lock in ROOT.glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        assert "--hash=sha256:" in text
