# make test    run the fast tests; make test-all the slow ones
# make test-train  train tiny models; installs torch, see the Makefile's TORCH
# make check   lint, format and types
# make bench   run the benchmarks (ratios within one run)
# make bench-peers  run the same task with Seedbed, curator, distilabel and data-designer (environments in .venv-peers)
# make real    build a small English project with a real language model, which it downloads into .venv-real
# make real-train  fine-tune SmolLM2-135M on the default build's set for 15 minutes, and print the effect
# make docs    build the pages of docs/ into dist/docs (with zensical, in .venv-docs), and the API reference into dist/docs/api
# make picture take the screenshot in the README from the built benchmark report
# make lock    update all versions in the lock files

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

# The site generator has its own environment: nothing else needs it, so it is in no lock file. Strict: a dead link is an error.
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

# Hashes without URLs. requirements.lock is for this repository's project, requirements-test.lock adds the tests,
# requirements-train.lock adds training, without PyTorch.
COMPILE = uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: .venv/test
	$(COMPILE) --upgrade --extra review --extra ja --extra build pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade --extra review --extra ja --extra build --extra s3 --extra documents --extra publish --extra test pyproject.toml -c requirements.lock \
		-o requirements-test.lock
	$(COMPILE) --upgrade --extra review --extra ja --extra build --extra train pyproject.toml -c requirements-test.lock \
		--override .ci/no-torch.txt -o requirements-train.lock
	echo uv | $(COMPILE) --upgrade -c requirements-test.lock - -o .ci/uv.txt
