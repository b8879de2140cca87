"""Killed at any instant: nothing that arrived is paid for again, and the end is the same, byte for byte."""

import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.harness import Project, Server, copy_project, make_tiny, serve
from tests.whole.slow_server import SlowServer, stored

WHO = ("stage", "dvc", "both")
TRIALS = 40
"""Spread over the build, and over who is killed; `benchmarks.kills` runs as many as one likes."""


def start(project: Project) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["dvc", "repro", "generate"],
        cwd=project.root,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(dvc: subprocess.Popen[bytes], who: str) -> None:
    """SIGKILL the stage, its `dvc`, or both; then wait until neither is left."""
    parent = psutil.Process(dvc.pid)
    children = parent.children(recursive=True)
    stages = []
    for child in children:
        with suppress(psutil.NoSuchProcess):  # it may end at any instant by itself
            stages += [child] if "stages." in " ".join(child.cmdline()) else []
    for process in [*([parent] if who != "stage" else []), *(stages if who != "dvc" else [])]:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    dvc.wait(timeout=300)  # where no stage ran at that instant it builds to the end
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive, f"an orphan went on: {alive}"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    """Outputs of a build that nobody disturbs, and how long it took."""
    project = copy_project(tmp_path_factory.mktemp("undisturbed") / "project")
    with serve() as server:
        SlowServer(server)
        prepare(project, server)
        began = time.monotonic()
        project.repro("generate")
        return outputs(project), time.monotonic() - began


def prepare(project: Project, server: Server) -> None:
    make_tiny(project, seeds=14, questions=4, base_url=server.url, max_concurrency=2)


def outputs(project: Project) -> dict[str, bytes]:
    return {path: content for path, content in project.outputs().items() if path.startswith("data/build")}


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(TRIALS))
def test_killed(trial: int, tmp_path: Path, server: Server, undisturbed: tuple[dict[str, bytes], float]) -> None:
    expected, seconds = undisturbed
    project = copy_project(tmp_path / "project")
    slow = SlowServer(server)
    prepare(project, server)
    chance = random.Random(trial)
    dvc = start(project)
    try:
        dvc.wait(timeout=(0.2 + 0.75 * (trial + chance.random()) / TRIALS) * seconds)
    except subprocess.TimeoutExpired:
        kill(dvc, WHO[trial % 3])
    had = stored(project)
    before = len(slow.began)
    project.run("seedbed", "check")  # as `make repro` does: a killed dvc may leave half a lock file
    project.repro("generate")
    again = [digest for digest in slow.began[before:] if digest in had]
    assert not again, f"{len(again)} of {len(had)} responses were paid for twice"
    # What the server had begun and the process had not read may be asked again: no more than were under way at once.
    assert len(slow.began) - len(set(slow.began)) <= 2
    assert slow.most_at_once <= 2, "two writers at once"
    assert outputs(project) == expected
    project.run("dvc", "status", "generate")  # not locked
