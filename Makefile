# Each target does all its own set-up: the first one takes a minute or two, later ones a moment.

PYTHON ?= python3
CONFIG ?= driftline.toml
TESTS ?=
SECONDS ?= 60

BIN := .venv/bin
READY := .venv/ready
ROOT_DO := $(shell [ "$$(id -u)" = 0 ] || echo "sudo ")
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help demo run test fuzz check format histories kill-matrix bench clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(READY) ## the whole story on a cloud, services and a database of its own; writes demo-output/
	@$(BIN)/driftline demo

run: $(READY) ## the daemon, with the settings in driftline.toml (CONFIG=FILE for another)
	@[ -e "$(CONFIG)" ] || { echo "$(CONFIG) is missing; begin one: $(BIN)/driftline config init --output $(CONFIG)" >&2; exit 2; }
	@exec $(BIN)/driftline run --config "$(CONFIG)"

test: $(READY) ## all tests, two at a time (TESTS=tests/demo for some)
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(TESTS)

fuzz: $(READY) ## hostile input to the readers of traces and SQL (SECONDS=60)
	@$(BIN)/python -m tests.fuzz $(SECONDS)

check: $(READY) ## format, lint, types, floors, generated pages, then all tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy demo
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m config.document --check
	$(BIN)/python -m daemon.store.public.document --check
	$(BIN)/python -m daemon.cli.document --check
	$(MAKE) --no-print-directory test

format: $(READY) ## puts the code in order
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

histories: $(READY) ## thousands of random histories, other ones each time (HISTORIES=500 ENGINES=postgresql for some)
	@HISTORIES=$${HISTORIES:-2000} $(BIN)/python -m pytest tests/daemon/store/test_histories.py tests/daemon/test_path_histories.py

kill-matrix: $(READY) ## kills the store at every write, sync, rename and unlink; writes docs/reliability.md
	@command -v strace >/dev/null || { echo "strace is missing; install it: $(ROOT_DO)apt-get install -y strace" >&2; exit 1; }
	@$(BIN)/python -m tests.reliability

bench: $(READY) ## measures, and writes docs/bench/
	@$(BIN)/python -m docs.bench

clean: ## removes all that these targets made
	rm -rf .venv demo-output .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) is missing; install it: $(ROOT_DO)apt-get install -y python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version) is too old, 3.11 is needed; with a newer one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv is missing; install it: $(ROOT_DO)apt-get install -y python3-venv" >&2; exit 1; }
	@echo "Setting up .venv from requirements.lock (once; a minute or two)" >&2
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
