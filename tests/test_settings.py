"""Settings are read once and checked together; what is wrong is said in a sentence without its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read

SECRET = "s" * 32


def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **values: str) -> Settings:
    monkeypatch.chdir(tmp_path)
    for name, value in values.items():
        monkeypatch.setenv(f"SIAGA_{name.upper()}", value)
    return read()


def test_without_settings_it_is_the_rehearsal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = settings(monkeypatch, tmp_path)
    assert found.rehearsal
    assert found.url == "sqlite+aiosqlite:///siaga-rehearsal.db"


def test_a_secret_makes_it_real(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = settings(monkeypatch, tmp_path, secret=SECRET)
    assert not found.rehearsal
    assert found.url == "sqlite+aiosqlite:///siaga.db"
    assert found.rules.ladder == (90, 120, 180)


@pytest.mark.parametrize(
    ("values", "named"),
    [({"database_url": "sqlite+aiosqlite:///x.db"}, "SIAGA_DATABASE_URL"), ({"listen": "0.0.0.0:8080"}, "SIAGA_LISTEN"),
     ({"telegram_token": "1:x"}, "SIAGA_SECRET"), ({"secret": "kecil"}, "SIAGA_SECRET"),
     ({"secret": SECRET, "database_url": "mysql://x"}, "SIAGA_DATABASE_URL"), ({"secret": SECRET, "ladder": "90,soon"}, "SIAGA_LADDER"),
     ({"secret": SECRET, "public_url": "http://example.org"}, "SIAGA_PUBLIC_URL"), ({"secret": SECRET, "listen": "8080"}, "SIAGA_LISTEN"),
     ({"secret": SECRET, "telegram_rate": "0"}, "SIAGA_TELEGRAM_RATE"), ({"secret": SECRET, "quiet": "-1"}, "SIAGA_QUIET"), ({"secret": SECRET, "quiet_hours": "22-25.00"}, "SIAGA_QUIET_HOURS")],
    ids=lambda each: each if isinstance(each, str) else ",".join(each),
)  # fmt: skip
def test_what_is_wrong_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, values: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError) as told:
        settings(monkeypatch, tmp_path, **values)
    assert named in str(told.value)
    assert "kecil" not in str(told.value)
    assert SECRET not in str(told.value)


def test_settings_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"SIAGA_SECRET={SECRET}\nSIAGA_QUIET=300\n")
    assert settings(monkeypatch, tmp_path).quiet == 300
