"""One stage, killed in the middle, alone or with what started it; and two processes of one stage."""

import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from tests.harness import Project, Server
from tests.whole.slow_server import SlowServer, stored

PARENT = "import subprocess, sys; subprocess.run(sys.argv[1:])"
"""Runs a command and waits for it, as `dvc` does."""
ROWS = 8


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so; fail where it never is."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("who", ["stage", pytest.param("parent", marks=pytest.mark.slow)])
def test_nothing_that_arrived_is_paid_for_again(counted: Project, server: Server, who: str) -> None:
    """Whether the stage is killed, or the process that started it: an orphan stops by itself."""
    slow = SlowServer(server)
    counted.edit_params(lambda p: p["servers"]["stand-in"].update(max_concurrency=2))
    command = [sys.executable, "-c", PARENT, *counted.stage_command("seed_tasks")]
    parent = subprocess.Popen(command, cwd=counted.root, env=counted.environment(), stderr=subprocess.PIPE)
    assert parent.stderr
    with parent:
        wait_until(lambda: len(stored(counted)) >= 2)
        (stage,) = psutil.Process(parent.pid).children()
        (psutil.Process(parent.pid) if who == "parent" else stage).kill()
        psutil.wait_procs([stage], timeout=30)
        assert not stage.is_running(), "an orphan went on"
        assert not (counted.root / "data/build/translated/seed_tasks.jsonl").exists()
    had, before = stored(counted), len(slow.began)
    assert 2 <= len(had) < ROWS

    counted.run(*counted.stage_command("seed_tasks"))
    assert not [digest for digest in slow.began[before:] if digest in had], "a response was paid for twice"
    # What the server had begun and the process had not read may be asked again: no more than were under way at once.
    assert len(slow.began) - len(set(slow.began)) <= 2
    assert slow.most_at_once <= 2
    after = counted.root / "data/build/translated/seed_tasks.jsonl"
    first = after.read_bytes()
    counted.run(*counted.stage_command("seed_tasks"), SEEDBED_OFFLINE="1")
    assert after.read_bytes() == first
    assert first.count(b"\n") == ROWS


@pytest.mark.slow
def test_a_second_process_waits_and_finds_everything_in_the_store(counted: Project, server: Server) -> None:
    SlowServer(server)
    counted.edit_params(lambda p: p["servers"]["stand-in"].update(max_concurrency=1))
    running = [
        subprocess.Popen(
            counted.stage_command("seed_tasks", name),
            cwd=counted.root,
            env=counted.environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    told = "".join(process.communicate(timeout=120)[1] for process in running)
    assert [process.returncode for process in running] == [0, 0]
    assert "waiting for another process that runs this stage" in told
    assert "all 8 responses are in the store, nothing sent" in told
    assert len(server.take()) == ROWS
    assert counted.rows("one/translated/seed_tasks.jsonl") == counted.rows("two/translated/seed_tasks.jsonl")
