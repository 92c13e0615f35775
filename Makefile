# What can be done with this tree; `make` alone lists it.
# Every step leaves a mark next to what it made and is skipped while that is newer than what it was made from.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-test run check lint types contracts test test-all test-defects bench accuracy clean

BIN := .venv/bin
MARKS := build/marks
FRONTEND := $(shell find frontend -type f 2>/dev/null)

# One run for all tests, so that its closing line tells everything: units, flows on SQLite and PostgreSQL, S3, browser, faults.
# One worker a core, four at most: each starts databases of its own. A file stays on one worker, so that what it sets up is set up once.
# In the order of the folders, so that the long tests of browser and faults come first and no worker waits for another at the end.
# importlib: test files of different folders may have the same name.
PYTEST := $(BIN)/pytest --import-mode=importlib -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
ARGS ?=

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(MARKS)/run-packages .venv/.project build/static/manifest.json ## Install what the service needs; quick when nothing has changed

setup-test: setup $(MARKS)/test-packages ## Install what the tests need besides

run: setup ## Start the service with demonstration data
	$(BIN)/xueji up --demo

check: lint types contracts ## Lint, types and import contracts

lint: setup ## Style, with ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## Types, with mypy
	$(BIN)/mypy

contracts: setup ## Which package may import which
	$(BIN)/lint-imports

test: setup-test check ## Everything but the slow tests; ARGS="-k name" or "-m faults" narrows it
	$(PYTEST) -m "not slow" $(ARGS)

test-all: setup-test check ## Everything, slow tests included
	$(PYTEST) $(ARGS)

test-defects: setup-test ## Take guards out one at a time and show which test turns red; ARGS="name name" narrows it
	$(BIN)/python -m tests.defects $(ARGS)

bench: setup-test ## Ingest, search, the web and the ledger beside their yardsticks and aims; some minutes each
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.search
	$(BIN)/python -m benchmarks.web
	$(BIN)/python -m benchmarks.ledger

accuracy: setup-test ## How well drawn papers are read, by kind and machine; DIR=folder for papers of others with a truth.json
	$(BIN)/python -m benchmarks.accuracy $(if $(DIR),--folder $(DIR)) $(ARGS)

bundle: setup ## An archive that installs on another machine without the internet; ARGS=--debs takes system packages along
	@bash deploy/bundle.sh $(ARGS)

clean: ## Remove what was built and cached; data in var/, .venv and node_modules stay
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
	find archive_service scanners retention demo tests benchmarks scripts -name __pycache__ -prune -exec rm -rf {} +
	rm -f .venv/.project

$(MARKS)/%-packages: scripts/system_packages.sh
	@bash scripts/system_packages.sh $*
	@mkdir -p $(@D) && touch $@

.venv/.libraries: requirements/build.txt requirements/dev.txt requirements/models.txt scripts/python_libraries.sh | $(MARKS)/run-packages
	@bash scripts/python_libraries.sh
	@touch $@

.venv/.project: pyproject.toml .venv/.libraries
	@echo "Installing the xueji command"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.libraries: package.json package-lock.json scripts/frontend_libraries.sh | $(MARKS)/run-packages
	@bash scripts/frontend_libraries.sh
	@touch $@

build/static/manifest.json: node_modules/.libraries $(FRONTEND)
	@echo "Building the pages' styles and scripts"
	@npm run --silent build
	@touch $@
