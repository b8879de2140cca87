"""The whole thing as a user has it: a clone, an archive, an experiment."""

from pathlib import Path

import pytest

from tests.harness import ROOT, Project, Server, copy_project, git, make_tiny


@pytest.mark.slow
def test_the_default_build_reproduces_what_is_committed(tmp_path: Path) -> None:
    """Lock and reports, byte for byte, from an empty store and an empty cache."""
    project = copy_project(tmp_path / "project")
    project.repro()
    for path in (
        "dvc.lock",
        "reports/win_rates.csv",
        "reports/judge_health.csv",
        "reports/benchmark.json",
        "reports/benchmark.md",
        "reports/dataset.csv",
        "reports/dataset.json",
        "reports/dataset.md",
    ):
        assert (project.root / path).read_bytes() == (ROOT / path).read_bytes(), path


@pytest.mark.slow
def test_experiments(built: Project, server: Server) -> None:
    """`dvc exp run -S` in the workspace and in a throw-away clone; both use the one store."""
    built.use_git()
    output = built.run("dvc", "exp", "run", "-S", "judge.params.temperature=0.5", "-n", "warmer")
    assert "judge@good-vs-thin: 6 requests, 0 of them in the store, 6 to send" in output
    built.run("git", "stash", "-q")
    server.take()
    built.run("dvc", "exp", "run", "--temp", "-S", "report.bootstrap=1060", "-n", "more")
    assert server.take() == []
    assert "warmer" in built.run("dvc", "exp", "show", "--csv")


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
