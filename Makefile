# `make demo` and `make test` set everything up and can be run again at any time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
STAMP := $(VENV)/.installed
export OMP_WAIT_POLICY ?= passive
export DS_BUILD_OPS ?= 0

.PHONY: help setup demo test test-fast check clean

help:
	@echo "make demo       set up, then run the demo: documents -> examples -> tuning -> report"
	@echo "make test       set up, then check style, types, layers, and run every test"
	@echo "make test-fast  the tests without the slow ones (whole runs, kills, installations)"
	@echo "make check      style, types and layers only"
	@echo "make clean      remove the virtual environment and caches (keeps .byeori)"

setup: $(STAMP)

# torch first: left to a resolver, other packages pull its builds for every accelerator.
$(STAMP): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "byeori needs Python 3.11 or later; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	@echo "== setting up $(VENV) (a few minutes the first time)"
	$(PYTHON) -m venv $(VENV)
	$(PIP) $$(grep '^torch==' constraints.txt)
	$(PIP) --constraint constraints.txt hatchling editables
	$(PIP) --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@touch $(STAMP)

demo: setup
	@echo "== running the demo: byeori run demo"
	$(BIN)/byeori run demo
	@echo "== open .byeori/runs/demo/report.html in a browser"

check: setup
	@echo "== style, types, layers"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	@echo "== every test"
	$(BIN)/pytest -n 2 --dist worksteal

test-fast: setup
	$(BIN)/pytest -n 2 -m 'not slow'

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
