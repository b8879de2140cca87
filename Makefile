# make repro   set up and build: the data, the benchmark, the reports
# In the library's own repository `make test`, `make check`, `make bench` and `make lock` too: see development.mk.

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHON ?= python3
# Bytecode is written whatever the machine says: without it every stage compiles anew all that it imports.
unexport PYTHONDONTWRITEBYTECODE
# Where this folder is in no git checkout (a source archive), DVC is told so, in its local settings.
NO_SCM = git rev-parse --is-inside-work-tree >/dev/null 2>&1 || dvc config --local core.no_scm true

# Training needs torch, which is the machine's choice and in no lock file: `make .venv/train` takes the one that pip finds,
# `make .venv/train TORCH='torch --index-url ADDRESS'` another.
TORCH ?= torch

.PHONY: repro clean

repro: .venv/run
	@$(NO_SCM)
	@seedbed repro

.venv/run: .ci/install requirements.lock $(wildcard pyproject.toml seedbed/__init__.py)
	.ci/install requirements.lock
	touch $@

.venv/train: requirements-train.lock .venv/run
	.ci/install requirements-train.lock $(TORCH)
	touch $@

clean:
	rm -rf .venv

-include development.mk
