# Two commands for a newcomer: make run, make test. Both set up what they need.

PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
PORT ?= 8000
SIZE ?= 100000
TEST_WORKERS ?= 2
UV_VERSION := 0.13.8
export PORT LAGERBOK_DATA LAGERBOK_DEMO
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench load lock format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/dev ## Make the virtual environment .venv with the locked packages

run: .venv/run ## Start everything on http://127.0.0.1:8000 (PORT=, LAGERBOK_DATA=, LAGERBOK_DEMO=0); Ctrl+C stops it
	@exec $(PY) -m config.run

test: .venv/dev ## Run all tests (PYTEST_ARGS=, TEST_WORKERS=2); on DATABASE_URL and REDIS_URL if they are set
	@exec $(PY) -m pytest -q -n $(TEST_WORKERS) --dist loadfile $(PYTEST_ARGS)

check: .venv/dev ## Check style, types, layers, migrations, settings, templates; runs no tests
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh .ci/check

bench: .venv/dev ## Measure against the floor (SIZE=100000)
	@exec $(PY) -m tests.bench --size $(SIZE)

load: .venv/dev ## Let fifty clerks work on a server of their own for a minute (LOAD_CLERKS=50, LOAD_SECONDS=60)
	@exec $(PY) -m tests.load

format: .venv/dev ## Format the Python code
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format --quiet .

lock: .venv/bin/python ## Bring the locked packages up to the newest allowed
	@$(PY) -m pip install --quiet uv==$(UV_VERSION)
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --upgrade --quiet pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --upgrade --quiet -c requirements.txt pyproject.toml --group dev -o requirements-dev.txt

clean: ## Remove the virtual environment and caches; the data in var/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Lagerbok needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment .venv ..."
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

# .venv/run and .venv/dev say which lock is installed; dev holds all that run needs.
.venv/run: requirements.txt | .venv/bin/python
	@[ -e .venv/dev ] || sh .ci/install $(UV_VERSION) requirements.txt
	@[ ! -e .venv/dev ] || [ .venv/dev -nt requirements-dev.txt ] || sh .ci/install $(UV_VERSION) requirements-dev.txt
	@touch $@

.venv/dev: requirements-dev.txt | .venv/bin/python
	@sh .ci/install $(UV_VERSION) requirements-dev.txt
	@touch .venv/dev .venv/run
