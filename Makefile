# PYTHON makes the environment; 3.10 or newer.
PYTHON ?= python3
PORT ?= 8000
# How many test side by side, a file of tests each at a time.
JOBS ?= 0
export PORT

VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help venv sandbox test matrix lint bench clean

help:
	@echo "make sandbox   the demo shop on http://127.0.0.1:$(PORT)/"
	@echo "make test      all tests; ARGS='-k photo' for some of them, JOBS=4 side by side"
	@echo "make matrix    the tests in fresh environments, from the wheel: each Python here,"
	@echo "               each Django, with Wagtail and without; ENDS=1 the oldest and newest only"
	@echo "make lint      style, types, import contract"
	@echo "make bench     the measurements"
	@echo "make clean     remove the environment and the demo shop's data"

# What is installed stands in setup.cfg; a stamp newer than it needs no pip.
$(VENV)/sandbox.stamp: setup.cfg
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the demo shop needs (once, about half a minute)"
	@$(BIN)/python -m pip install --quiet --editable ".[sandbox,heif]"
	@touch $@

$(VENV)/test.stamp: setup.cfg
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the tests need (once, about a minute)"
	@$(BIN)/python -m pip install --quiet --editable ".[wagtail,heif,sandbox,test]"
	@touch $@ $(VENV)/sandbox.stamp

$(VENV)/bench.stamp: $(VENV)/test.stamp
	@echo "Installing what the measurements need"
	@$(BIN)/python -m pip install --quiet --editable ".[sandbox,test,bench]"
	@touch $@

# exec: a signal to make must reach run.py itself, not a shell in between.
sandbox: $(VENV)/sandbox.stamp
	@exec $(BIN)/python sandbox/run.py

venv: $(VENV)/test.stamp

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

matrix: $(VENV)/test.stamp
	$(BIN)/python -m tests.matrix $(if $(ENDS),ends) $(ARGS)

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/bench.stamp
	$(BIN)/python -m bench $(ARGS)

clean:
	rm -rf $(VENV) sandbox/var
