# Patchbay. `make run` starts the site, `make test` proves it; both set everything up by themselves.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
PINS := requirements/base.txt requirements/constraints.txt
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Debian's Python comes without venv; as root we may mend that.
WITH_APT := [ "$$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq -y install python3-venv

.DEFAULT_GOAL := help
.PHONY: help run test soak lint format types screenshots docs clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

run: $(VENV)/.base ## Start the demo on HOST (127.0.0.1) and PORT (8000)
	@exec $(BIN)/python manage.py up --host $(HOST) --port $(PORT)

test: $(VENV)/.dev ## Everything that CI checks, on SQLite and on PostgreSQL
	@exec $(BIN)/python -m tests.prove test

soak: $(VENV)/.dev ## The long proofs; writes docs/benchmarks.md
	@exec $(BIN)/python -m tests.prove soak

lint: $(VENV)/.dev ## Style, import contracts, types; no tests
	@exec $(BIN)/python -m tests.prove lint

format: $(VENV)/.dev ## Put the code into the house's format
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

docs: $(VENV)/.dev ## Write the pages that are made from the code
	@$(BIN)/python manage.py settings_page --write
	@$(BIN)/python manage.py error_codes_page --write

screenshots: $(VENV)/.dev ## Take the pictures of the documentation again
	@exec $(BIN)/python -m tests.browser.screenshots

clean: ## Remove what can be made again; state under var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Patchbay needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(WITH_APT) && $(PYTHON) -m venv $(VENV); } || \
		{ rm -rf $(VENV); echo "python -m venv failed; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.base: $(PINS) | $(BIN)/python
	@echo "Installing the pinned requirements into $(VENV); later starts skip this."
	@$(PIP) install -r requirements/base.txt
	@touch $@

$(VENV)/.dev: $(PINS) requirements/ai.txt requirements/ldap.txt requirements/winrm.txt requirements/dev.txt | $(BIN)/python
	@echo "Installing the pinned development requirements into $(VENV); later runs skip this."
	@$(PIP) install -r requirements/dev.txt
	@touch $@ $(VENV)/.base
