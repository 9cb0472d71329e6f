"""The workbook's words, from `messages/id/workbook.toml`: code itself speaks no Indonesian."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import messages


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    path = Path(next(iter(messages.__path__))) / "id" / "workbook.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def say(section: str, code: str, /, **about: object) -> str:
    """One sentence with its values. A code without a sentence is a fault of ours and raises KeyError."""
    sentence: str = table()[section][code]
    return sentence.format(**about)


def reason(code: str, about: dict[str, object]) -> str:
    """Why a cell is refused, with a proposal where a name is near."""
    near = say("reason", "near", near=about["near"]) if about.get("near") else ""
    return say("reason", code, **about) + near
