# Every target does all of its own set-up; only Python >= 3.11 with venv, and make, must be there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test lint check bench format clean

demo: $(STAMP)
	@sh .ci/browser $(BIN)
	$(BIN)/sunsweep demo

test: $(STAMP)
	@sh .ci/browser $(BIN)
	$(BIN)/python -m pytest -n auto

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench: $(STAMP)
	$(BIN)/python -m bench.pages
	$(BIN)/python -m bench.nights
	$(BIN)/python -m bench.scoring

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "需要 Python 3.11 或更新版本；可用 make PYTHON=python3.12 … 指定"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || sh .ci/venv-missing
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

clean:
	rm -rf $(VENV) build dist *.egg-info
