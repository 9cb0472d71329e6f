"""aiogram comes in lean, whole, and only by one door."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import aiogram.types
import pytest
from pydantic import BaseModel, ValidationError

import bot
from bot.channels.telegram import lean

HOME = Path(bot.__file__).parent
COUNT = """
from bot.channels.telegram import lean
import aiogram.types
types = [getattr(aiogram.types, name) for name in aiogram.types.__all__]
print(sum(kind.__pydantic_complete__ for kind in types if hasattr(kind, "model_validate")))
"""


def test_only_what_an_update_needs_is_built_at_import() -> None:
    shown = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True, cwd=HOME.parent)
    assert int(shown.stdout) < 60  # of 400


@pytest.mark.parametrize("name", ["Chat", "ChatFullInfo", "Message", "InlineKeyboardMarkup", "WebhookInfo"])
def test_any_type_is_built_when_it_is_used(name: str) -> None:
    kind: type[BaseModel] = getattr(aiogram.types, name)
    with pytest.raises(ValidationError):
        kind.model_validate({"url": []})
    assert kind.__pydantic_complete__


def test_pydantic_is_left_as_it_was() -> None:
    class Later(BaseModel):
        name: str

    assert BaseModel.model_rebuild.__module__ == "pydantic.main"
    assert Later.model_rebuild(force=True)
    assert Later(name="x").name == "x"


def test_nobody_else_imports_aiogram() -> None:
    door = Path(lean.__file__)
    others = [path for path in HOME.rglob("*.py") if path != door and "aiogram" in imported(path)]
    assert others == []


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return {
        name.partition(".")[0]
        for name in plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    }
