"""The whole thing as a user has it: a clone, an archive, an experiment."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.harness import ROOT, copy_project, make_tiny

GIT = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.c"}


def git(folder: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=folder, env=os.environ | GIT, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_the_default_build_reproduces_what_is_committed(tmp_path: Path) -> None:
    """Lock and reports, byte for byte, from an empty store and an empty cache."""
    project = copy_project(tmp_path / "project")
    project.repro()
    for path in (
        "dvc.lock",
        "reports/win_rates.csv",
        "reports/judge_health.csv",
        "reports/dataset.csv",
        "reports/benchmark.json",
        "reports/benchmark.md",
    ):
        assert (project.root / path).read_bytes() == (ROOT / path).read_bytes(), path


@pytest.mark.slow
def test_experiments(tmp_path: Path) -> None:
    """`dvc exp run -S` in the workspace and in a throw-away clone; both use the one store."""
    project = copy_project(tmp_path / "project")
    make_tiny(project)
    project.run("dvc", "config", "--local", "--unset", "core.no_scm")
    git(project.root, "init", "-q")
    git(project.root, "add", "-A")
    git(project.root, "commit", "-qm", "start")
    project.repro()
    git(project.root, "add", "-A")
    git(project.root, "commit", "-qm", "built")
    output = project.run("dvc", "exp", "run", "-S", "judge.params.temperature=0.5", "-n", "warmer")
    assert "judge@good-vs-thin: 6 requests, 0 of them in the store, 6 to send" in output
    project.run("git", "stash", "-q")
    output = project.run("dvc", "exp", "run", "--temp", "-S", "report.bootstrap=60", "-n", "more")
    assert "to send" not in output
    assert "warmer" in project.run("dvc", "exp", "show", "--csv")


@pytest.mark.slow
def test_a_source_archive_without_git(tmp_path: Path) -> None:
    """What `make repro` does in a folder that is no checkout, even inside another one."""
    git(tmp_path, "init", "-q")
    project = copy_project(tmp_path / "outer" / "project")
    make_tiny(project)
    (project.root / ".dvc" / "config.local").unlink()
    project.run("sh", "-c", "test -e .git || dvc config --local core.no_scm true")
    project.repro()
    assert "up to date" in project.repro()
