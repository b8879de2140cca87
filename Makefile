# make repro   install and build: the data, the benchmark, the reports
# The repository of the library also has `make test`, `make check`, `make bench` and `make lock`: see development.mk.

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHON ?= python3
# Always write bytecode: without it every stage compiles all of its imports again.
unexport PYTHONDONTWRITEBYTECODE
# Outside of a git checkout (e.g. a source archive), set DVC's local option core.no_scm.
NO_SCM = git rev-parse --is-inside-work-tree >/dev/null 2>&1 || dvc config --local core.no_scm true

# Training needs PyTorch, whose build depends on the machine, so it is in no lock file. `make .venv/train` installs pip's default;
# `make .venv/train TORCH='torch --index-url ADDRESS'` installs another build.
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
