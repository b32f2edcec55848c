# Two commands do everything: `make run` serves the site, `make test` runs every check.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test bench soak lock clean
.DEFAULT_GOAL := run

run: .venv/run
	@exec $(BIN)/campaign serve

# All tests; then once more, on PostgreSQL and Redis, those of what stores anything.
test: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/campaign letters check
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
	$(BIN)/pytest --numprocesses auto --dist loadfile --shared

# What things cost. Not a test: figures depend on the machine, and on what else it does.
bench: .venv/test
	@$(BIN)/python -m tests.bench

# Kills at more moments, more of whatever may be sent, and the counter through 1,000 schedules; the tests have a few of each.
soak: .venv/test
	$(BIN)/pytest -m soak
	$(BIN)/pytest -k hostile --whole
	@$(BIN)/python -m tests.soak 1000

# The virtual environment holds what the lock file names, by hash, and nothing else.
.venv/run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lifeline needs Python 3.11 or newer: make PYTHON=python3.12 run")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Python has no venv module here. On Debian and Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/test: .venv/run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Renews both lock files. Needs uv; the result names no index.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
