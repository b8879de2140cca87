"""Servers that we start: a stage that has something to send starts one, stages share it, and nothing outlives the build."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.harness import Project
from tests.sending import own_server
from tests.sending.test_kill import wait_until

BUILD = "import json, subprocess, sys; sys.exit(max(subprocess.run(c).returncode for c in json.loads(sys.argv[1])))"
"""Runs commands one after the other, as `dvc` does."""
ENDED_S = 10
"""Within which nothing may be alive, on a busy machine."""
Start = Callable[..., None]


@pytest.fixture
def start(project: Project, tmp_path: Path) -> Start:
    """Return a function that has the project's server started by us: `start("slow", idle_s=…)`."""
    (tmp_path / "seen").mkdir()

    def set_command(how: str = "", **settings: float) -> None:
        command = f"'{sys.executable}' '{own_server.__file__}' {{port}} {{model}} '{tmp_path / 'seen'}' {how}"
        project.edit_params(lambda params: params["servers"]["stand-in"].update(command=command, **settings))

    return set_command


def build(project: Project, *stages: str) -> "subprocess.Popen[str]":
    """Start a build of stages of `translate`."""
    commands = [project.stage_command(stage) for stage in stages]
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, json.dumps(commands)],
        cwd=project.root,
        env=project.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )


def result(building: "subprocess.Popen[str]") -> tuple[int, str]:
    """Wait for a build; return its exit code and what it printed."""
    said = building.communicate(timeout=90)[1]
    assert "Traceback" not in said, said
    return building.returncode, said


def lines(project: Project, name: str) -> list[str]:
    path = project.root.parent / "seen" / name
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def processes(project: Project) -> list[dict[str, int]]:
    """Return the process ids of each server that was started, its keeper's and its worker's."""
    return [json.loads(line) for line in lines(project, "processes")]


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def nothing_is_alive(project: Project) -> None:
    """Wait until every process of every server is gone."""
    pids = [pid for started in processes(project) for pid in started.values()]
    assert pids
    wait_until(lambda: not any(map(runs, pids)), ENDED_S)


@pytest.mark.parametrize("how", ["", *(pytest.param(how, marks=pytest.mark.slow) for how in ("slow", "stubborn"))])
def test_a_stage_starts_it_and_nothing_is_alive_afterwards(project: Project, start: Start, how: str) -> None:
    """Loading takes longer than the idle limit: the stage that waits holds a lease."""
    start(how, idle_s=own_server.SLOW_S / 2)
    code, said = result(build(project, "questions"))
    assert code == 0, said
    assert lines(project, "asked") == ["translated_question"] * 3
    assert len(processes(project)) == 1
    nothing_is_alive(project)

    code, said = result(build(project, "questions"))
    assert "all 3 responses are in the store" in said
    assert len(processes(project)) == 1, "a server was started for nothing"


@pytest.mark.slow
def test_two_stages_of_a_build_share_it(project: Project, start: Start) -> None:
    start()
    code, said = result(build(project, "questions", "seed_tasks"))
    assert code == 0, said
    assert lines(project, "asked") == ["translated_question"] * 3 + ["translated_task"] * 8
    assert len(processes(project)) == 1
    nothing_is_alive(project)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("never", "error: servers.stand-in: the server did not answer within 4 s (start_timeout_s); "),
        ("broken", "error: servers.stand-in: the server stopped before it answered; "),
        ("wrong-model", "error: servers.stand-in: the server lists other, but not the model 'stand-in'; "),
    ],
)
def test_one_that_never_serves_is_refused_with_the_end_of_its_log(
    project: Project, start: Start, how: str, message: str
) -> None:
    start(how, start_timeout_s=4 if how == "never" else 60)
    code, said = result(build(project, "questions"))
    assert code == 1
    assert message in said
    assert "servers.stand-in.command printed last:\n  loading the weights" in said
    assert ("no such file: weights.gguf" in said) == (how == "broken")
    nothing_is_alive(project)


def test_one_that_cannot_be_run(project: Project) -> None:
    project.edit_params(lambda params: params["servers"]["stand-in"].update(command="no-such-server {port}"))
    code, said = result(build(project, "questions"))
    assert code == 1
    assert "servers.stand-in.command cannot be run: no-such-server: No such file or directory; install it" in said


@pytest.mark.slow
def test_one_that_dies_is_named_with_the_end_of_its_log(project: Project, start: Start) -> None:
    start("dies", max_concurrency=1)
    code, said = result(build(project, "seed_tasks"))
    assert code == 1
    assert "the server stopped" in said
    assert "out of memory" in said
    nothing_is_alive(project)
    assert not (project.root / "data/build/translated/seed_tasks.jsonl").exists()


@pytest.mark.slow
@pytest.mark.parametrize("who", ["build", "stage", "keeper", "server"])
def test_nothing_is_alive_after_a_kill(project: Project, start: Start, who: str) -> None:
    start(max_concurrency=1)
    with build(project, "seed_tasks") as building:
        wait_until(lambda: len(lines(project, "asked")) >= 2)
        (stage,) = (child for child in psutil.Process(building.pid).children() if "stages.translate" in child.cmdline())
        victim = {"build": building.pid, "stage": stage.pid, **processes(project)[0]}[who]
        psutil.Process(victim).send_signal(signal.SIGKILL)
        nothing_is_alive(project)
        wait_until(lambda: not runs(stage.pid), ENDED_S)
        said = building.stderr.read() if building.stderr else ""
    assert "Traceback" not in said, said
    assert ("the server stopped" in said) == (who in ("keeper", "server"))
    assert 2 <= len(lines(project, "asked")) < 8
