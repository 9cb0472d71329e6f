#!/usr/bin/env bash
# Everything that must pass: lint, types, import contracts, tests. pytest's own summary closes.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
unset PYTHONDONTWRITEBYTECODE # or every process of the tests compiles everything anew
$bin/ruff check --quiet .
$bin/ruff format --check --quiet bot handlers storage messages
$bin/lint-imports > /dev/null || { $bin/lint-imports; exit 1; }
# Databases of tests live in memory where there are two gigabytes of it: no disk is waited for.
if free=$(df --output=avail /dev/shm 2> /dev/null | tail -1) && ((free > 2000000)); then
  TMPDIR=$(mktemp -d /dev/shm/siaga-tests-XXXXXX)
  export TMPDIR
  trap 'rm -rf "$TMPDIR"' EXIT
fi
# The long forms live in `make soak`. Four processes on two cores: tests wait for databases and for processes of their own.
$bin/python -m pytest -m "not soak" -n "${SIAGA_TEST_PROCESSES:-4}" --dist worksteal tests
