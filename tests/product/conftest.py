"""An installation that was there before, with the example city, in every folder: migrations and an import take seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import run
from tests.product.harness import Product, import_city


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    shutil.copy(sqlite_template, folder / "siaga.db")
    run(import_city(Product(folder, "")))
    return folder / "siaga.db"


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, installed: Path) -> None:
    shutil.copy(installed, tmp_path / "siaga.db")
