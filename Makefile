# make repro   build the data, the benchmark and the reports
# make bench   measure, as ratios within one run
# make test    run the fast tests; make test-all the long ones too; make check lint, format and types

export PATH := $(CURDIR)/.venv/bin:$(PATH)
PYTHON ?= python3
INSTALL = pip install --quiet --disable-pip-version-check --require-hashes
# Where this folder is no git checkout (a source archive), DVC is told so, in its local settings.
NO_SCM = test -e .git || dvc config --local core.no_scm true

.PHONY: repro test test-all check bench lock clean

repro: .venv/run
	@$(NO_SCM)
	@seedbed check
	@seedbed plan --check
	@dvc repro

test: .venv/test
	@$(NO_SCM)
	pytest -q -n 2 --dist worksteal -m "not slow"

test-all: .venv/test
	@$(NO_SCM)
	pytest -q -n 2 --dist worksteal

bench: .venv/test
	@$(NO_SCM)
	python -m benchmarks.requests

check: .venv/test
	ruff format --check .
	ruff check .
	mypy

.venv/run: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.lock
	pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/test: requirements-test.lock .venv/run
	$(INSTALL) -r requirements-test.lock
	touch $@

# New versions of everything, into the lock files: hashes, and no addresses.
lock: .venv/test
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --extra test pyproject.toml -c requirements.lock -o requirements-test.lock

clean:
	rm -rf .venv
