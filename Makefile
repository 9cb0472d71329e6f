# Everything a fresh machine needs: python3 3.11 or newer. The rest is made here.
SHELL := /bin/bash
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet

.PHONY: setup run test bench soak dev lint

setup: .venv/.runtime

# Debian ships python3 without venv; as root it is one package away.
.venv/bin/python:
	@python3 -c 'import ensurepip' 2>/dev/null || (apt-get update -qq && apt-get install -y -qq python3-venv)
	python3 -m venv .venv

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

# The tests look at pages in headless Chromium: Debian's, brought by root where it is missing.
dev: .venv/.dev
	@command -v chromium > /dev/null || (apt-get update -qq && apt-get install -y -qq chromium > /dev/null)

.venv/.dev: requirements-dev.lock .venv/.runtime
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

run: setup
	@.venv/bin/siaga run

test: dev
	@bash tests/check.sh

bench: dev
	@$(PY) -m bench

soak: dev
	@$(PY) -m pytest -m soak -n 2 --dist worksteal tests
