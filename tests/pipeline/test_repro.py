"""`seedbed repro`: as `dvc repro`, after the check and the budget."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from seedbed.store.store import Store
from tests.harness import Project

SEEDBED = Path(sys.executable).parent / "seedbed"
"""By its path: its folder need not be on PATH."""


def bare(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `seedbed repro` in an environment that is not activated."""
    env = {"PATH": os.defpath, "HOME": str(project.root.parent), "LC_ALL": "C.UTF-8"}
    run = [str(SEEDBED), "repro", *arguments]
    return subprocess.run(run, cwd=project.root, env=env, capture_output=True, text=True, check=False)


def test_targets_and_options_are_dvcs(project: Project) -> None:
    done = bare(project, "--dry", "-s", "translate@questions")
    assert done.returncode == 0, done.stderr
    checked, *rest = done.stdout.splitlines()
    assert checked.startswith("params.yaml, 12 prompts, ")
    assert [line for line in rest if line.startswith("Running stage")] == ["Running stage 'translate@questions':"]


def test_a_stage_that_is_not_there_is_named_with_what_was_meant(project: Project) -> None:
    done = bare(project, "benchmrk")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1,
        "error: benchmrk: no stage of this project (did you mean 'benchmark'?)",
    )


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["no_such_stage", "--dry"], ["--no-such-option"]])
def test_the_exit_code_is_dvcs(project: Project, arguments: list[str]) -> None:
    done = bare(project, *arguments)
    dvc = subprocess.run(
        [Path(sys.executable).parent / "dvc", "repro", *arguments],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == dvc.returncode != 0
    assert done.stderr.endswith(dvc.stderr)  # after what the check says of the data


def test_a_mistake_stops_the_build_before_dvc(project: Project) -> None:
    project.replace("params.yaml", "target: 6", "target: six")
    done = bare(project)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "generate.target: expected integer, found 'six'" in done.stderr


def test_a_plan_over_the_budget_stops_the_build_before_dvc(project: Project) -> None:
    def no_requests(params: Any) -> None:
        params["budget"] = {"requests": 0}

    project.edit_params(no_requests)
    done = bare(project)
    assert done.returncode == 1
    assert "the budget allows 0 (budget.requests)" in done.stderr
    assert "Running stage" not in done.stdout


@pytest.mark.slow
def test_a_whole_build_from_a_folder_below(project: Project) -> None:
    """It is one build to the store, its stages find the Python that runs them, and the next one has nothing to do."""
    below = Project(project.root / "data")
    assert "Running stage 'benchmark'" in bare(below).stdout
    assert (project.root / "reports" / "benchmark.html").is_file()
    with Store(project.root / ".dvc" / "seedbed" / "store.sqlite", read_only=True) as store:
        assert store.rows("select count(distinct build), count(distinct stage) > 5 from sent") == [(1, 1)]
    assert bare(project).stdout.splitlines()[-2:] == [
        "Data and pipelines are up to date.",
        "To read the reports: `seedbed open benchmark`, `seedbed open dataset`",
    ]
    assert project.repro().splitlines()[-1] == "Data and pipelines are up to date."
