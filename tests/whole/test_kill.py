"""Killed at any instant: nothing that arrived is paid for again, and the end is the same, byte for byte."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.harness import Project, Server, completion, copy_project, make_tiny, reply_to, serve

LATENCY_S = 0.12
WHO = ("stage", "dvc", "both")
FAST, ALL = 3, 40


class SlowServer:
    """Adds latency to a server, and remembers when it began and finished each reply."""

    def __init__(self, server: Server) -> None:
        self.began: list[str] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        server.fault = self.answer

    def answer(self, body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            self.began.append(sha256(json.dumps(body, sort_keys=True).encode()).hexdigest())
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        time.sleep(LATENCY_S)
        with self._lock:
            self._now -= 1
        return 200, {}, completion(reply_to(body))


def stored(project: Project) -> set[str]:
    """Return the digests of the bodies whose responses are in the store."""
    from seedbed.exchange.requests import Request

    path = project.root / ".dvc" / "seedbed" / "store.sqlite"
    if not path.is_file():
        return set()
    with sqlite3.connect(path) as database:
        rows = database.execute("select request from responses").fetchall()
    database.close()
    bodies = (Request("", json.loads(text)).body() for (text,) in rows)
    return {sha256(json.dumps(body, sort_keys=True).encode()).hexdigest() for body in bodies}


def start(project: Project) -> subprocess.Popen[bytes]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.Popen(
        ["dvc", "repro", "generate"],
        cwd=project.root,
        env=os.environ | {"PATH": path, "HOME": str(project.root.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(dvc: subprocess.Popen[bytes], who: str) -> None:
    """SIGKILL the stage, its `dvc`, or both; then wait until neither is left."""
    parent = psutil.Process(dvc.pid)
    children = parent.children(recursive=True)
    stages = [child for child in children if "stages." in " ".join(child.cmdline())]
    for process in [*([parent] if who != "stage" else []), *(stages if who != "dvc" else [])]:
        process.send_signal(signal.SIGKILL)
    dvc.wait(timeout=60)
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


@pytest.mark.parametrize("trial", [pytest.param(n, marks=[pytest.mark.slow] if n >= FAST else []) for n in range(ALL)])
def test_killed(trial: int, tmp_path: Path, server: Server, undisturbed: tuple[dict[str, bytes], float]) -> None:
    expected, seconds = undisturbed
    project = copy_project(tmp_path / "project")
    slow = SlowServer(server)
    prepare(project, server)
    chance = random.Random(trial)
    dvc = start(project)
    try:
        dvc.wait(timeout=chance.uniform(0.2, 0.95) * seconds)
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
