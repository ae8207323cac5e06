# The house in one word each. `make run` and `make test` are all a newcomer needs.
#   make setup     the environment only              make islands  rebuild the committed browser files
#   make check     format, lint, types, contracts …  make bench    figures beside their limits (NAME=pipeline)
#   make lock      choose the versions anew          make fuzz     hostile bytes at every codec (ARGS="--seconds 60")
#   make clean     remove what was built here
# ARGS is handed to the command: make run ARGS="--port 8800", make test ARGS="tests/core -x".

VENV  ?= .venv
ARGS  ?=
NAME  ?=
WORKERS ?= 2
BIN   := $(VENV)/bin
READY := $(VENV)/.ready
LOCALE := src/beket/web/locale
WORDS := $(wildcard $(LOCALE)/*/LC_MESSAGES/django.po)

.DEFAULT_GOAL := help
.PHONY: help setup run test browser node papers islands bench fuzz lock clean check check-format check-lint check-types \
  check-contracts check-words check-licences check-sources check-islands

help:
	@sed -n '1,/^$$/{s/^# \{0,1\}//p}' Makefile

setup: $(READY) $(WORDS:.po=.mo)

$(READY): requirements.lock pyproject.toml tools/setup.sh
	@sh tools/setup.sh "$(VENV)"
	@touch $@

%.mo: %.po $(READY)
	@$(BIN)/python tools/translations.py compile && touch $(WORDS:.po=.mo)

run: setup
	@exec $(BIN)/beket run --demo $(ARGS)

# Whole houses, and countries that are played by the clock, need the machine for themselves; the rest is shared.
ALONE := tests/house tests/journeys tests/sim/test_rehearsal.py

test: setup browser papers
ifeq ($(strip $(ARGS)),)
	@status=0; $(BIN)/python -m pytest -n $(WORKERS) $(ALONE:%=--ignore=%) || status=1; \
	$(BIN)/python -m pytest $(ALONE) || status=1; exit $$status
else
	$(BIN)/python -m pytest $(ARGS)
endif

browser:
	@sh tools/debian.sh browser

# What acts are drawn with; without it all else runs, and `beket doctor` says what is missing.
papers:
	@sh tools/debian.sh papers

node:
	@sh tools/debian.sh node

# `make -k check` goes on after a fault and tells them all.
check: check-format check-lint check-types check-contracts check-words check-licences check-sources check-islands

check-format: setup
	$(BIN)/ruff format --check .

check-lint: setup
	$(BIN)/ruff check .

check-types: setup
	$(BIN)/mypy

check-contracts: setup
	$(BIN)/lint-imports

check-words: setup
	$(BIN)/python tools/translations.py check

check-licences: setup
	$(BIN)/python tools/licences.py

check-sources: setup
	$(BIN)/python -m pytest tests/source

check-islands:
	@sh tools/islands_committed.sh

islands/node_modules/.package-lock.json: islands/package.json islands/package-lock.json
	cd islands && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

islands: node islands/node_modules/.package-lock.json
	cd islands && npm run --silent check && npm run --silent build

bench: setup
	$(BIN)/beket bench $(NAME) $(ARGS)

fuzz: setup
	$(BIN)/python -m tools.fuzz $(ARGS)

# Versions move only here: needs uv (https://docs.astral.sh/uv). Read the difference before you commit it.
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --upgrade -o requirements.lock

clean:
	rm -rf $(VENV) build dist src/*.egg-info islands/node_modules .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests tools bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	rm -f $(LOCALE)/*/LC_MESSAGES/django.mo
