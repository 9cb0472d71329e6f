"""The command line where the person at it changes his mind."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.workbook import words


@pytest.mark.parametrize(
    ("line", "said"),
    [("roster.xlsx", "cut_off"), ("roster.xlsx --check", "check_cut_off"), ("--undo", "undo_cut_off")],
)
def test_an_import_that_is_cut_off_says_what_stands(monkeypatch: pytest.MonkeyPatch, line: str, said: str) -> None:
    def cut_off(_work: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_in_database", cut_off)
    result = CliRunner().invoke(cli.app, ["import", *line.split()])
    assert (result.exit_code, result.stderr.strip()) == (130, words.say("unreadable", said))
