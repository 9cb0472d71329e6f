#!/usr/bin/env bash
# Everything that must pass: lint, types, import contracts, tests. pytest's own summary closes.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
$bin/ruff check --quiet .
$bin/ruff format --check --quiet bot handlers storage messages
$bin/mypy
$bin/lint-imports > /dev/null || { $bin/lint-imports; exit 1; }
# The long forms live in `make soak`. Three processes on two cores: tests wait for databases and for processes of their own.
exec $bin/python -m pytest -m "not soak" -n "${SIAGA_TEST_PROCESSES:-3}" tests
