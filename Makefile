PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
RUN_STAMP := .venv/.run-installed
DEV_STAMP := .venv/.dev-installed

.PHONY: run test faults check messages format bench lock clean

run: $(RUN_STAMP)
	$(BIN)/groundswell demo --port $(PORT)

# As many processes as cores, four at most. Neighbours share what a file sets up; whoever is ready first takes from the other's end.
# Tests are compiled once, even where the environment says that nothing compiled is kept.
test: $(DEV_STAMP)
	@sh tests/browser/install.sh
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --dist worksteal

# Five hundred writers killed with SIGKILL on each database; `make test` kills forty.
faults: $(DEV_STAMP)
	GROUNDSWELL_KILLS=500 $(BIN)/python -m pytest tests/faults -q

check: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The catalogues of messages, from code and templates; what is translated stays.
messages: $(DEV_STAMP)
	$(BIN)/python -m web.catalogues

format: $(DEV_STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV_STAMP) requirements/bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	$(BIN)/python -m benchmarks

# Exact versions with hashes and without index hosts, for every supported Python.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
lock:
	$(BIN)/pip install --quiet uv
	$(BIN)/$(LOCK) --group dev --output-file requirements/dev.txt
	$(BIN)/$(LOCK) --group build --constraint requirements/dev.txt --output-file requirements/run.txt
	$(BIN)/$(LOCK) --group dev --group bench --constraint requirements/dev.txt --output-file requirements/bench.txt

.venv/bin/python:
	$(PYTHON) -m venv .venv

$(RUN_STAMP): requirements/run.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements/dev.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ $(RUN_STAMP)

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
